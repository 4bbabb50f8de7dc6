import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import test from 'ava';
import { storageError } from '../../agent/buffer/database.js';
import type { SealedFragment } from '../../agent/recorder/recorder.js';
import { RecorderRig } from '../support/recorder.js';
import { Gate, noSpace } from '../support/stores.js';

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
  await t.throwsAsync(rig.recorder.stop('button'), { code: 'LIUHEN_STATE', message: /idle/ });
  await t.throwsAsync(rig.recorder.mark('evidence'), { code: 'LIUHEN_STATE', message: /idle/ });
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
  await t.throwsAsync(rig.recorder.start(button), { code: 'LIUHEN_CAMERA' });
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

test('no entry is committed before its bytes are on disk, and entries are in order though writes finish out of order', async (t) => {
  const { rig, run } = await RecorderRig.running(t);
  const { store, footage } = rig.stores;
  const operations: string[] = [];
  const gates = new Map<number, Gate>();
  footage.beforePut = ({ index }) => {
    const gate = new Gate();
    gates.set(index === 'init' ? -1 : index, gate);
    return gate.pass();
  };
  footage.onPut = ({ take, index }) => operations.push(`put ${take}/${index}`);
  store.onCommitted = ({ entries }) => {
    for (const entry of entries) {
      const { type, take, index } = JSON.parse(entry.toString());
      if (type === 'take-started') operations.push(`seal ${take}/init`);
      if (type === 'fragment') operations.push(`seal ${take}/${index}`);
    }
  };
  await rig.film(run, 4);
  await rig.recorder.start(button);
  for (const index of [3, 1, 2, 0, -1]) {
    const { length } = operations;
    gates.get(index)?.open();
    while (operations.length === length) await new Promise((resolve) => setImmediate(resolve));
  }
  await rig.recorder.close('shutdown');
  const order = ['0/init', '0/0', '0/1', '0/2', '0/3'];
  t.deepEqual(
    operations.filter((operation) => operation.startsWith('seal')),
    order.map((name) => `seal ${name}`),
  );
  t.deepEqual(operations.slice(0, 5), ['put 0/3', 'put 0/1', 'put 0/2', 'put 0/0', 'put 0/init']);
  for (const name of order) t.true(operations.indexOf(`put ${name}`) < operations.indexOf(`seal ${name}`));
});

test('every fragment is told once it is sealed, with the entry that seals it', async (t) => {
  const { rig, run } = await RecorderRig.running(t);
  const told: SealedFragment[] = [];
  rig.recorder.on('sealed', (fragment) => told.push(fragment));
  await rig.recorder.start(button);
  await rig.film(run, 2);
  await rig.recorder.close('shutdown');
  const fragments = await rig.entriesOf('fragment');
  t.deepEqual(
    told.map(({ entry, sha256, bytes }) => ({ n: entry, sha256, bytes })),
    fragments.map(({ n, sha256, bytes }) => ({ n, sha256, bytes })),
  );
  t.deepEqual(
    told.map(({ closedMono }) => closedMono),
    [2000, 3000],
  );
});

test('a disk that is too slow costs footage, not memory, and what is missing is a signed gap', async (t) => {
  const { rig, run } = await RecorderRig.running(t, { settings: { inFlightBytes: 2500 } });
  const gate = new Gate();
  rig.stores.footage.beforePut = () => gate.pass();
  await rig.recorder.start(button);
  await rig.film(run, 8, { bytes: 1000 });
  t.is(gate.arrivals, 1 + 3, 'the init segment and the fragments that fit are all that waits');
  gate.open();
  while ((await rig.entriesOf('fragment')).length < 3) await new Promise((resolve) => setImmediate(resolve));
  await rig.film(run, 1);
  await rig.recorder.close('shutdown');
  t.deepEqual((await rig.story()).slice(1, -1), ['take 0', '0/0', '0/1', '0/2', 'gap disk-slow', '0/3']);
  t.like((await rig.entriesOf('gap'))[0], { fromMono: 4000, toMono: 9000 });
  t.deepEqual(
    (await rig.entriesOf('fragment')).map(({ media }) => media.start),
    [0, 1000, 2000, 8000],
  );
  t.deepEqual(await rig.problems(), []);
});

test('a journal that fails while nothing is recorded is recovered by itself', async (t) => {
  const { rig } = await RecorderRig.running(t);
  rig.stores.store.failNext = 'before';
  await t.throwsAsync(rig.journal.append({ type: 'heartbeat' }), { code: 'LIUHEN_STORAGE_FULL' });
  t.is(rig.recorder.state, 'storage-full');
  await t.throwsAsync(rig.recorder.start(button), { code: 'LIUHEN_STATE', message: /storage-full/ });
  await rig.reaches('idle');
  t.is(rig.journal.failure, undefined);
  t.is(await rig.recorder.start(button), 0);
});

test('a journal that fails again while space is waited for is recovered all the same', async (t) => {
  const { rig } = await RecorderRig.running(t, { settings: { reserveBytes: 1000 } });
  rig.stores.store.failNext = 'before';
  rig.freeBytes = async () => 0;
  await t.throwsAsync(rig.journal.append({ type: 'heartbeat' }));
  while (rig.journal.failure !== undefined) await new Promise((resolve) => setImmediate(resolve));
  rig.stores.store.failNext = 'before';
  await t.throwsAsync(rig.journal.append({ type: 'heartbeat' }));
  rig.freeBytes = async () => Number.MAX_SAFE_INTEGER;
  await rig.reaches('idle');
  t.is(rig.journal.failure, undefined);
});

for (const failure of ['journal', 'footage'] as const) {
  test(`a ${failure} store that fails ends the recording with what is sealed, and another goes on`, async (t) => {
    const { rig, run } = await RecorderRig.running(t);
    const first = await rig.recorder.start({ ...button, officer: '1001', wholeProcess: true });
    await rig.film(run, 2);
    while ((await rig.entriesOf('fragment')).length < 2)
      await new Promise((resolve) => setImmediate(resolve));
    const full = rig.reaches('storage-full');
    if (failure === 'journal') rig.stores.store.failNext = 'before';
    else {
      let failed = false;
      rig.stores.footage.beforePut = async () => {
        if (failed) return;
        failed = true;
        throw storageError('footage', noSpace());
      };
    }
    await rig.film(run);
    await full;
    await rig.film(run);
    await rig.reaches('recording');
    await rig.film(run);
    await rig.recorder.close('shutdown');
    const [interrupted, goesOn] = await rig.recordings();
    t.like(interrupted, { recording: first, fragments: 2, stopped: { reason: 'storage-full' } });
    t.like(goesOn, { continues: first, officer: '1001', wholeProcess: true, trigger: 'policy' });
    t.true((goesOn?.fragments ?? 0) >= 2, 'with the pre-record of the time between');
    t.deepEqual(await rig.problems(), []);
  });
}

test('a stop before the full disk has taken the last entry says so, and nothing goes on by itself', async (t) => {
  const { rig, run } = await RecorderRig.running(t, { settings: { reserveBytes: 1000 } });
  await rig.recorder.start(button);
  rig.freeBytes = async () => 1000;
  const gate = new Gate();
  rig.stores.store.gate = gate;
  await rig.film(run);
  await rig.reaches('storage-full');
  await gate.arrival();
  await t.throwsAsync(rig.recorder.stop('button'), { code: 'LIUHEN_STATE', message: /not go on/ });
  rig.stores.store.gate = undefined;
  gate.open();
  rig.freeBytes = async () => Number.MAX_SAFE_INTEGER;
  await rig.reaches('idle');
  t.is((await rig.recordings()).length, 1);
});

test('a recorder that runs for months remembers no recording but the newest, and no start that failed', async (t) => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const { rig, run } = await RecorderRig.running(t);
  const gone: WeakRef<object>[] = [];
  for (let at = 0; at < 3; at++) {
    await rig.recorder.start({ trigger: 'button' });
    await rig.film(run);
    const refused = await rig.recorder.start({ trigger: 'button' }).catch((error: object) => error);
    const stopping = rig.recorder.stop('button');
    await rig.film(run);
    gone.push(new WeakRef(refused as object), new WeakRef(await stopping));
  }
  await rig.recorder.start({ trigger: 'button' });
  await new Promise((resolve) => setImmediate(resolve));
  // What the test's store remembers of them for other tests.
  rig.stores.store.commits.splice(0);
  collect();
  t.deepEqual(
    gone.slice(0, 4).map((each) => each.deref()),
    [undefined, undefined, undefined, undefined],
  );
  await rig.recorder.close('test');
});
