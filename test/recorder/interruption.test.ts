import test from 'ava';
import type { RecordingSummary } from '../../agent/buffer/recordings.js';
import { continuationIn, continuation as continuationOf } from '../../agent/recorder/interruption.js';
import type { ClockReading } from '../../drivers/clock.js';
import { RecorderRig } from '../support/recorder.js';

const wall = (ms: number) => new Date(Date.parse('2026-03-02T08:00:00.000Z') + ms).toISOString();
const now = { wallMs: Date.parse(wall(60_000)), monoMs: 90_000, boot: 'boot-1', source: 'ntp' } as const;

/** As it is when the recording has footage of its own. */
function continuation(newest: RecordingSummary, reading: ClockReading = now) {
  return continuationOf(newest, newest.footageAt, reading);
}

function ended(reason: string, over: Partial<RecordingSummary> = {}): RecordingSummary {
  const at = { wall: wall(0), mono: 30_000, boot: 'boot-1', source: 'ntp' } as const;
  const counts = { takes: 1, take: 0, takeFragments: 3, fragments: 3, bytes: 3000, gaps: 0, marks: 0 };
  return {
    ...{ recording: 7, startedAt: at, footageAt: at, trigger: 'button', preRecordMs: 0, durationMs: 3000 },
    ...{ wholeProcess: true, behaviour: 'personal-freedom', officer: 'officer-17', ...counts },
    stopped: { n: 20, at, reason },
    ...over,
  };
}

test('a whole-process recording that a crash, the disk or a stop of the program ended goes on', (t) => {
  for (const reason of ['interrupted', 'shutdown', 'storage-full', 'storage-error']) {
    t.deepEqual(
      continuation(ended(reason)),
      {
        trigger: 'policy',
        behaviour: 'personal-freedom',
        officer: 'officer-17',
        wholeProcess: true,
        continues: 7,
        interruption: { reason: 'restart', fromMono: 30_000 },
      },
      reason,
    );
  }
});

test('what somebody ended, or a battery that gave out, does not go on; nor does an ordinary recording', (t) => {
  for (const reason of ['button', 'command', 'battery-low', 'source-ended']) {
    t.is(continuation(ended(reason)), undefined, reason);
  }
  t.is(continuation(ended('interrupted', { wholeProcess: false })), undefined);
});

test('over a reboot the interruption is reckoned by the wall clock, and says so', (t) => {
  t.deepEqual(continuation(ended('interrupted'), { ...now, boot: 'boot-2', monoMs: 5000 })?.interruption, {
    reason: 'restart',
    fromMono: 5000 - 60_000,
    fromBoot: 'boot-1',
    fromWall: wall(0),
  });
  const setBack = { ...now, boot: 'boot-2', monoMs: 5000, wallMs: Date.parse(wall(-9000)) };
  t.is(
    continuation(ended('interrupted'), setBack)?.interruption?.fromMono,
    0,
    'a clock that was set back leaves what is certain: it was before this boot',
  );
});

test('where it was interrupted again before the camera gave anything, footage ended in the one before', async (t) => {
  const { rig, run } = await RecorderRig.running(t);
  t.is(await continuationIn(rig.stores.store, rig.clock.read()), undefined, 'nothing was ever recorded');
  await rig.recorder.start({ trigger: 'button', wholeProcess: true, officer: 'officer-17' });
  await rig.film(run, 2);
  await rig.recorder.close('shutdown');
  const [first] = await rig.recordings();
  rig.clock.advance(10_000);
  const started = { type: 'recording-started', trigger: 'policy', wholeProcess: true } as const;
  const continues = first?.recording ?? -1;
  const { n: recording } = await rig.journal.append({ ...started, preRecordMs: 0, continues });
  const counts = { fragments: 0, bytes: 0 };
  await rig.journal.append({ type: 'recording-stopped', recording, ...counts, reason: 'interrupted' });
  rig.clock.advance(10_000);
  const request = await continuationIn(rig.stores.store, rig.clock.read());
  t.like(request, { continues: recording, wholeProcess: true });
  t.is(request?.interruption?.fromMono, 3000);
});

test('an interruption is one signed gap up to the first footage, also where the camera has yet to begin', async (t) => {
  const rig = await RecorderRig.open(t);
  rig.recorder.open();
  rig.clock.advance(20_000);
  await rig.recorder.start({
    trigger: 'policy',
    wholeProcess: true,
    continues: 0,
    interruption: { reason: 'restart', fromMono: 4000 },
  });
  rig.clock.advance(2000);
  const run = await rig.nextRun();
  await rig.film(run);
  await rig.recorder.close('test');
  t.deepEqual((await rig.story()).slice(1, -1), ['gap restart', 'take 0', '0/0']);
  t.like((await rig.entriesOf('gap'))[0], { fromMono: 4000, toMono: 23_000 });
  t.false('interruption' in ((await rig.entriesOf('recording-started'))[0] ?? {}));
  t.deepEqual(await rig.problems(), []);
});

test('where the pre-record reaches back into the interruption, the gap ends with it, and vanishes where nothing is missing', async (t) => {
  for (const [fromMono, gaps] of [
    [1500, [{ reason: 'restart', fromMono: 1500, toMono: 4000 }]],
    [3900, []],
  ] as const) {
    const { rig, run } = await RecorderRig.running(t);
    rig.clock.advance(3000);
    await rig.film(run, 2);
    await rig.recorder.start({ trigger: 'policy', interruption: { reason: 'restart', fromMono } });
    await rig.recorder.close('test');
    const signed = (await rig.entriesOf('gap')).map(({ reason, fromMono, toMono }) => ({
      reason,
      fromMono,
      toMono,
    }));
    t.deepEqual(signed, [...gaps]);
  }
});

test('over a reboot there is a gap, also where the wall clock was set back and the camera is there at once', async (t) => {
  const { rig, run } = await RecorderRig.running(t);
  const before = { wall: wall(3_600_000), mono: 30_000, boot: 'boot-0', source: 'rtc' } as const;
  const request = continuation(ended('interrupted', { footageAt: before }), rig.clock.read());
  if (request === undefined) return t.fail();
  await rig.recorder.start(request);
  await rig.film(run);
  await rig.recorder.close('test');
  t.like(await rig.entriesOf('gap'), [{ reason: 'restart', fromMono: 0, fromBoot: 'boot-0' }]);
});

test('footage that a full disk lost between two recordings is a signed gap in the second', async (t) => {
  const { rig, run } = await RecorderRig.running(t, { settings: { reserveBytes: 1000, preRecordMs: 2000 } });
  await rig.recorder.start({ trigger: 'button', wholeProcess: true });
  await rig.film(run, 3);
  rig.freeBytes = async () => 0;
  await rig.film(run, 1);
  t.is(rig.recorder.state, 'storage-full');
  t.true(rig.recorder.wholeProcess && rig.recorder.resumes);
  await rig.film(run, 5);
  rig.freeBytes = async () => Number.MAX_SAFE_INTEGER;
  await rig.reaches('recording');
  await rig.recorder.close('test');
  const [gap] = await rig.entriesOf('gap');
  t.like(gap, { reason: 'storage-full', fromMono: 4000, toMono: 8000 });
  t.like((await rig.recordings())[1], { continues: 0, wholeProcess: true, gaps: 1 });
});

test('a recording that goes on while the disk is full begins by itself once there is room', async (t) => {
  const { rig } = await RecorderRig.running(t, { settings: { reserveBytes: 1000 } });
  rig.freeBytes = async () => 0;
  await rig.recorder.resume({ trigger: 'policy', wholeProcess: true, continues: 0 });
  t.is(rig.recorder.state, 'storage-full');
  t.true(rig.recorder.resumes);
  rig.freeBytes = async () => Number.MAX_SAFE_INTEGER;
  await rig.reaches('recording');
  t.like((await rig.entriesOf('recording-started'))[0], { continues: 0, trigger: 'policy' });
});

test('a fragment says where the device was when it came, also one of the pre-record', async (t) => {
  const { rig, run } = await RecorderRig.running(t);
  await rig.film(run);
  rig.position = { latitude: 31.2304, longitude: 121.4737, satellites: 9 };
  await rig.film(run);
  rig.position = { latitude: 31.2305, longitude: 121.4737 };
  await rig.recorder.start({ trigger: 'button' });
  rig.position = undefined;
  await rig.film(run);
  await rig.recorder.close('test');
  t.deepEqual(
    (await rig.entriesOf('fragment')).map(({ position }) => position),
    [undefined, { latitude: 31.2304, longitude: 121.4737, satellites: 9 }, undefined],
  );
});

test('a card that is shown during a recording names its officer, unless it had one', async (t) => {
  const { rig } = await RecorderRig.running(t);
  const recording = await rig.recorder.start({ trigger: 'button' });
  const shown = { type: 'identity-shown', recording } as const;
  await rig.journal.append({ ...shown, officer: 'officer-17', credential: 'LX-17' });
  await rig.journal.append({ ...shown, officer: 'officer-18', credential: 'LX-18' });
  t.like((await rig.recordings())[0], { officer: 'officer-17', credential: 'LX-17' });
});
