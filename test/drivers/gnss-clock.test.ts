import test from 'ava';
import type { Fix } from '../../drivers/gnss.js';
import { gnssClock } from '../../drivers/gnss-clock.js';
import { HandClock } from '../support/clock.js';

const NOON = Date.UTC(2026, 10, 23, 12);

function at(utcMs: number | undefined, atMonoMs: number): { fix: Fix | undefined } {
  return { fix: { position: { latitude: 40, longitude: 116 }, utcMs, quality: 'gps', atMonoMs } };
}

test('the source is gnss while the satellites confirm the wall clock', (t) => {
  const clock = new HandClock(NOON);
  const receiver = at(NOON, clock.reading.monoMs);
  const confirmed = gnssClock(clock, receiver);
  clock.pass(1500);
  t.deepEqual(confirmed.read(), { ...clock.reading, source: 'gnss' });
  t.is(confirmed.offsetMs, 0);
  receiver.fix = undefined;
  t.is(confirmed.read().source, 'rtc');
  t.is(confirmed.offsetMs, undefined);
});

test('a fix without time confirms nothing', (t) => {
  const clock = new HandClock(NOON);
  t.is(gnssClock(clock, at(undefined, clock.reading.monoMs)).read().source, 'rtc');
});

test('a wall clock that is off keeps its source and its time, and the disagreement is told once', (t) => {
  const clock = new HandClock(NOON + 2001);
  const receiver = at(NOON, clock.reading.monoMs);
  const told: number[] = [];
  const confirmed = gnssClock(clock, receiver, { onDisagreement: (offsetMs) => told.push(offsetMs) });
  t.deepEqual(confirmed.read(), clock.reading);
  clock.pass(1000);
  t.deepEqual(confirmed.read(), clock.reading);
  t.deepEqual(told, [2001]);
  clock.reading.wallMs -= 1;
  t.is(confirmed.read().source, 'gnss');
  clock.reading.wallMs -= 4001;
  t.is(confirmed.read().source, 'rtc');
  t.deepEqual(told, [2001, -2001]);
});
