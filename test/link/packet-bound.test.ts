import test from 'ava';
import fc from 'fast-check';
import { PacketBound } from '../../agent/link/packet-bound.js';

/** An MQTT 3.1.1 PUBLISH to topic `t` with QoS 0 (§3.3). */
function publish(bytes: number): Buffer {
  const header = [0x30];
  for (let length = bytes + 3; ; length = Math.floor(length / 128)) {
    header.push(length < 128 ? length : (length % 128) + 0x80);
    if (length < 128) break;
  }
  return Buffer.concat([Buffer.of(...header, 0, 1, 0x74), Buffer.alloc(bytes)]);
}

const PINGRESP = Buffer.of(0xd0, 0x00);

test('packets within the bound pass, however the stream is cut', (t) => {
  const sizes = fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 8 });
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: 700 }), (payloads, step) => {
      const bound = new PacketBound(3003);
      const stream = Buffer.concat([...payloads.map(publish), PINGRESP]);
      for (let at = 0; at < stream.length; at += step) {
        if (!bound.accepts(stream.subarray(at, at + step))) return false;
      }
      return true;
    }),
  );
  t.pass();
});

test('a packet beyond the bound is refused by its header alone', (t) => {
  const bound = new PacketBound(3003);
  t.true(bound.accepts(publish(3000)));
  const header = publish(3001).subarray(0, 3);
  t.true(bound.accepts(header.subarray(0, 2)));
  t.false(bound.accepts(header.subarray(2)));
});

test('a length of more than four bytes is refused', (t) => {
  t.false(new PacketBound(2 ** 28).accepts(Buffer.of(0x30, 0x80, 0x80, 0x80, 0x80, 0x01)));
});
