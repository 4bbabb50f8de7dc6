import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { writeBundle } from '../../agent/evidence/bundle.js';
import { deviceSource } from '../../agent/evidence/device-source.js';
import type { EvidenceSource } from '../../agent/evidence/source.js';
import { epochOfKeyNote, splitKeyNotes } from '../../agent/journal/key-chain.js';
import { compactRangeAt, tilePath, tileWidth } from '../../agent/journal/tiles.js';
import { LiuhenError } from '../../config/errors.js';
import { ManualClock, TestDevice, type TestDeviceOptions, type TestFootage } from '../support/device.js';
import { archiveReceipt, readBundle, WITNESS_VKEY, witness } from '../support/evidence.js';

async function newDevice(t: ExecutionContext, options: TestDeviceOptions = {}): Promise<TestDevice> {
  const device = await TestDevice.open(options);
  t.teardown(() => device.remove());
  return device;
}

async function newFolder(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-bundle-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

function sourceOf(device: TestDevice): Promise<EvidenceSource> {
  return deviceSource({ ...device, store: device.store, footage: device.footage, witnesses: [WITNESS_VKEY] });
}

const bytesOf = (footage: readonly TestFootage[]) => Buffer.concat(footage.map(({ bytes }) => bytes));

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return error instanceof LiuhenError ? error.code : String(error);
  }
  return 'nothing was thrown';
}

test('a bundle holds the footage as one file, the entries tied to the checkpoint, and nothing else', async (t) => {
  const device = await newDevice(t);
  const { recording, footage } = await device.record({ fragments: 5 });
  const receipt = await archiveReceipt(device, recording, device.journal.size - 1);
  await witness(device, 1_772_438_400);
  const folder = join(await newFolder(t), 'bundle');
  const summary = await writeBundle(await sourceOf(device), recording, folder);

  const { manifest, entries, checkpoint } = await readBundle(folder);
  t.true((await readFile(join(folder, 'recording.mp4'))).equals(bytesOf(footage)));
  t.deepEqual(manifest.journal, { from: recording, to: recording + 8 });
  t.deepEqual(manifest.takes, [
    { file: 'recording.mp4', take: 0, bytes: bytesOf(footage).length, fragments: 5, absent: [] },
  ]);
  t.deepEqual(
    Array.from({ length: 8 }, (_, at) => entries.get(recording + at)?.type),
    ['recording-started', 'take-started', ...Array(5).fill('fragment'), 'recording-stopped'],
  );
  t.is(await readFile(join(folder, 'archived'), 'utf8'), receipt);
  const policy = (await readFile(join(folder, 'policy'), 'utf8'))
    .split('\n')
    .filter((line) => !line.startsWith('#'));
  t.deepEqual(policy, [`log ${device.rootVkey}`, `witness archive ${WITNESS_VKEY}`, 'quorum archive', '']);
  t.is(summary.journal.size, checkpoint.size);
  t.like(summary, {
    stopped: true,
    archived: true,
    cosignatures: 1,
    fragments: 5,
    absentFragments: 0,
    takes: 1,
  });
});

test('entry bundles are whole where a recording spans several of them', async (t) => {
  const device = await newDevice(t);
  await device.record({ fragments: 300, bytes: 10 });
  const { recording } = await device.record({ fragments: 600, bytes: 10 });
  await device.record({ fragments: 200, bytes: 10 });
  const folder = join(await newFolder(t), 'bundle');
  await writeBundle(await sourceOf(device), recording, folder);
  const { manifest, entries, checkpoint } = await readBundle(folder);
  const first = Math.floor(recording / 256);
  const last = Math.floor((manifest.journal.to - 1) / 256);
  t.deepEqual([first, last], [1, 3]);
  t.deepEqual([...entries.keys()].sort((a, b) => a - b)[0], first * 256);
  t.is(
    entries.size,
    [first, first + 1, last].reduce((sum, at) => sum + tileWidth(checkpoint.size, 0, at), 0),
  );
  t.true(checkpoint.size > manifest.journal.to);
});

test('each take has a file of its own', async (t) => {
  const device = await newDevice(t);
  const { recording } = await device.start();
  const takes: TestFootage[][] = [];
  for (const take of [0, 1]) {
    const footage = [await device.take(recording, take, randomBytes(50))];
    for (let index = 0; index < 3; index++) {
      footage.push(await device.fragment({ recording, take, index }, randomBytes(70 + take)));
    }
    takes.push(footage);
  }
  await device.stop(recording, takes.flat());
  const folder = join(await newFolder(t), 'bundle');
  await writeBundle(await sourceOf(device), recording, folder);
  const { manifest } = await readBundle(folder);
  t.deepEqual(
    manifest.takes.map(({ file, take, fragments }) => [file, take, fragments]),
    [
      ['recording.mp4', 0, 3],
      ['recording-2.mp4', 1, 3],
    ],
  );
  t.true((await readFile(join(folder, 'recording.mp4'))).equals(bytesOf(takes[0] ?? [])));
  t.true((await readFile(join(folder, 'recording-2.mp4'))).equals(bytesOf(takes[1] ?? [])));
});

test('fragments that the device no longer holds are listed by range, and the rest stands close together', async (t) => {
  const device = await newDevice(t);
  const { recording, footage } = await device.record({ fragments: 6 });
  for (const index of [1, 2, 5]) await device.footage.remove({ recording, take: 0, index });
  const folder = join(await newFolder(t), 'bundle');
  const summary = await writeBundle(await sourceOf(device), recording, folder);
  const { manifest } = await readBundle(folder);
  const here = footage.filter((_, at) => ![2, 3, 6].includes(at));
  t.deepEqual(manifest.takes[0]?.absent, [
    { from: 1, to: 3 },
    { from: 5, to: 6 },
  ]);
  t.is(manifest.takes[0]?.fragments, 6);
  t.true((await readFile(join(folder, 'recording.mp4'))).equals(bytesOf(here)));
  t.deepEqual(summary.absent, [
    { take: 0, from: 1, to: 3 },
    { take: 0, from: 5, to: 6 },
  ]);
  t.like(summary, { absentFragments: 3, wrongPieces: 0, bytes: bytesOf(here).length });
});

test('a take without its init segment is absent as a whole and has no file', async (t) => {
  const device = await newDevice(t);
  const { recording } = await device.record({ fragments: 4 });
  await device.footage.remove({ recording, take: 0, index: 'init' });
  const folder = join(await newFolder(t), 'bundle');
  await writeBundle(await sourceOf(device), recording, folder);
  const { manifest } = await readBundle(folder);
  t.deepEqual(manifest.takes, [
    { file: 'recording.mp4', take: 0, bytes: 0, fragments: 4, absent: [{ from: 0, to: 4 }] },
  ]);
});

test('bytes that are not those that were sealed are never written, and are reported', async (t) => {
  const device = await newDevice(t);
  const { recording, footage } = await device.record({ fragments: 4 });
  const forged = Buffer.from(footage[2]?.bytes ?? []);
  forged[100] = (forged[100] ?? 0) ^ 1;
  await device.footage.put({ recording, take: 0, index: 1 }, forged);
  const folder = join(await newFolder(t), 'bundle');
  const summary = await writeBundle(await sourceOf(device), recording, folder);
  t.true(
    (await readFile(join(folder, 'recording.mp4'))).equals(bytesOf(footage.filter((_, at) => at !== 2))),
  );
  t.deepEqual((await readBundle(folder)).manifest.takes[0]?.absent, [{ from: 1, to: 2 }]);
  t.is(summary.wrongPieces, 1);
  t.like(summary.wrong[0], { take: 0, index: 1, expected: footage[2]?.sha256 });
});

test('an entry that cannot be read is carried as it is', async (t) => {
  const device = await newDevice(t);
  const { recording } = await device.record({ fragments: 4 });
  const source = await sourceOf(device);
  const odd: EvidenceSource = {
    ...source,
    async *entries(from, to) {
      let n = from;
      for await (const entry of source.entries(from, to)) {
        yield n++ === recording + 3 ? Buffer.from('{"n":"not a number"}') : entry;
      }
    },
  };
  const folder = join(await newFolder(t), 'bundle');
  await writeBundle(odd, recording, folder);
  const bundle = await readFile(join(folder, `tile/entries/000.p/${device.journal.size}`));
  t.true(bundle.includes('{"n":"not a number"}'));
});

test('a folder that holds something is refused and left as it was', async (t) => {
  const device = await newDevice(t);
  const { recording } = await device.record();
  const parent = await newFolder(t);
  await writeFile(join(parent, 'mine.txt'), 'mine');
  t.is(await codeOf(writeBundle(await sourceOf(device), recording, parent)), 'LIUHEN_BUNDLE');
  t.is(
    await codeOf(writeBundle(await sourceOf(device), recording, join(parent, 'mine.txt'))),
    'LIUHEN_BUNDLE',
  );
  t.is(
    await codeOf(writeBundle(await sourceOf(device), recording, join(parent, 'not', 'there'))),
    'LIUHEN_BUNDLE',
  );
  t.deepEqual(await readdir(parent), ['mine.txt']);
  await mkdir(join(parent, 'empty'));
  await writeBundle(await sourceOf(device), recording, join(parent, 'empty'));
  t.true((await readdir(join(parent, 'empty'))).includes('manifest.json'));
});

test('only the entry that begins a recording names one', async (t) => {
  const device = await newDevice(t);
  const { recording } = await device.record();
  const parent = await newFolder(t);
  for (const id of [0, recording + 1, device.journal.size, 1_000_000]) {
    t.is(await codeOf(writeBundle(await sourceOf(device), id, join(parent, 'bundle'))), 'LIUHEN_NOT_FOUND');
  }
  t.deepEqual(await readdir(parent), []);
});

test('an export that is interrupted leaves nothing', async (t) => {
  const device = await newDevice(t);
  const { recording } = await device.record({ fragments: 10 });
  const parent = await newFolder(t);
  const controller = new AbortController();
  let sawPartial = false;
  const onProgress = (done: number, total: number) => {
    if (done < total / 2) return;
    sawPartial ||= readdirSync(parent).some((name) => name.startsWith('bundle.partial-'));
    controller.abort(new Error('stop now'));
  };
  const options = { signal: controller.signal, onProgress };
  await t.throwsAsync(writeBundle(await sourceOf(device), recording, join(parent, 'bundle'), options), {
    message: 'stop now',
  });
  t.deepEqual(await readdir(parent), []);
  t.true(sawPartial);
});

test('a source that fails half way leaves nothing', async (t) => {
  const device = await newDevice(t);
  const { recording } = await device.record({ fragments: 10 });
  const parent = await newFolder(t);
  const source = await sourceOf(device);
  const failing: EvidenceSource = {
    ...source,
    async footage(piece) {
      if (piece.index === 7) throw new LiuhenError('LIUHEN_STORAGE_IO', 'the disk is gone');
      return await source.footage(piece);
    },
  };
  t.is(await codeOf(writeBundle(failing, recording, join(parent, 'bundle'))), 'LIUHEN_STORAGE_IO');
  const refused = writeBundle(source, recording, join(parent, 'bundle'), {
    beforePublish: () => Promise.reject(new LiuhenError('LIUHEN_STORAGE_FULL', 'the journal is full')),
  });
  t.is(await codeOf(refused), 'LIUHEN_STORAGE_FULL');
  t.deepEqual(await readdir(parent), []);
});

test('progress counts every byte of footage once and ends at the total', async (t) => {
  const device = await newDevice(t);
  const { recording } = await device.record({ fragments: 3, bytes: 100, initBytes: 40 });
  await device.footage.remove({ recording, take: 0, index: 1 });
  const seen: [number, number][] = [];
  await writeBundle(await sourceOf(device), recording, join(await newFolder(t), 'bundle'), {
    onProgress: (done, total) => seen.push([done, total]),
  });
  t.deepEqual(seen, [
    [40, 340],
    [140, 340],
    [240, 340],
    [340, 340],
  ]);
});

test('the newest cosigned checkpoint is used when it covers the recording, with the keys up to its epoch', async (t) => {
  const device = await newDevice(t);
  await device.journal.rotateKey();
  const { recording } = await device.record();
  await device.journal.rotateKey();
  await witness(device, 1_772_438_400);
  const cosignedSize = device.journal.size;
  await device.journal.rotateKey();
  await device.record();
  const folder = join(await newFolder(t), 'bundle');
  const summary = await writeBundle(await sourceOf(device), recording, folder);
  await readBundle(folder);
  t.is(summary.journal.size, cosignedSize);
  t.is(summary.cosignatures, 1);
  const notes = splitKeyNotes(await readFile(join(folder, 'keys'), 'utf8'));
  t.deepEqual(notes.map(epochOfKeyNote), [1, 2]);
});

test("the device's own newest checkpoint is used when the cosigned one ends before the recording does", async (t) => {
  const device = await newDevice(t);
  const { recording } = await device.record({
    beforeFragment: (at) => (at === 2 ? witness(device, 1000) : undefined),
  });
  await device.journal.rotateKey();
  const folder = join(await newFolder(t), 'bundle');
  const live = await deviceSource({ ...device, witnesses: [], journal: device.journal });
  const stored = await sourceOf(device);
  for (const [at, source] of [live, stored].entries()) {
    const summary = await writeBundle(source, recording, `${folder}-${at}`);
    t.is(summary.journal.size, device.journal.size);
    t.is(summary.cosignatures, 0);
    const notes = splitKeyNotes(await readFile(join(`${folder}-${at}`, 'keys'), 'utf8'));
    t.deepEqual(notes.map(epochOfKeyNote), [1]);
  }
});

test('a recording that goes on is exported as far as the checkpoint reaches', async (t) => {
  const device = await newDevice(t);
  const { recording } = await device.record({ fragments: 2, open: true });
  const folder = join(await newFolder(t), 'bundle');
  const summary = await writeBundle(await sourceOf(device), recording, folder);
  t.false(summary.stopped);
  t.deepEqual((await readBundle(folder)).manifest.journal, { from: recording, to: device.journal.size });
});

test('the witness times around a recording are in its bundle, with what ties them to the tree', async (t) => {
  const clock = new ManualClock();
  const device = await newDevice(t, { clock, witnessNoteMs: 0 });
  await witness(device, 1000);
  const before = (await device.journal.append({ type: 'heartbeat' })).n - 1;
  for (let n = 0; n < 700; n++) await device.journal.append({ type: 'heartbeat' });
  const { recording } = await device.record({ fragments: 3 });
  const end = device.journal.size;
  for (let n = 0; n < 700; n++) await device.journal.append({ type: 'heartbeat' });
  await witness(device, 2000);
  const witnessedSize = device.journal.size;
  for (let n = 0; n < 300; n++) await device.journal.append({ type: 'heartbeat' });

  const folder = join(await newFolder(t), 'bundle');
  const source: EvidenceSource = await sourceOf(device);
  // Without a cosignature on the checkpoint itself, the entries are all that tells when.
  const own = { ...source, checkpoint: () => source.checkpoint(Number.MAX_SAFE_INTEGER) };
  await writeBundle(own, recording, folder);
  const { entries, checkpoint } = await readBundle(folder);
  t.is(entries.get(before)?.type, 'witnessed');
  t.is(entries.get(witnessedSize)?.type, 'witnessed');
  t.is(entries.get(witnessedSize)?.size, witnessedSize);
  t.true(witnessedSize >= end);
  const root = await compactRangeAt(witnessedSize, async (level, from, count) => {
    const index = Math.floor(from / 256);
    const width = tileWidth(checkpoint.size, level, index);
    const tile = await readFile(join(folder, tilePath({ level, index, width })));
    return Array.from({ length: count }, (_, at) => {
      const start = ((from % 256) + at) * 32;
      return tile.subarray(start, start + 32);
    });
  });
  t.deepEqual(root.root(), await device.journal.rootAt(witnessedSize));
});
