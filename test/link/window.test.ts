import test from 'ava';
import fc from 'fast-check';
import { Window } from '../../agent/link/window.js';
import { LiuhenError } from '../../config/errors.js';

const GONE = new LiuhenError('LIUHEN_LINK', 'gone');
const KIB = 1024;

/** Asks for admission and tells whether it was given. */
function ask(window: Window, bytes: number, lane: 'first' | 'bulk'): { admitted: boolean; refused: boolean } {
  const state = { admitted: false, refused: false };
  window.admission(bytes, lane).then(
    () => {
      state.admitted = true;
    },
    () => {
      state.refused = true;
    },
  );
  return state;
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

test('bulk waits for room in bytes, and what is urgent does not', async (t) => {
  const window = new Window(100 * KIB);
  window.open(1000);
  const first = ask(window, 60 * KIB, 'bulk');
  const second = ask(window, 60 * KIB, 'bulk');
  const urgent = ask(window, 60 * KIB, 'first');
  await settle();
  t.deepEqual([first.admitted, second.admitted, urgent.admitted], [true, false, true]);
  window.release(60 * KIB, 'bulk', 0, 1);
  await settle();
  t.true(second.admitted);
});

test('a message larger than the window goes alone', async (t) => {
  const window = new Window(64 * KIB);
  window.open(1000);
  const small = ask(window, 1, 'bulk');
  const large = ask(window, 200 * KIB, 'bulk');
  await settle();
  t.deepEqual([small.admitted, large.admitted], [true, false]);
  window.release(1, 'bulk', 0, 1);
  await settle();
  t.true(large.admitted);
});

test("both lanes keep to the broker's Receive Maximum, and bulk leaves one message free", async (t) => {
  const window = new Window(1000 * KIB);
  window.open(3);
  const bulk = [ask(window, 1, 'bulk'), ask(window, 1, 'bulk'), ask(window, 1, 'bulk')];
  const urgent = [ask(window, 1, 'first'), ask(window, 1, 'first')];
  await settle();
  t.deepEqual(
    [...bulk, ...urgent].map(({ admitted }) => admitted),
    [true, true, false, true, false],
  );
  window.release(1, 'bulk', 0, 1);
  await settle();
  t.true(urgent[1]?.admitted, 'the urgent one goes before the bulk that waited longer');
  t.false(bulk[2]?.admitted);
});

test('a Receive Maximum of one still lets both lanes through', async (t) => {
  const window = new Window(1000 * KIB);
  window.open(1);
  const bulk = ask(window, 1, 'bulk');
  const urgent = ask(window, 1, 'first');
  await settle();
  t.deepEqual([bulk.admitted, urgent.admitted], [true, false]);
  window.release(1, 'bulk', 0, 1);
  await settle();
  t.true(urgent.admitted);
});

test('whoever waits is told when the connection goes, and nothing is admitted until the next', async (t) => {
  const window = new Window(100 * KIB);
  window.open(10);
  ask(window, 90 * KIB, 'bulk');
  const waiting = ask(window, 90 * KIB, 'bulk');
  await settle();
  window.shut(GONE);
  const early = ask(window, 1, 'first');
  await settle();
  t.deepEqual([waiting.refused, early.admitted, window.bulkBytes], [true, false, 0]);
  window.open(10);
  await settle();
  t.true(early.admitted);
});

test('quick acknowledgements let the window grow to its maximum, slow ones cut it to a floor', async (t) => {
  const window = new Window(2048 * KIB);
  window.open(65_535);
  /** Acknowledges all that is in flight, and says how much is then admitted of a long queue. */
  const round = async (ackMs: number): Promise<number> => {
    const inFlight = window.bulkBytes / (64 * KIB);
    nowMs += ackMs;
    for (let i = 0; i < inFlight; i++) window.release(64 * KIB, 'bulk', nowMs - ackMs, nowMs);
    await settle();
    return window.bulkBytes / KIB;
  };
  let nowMs = 0;
  for (let i = 0; i < 500; i++) ask(window, 64 * KIB, 'bulk');
  await settle();
  t.is(window.bulkBytes, 256 * KIB);
  for (let i = 0; i < 6; i++) await round(50);
  t.is(await round(50), 2048);
  t.is(await round(3000), 1024, 'one cut a round, not one an acknowledgement');
  for (let i = 0; i < 6; i++) await round(3000);
  t.is(await round(3000), 256);
});

test('bulk bytes in flight never exceed the window, whatever the order of things', async (t) => {
  const steps = fc.array(
    fc.record({ bytes: fc.integer({ min: 1, max: 60 * KIB }), release: fc.boolean(), slow: fc.boolean() }),
    { maxLength: 60 },
  );
  await fc.assert(
    fc.asyncProperty(steps, async (plan) => {
      const window = new Window(64 * KIB);
      window.open(20);
      const admitted: number[] = [];
      let nowMs = 0;
      for (const { bytes, release, slow } of plan) {
        window.admission(bytes, 'bulk').then(() => admitted.push(bytes));
        await settle();
        if (window.bulkBytes > 64 * KIB) return false;
        const done = release ? admitted.shift() : undefined;
        nowMs += slow ? 5000 : 10;
        if (done !== undefined) window.release(done, 'bulk', nowMs - (slow ? 5000 : 10), nowMs);
        await settle();
        if (window.bulkBytes > 64 * KIB || window.messages > 20) return false;
      }
      return window.bulkBytes === admitted.reduce((sum, bytes) => sum + bytes, 0);
    }),
  );
  t.pass();
});
