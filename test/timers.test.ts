import { once } from 'node:events';
import test, { type ExecutionContext } from 'ava';
import { startTimers, type TimerSettings } from '../agent/timers.js';
import { RecorderRig } from './support/recorder.js';

const TICK_MS = 5;
const NEVER_MS = 1_000_000;

/** Timers that tick every few milliseconds and go by the rig's own clock, which stands still until it is moved. */
async function ticking(t: ExecutionContext, settings: Partial<TimerSettings>) {
  const { rig, run } = await RecorderRig.running(t);
  const { journal, recorder, stores } = rig;
  const all = { heartbeatMs: NEVER_MS, keyRotationMs: NEVER_MS, retentionCheckMs: NEVER_MS, ...settings };
  const warnings: object[] = [];
  const log = { info: () => {}, warn: (fields: object) => warnings.push(fields) };
  const stop = startTimers(journal, recorder, { journal, ...stores, retentionMs: 0 }, all, log);
  t.teardown(stop);
  return { rig, run, journal, stop, warnings };
}

/** Lets the timers tick a few times. */
async function ticks(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setTimeout(resolve, TICK_MS));
}

test('silence is signed: a heartbeat once nothing was written for so long, and not again until then', async (t) => {
  const { rig, journal } = await ticking(t, { heartbeatMs: TICK_MS });
  await once(journal, 'sealed');
  await ticks();
  t.deepEqual(await rig.story(), ['heartbeat'], 'time stands still, so there is no more silence to sign');
  rig.clock.advance(TICK_MS);
  await once(journal, 'sealed');
  t.deepEqual(await rig.story(), ['heartbeat', 'heartbeat']);
});

test('a jump of the clock is sealed though nothing else is written, and a clock that goes on is not', async (t) => {
  const { rig, journal } = await ticking(t, { heartbeatMs: TICK_MS });
  await once(journal, 'sealed');
  rig.clock.wallMs -= 3_600_000;
  await once(journal, 'sealed');
  const [changed] = await rig.entriesOf('clock-changed');
  t.like(changed, { fromWall: '2026-03-02T08:00:00.000Z', toWall: '2026-03-02T07:00:00.000Z' });
  await ticks();
  t.deepEqual(await rig.story(), ['heartbeat', 'clock-changed']);
});

test('the key is rotated while recording, each time the period has passed, and never while idle', async (t) => {
  const { rig, journal } = await ticking(t, { keyRotationMs: TICK_MS });
  rig.clock.advance(TICK_MS);
  await ticks();
  t.is(journal.epoch, 0, 'idle');
  await rig.recorder.start({ trigger: 'button' });
  while (journal.epoch < 1) await ticks();
  await ticks();
  t.is(journal.epoch, 1);
  rig.clock.advance(TICK_MS);
  while (journal.epoch < 2) await ticks();
  t.deepEqual(await rig.stores.keys.epochs(), [2]);
});

test('a journal that takes nothing is left alone, and ticks go on once it does', async (t) => {
  const { rig, journal, warnings } = await ticking(t, { heartbeatMs: TICK_MS });
  await once(journal, 'sealed');
  const { commits } = rig.stores.store;
  const before = commits.length;
  rig.stores.store.failNext = 'before';
  rig.clock.advance(TICK_MS);
  await rig.reaches('storage-full');
  await rig.reaches('idle');
  while (commits.length < before + 2) await ticks();
  t.is(warnings.length, 1, 'the one that failed');
  t.is(rig.recorder.state, 'idle');
});

test('stopping waits for what is under way and ends the ticks', async (t) => {
  const { rig, journal, stop } = await ticking(t, { heartbeatMs: TICK_MS });
  await once(journal, 'sealed');
  await stop();
  const { size } = journal;
  rig.clock.advance(NEVER_MS);
  await ticks();
  t.is(journal.size, size);
});
