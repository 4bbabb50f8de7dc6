import test from 'ava';
import { CommandTime } from '../../agent/commands/command-time.js';
import { HandClock } from '../support/clock.js';

const NOON = Date.parse('2026-11-23T04:00:00Z');

function timeAt(wallMs: number, source: 'gnss' | 'ntp' | 'rtc' | 'none') {
  const clock = new HandClock(wallMs);
  clock.reading.source = source;
  return { clock, time: new CommandTime(clock) };
}

test('a clock set by satellites or the network is believed, whatever the archive says', (t) => {
  for (const source of ['gnss', 'ntp'] as const) {
    const { time } = timeAt(NOON, source);
    time.sealed(1);
    time.witnessed(1, 5);
    t.deepEqual(time.now(NOON + 1), { earliestMs: NOON, latestMs: NOON, by: 'clock' });
  }
});

test('a real-time clock is believed from the floor on, one that nobody set not at all', (t) => {
  t.is(timeAt(0, 'none').time.now(NOON), undefined);
  t.is(timeAt(0, 'rtc').time.now(NOON)?.latestMs, NOON);
  t.is(timeAt(NOON + 5000, 'rtc').time.now(NOON)?.latestMs, NOON + 5000);
});

test('the archive bounds the time from the writing of what it signed to its answer, and both bounds go on with the monotonic clock', (t) => {
  const { clock, time } = timeAt(0, 'none');
  time.sealed(3);
  clock.pass(40_000);
  time.witnessed(3, NOON / 1000);
  // Written 40 s before the answer was heard: the archive may have signed it at once, and the answer been held up for so long.
  t.deepEqual(time.now(0), { earliestMs: NOON, latestMs: NOON + 41_000, by: 'archive' });
  clock.pass(5000);
  t.deepEqual(time.now(0), { earliestMs: NOON + 5000, latestMs: NOON + 46_000, by: 'archive' });
});

test('what was sealed before this process, or is larger than what it sealed, tells no time', (t) => {
  const { time } = timeAt(0, 'none');
  time.witnessed(3, NOON / 1000);
  t.is(time.now(0), undefined);
  time.sealed(10);
  time.witnessed(9, NOON / 1000);
  t.is(time.now(0), undefined);
  time.witnessed(10, NOON / 1000);
  t.is(time.now(0)?.by, 'archive');
});

test('a machine that slept makes the span wider by what its wall clock says', (t) => {
  const { clock, time } = timeAt(0, 'none');
  time.sealed(1);
  time.witnessed(1, NOON / 1000);
  clock.reading.wallMs += 3_600_000;
  t.is(time.now(0)?.latestMs, NOON + 3_601_000);
});
