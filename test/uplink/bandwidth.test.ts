import test from 'ava';
import fc from 'fast-check';
import { Bandwidth } from '../../agent/uplink/bandwidth.js';
import { ManualTimers } from '../support/uplink.js';

test('what is taken never exceeds the rate by more than one burst, over any span', (t) => {
  const plan = fc.array(fc.record({ bytes: fc.integer({ min: 1, max: 20_000 }), idleMs: fc.nat(500) }), {
    minLength: 1,
    maxLength: 80,
  });
  fc.assert(
    fc.property(plan, (steps) => {
      const timers = new ManualTimers();
      const bandwidth = new Bandwidth(800_000, 20_000, timers);
      const taken: { atMs: number; bytes: number }[] = [];
      for (const { bytes, idleMs } of steps) {
        timers.advance(idleMs);
        for (let waitMs = bandwidth.take(bytes); waitMs > 0; waitMs = bandwidth.take(bytes))
          timers.advance(waitMs);
        taken.push({ atMs: timers.nowMs(), bytes });
      }
      return taken.every(({ atMs: fromMs }, from) => {
        let sum = 0;
        return taken.slice(from).every(({ atMs, bytes }) => {
          sum += bytes;
          return sum <= (atMs - fromMs) * 100 + 25_000;
        });
      });
    }),
  );
  t.pass();
});

test('the wait it names is enough', (t) => {
  const timers = new ManualTimers();
  const bandwidth = new Bandwidth(8000, 1000, timers);
  t.is(bandwidth.take(1000), 0);
  const waitMs = bandwidth.take(500);
  t.is(waitMs, 500);
  timers.advance(waitMs);
  t.is(bandwidth.take(500), 0);
});

test('without a ceiling nothing waits', (t) => {
  const bandwidth = new Bandwidth(undefined, 1000, new ManualTimers());
  for (let i = 0; i < 100; i++) t.is(bandwidth.take(10_000_000), 0);
});
