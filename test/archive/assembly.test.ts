import { createHash } from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import { Assembly, chunkCost } from '../../agent/archive/assembly.js';
import { ChunkMemory } from '../../agent/archive/chunk-memory.js';
import { type Holder, InFlight } from '../../agent/archive/in-flight.js';
import { StepBack } from '../../agent/archive/step-back.js';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

test('chunks in any order and overlap add up to the bytes, and what is missing is told exactly', (t) => {
  const chunk = fc.record({ offset: fc.nat(4000), length: fc.integer({ min: 1, max: 900 }) });
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 4000 }),
      fc.array(chunk, { maxLength: 40 }),
      fc.integer({ min: 1, max: 1000 }),
      (array, chunks, grid) => {
        const bytes = Buffer.from(array);
        const assembly = new Assembly(sha256(bytes), bytes.length, new ChunkMemory(0));
        const covered = new Set<number>();
        const add = (offset: number, length: number) => {
          const cost = assembly.costOf(offset, length);
          if (offset + length > bytes.length) return cost === undefined;
          const before = assembly.cost;
          assembly.add(offset, bytes.subarray(offset, offset + length));
          for (let at = offset; at < offset + length; at++) covered.add(at);
          return assembly.cost - before === cost;
        };
        for (const { offset, length } of chunks) if (!add(offset, length)) return false;
        const missing = assembly.missing(grid, 1_000_000);
        const expected = Array.from({ length: Math.ceil(bytes.length / grid) }, (_, at) => at * grid).filter(
          (from) => {
            for (let at = from; at < Math.min(bytes.length, from + grid); at++)
              if (!covered.has(at)) return true;
            return false;
          },
        );
        if (JSON.stringify(missing) !== JSON.stringify(expected)) return false;
        for (const offset of missing) if (!add(offset, Math.min(grid, bytes.length - offset))) return false;
        return assembly.isComplete && assembly.matches() && Buffer.concat(assembly.bytes()).equals(bytes);
      },
    ),
  );
  t.pass();
});

test('a thousand one-byte chunks count for what they cost, not for what they hold', (t) => {
  const assembly = new Assembly('', 10_000, new ChunkMemory(0));
  for (let at = 0; at < 1000; at++) assembly.add(at * 2, Buffer.alloc(1));
  t.is(assembly.cost, 1000 * chunkCost(1));
  t.true(chunkCost(1) >= 500);
});

test('one device may have all the memory, and gives back what another needs for its share', (t) => {
  const inFlight = new InFlight(1000);
  const holder = (): Holder & { gaveUp: number } => {
    const each = {
      gaveUp: 0,
      giveUpStalest() {
        each.gaveUp++;
        inFlight.release(each, 100);
        return 100;
      },
    };
    return each;
  };
  const [greedy, late] = [holder(), holder()];
  for (let at = 0; at < 10; at++) t.true(inFlight.take(greedy, 100));
  t.false(inFlight.take(greedy, 100));
  for (let at = 0; at < 5; at++) t.true(inFlight.take(late, 100));
  t.false(inFlight.take(late, 100));
  t.is(greedy.gaveUp, 5);
  t.is(late.gaveUp, 0);
  t.is(inFlight.total, 1000);
});

test('each mismatch asks further back, up to the beginning, and then not in circles', (t) => {
  const step = new StepBack();
  const asked: number[] = [];
  for (let at = 0; at < 3; at++) if (step.mismatch(10_000, at)) asked.push(step.from(10_000));
  t.deepEqual(asked, [9744, 5904, 0]);
  t.false(step.mismatch(10_000, 4));
  t.is(step.from(10_000), 0);
  t.true(step.mismatch(10_000, 10_000));
  step.clear();
  t.is(step.from(10_000), 10_000);
});
