import test from 'ava';
import fc from 'fast-check';
import { type FrameFormat, Frames } from '../../drivers/frames.js';
import { noise } from '../support/noise.js';
import { inChunks } from '../support/scripted-link.js';

const LINES: FrameFormat = { end: 0x0a, maxBytes: 16 };
const FRAMED: FrameFormat = { start: 0x24, end: 0x0a, maxBytes: 16 };

function framesOf(format: FrameFormat, bytes: Buffer, sizes: readonly number[] = [4096]) {
  const found: string[] = [];
  const frames = new Frames(format, (frame) => found.push(frame.toString('latin1')));
  inChunks(bytes, sizes, (chunk) => frames.push(chunk));
  return { found, frames };
}

test('frames come out whole, however they were cut into chunks', (t) => {
  const bytes = Buffer.from('noise$one\n$two\nmore$three\n$fo');
  for (const size of [1, 2, 3, 5, 7, 100]) {
    const { found, frames } = framesOf(FRAMED, bytes, [size]);
    t.deepEqual(found, ['one', 'two', 'three']);
    t.is(frames.counters.droppedBytes, 'noise'.length + 'more'.length);
  }
});

test('a frame that begins inside another is taken, and the half before it is dropped', (t) => {
  const { found, frames } = framesOf(FRAMED, Buffer.from('$GPGG$one\n'), [4]);
  t.deepEqual(found, ['one']);
  t.is(frames.counters.interrupted, 1);
  t.is(frames.counters.droppedBytes, '$GPGG'.length);
});

test('a line of the longest length is taken, one byte more is not', (t) => {
  const { found, frames } = framesOf(LINES, Buffer.from(`${'a'.repeat(16)}\n${'b'.repeat(17)}\nc\n`), [6]);
  t.deepEqual(found, ['a'.repeat(16), 'c']);
  t.is(frames.counters.tooLong, 1);
  t.is(frames.counters.droppedBytes, 18);
});

test('a reset forgets the half frame, so that it does not join with what comes after a gap', (t) => {
  const found: string[] = [];
  const frames = new Frames(FRAMED, (frame) => found.push(frame.toString()));
  frames.push(Buffer.from('$on'));
  frames.reset();
  frames.push(Buffer.from('e\n$two\n'));
  t.deepEqual(found, ['two']);
  t.is(frames.counters.droppedBytes, 3 + 2);
});

test('an endless line costs no memory', (t) => {
  const chunk = Buffer.alloc(1024 * 1024, 0x41);
  for (const format of [LINES, FRAMED]) {
    const frames = new Frames(format, () => t.fail());
    frames.push(Buffer.from('$'));
    const before = process.memoryUsage().arrayBuffers;
    for (let mib = 0; mib < 64; mib++) frames.push(chunk);
    t.true(process.memoryUsage().arrayBuffers - before < 1024 * 1024);
    t.is(frames.counters.tooLong, 1);
  }
});

/** Bytes in which starts and ends are frequent. */
const lively = fc.array(fc.constantFrom(0x24, 0x0a, 0x41, 0x42, 0x00, 0xff), { maxLength: 300 });
const formats = fc.constantFrom(LINES, FRAMED);
const chunking = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 10 });

test('whatever comes, chunks change nothing, every byte is accounted for, and the next good frame is taken', (t) => {
  fc.assert(
    fc.property(formats, lively, chunking, (format, values, sizes) => {
      // The end ends what was begun, so that nothing is left open.
      const bytes = Buffer.concat([Buffer.from(values), Buffer.from('\n$good\n')]);
      const { found, frames } = framesOf(format, bytes, sizes);
      t.deepEqual(found, framesOf(format, bytes).found);
      t.is(found.at(-1), format.start === undefined ? '$good' : 'good');
      const around = format.start === undefined ? 1 : 2;
      const taken = found.reduce((sum, frame) => sum + frame.length + around, 0);
      t.is(taken + frames.counters.droppedBytes, bytes.length);
      t.is(frames.counters.frames, found.length);
      t.true(found.every((frame) => frame.length <= format.maxBytes));
    }),
    { numRuns: 2000 },
  );
});

test('after four million random bytes every byte is accounted for and the next frame is taken', (t) => {
  for (const format of [LINES, FRAMED]) {
    let taken = 0;
    let last = '';
    const frames = new Frames(format, (frame) => {
      taken += frame.length + (format.start === undefined ? 1 : 2);
      last = frame.toString('latin1');
    });
    inChunks(noise(4_000_000), [1, 977, 64, 3, 4096], (chunk) => frames.push(chunk));
    frames.push(Buffer.from('\n$good\n'));
    t.regex(last, /^\$?good$/);
    t.is(taken + frames.counters.droppedBytes, 4_000_007);
    t.true(frames.counters.tooLong > 0 && frames.counters.frames > 500);
  }
});
