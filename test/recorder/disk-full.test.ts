import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { freeBytes } from '../../agent/buffer/free-space.js';
import { LiuhenError, nextOf } from '../../config/errors.js';
import type { ScriptedRun } from '../support/camera.js';
import { RecorderRig } from '../support/recorder.js';
import { occupy, smallDisk } from '../support/small-disk.js';

const MiB = 1024 * 1024;
const button = { trigger: 'button' } as const;

interface FullDisk {
  rig: RecorderRig;
  run: ScriptedRun;
  /** Other data on the same disk. */
  other: string;
  /** What was reported sealed. */
  sealed: number[];
}

/** A recorder on a disk of 48 MiB, half of it taken by other data, 4 MiB of it a reserve. */
async function recorderOnSmallDisk(t: ExecutionContext): Promise<FullDisk | undefined> {
  const disk = await smallDisk(t, 48);
  if (disk === undefined) {
    t.pass();
    return undefined;
  }
  const other = join(disk, 'other');
  await occupy(other, 26 * MiB);
  const { rig, run } = await RecorderRig.running(t, {
    folder: join(disk, 'data'),
    freeBytes: () => freeBytes(disk),
    settings: { preRecordMs: 3000, reserveBytes: 4 * MiB },
  });
  const sealed: number[] = [];
  rig.recorder.on('sealed', ({ entry }) => sealed.push(entry));
  return { rig, run, other, sealed };
}

/** Records until the reserve is reached and the recording has ended; returns which it was. */
async function recordsUntilFull({ rig, run }: FullDisk): Promise<number> {
  const recording = await rig.recorder.start(button);
  const stopped = once(rig.recorder, 'stopped');
  while (rig.recorder.state === 'recording') await rig.film(run, 1, { bytes: MiB });
  await stopped;
  return recording;
}

/** The disk was full; now it is not: it must record again by itself, and nothing that was sealed may be missing. */
async function goesOnOnceThereIsSpace(
  t: ExecutionContext,
  { rig, run, other, sealed }: FullDisk,
): Promise<void> {
  await rig.film(run, 2, { bytes: 1000 });
  t.is(rig.recorder.state, 'storage-full', 'it waits while the disk is full');
  await rm(other);
  await rig.reaches('recording');
  await rig.film(run, 2);
  await rig.recorder.close('shutdown');

  const [first, second] = await rig.recordings();
  t.like(first, { recording: 0, stopped: { reason: 'storage-full' } });
  t.like(second, { continues: 0, stopped: { reason: 'shutdown' } });
  t.true((second?.fragments ?? 0) >= 4, 'with the pre-record of the time between');
  const fragments = await rig.entriesOf('fragment');
  t.deepEqual(
    fragments.map(({ n }) => n).filter((n) => sealed.includes(n)),
    sealed,
  );
  t.deepEqual(await rig.problems(), []);
}

test.serial(
  'a recording that reaches the reserve ends, and another goes on once there is space',
  async (t) => {
    const full = await recorderOnSmallDisk(t);
    if (full === undefined) return;
    const { rig } = full;
    await recordsUntilFull(full);
    t.true((await rig.recordings())[0]?.stopped !== undefined, 'it was closed while the disk was still full');
    t.true((await rig.freeBytes()) > 0, 'the reserve was not used up');
    t.deepEqual(await rig.problems(), []);
    await goesOnOnceThereIsSpace(t, full);
  },
);

test.serial(
  'footage that meets a disk filled by somebody else ends the recording, and another goes on',
  async (t) => {
    const full = await recorderOnSmallDisk(t);
    if (full === undefined) return;
    const { rig, run, other } = full;
    const { freeBytes: trueFreeBytes } = rig;
    await rig.recorder.start(button);
    await rig.film(run, 5, { bytes: MiB });
    // Somebody else fills it between the look at the free space and the write.
    rig.freeBytes = async () => Number.MAX_SAFE_INTEGER;
    await occupy(other);
    while (rig.recorder.state === 'recording') await rig.film(run, 1, { bytes: MiB });
    rig.freeBytes = trueFreeBytes;
    t.is(rig.journal.failure, undefined, 'it was the footage store that failed');
    await goesOnOnceThereIsSpace(t, full);
  },
);

test.serial(
  'a stop while the disk is full gives the recording that it ended, and nothing goes on',
  async (t) => {
    const full = await recorderOnSmallDisk(t);
    if (full === undefined) return;
    const { rig, run, other } = full;
    const recording = await recordsUntilFull(full);
    t.like(await rig.recorder.stop('button'), { recording });
    await rm(other);
    await rig.reaches('idle');
    await rig.film(run, 2);
    t.is((await rig.recordings()).length, 1);
    await rig.recorder.close('shutdown');
  },
);

test.serial('what cannot be done while the disk is full is refused with what to do about it', async (t) => {
  const full = await recorderOnSmallDisk(t);
  if (full === undefined) return;
  const { rig } = full;
  await recordsUntilFull(full);
  await rig.recorder.stop('button');
  const { recorder } = rig;
  for (const order of [
    () => recorder.mark('evidence'),
    () => recorder.stop('button'),
    () => recorder.start(button),
  ]) {
    const error = await t.throwsAsync(order, { code: 'LIUHEN_STATE', message: /^cannot .*storage-full$/ });
    t.regex(nextOf(error) ?? '', /^free space on the disk/);
  }
});

test.serial('a journal that meets a full disk ends the recording, and another goes on', async (t) => {
  const full = await recorderOnSmallDisk(t);
  if (full === undefined) return;
  const { rig, run, other } = full;
  await rig.recorder.start(button);
  await rig.film(run, 3, { bytes: MiB });
  await occupy(other);
  const marks: number[] = [];
  const error = await t.throwsAsync(async () => {
    for (;;) marks.push(await rig.recorder.mark('evidence', 'x'.repeat(500)));
  });
  t.is((error as LiuhenError).code, 'LIUHEN_STORAGE_FULL');
  t.is(rig.recorder.state, 'storage-full');
  t.not(rig.journal.failure, undefined, 'it was the journal that failed');
  await goesOnOnceThereIsSpace(t, full);
  const kept = (await rig.entriesOf('mark')).map(({ n }) => n);
  t.deepEqual(
    marks.filter((n) => !kept.includes(n)),
    [],
  );
});

test.serial('an idle journal that meets a full disk takes entries again once there is space', async (t) => {
  const full = await recorderOnSmallDisk(t);
  if (full === undefined) return;
  const { rig, other } = full;
  await occupy(other);
  const sealed: number[] = [];
  await t.throwsAsync(
    async () => {
      for (;;) sealed.push((await rig.journal.append({ type: 'heartbeat' })).n);
    },
    { instanceOf: LiuhenError, code: 'LIUHEN_STORAGE_FULL' },
  );
  await rm(other);
  await rig.reaches('idle');
  const { n } = await rig.journal.append({ type: 'heartbeat' });
  t.true(n === sealed.length || n === sealed.length + 1, `the journal goes on at ${n}`);
  t.deepEqual(await rig.problems(), []);
});
