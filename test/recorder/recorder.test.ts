import { once } from 'node:events';
import test from 'ava';
import { nextOf } from '../../config/errors.js';
import { RecorderRig } from '../support/recorder.js';
import { Gate } from '../support/stores.js';

const button = { trigger: 'button' } as const;

test('what was filmed before the press belongs to the recording, in order', async (t) => {
  const { rig, run } = await RecorderRig.running(t);
  await rig.film(run, 3);
  const recording = await rig.recorder.start({ ...button, behaviour: '行政检查', wholeProcess: true });
  await rig.film(run, 2);
  const stopping = rig.recorder.stop('button');
  await rig.film(run);
  await stopping;
  t.deepEqual(await rig.story(), [
    'recording-started',
    'take 0',
    ...['0/0', '0/1', '0/2', '0/3', '0/4', '0/5'],
    'recording-stopped button',
  ]);
  const [started] = await rig.entriesOf('recording-started');
  t.like(started, {
    n: recording,
    preRecordMs: 3000,
    trigger: 'button',
    behaviour: '行政检查',
    wholeProcess: true,
  });
  t.deepEqual(
    (await rig.entriesOf('fragment')).map(({ media }) => media.start),
    [0, 1000, 2000, 3000, 4000, 5000],
  );
  t.deepEqual(await rig.problems(), []);
});

test('footage older than the pre-record is not in the recording, and the entry says how much is', async (t) => {
  const { rig, run } = await RecorderRig.running(t, { settings: { preRecordMs: 2000 } });
  await rig.film(run, 5);
  rig.clock.advance(1500);
  await rig.recorder.start(button);
  t.like((await rig.entriesOf('recording-started'))[0], { preRecordMs: 1000 });
  await rig.recorder.close('test');
  t.deepEqual(
    (await rig.entriesOf('fragment')).map(({ media }) => media.start),
    [4000],
  );
});

test('without a pre-record the recording begins with the fragment under way', async (t) => {
  const { rig, run } = await RecorderRig.running(t, { settings: { preRecordMs: 0 } });
  await rig.film(run, 2);
  await rig.recorder.start(button);
  await rig.film(run);
  await rig.recorder.close('test');
  t.like((await rig.entriesOf('recording-started'))[0], { preRecordMs: 0 });
  t.deepEqual(
    (await rig.entriesOf('fragment')).map(({ media }) => media.start),
    [2000],
  );
});

test('what the camera gives while the first entry is being written is not lost', async (t) => {
  const { rig, run } = await RecorderRig.running(t, { settings: { preRecordMs: 0 } });
  await rig.film(run);
  rig.stores.store.gate = new Gate();
  const started = rig.recorder.start(button);
  await rig.stores.store.gate.arrival();
  await rig.film(run);
  rig.stores.store.gate.open();
  await started;
  await rig.recorder.close('test');
  t.deepEqual(
    (await rig.entriesOf('fragment')).map(({ media }) => media.start),
    [1000],
  );
});

test('a second recording goes on with the take that is running, under its own numbers', async (t) => {
  const { rig, run } = await RecorderRig.running(t, { settings: { preRecordMs: 0 } });
  for (let i = 0; i < 2; i++) {
    await rig.recorder.start(button);
    const stopping = rig.recorder.stop('button');
    await rig.film(run);
    await stopping;
    await rig.film(run);
  }
  const story = ['recording-started', 'take 0', '0/0', 'recording-stopped button'];
  t.deepEqual(await rig.story(), [...story, ...story]);
  const [first, second] = await rig.entriesOf('take-started');
  t.is(first?.init.sha256, second?.init.sha256);
  t.deepEqual(await rig.problems(), []);
});

test('a camera that fails leaves a signed gap from its last footage to its return, then a new take', async (t) => {
  const { rig, run } = await RecorderRig.running(t);
  await rig.recorder.start(button);
  await rig.film(run, 2);
  rig.clock.advance(400);
  await rig.after('lost', () => run.end('failed', 'unplugged'));
  t.is(rig.recorder.cameraDetail, 'unplugged');
  rig.clock.advance(7000);
  const again = await rig.nextRun();
  t.is(rig.recorder.cameraDetail, undefined);
  await rig.film(again);
  await rig.recorder.close('shutdown');
  t.deepEqual(await rig.story(), [
    'recording-started',
    'take 0',
    ...['0/0', '0/1'],
    'gap camera-failed',
    'take 1',
    '1/0',
    'recording-stopped shutdown',
  ]);
  t.like((await rig.entriesOf('gap'))[0], { fromMono: 3000, toMono: 10_400 });
  t.like((await rig.recordings())[0], { takes: 2, gaps: 1, fragments: 3 });
  t.deepEqual(await rig.problems(), []);
});

test('a camera that stalls and fails again is one gap, under the first reason', async (t) => {
  const { rig, run } = await RecorderRig.running(t);
  await rig.recorder.start(button);
  await rig.film(run);
  await rig.after('lost', () => run.end('stalled'));
  const second = await rig.camera.nextRun();
  await rig.after('lost', () => second.end('failed'));
  rig.clock.advance(5000);
  await rig.nextRun();
  await rig.recorder.close('shutdown');
  const gaps = await rig.entriesOf('gap');
  t.is(gaps.length, 1);
  t.like(gaps[0], { reason: 'camera-stalled', fromMono: 2000, toMono: 7000 });
});

test('a camera that restarted within the pre-record is a gap inside the recording', async (t) => {
  const { rig, run } = await RecorderRig.running(t);
  await rig.film(run);
  await rig.after('lost', () => run.end('failed'));
  rig.clock.advance(3000);
  const again = await rig.nextRun();
  await rig.film(again);
  await rig.recorder.start(button);
  await rig.recorder.close('shutdown');
  t.deepEqual((await rig.story()).slice(1, -1), ['take 0', '0/0', 'gap camera-restarted', 'take 1', '1/0']);
  t.like((await rig.entriesOf('gap'))[0], { fromMono: 2000, toMono: 5000 });
});

test('a camera that is absent at the start is a gap until it comes', async (t) => {
  const rig = await RecorderRig.open(t);
  rig.recorder.open();
  await rig.recorder.start(button);
  rig.clock.advance(9000);
  const run = await rig.nextRun();
  await rig.film(run);
  await rig.recorder.close('shutdown');
  t.deepEqual((await rig.story()).slice(1, -1), ['gap camera-absent', 'take 0', '0/0']);
  t.like((await rig.entriesOf('gap'))[0], { fromMono: 1000, toMono: 10_000 });
});

test('a camera that is lost at the start is a gap since its last footage, and its dead take is left out', async (t) => {
  const { rig, run } = await RecorderRig.running(t);
  await rig.film(run);
  await rig.after('lost', () => run.end('failed'));
  const second = await rig.nextRun();
  await rig.after('lost', () => second.end('stalled'));
  rig.clock.advance(5000);
  await rig.recorder.start(button);
  const third = await rig.nextRun();
  await rig.film(third);
  await rig.recorder.close('shutdown');
  t.deepEqual((await rig.story()).slice(1, -1), ['take 0', '0/0', 'gap camera-stalled', 'take 1', '1/0']);
  t.like((await rig.entriesOf('gap'))[0], { fromMono: 2000, toMono: 7000 });
});

test('a recording without any footage ends as a gap from beginning to end', async (t) => {
  const rig = await RecorderRig.open(t);
  rig.recorder.open();
  await rig.recorder.start(button);
  rig.clock.advance(2000);
  await rig.recorder.stop('button');
  t.deepEqual(await rig.story(), ['recording-started', 'gap camera-absent', 'recording-stopped button']);
  t.like((await rig.entriesOf('gap'))[0], { fromMono: 1000, toMono: 3000 });
});

test('stop waits for the fragment under way, and takes no other', async (t) => {
  const { rig, run } = await RecorderRig.running(t);
  await rig.recorder.start(button);
  const stopping = rig.recorder.stop('button');
  t.is(rig.recorder.state, 'stopping');
  await t.throwsAsync(rig.recorder.stop('button'), { code: 'LIUHEN_STATE' });
  rig.clock.advance(1000);
  run.fragment();
  run.fragment();
  const stopped = await stopping;
  t.is(stopped.fragments, 1);
  t.is(rig.recorder.state, 'idle');
  t.deepEqual((await rig.story()).slice(1), ['take 0', '0/0', 'recording-stopped button']);
});

test('a camera that fails while the last fragment is waited for ends the wait with a gap', async (t) => {
  const { rig, run } = await RecorderRig.running(t, { settings: { fragmentMs: 1_000_000 } });
  await rig.recorder.start(button);
  await rig.film(run);
  const stopping = rig.recorder.stop('button');
  rig.clock.advance(500);
  run.end('failed');
  await stopping;
  t.deepEqual((await rig.story()).slice(1), [
    'take 0',
    '0/0',
    'gap camera-failed',
    'recording-stopped button',
  ]);
});

test('a mark stands where it was made', async (t) => {
  const { rig, run } = await RecorderRig.running(t);
  await rig.recorder.start(button);
  await rig.film(run);
  const n = await rig.recorder.mark('evidence', 'the seal was broken');
  await rig.film(run);
  await rig.recorder.close('shutdown');
  t.deepEqual((await rig.story()).slice(1, -1), ['take 0', '0/0', 'mark', '0/1']);
  t.like((await rig.entriesOf('mark'))[0], { n, kind: 'evidence', note: 'the seal was broken' });
});

test('a mark that the journal refuses is refused alone', async (t) => {
  const { rig, run } = await RecorderRig.running(t);
  await rig.recorder.start(button);
  await t.throwsAsync(rig.recorder.mark('evidence', 'x'.repeat(20_000)), { code: 'LIUHEN_ENTRY' });
  await rig.film(run);
  t.is(rig.recorder.state, 'recording');
  const stopping = rig.recorder.stop('button');
  await rig.film(run);
  t.is((await stopping).fragments, 2);
});

test('there is nothing to stop or to mark while nothing is recorded', async (t) => {
  const { rig } = await RecorderRig.running(t);
  for (const order of [() => rig.recorder.stop('button'), () => rig.recorder.mark('evidence')]) {
    const error = await t.throwsAsync(order, { code: 'LIUHEN_STATE', message: /idle/ });
    t.is(nextOf(error), 'start a recording first: liuhen start, or a short press');
  }
});

test('two starts at once are one recording', async (t) => {
  const { rig } = await RecorderRig.running(t);
  const starts = await Promise.allSettled([rig.recorder.start(button), rig.recorder.start(button)]);
  t.deepEqual(
    starts.map(({ status }) => status),
    ['fulfilled', 'rejected'],
  );
  await t.throwsAsync(rig.recorder.start(button), { code: 'LIUHEN_STATE', message: /recording/ });
  t.is((await rig.entriesOf('recording-started')).length, 1);
});

test('a start is refused when only the reserve is left, and leaves no trace', async (t) => {
  const { rig } = await RecorderRig.running(t, { settings: { reserveBytes: 1000 } });
  rig.freeBytes = async () => 999;
  await t.throwsAsync(rig.recorder.start(button), { code: 'LIUHEN_STORAGE_FULL' });
  t.is(rig.recorder.state, 'idle');
  t.is(rig.journal.size, 0);
  rig.freeBytes = async () => 1000;
  t.is(await rig.recorder.start(button), 0);
});

test('a file that has been read to its end ends the recording', async (t) => {
  const { rig, run } = await RecorderRig.running(t);
  await rig.recorder.start(button);
  await rig.film(run, 2);
  const stopped = once(rig.recorder, 'stopped');
  run.end('ended');
  await stopped;
  await rig.reaches('idle');
  t.deepEqual((await rig.story()).slice(1), ['take 0', '0/0', '0/1', 'recording-stopped source-ended']);
  const refused = await t.throwsAsync(rig.recorder.start(button), { code: 'LIUHEN_CAMERA' });
  t.regex(nextOf(refused) ?? '', /another source/);
});

test('a file that ended before the start is recorded as far as the pre-record has it', async (t) => {
  const { rig, run } = await RecorderRig.running(t);
  await rig.film(run, 2);
  await rig.after('ended', () => run.end('ended'));
  const stopped = once(rig.recorder, 'stopped');
  await rig.recorder.start(button);
  await stopped;
  t.deepEqual((await rig.story()).slice(1), ['take 0', '0/0', '0/1', 'recording-stopped source-ended']);
});

test('a file that ends while its last fragment is waited for ends the wait, under the reason asked for', async (t) => {
  const { rig, run } = await RecorderRig.running(t, { settings: { fragmentMs: 1_000_000 } });
  await rig.recorder.start(button);
  await rig.film(run);
  const stopping = rig.recorder.stop('button');
  run.end('ended');
  await stopping;
  t.deepEqual((await rig.story()).slice(1), ['take 0', '0/0', 'recording-stopped button']);
});

test('closing ends the recording with the last fragment that the camera had in hand', async (t) => {
  const { rig, run } = await RecorderRig.running(t);
  await rig.recorder.start(button);
  await rig.film(run);
  run.lastWords = run.nextFragment();
  await rig.recorder.close('shutdown');
  t.deepEqual((await rig.story()).slice(1), ['take 0', '0/0', '0/1', 'recording-stopped shutdown']);
  t.is(rig.recorder.state, 'closed');
  await t.throwsAsync(rig.recorder.start(button), { code: 'LIUHEN_STATE' });
});

test('closing while a recording begins ends that recording', async (t) => {
  const { rig } = await RecorderRig.running(t);
  rig.stores.store.gate = new Gate();
  const started = rig.recorder.start(button);
  await rig.stores.store.gate.arrival();
  const closed = rig.recorder.close('shutdown');
  rig.stores.store.gate.open();
  await Promise.all([started, closed]);
  t.is((await rig.story()).at(-1), 'recording-stopped shutdown');
  t.is(rig.open, undefined);
});

test('closing while a stop waits is one end', async (t) => {
  const { rig, run } = await RecorderRig.running(t, { settings: { fragmentMs: 1_000_000 } });
  await rig.recorder.start(button);
  await rig.film(run);
  const stopping = rig.recorder.stop('button');
  await Promise.all([rig.recorder.close('shutdown'), stopping]);
  t.is(rig.recorder.state, 'closed');
  t.is((await rig.entriesOf('recording-stopped')).length, 1);
});
