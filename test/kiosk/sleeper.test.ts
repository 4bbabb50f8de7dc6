import test from 'ava';
import { Sleeper } from '../../agent/kiosk/window-hardware.js';
import { ManualTimers } from '../support/timers.js';

test('the screen goes dark when nobody stood before it for a while, and wakes at once', (t) => {
  const timers = new ManualTimers();
  const told: string[] = [];
  const sleeper = new Sleeper(timers, 10_000, (event) => told.push(event));
  sleeper.sees(false);
  timers.advance(9_999);
  t.deepEqual(told, []);
  sleeper.sees(true);
  sleeper.sees(false);
  timers.advance(9_999);
  t.deepEqual(told, ['wake']);
  timers.advance(1);
  t.deepEqual(told, ['wake', 'sleep']);
  sleeper.sees(true);
  t.deepEqual(told, ['wake', 'sleep', 'wake']);
  sleeper.sees(false);
  sleeper.stop();
  t.is(timers.pending, 0);
});
