import { randomFillSync } from 'node:crypto';
import test from 'ava';
import crc16xmodem from 'crc/calculators/crc16xmodem';
import fc from 'fast-check';
import { LiuhenError } from '../../config/errors.js';
import {
  encodeFrame,
  type FrameCounters,
  MAX_BODY_BYTES,
  MAX_LINE_BYTES,
  SmpFrameParser,
} from '../../firmware-bridge/smp-frame.js';
import { inChunks } from '../support/scripted-link.js';
import { ZEPHYR_EXCHANGES } from '../support/smp-vectors.js';

const NOTHING: FrameCounters = {
  frames: 0,
  textBytes: 0,
  badLines: 0,
  strayLines: 0,
  unfinished: 0,
  badLengths: 0,
  badChecksums: 0,
  droppedBytes: 0,
};

const wire = (body: Uint8Array) => Buffer.concat(encodeFrame(body));
const line = (marker: string, raw: Uint8Array) =>
  Buffer.from(`${marker}${Buffer.from(raw).toString('base64')}\n`, 'latin1');
const FIRST = '\x06\x09';
const NEXT = '\x04\x14';
const GOOD = Buffer.from('a good frame');
const LONG = Buffer.from('a frame of several lines '.repeat(20));

/** The bodies found, and what was counted beside nothing. */
function parse(bytes: Uint8Array, options = {}): { bodies: string[]; counted: Partial<FrameCounters> } {
  const parser = new SmpFrameParser(options);
  const bodies = parser.push(bytes).map(String);
  const counted = Object.entries(parser.counters).filter(([, count]) => count > 0);
  return { bodies, counted: Object.fromEntries(counted) };
}

test('the checksum is CRC-16/XMODEM, whose published check value is 31C3', (t) => {
  t.is(crc16xmodem(Buffer.from('123456789')), 0x31c3);
  const [only = Buffer.alloc(0)] = encodeFrame(Buffer.from('123456789'));
  t.is(
    Buffer.from(only.toString('latin1').slice(2, -1), 'base64').toString('hex'),
    '000b31323334353637383931c3',
  );
});

for (const { comment, sent, answered } of ZEPHYR_EXCHANGES)
  test(`frames are those that Zephyr sends and takes: ${comment}`, (t) => {
    for (const text of [sent, answered]) {
      const { bodies, counted } = parse(Buffer.from(text, 'latin1'));
      t.deepEqual(counted, { frames: 1 });
      const parser = new SmpFrameParser();
      const [body = Buffer.alloc(0)] = parser.push(Buffer.from(text, 'latin1'));
      t.is(bodies.length, 1);
      t.is(wire(body).toString('latin1'), text);
    }
  });

test('a body of any length comes back whole, through chunks of any size, in lines of at most 127 bytes', (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 700 }), { minLength: 1, maxLength: 4 }),
      fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 5 }),
      (bodies, sizes) => {
        const lines = bodies.flatMap((body) => encodeFrame(body));
        if (lines.some((each) => each.length > MAX_LINE_BYTES || each.at(-1) !== 0x0a)) return false;
        const parser = new SmpFrameParser();
        const found: Buffer[] = [];
        inChunks(Buffer.concat(lines), sizes, (chunk) => found.push(...parser.push(chunk)));
        return (
          found.length === bodies.length &&
          found.every((body, n) => body.equals(bodies[n] ?? Buffer.alloc(0))) &&
          parser.counters.droppedBytes === 0
        );
      },
    ),
  );
  t.pass();
});

test('log text before, between and after lines is counted as text and hurts nothing', (t) => {
  const [first = Buffer.alloc(0), ...rest] = encodeFrame(LONG);
  const log = Buffer.from('[00:00:01.000] <inf> main: started\r\n');
  const prompt = Buffer.from('uart:~$ ');
  const { bodies, counted } = parse(Buffer.concat([log, prompt, first, log, ...rest, log]));
  t.deepEqual(bodies, [String(LONG)]);
  t.deepEqual(counted, { frames: 1, textBytes: 3 * log.length + prompt.length });
});

test('lines may end in carriage return and line feed', (t) => {
  const text = wire(LONG).toString('latin1').replaceAll('\n', '\r\n');
  t.deepEqual(parse(Buffer.from(text, 'latin1')), { bodies: [String(LONG)], counted: { frames: 1 } });
});

const damaged: { comment: string; bytes: Buffer; counted: Partial<FrameCounters> }[] = [
  {
    comment: 'a wrong checksum',
    bytes: line(FIRST, Buffer.from([0, 5, 1, 2, 3, 0, 0])),
    counted: { badChecksums: 1 },
  },
  {
    comment: 'a missing continuation',
    bytes: Buffer.concat(encodeFrame(LONG).filter((_, n) => n !== 1)),
    counted: { unfinished: 1 },
  },
  {
    comment: 'a missing first line',
    bytes: Buffer.concat(encodeFrame(LONG).slice(1)),
    counted: { strayLines: encodeFrame(LONG).length - 1 },
  },
  {
    comment: 'a length shorter than what comes',
    bytes: line(FIRST, Buffer.from([0, 3, 1, 2, 3, 4, 5])),
    counted: { badLengths: 1 },
  },
  {
    comment: 'a length without a body',
    bytes: line(FIRST, Buffer.from([0, 2, 0, 0])),
    counted: { badLengths: 1 },
  },
  { comment: 'a length of zero', bytes: line(FIRST, Buffer.from([0, 0])), counted: { badLengths: 1 } },
  {
    comment: 'a first line too short for a length',
    bytes: line(FIRST, Buffer.from([9])),
    counted: { badLengths: 1 },
  },
  { comment: 'an empty line', bytes: Buffer.from(`${FIRST}\n`), counted: { badLines: 1 } },
  { comment: 'what is not base64', bytes: Buffer.from(`${FIRST}AA*A\n`), counted: { badLines: 1 } },
  { comment: 'base64 cut short', bytes: Buffer.from(`${FIRST}AAAAA\n`), counted: { badLines: 1 } },
  { comment: 'padding within a line', bytes: Buffer.from(`${FIRST}AA==AAAA\n`), counted: { badLines: 1 } },
  { comment: 'an endless line', bytes: Buffer.from(`${FIRST}${'A'.repeat(126)}`), counted: { badLines: 1 } },
  {
    comment: 'a line cut off by the next frame',
    bytes: wire(GOOD).subarray(0, -5),
    counted: { badLines: 1 },
  },
  {
    comment: 'a bad line within a frame, whose other lines go with it',
    bytes: Buffer.concat(encodeFrame(LONG).map((each, n) => (n === 1 ? Buffer.from(`${NEXT}!!!!\n`) : each))),
    counted: { badLines: 1, strayLines: encodeFrame(LONG).length - 2 },
  },
];

for (const { comment, bytes, counted } of damaged)
  test(`the next good frame is found after ${comment}, which is counted`, (t) => {
    const seen = parse(Buffer.concat([bytes, wire(GOOD)]));
    t.deepEqual(seen.bodies, [String(GOOD)]);
    const { droppedBytes, ...others } = seen.counted;
    t.deepEqual(others, { frames: 1, ...counted });
    t.is(droppedBytes, bytes.length);
  });

test('a frame announced as longer than the bound is dropped unread', (t) => {
  const seen = parse(Buffer.concat([wire(LONG), wire(GOOD)]), { maxBodyBytes: LONG.length - 1 });
  t.deepEqual(seen.bodies, [String(GOOD)]);
  t.is(seen.counted.badLengths, 1);
  t.deepEqual(parse(wire(LONG), { maxBodyBytes: LONG.length }).bodies, [String(LONG)]);
});

test('every flipped bit of a frame costs that frame and no other', (t) => {
  const bytes = wire(GOOD);
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const flipped = Buffer.from(bytes);
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    const { bodies } = parse(Buffer.concat([flipped, wire(GOOD)]));
    // Base64 leaves bits of its last character unused: flipping those changes nothing.
    if (bodies.length === 2) t.deepEqual(bodies, [String(GOOD), String(GOOD)]);
    else t.deepEqual(bodies, [String(GOOD)], `bit ${bit}`);
  }
});

test('a million random bytes cost counters only, every byte is counted once, and the next good frame is found', (t) => {
  const parser = new SmpFrameParser({ maxBodyBytes: 4096 });
  const noise = Buffer.alloc(10_000);
  let markers = 0;
  for (let round = 0; round < 120; round++) {
    randomFillSync(noise);
    // Random bytes alone seldom look like frames: sow what does.
    for (let at = 0; at < noise.length - 40; at += 40 + (noise[at] ?? 0)) {
      noise.write(['\x06\x09', '\x04\x14', '\x06\x09AAsI', '\n'][round % 4] ?? '', at, 'latin1');
      markers++;
    }
    parser.push(noise);
  }
  t.true(markers > 1000);
  parser.push(Buffer.from('\n'));
  parser.reset();
  const { textBytes, droppedBytes, frames } = parser.counters;
  t.is(frames, 0);
  t.is(textBytes + droppedBytes, 120 * noise.length + 1);
  t.deepEqual(parser.push(wire(GOOD)).map(String), [String(GOOD)]);
});

test('reset forgets a half-read frame and a half-read line', (t) => {
  const parser = new SmpFrameParser();
  const [first = Buffer.alloc(0), second = Buffer.alloc(0)] = encodeFrame(LONG);
  parser.push(first);
  parser.push(second.subarray(0, 20));
  parser.reset();
  t.deepEqual(parser.push(wire(GOOD)).map(String), [String(GOOD)]);
  t.is(parser.counters.frames, 1);
  t.is(parser.counters.droppedBytes, first.length + 20);
});

test('an empty body and one over the length field cannot be framed', (t) => {
  for (const length of [0, MAX_BODY_BYTES + 1]) {
    const error = t.throws(() => encodeFrame(Buffer.alloc(length)), { instanceOf: LiuhenError });
    t.is(error?.code, 'LIUHEN_FIRMWARE_MESSAGE');
  }
  const whole = new SmpFrameParser().push(wire(Buffer.alloc(MAX_BODY_BYTES, 7)));
  t.is(whole[0]?.length, MAX_BODY_BYTES);
});

test('a parser that has seen nothing has counted nothing', (t) => {
  t.deepEqual(new SmpFrameParser().counters, NOTHING);
});
