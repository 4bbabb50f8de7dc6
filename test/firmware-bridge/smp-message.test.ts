import test from 'ava';
import fc from 'fast-check';
import { LiuhenError } from '../../config/errors.js';
import { errorOf, SmpError } from '../../firmware-bridge/smp-error.js';
import { SmpFrameParser } from '../../firmware-bridge/smp-frame.js';
import {
  decodeMessage,
  encodeMessage,
  HEADER_BYTES,
  type SmpOp,
  type SmpVersion,
} from '../../firmware-bridge/smp-message.js';
import { ZEPHYR_EXCHANGES } from '../support/smp-vectors.js';

for (const { comment, request, sent, answered, response } of ZEPHYR_EXCHANGES)
  test(`messages are those that Zephyr takes and gives: ${comment}`, (t) => {
    const [asked = Buffer.alloc(0)] = new SmpFrameParser().push(Buffer.from(sent, 'latin1'));
    t.deepEqual(encodeMessage(request), asked);
    t.deepEqual(decodeMessage(asked), { flags: 0, ...request });
    const [answer = Buffer.alloc(0)] = new SmpFrameParser().push(Buffer.from(answered, 'latin1'));
    const message = decodeMessage(answer);
    t.deepEqual(message.data, response);
    t.is(message.sequence, request.sequence);
    t.true(message.op === request.op + 1);
  });

test('every header and any data of a message come back', (t) => {
  const data = fc.dictionary(
    fc.string().filter((key) => key !== '__proto__'),
    fc.oneof(fc.boolean(), fc.maxSafeInteger(), fc.string(), fc.uint8Array(), fc.array(fc.nat())),
    { noNullPrototype: true },
  );
  const byte = fc.integer({ min: 0, max: 255 });
  const message = fc.record({
    version: fc.constantFrom<SmpVersion>(1, 2),
    op: fc.constantFrom<SmpOp>(0, 1, 2, 3),
    flags: byte,
    group: fc.integer({ min: 0, max: 65535 }),
    sequence: byte,
    command: byte,
    data,
  });
  fc.assert(
    fc.property(message, (each) => {
      t.deepEqual(decodeMessage(encodeMessage(each)), each);
    }),
  );
});

const header = Buffer.from('0900000000404700', 'hex');
const message = (data: Buffer, change: (bytes: Buffer) => void = () => {}) => {
  const bytes = Buffer.concat([header, data]);
  bytes.writeUInt16BE(data.length, 2);
  change(bytes);
  return bytes;
};

test('a message without data reads as an empty map', (t) => {
  t.deepEqual(decodeMessage(message(Buffer.alloc(0))).data, {});
});

const bad: { comment: string; bytes: Buffer }[] = [
  { comment: 'shorter than a header', bytes: header.subarray(0, HEADER_BYTES - 1) },
  {
    comment: 'with fewer bytes than its length says',
    bytes: message(Buffer.from('a0', 'hex'), (b) => b.writeUInt16BE(2, 2)),
  },
  {
    comment: 'with more bytes than its length says',
    bytes: message(Buffer.from('a0', 'hex'), (b) => b.writeUInt16BE(0, 2)),
  },
  {
    comment: 'of a version that does not exist',
    bytes: message(Buffer.from('a0', 'hex'), (b) => b.writeUInt8(0x11, 0)),
  },
  { comment: 'with a reserved bit', bytes: message(Buffer.from('a0', 'hex'), (b) => b.writeUInt8(0x29, 0)) },
  {
    comment: 'of an operation that does not exist',
    bytes: message(Buffer.from('a0', 'hex'), (b) => b.writeUInt8(0x0c, 0)),
  },
  { comment: 'whose data is no map', bytes: message(Buffer.from('80', 'hex')) },
  { comment: 'whose data is bytes', bytes: message(Buffer.from('40', 'hex')) },
  { comment: 'whose map is cut off', bytes: message(Buffer.from('a16172', 'hex')) },
  { comment: 'with something behind its map', bytes: message(Buffer.from('a0a0', 'hex')) },
  { comment: 'with a key twice', bytes: message(Buffer.from('a2617201617202', 'hex')) },
  { comment: 'with a key that is a number', bytes: message(Buffer.from('a10102', 'hex')) },
  { comment: 'with a number beyond 2^53', bytes: message(Buffer.from('a161721bffffffffffffffff', 'hex')) },
  { comment: 'that claims four thousand million entries', bytes: message(Buffer.from('baffffffff', 'hex')) },
  { comment: 'of sixty thousand lists within each other', bytes: message(Buffer.alloc(60_000, 0x9f)) },
];

for (const { comment, bytes } of bad)
  test(`a message ${comment} is refused`, (t) => {
    t.is(t.throws(() => decodeMessage(bytes), { instanceOf: LiuhenError })?.code, 'LIUHEN_FIRMWARE_MESSAGE');
  });

test('any bytes read as a message or are refused with our own error', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const body = Buffer.concat([header, bytes]);
      body.writeUInt16BE(bytes.length, 2);
      try {
        return typeof decodeMessage(body).data === 'object';
      } catch (error) {
        return error instanceof LiuhenError && error.code === 'LIUHEN_FIRMWARE_MESSAGE';
      }
    }),
    { numRuns: 2000 },
  );
  t.pass();
});

test('an error of version 2 carries its group, code and words', (t) => {
  const error = errorOf('image test', { err: { group: 1, rc: 8 } });
  t.true(error instanceof SmpError);
  t.like(error, { code: 'LIUHEN_FIRMWARE', group: 1, rc: 8 });
  t.is(error?.message, 'image test: no image with that hash (image rc 8)');
});

test('an error of version 1 has no group, and its reason is shown in printable characters', (t) => {
  const error = errorOf('echo', { rc: 2, rsn: `too\u001b[31m big${'!'.repeat(100)}` });
  t.like(error, { code: 'LIUHEN_FIRMWARE', group: undefined, rc: 2 });
  t.true(
    error?.message.startsWith(
      'echo: not enough memory, probably because the request is too large (rc 2, too?[31m big',
    ),
  );
  t.true((error?.message.length ?? 999) < 170);
});

test('a code without words is told as its number', (t) => {
  t.is(
    errorOf('x', { err: { group: 77, rc: 300 } })?.message,
    'x: a code that is not known here (group 77 rc 300)',
  );
});

test('no rc, rc 0 and err rc 0 are success; an rc that is no number is malformed', (t) => {
  t.is(errorOf('x', {}), undefined);
  t.is(errorOf('x', { rc: 0, off: 5 }), undefined);
  t.is(errorOf('x', { err: { group: 1, rc: 0 } }), undefined);
  t.is(errorOf('x', { rc: 'no' })?.code, 'LIUHEN_FIRMWARE_MESSAGE');
  t.is(errorOf('x', { err: 5 })?.code, 'LIUHEN_FIRMWARE_MESSAGE');
});
