import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import test from 'ava';
import { storageError } from '../../agent/buffer/database.js';
import type { SealedFragment } from '../../agent/recorder/recorder.js';
import { nextOf } from '../../config/errors.js';
import { RecorderRig } from '../support/recorder.js';
import { Gate, noSpace } from '../support/stores.js';

const button = { trigger: 'button' } as const;

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

test('a stop whose last fragment finds no room says that the recording has ended, and where to look', async (t) => {
  const { rig, run } = await RecorderRig.running(t, { settings: { reserveBytes: 1000 } });
  await rig.recorder.start(button);
  await rig.film(run);
  const stopping = t.throwsAsync(rig.recorder.stop('button'), {
    ...{ code: 'LIUHEN_STORAGE_IO', message: /^recording 0 ended before, with what is sealed: / },
  });
  rig.freeBytes = async () => 1000;
  await rig.film(run);
  t.regex(nextOf(await stopping) ?? '', /liuhen recordings/);
});

test('a disk that fails as a recording begins is named with when to start again', async (t) => {
  const { rig } = await RecorderRig.running(t);
  rig.stores.store.onCommitted = () => {
    rig.stores.store.onCommitted = undefined;
    rig.journal.emit('failed', storageError('journal', noSpace()));
  };
  const refused = await t.throwsAsync(rig.recorder.start(button), {
    ...{ code: 'LIUHEN_STORAGE_IO', message: /^recording 0 ended as it began: / },
  });
  t.regex(nextOf(refused) ?? '', /^start again once /);
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
