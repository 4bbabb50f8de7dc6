import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import test from 'ava';
import fc from 'fast-check';
import { PacketTooLong } from '../../agent/link/packet-bound.js';
import { PacketReader } from '../../agent/link/packet-reader.js';

/** What a reader does to its socket, and what it hands to whom. */
function reader(protocol: 4 | 5, { maxPacketBytes = 100_000, maxBytes = 3000 } = {}) {
  const bulk: { topic: string; payload: string }[] = [];
  const acks: [number, number][] = [];
  const passed: Buffer[] = [];
  const written: Buffer[] = [];
  let error: unknown;
  const it = new PacketReader({
    protocol,
    maxPacketBytes,
    bulk: {
      takes: (topic) => topic.startsWith('bulk/'),
      maxBytes,
      onMessage: (topic, payload) => bulk.push({ topic, payload: payload.toString('latin1') }),
    },
    onAck: (messageId, reason) => {
      if (messageId >= 1000) return false;
      acks.push([messageId, reason]);
      return true;
    },
  });
  const socket = Object.assign(new EventEmitter(), {
    destroyed: false,
    writable: true,
    push: (bytes: Buffer) => passed.push(bytes),
    write: (bytes: Buffer) => written.push(bytes),
    destroy: (cause: unknown) => {
      error = cause;
      socket.destroyed = true;
    },
  });
  it.attach(socket as unknown as Socket);
  /** As node:net does: fills the buffer that it is given, as far as it goes. */
  const read = (bytes: Buffer) => {
    for (let at = 0; at < bytes.length; ) {
      const { buffer } = it.onread;
      const into = typeof buffer === 'function' ? buffer() : buffer;
      const count = Math.min(into.length, bytes.length - at);
      if (count === 0) throw new Error('the reader left no room to read into');
      into.set(bytes.subarray(at, at + count));
      at += count;
      it.onread.callback(count, into);
    }
  };
  return { bulk, acks, passed, written, read, error: () => error };
}

type Packet =
  | { cmd: 'publish'; topic: string; payload: Buffer; qos: 0 | 1; messageId: number; properties: Buffer }
  | { cmd: 'puback'; messageId: number; reasonCode: number }
  | { cmd: 'pingresp' };

const twoBytes = (value: number) => Buffer.of(value >> 8, value & 0xff);

function length(bytes: number): Buffer {
  const digits: number[] = [];
  for (let left = bytes; ; left >>>= 7) {
    digits.push(left > 0x7f ? (left & 0x7f) | 0x80 : left);
    if (left <= 0x7f) return Buffer.from(digits);
  }
}

function framed(first: number, ...body: Buffer[]): Buffer {
  const whole = Buffer.concat(body);
  return Buffer.concat([Buffer.of(first), length(whole.length), whole]);
}

/** As MQTT 3.1.1 and 5 §3.3, §3.4 and §3.13 have it. */
function generate(packet: Packet, protocol: 4 | 5): Buffer {
  if (packet.cmd === 'pingresp') return framed(0xd0);
  const id = twoBytes(packet.messageId);
  if (packet.cmd === 'puback') {
    const reason = protocol === 5 && packet.reasonCode > 0 ? Buffer.of(packet.reasonCode) : Buffer.alloc(0);
    return framed(0x40, id, reason);
  }
  const { topic, payload, qos, properties } = packet;
  const name = Buffer.from(topic);
  const more = protocol === 5 ? [length(properties.length), properties] : [];
  const acknowledged = qos === 1 ? [id] : [];
  return framed(0x30 | (qos << 1), twoBytes(name.length), name, ...acknowledged, ...more, payload);
}

const messageId = fc.integer({ min: 1, max: 65_535 });
const payload = fc.uint8Array({ maxLength: 9000 }).map((bytes) => Buffer.from(bytes));
const publish = fc
  .record({
    topic: fc.constantFrom('bulk/a', 'bulk/ü/1', 'other', 'b'),
    payload,
    qos: fc.constantFrom(0 as const, 1 as const),
    messageId,
    properties: fc.constantFrom(Buffer.alloc(0), Buffer.alloc(200)),
  })
  .map((fields): Packet => ({ cmd: 'publish', ...fields }));
const puback = fc
  .record({ messageId, reasonCode: fc.constantFrom(0, 0x10, 0x97) })
  .map((fields): Packet => ({ cmd: 'puback', ...fields }));
const packets = fc.array(fc.oneof(publish, puback, fc.constant<Packet>({ cmd: 'pingresp' })), {
  maxLength: 12,
});

test('however the bytes are cut, bulk is taken whole and acknowledged, our PUBACKs settle, and the rest passes untouched', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(4 as const, 5 as const),
      packets,
      fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 20 }),
      async (protocol, sent, cuts) => {
        const it = reader(protocol);
        const expected = { bulk: [] as unknown[], acks: [] as unknown[], acked: [] as number[] };
        const passed: Buffer[] = [];
        for (const packet of sent) {
          const bytes = generate(packet, protocol);
          if (packet.cmd === 'puback' && packet.messageId < 1000) {
            expected.acks.push([packet.messageId, protocol === 5 ? packet.reasonCode : 0]);
          } else if (packet.cmd === 'publish' && packet.topic.startsWith('bulk/') && bytes.length <= 4024) {
            const latin1 = packet.payload.toString('latin1');
            expected.bulk.push({ topic: packet.topic, payload: latin1 });
            if (packet.qos === 1) expected.acked.push(packet.messageId);
          } else passed.push(bytes);
        }
        const all = Buffer.concat(sent.map((packet) => generate(packet, protocol)));
        for (let at = 0, i = 0; at < all.length; i++) {
          const cut = cuts[i % cuts.length] ?? 1;
          it.read(all.subarray(at, at + cut));
          at += cut;
        }
        while (Buffer.concat(it.written).length < 4 * expected.acked.length) {
          await new Promise((resolve) => setImmediate(resolve));
        }
        const acked = expected.acked.map((id) => Buffer.of(0x40, 2, id >> 8, id & 0xff));
        return (
          JSON.stringify([it.bulk, it.acks]) === JSON.stringify([expected.bulk, expected.acks]) &&
          Buffer.concat(it.passed).equals(Buffer.concat(passed)) &&
          Buffer.concat(it.written).equals(Buffer.concat(acked)) &&
          it.error() === undefined
        );
      },
    ),
    { numRuns: 300 },
  );
  t.pass();
});

test('a packet beyond the bound ends the connection by its header alone', (t) => {
  const it = reader(4);
  it.read(Buffer.of(0x30, 0xff, 0xff, 0x7f));
  t.true(it.error() instanceof PacketTooLong);
});

test('a length of more than four bytes ends the connection', (t) => {
  const it = reader(5, { maxPacketBytes: 2 ** 28 });
  it.read(Buffer.of(0x30, 0x80, 0x80, 0x80, 0x80, 0x01));
  t.true(it.error() instanceof PacketTooLong);
});

test('noise breaks nothing: every byte is passed on, taken, or ends the connection', (t) => {
  fc.assert(
    fc.property(
      fc.constantFrom(4 as const, 5 as const),
      fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 30 }),
      (protocol, pieces) => {
        const it = reader(protocol);
        for (const piece of pieces) {
          if (it.error() !== undefined) break;
          it.read(Buffer.from(piece));
        }
        return true;
      },
    ),
    { numRuns: 500 },
  );
  t.pass();
});

test('a bulk publication whose topic or properties reach past its end is left to mqtt.js, which refuses it', (t) => {
  const topic = Buffer.concat([Buffer.of(0, 6), Buffer.from('bulk/a')]);
  const cut = Buffer.concat([Buffer.of(0x32, topic.length + 1), topic, Buffer.of(1)]);
  const properties = Buffer.concat([Buffer.of(0x32, topic.length + 3), topic, Buffer.of(0, 1, 0x7f)]);
  for (const malformed of [cut, properties]) {
    const it = reader(5);
    it.read(malformed);
    t.deepEqual([it.bulk, Buffer.concat(it.passed)], [[], malformed]);
  }
});
