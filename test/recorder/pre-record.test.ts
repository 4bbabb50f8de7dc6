import test from 'ava';
import fc from 'fast-check';
import type { Fragment, FragmentEvent } from '../../agent/recorder/fragments.js';
import { PreRecordRing, type TakeGroup } from '../../agent/recorder/pre-record.js';

function init(name: string, bytes = 10): FragmentEvent {
  return { type: 'init', init: { bytes: Buffer.alloc(bytes), sha256: name, codecs: 'avc1.42c00a' } };
}

function fragment(name: string, bytes = 100, durationMs = 1000): FragmentEvent & { fragment: Fragment } {
  const media = { start: 0, duration: durationMs, timescale: 1000 };
  const fragment = { bytes: Buffer.alloc(bytes), sha256: name, media, keyframe: true, samples: 25 };
  return { type: 'fragment', fragment };
}

/** A group as its take's name and its fragments' names. */
function names(groups: readonly TakeGroup<{ monoMs: number }>[]): [string, ...string[]][] {
  return groups.map((group) => [group.init.sha256, ...group.fragments.map((held) => held.fragment.sha256)]);
}

function ring(durationMs = 3000, bytes = 1e6): PreRecordRing {
  return new PreRecordRing({ durationMs, bytes });
}

/** Pushes one second of footage at each whole second from `from` on. */
function pushSeconds(target: PreRecordRing, from: number, count: number): void {
  for (let s = from; s < from + count; s++) target.push(fragment(`f${s}`), { monoMs: s * 1000 });
}

test('the ring holds the last fragments that cover the time asked for', (t) => {
  const held = ring();
  held.push(init('a'), { monoMs: 0 });
  pushSeconds(held, 1, 10);
  t.is(held.durationMs, 3000);
  t.is(held.bytes, 310);
  t.deepEqual(names(held.drain()), [['a', 'f8', 'f9', 'f10']]);
});

test('a fragment leaves only when the rest still covers the time asked for', (t) => {
  const held = ring(2500);
  held.push(init('a'), { monoMs: 0 });
  pushSeconds(held, 1, 10);
  t.deepEqual(names(held.drain()), [['a', 'f8', 'f9', 'f10']]);
});

test('footage that arrives in a burst is measured by its own time', (t) => {
  const held = ring();
  held.push(init('a'), { monoMs: 0 });
  for (let i = 1; i <= 10; i++) held.push(fragment(`f${i}`), { monoMs: 500 });
  t.deepEqual(names(held.drain()), [['a', 'f8', 'f9', 'f10']]);
});

test('footage from before a long outage of the camera leaves when it works again', (t) => {
  const held = ring();
  held.push(init('a'), { monoMs: 0 });
  pushSeconds(held, 1, 3);
  held.push(init('b'), { monoMs: 600_000 });
  t.is(held.durationMs, 3000);
  pushSeconds(held, 601, 1);
  t.deepEqual(names(held.drain()), [['b', 'f601']]);
});

test('footage that grew too old since the last push is not given to a recording that starts now', (t) => {
  const held = ring();
  held.push(init('a'), { monoMs: 0 });
  pushSeconds(held, 1, 3);
  t.deepEqual(names(held.drain({ monoMs: 5000 })), [['a', 'f3']]);
  pushSeconds(held, 6, 1);
  t.deepEqual(names(held.drain({ monoMs: 60_000 })), [['a']]);
});

test('a camera restart begins a new group with its own init segment', (t) => {
  const held = ring(5000);
  held.push(init('a'), { monoMs: 0 });
  pushSeconds(held, 1, 2);
  held.push(init('b'), { monoMs: 2500 });
  held.push(init('c'), { monoMs: 2600 });
  pushSeconds(held, 3, 2);
  const groups = held.drain();
  t.deepEqual(names(groups), [
    ['a', 'f1', 'f2'],
    ['c', 'f3', 'f4'],
  ]);
  t.deepEqual(
    groups.map((group) => group.initArrival.monoMs),
    [0, 2600],
  );
  t.is(groups[1]?.fragments[0]?.arrival.monoMs, 3000);
});

test('two takes with the same init segment stay two groups', (t) => {
  const held = ring();
  const same = init('a');
  held.push(same, { monoMs: 0 });
  pushSeconds(held, 1, 1);
  held.push(same, { monoMs: 1500 });
  pushSeconds(held, 2, 1);
  t.deepEqual(names(held.drain()), [
    ['a', 'f1'],
    ['a', 'f2'],
  ]);
});

test('a group goes with its last fragment, and its init segment is no longer counted', (t) => {
  const held = ring(2000);
  held.push(init('a', 70), { monoMs: 0 });
  pushSeconds(held, 1, 2);
  held.push(init('b', 30), { monoMs: 2500 });
  t.is(held.bytes, 300);
  pushSeconds(held, 3, 2);
  t.is(held.bytes, 230);
  t.deepEqual(names(held.drain()), [['b', 'f3', 'f4']]);
});

test('a drain leaves the ring empty, and what follows continues the current take', (t) => {
  const held = ring();
  t.deepEqual(held.drain(), []);
  held.push(init('a'), { monoMs: 0 });
  pushSeconds(held, 1, 2);
  t.deepEqual(names(held.drain()), [['a', 'f1', 'f2']]);
  t.is(held.durationMs, 0);
  t.is(held.bytes, 10);
  t.deepEqual(names(held.drain()), [['a']]);
  pushSeconds(held, 9, 1);
  t.deepEqual(names(held.drain()), [['a', 'f9']]);
  held.push(init('b'), { monoMs: 9500 });
  t.deepEqual(names(held.drain()), [['b']]);
});

test('bytes are bounded from the front, whatever the time', (t) => {
  const held = ring(60_000, 450);
  held.push(init('a'), { monoMs: 0 });
  pushSeconds(held, 1, 10);
  t.is(held.bytes, 410);
  t.deepEqual(names(held.drain()), [['a', 'f7', 'f8', 'f9', 'f10']]);
});

test('the newest fragment stays unless it alone exceeds the bytes allowed', (t) => {
  const held = ring(0, 100);
  held.push(init('a'), { monoMs: 0 });
  held.push(fragment('fits', 100), { monoMs: 1000 });
  t.deepEqual(names(held.drain()), [['a', 'fits']]);
  held.push(fragment('small', 40), { monoMs: 2000 });
  held.push(fragment('too large', 101), { monoMs: 3000 });
  t.is(held.durationMs, 0);
  t.deepEqual(names(held.drain()), [['a']]);
});

test('a fragment before any init segment is refused', (t) => {
  t.throws(() => ring().push(fragment('f'), { monoMs: 0 }), { code: 'LIUHEN_STATE' });
});

test('after any pushes and drains the ring holds an unbroken tail within its bounds', (t) => {
  const step = fc.oneof(
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('init' as const), size: fc.integer({ min: 1, max: 60 }) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('drain' as const), size: fc.constant(0) }) },
    {
      weight: 20,
      arbitrary: fc.record({
        kind: fc.constant('fragment' as const),
        size: fc.integer({ min: 1, max: 400 }),
      }),
    },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const held = ring(20_000, 3000);
      held.push(init('first'), { monoMs: 0 });
      let since: { name: string; size: number }[] = [];
      for (const [index, { kind, size }] of [...steps, { kind: 'drain' as const, size: 0 }].entries()) {
        const arrival = { monoMs: index * 700 };
        if (kind === 'init') held.push(init(`i${index}`, size), arrival);
        if (kind === 'fragment') {
          held.push(fragment(`f${index}`, size, 700), arrival);
          since.push({ name: `f${index}`, size });
          t.true(held.bytes <= 3000);
          t.true(held.durationMs <= 20_700 && held.durationMs >= 700);
        }
        if (kind !== 'drain') continue;
        const bytes = held.bytes;
        const groups = held.drain();
        const got = groups.flatMap((group) => group.fragments.map(({ fragment: f }) => f.sha256));
        t.deepEqual(
          got,
          since.slice(since.length - got.length).map(({ name }) => name),
        );
        const fragmentBytes = groups
          .flatMap((group) => group.fragments)
          .reduce((sum, f) => sum + f.fragment.bytes.length, 0);
        t.is(fragmentBytes + groups.reduce((sum, group) => sum + group.init.bytes.length, 0), bytes);
        since = [];
      }
    }),
    { numRuns: 100 },
  );
});
