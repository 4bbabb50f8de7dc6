import { randomBytes } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import test from 'ava';
import { registerDevice } from '../../agent/archive/archive.js';
import { parseRecordingIndex } from '../../agent/archive/recording-index.js';
import { MAX_WANTED, type Want } from '../../agent/uplink/messages.js';
import { topics } from '../../agent/uplink/topics.js';
import { defaultConfig } from '../../config/load.js';
import { archiveSettings, untilArchive } from '../support/archive.js';
import { type ArchiveRig, archiveRig } from '../support/archive-rig.js';
import { sha256Of, TestDevice, type TestFootage } from '../support/device.js';
import { ScriptedDevice } from '../support/scripted-device.js';

const counters = ({ archive }: ArchiveRig) => archive.running.status().counters;
const fileOf = ({ archive, device }: ArchiveRig, recording: number, name: string) =>
  archive.file(device.id, 'recordings', String(recording), name);
const bytesOf = (footage: readonly TestFootage[]) => Buffer.concat(footage.map(({ bytes }) => bytes));
const whole = (footage: readonly TestFootage[]) => footage.map(({ sha256 }) => ({ sha256, offsets: [] }));
const hashes = (footage: readonly TestFootage[]) => footage.map(({ sha256 }) => sha256);

test('chunks may come in any order, twice and overlapping, and the file is what was sealed', async (t) => {
  const it = await archiveRig(t);
  const { recording, footage } = await it.device.record({ fragments: 2, bytes: 90_000 });
  const want = await it.wire.sendAll();
  t.deepEqual(want.footage, whole(footage));
  const [init, first, second] = footage as [TestFootage, TestFootage, TestFootage];
  for (const offset of [60_000, 0, 60_000, 20_000]) {
    await it.wire.sendChunk(second.sha256, offset, second.bytes.subarray(offset, offset + 30_000));
  }
  await it.wire.sendChunk(second.sha256, 45_000, second.bytes.subarray(45_000, 70_000));
  await it.wire.sendWhole(first, 7_000);
  await it.wire.sendWhole(init);
  await it.wire.until(() => it.wire.archived.length === 1);
  t.true((await readFile(fileOf(it, recording, 'recording.mp4'))).equals(bytesOf(footage)));
  t.is(await readFile(fileOf(it, recording, 'archived'), 'utf8'), it.wire.archived[0] ?? '');
  t.deepEqual(counters(it), { duplicate: 1 });
});

test('what is missing of a piece is asked for on the grid of the chunks that came', async (t) => {
  const it = await archiveRig(t);
  const { footage } = await it.device.record({ fragments: 1, bytes: 95_000 });
  await it.wire.sendAll();
  const fragment = footage[1] as TestFootage;
  for (const offset of [10_000, 50_000, 90_000]) {
    await it.wire.sendChunk(fragment.sha256, offset, fragment.bytes.subarray(offset, offset + 10_000));
  }
  const { footage: wanted } = await it.wire.question();
  t.deepEqual(wanted, [
    { sha256: footage[0]?.sha256 ?? '', offsets: [] },
    { sha256: fragment.sha256, offsets: [0, 20_000, 30_000, 40_000, 60_000, 70_000, 80_000] },
  ]);
});

test('an init that came is written wherever it is awaited, and not asked for again', async (t) => {
  const it = await archiveRig(t, { times: { publishMs: 20, tickMs: 20, reaskMs: 3_600_000 } });
  const init = randomBytes(700);
  const recorded = async () => {
    const { recording } = await it.device.start();
    const footage = [await it.device.take(recording, 0, init)];
    footage.push(await it.device.fragment({ recording, take: 0, index: 0 }, randomBytes(2000)));
    await it.device.stop(recording, footage);
    return { recording, footage };
  };
  const first = await recorded();
  await it.wire.sendAll();
  for (const piece of first.footage) await it.wire.sendWhole(piece);
  await it.wire.until(() => it.wire.archived.length === 1);
  const from = it.device.journal.size;
  const second = await recorded();
  const { footage: wanted } = await it.wire.sendAll(from);
  t.deepEqual(wanted, whole(second.footage.slice(1)));
  await it.wire.sendWhole(second.footage[1] as TestFootage);
  await it.wire.until(() => it.wire.archived.length === 2);
  t.true((await readFile(fileOf(it, second.recording, 'recording.mp4'))).equals(bytesOf(second.footage)));
  t.deepEqual(counters(it), {});
});

test('a poisoned chunk costs the whole piece, which is then asked for again', async (t) => {
  const it = await archiveRig(t, { times: { publishMs: 20, tickMs: 20, reaskMs: 200 } });
  const { recording, footage } = await it.device.record({ fragments: 1, bytes: 50_000 });
  await it.wire.sendAll();
  const [init, fragment] = footage as [TestFootage, TestFootage];
  await it.wire.sendWhole(init);
  await it.wire.sendChunk(fragment.sha256, 20_000, randomBytes(10_000));
  await it.wire.sendWhole(fragment, 10_000);
  await untilArchive(it.archive.running, (status) => status.counters['wrong-hash'] === 1);
  const asked = it.wire.wants.length;
  await it.wire.until(() => it.wire.wants.slice(asked).some(({ footage: wanted }) => wanted.length === 1));
  t.deepEqual(it.wire.wants.at(-1)?.footage, [{ sha256: fragment.sha256, offsets: [] }]);
  await it.wire.sendWhole(fragment, 10_000);
  await it.wire.until(() => it.wire.archived.length === 1);
  t.true((await readFile(fileOf(it, recording, 'recording.mp4'))).equals(bytesOf(footage)));
});

test('an init that two recordings and two takes share is written wherever it belongs', async (t) => {
  const it = await archiveRig(t);
  const init = randomBytes(300);
  const sent: TestFootage[] = [];
  const files: { recording: number; takes: Buffer[] }[] = [];
  for (const takes of [1, 2]) {
    const { recording } = await it.device.start();
    const pieces: TestFootage[][] = [];
    for (let take = 0; take < takes; take++) {
      const first = await it.device.take(recording, take, init);
      pieces.push([first, await it.device.fragment({ recording, take, index: 0 }, randomBytes(4000))]);
    }
    await it.device.stop(recording, pieces.flat());
    sent.push(...pieces.map(([, fragment]) => fragment as TestFootage));
    files.push({ recording, takes: pieces.map(bytesOf) });
  }
  const { footage } = await it.wire.sendAll();
  t.is(footage.length, 4);
  for (const fragment of sent) await it.wire.sendWhole(fragment);
  await it.wire.sendChunk(sha256Of(init), 0, init);
  await it.wire.until(() => it.wire.archived.length === 2);
  t.true(
    (await readFile(fileOf(it, files[0]?.recording ?? -1, 'recording.mp4'))).equals(
      files[0]?.takes[0] ?? Buffer.of(),
    ),
  );
  t.true(
    (await readFile(fileOf(it, files[1]?.recording ?? -1, 'recording.mp4'))).equals(
      files[1]?.takes[0] ?? Buffer.of(),
    ),
  );
  t.true(
    (await readFile(fileOf(it, files[1]?.recording ?? -1, 'recording-2.mp4'))).equals(
      files[1]?.takes[1] ?? Buffer.of(),
    ),
  );
});

test('footage that the journal does not name is dropped, and so are chunks past the end', async (t) => {
  const it = await archiveRig(t);
  const { footage } = await it.device.record({ fragments: 1, bytes: 1000 });
  await it.wire.sendAll();
  const fragment = footage[1] as TestFootage;
  await it.wire.sendChunk(sha256Of(Buffer.from('stranger')), 0, Buffer.alloc(10));
  await it.wire.sendChunk(fragment.sha256, 999, Buffer.alloc(2));
  await it.wire.sendChunk(fragment.sha256, 2 ** 49, Buffer.alloc(2));
  await it.wire.sendChunk(fragment.sha256, 0, Buffer.alloc(0));
  await it.wire.sendChunk(fragment.sha256, 0, Buffer.alloc(300_000));
  await untilArchive(it.archive.running, ({ counters: counts }) => {
    return counts['bad-chunk'] === 4 && counts['unwanted-footage'] === 1;
  });
  t.deepEqual(counters(it), { 'unwanted-footage': 1, 'bad-chunk': 4 });
  t.is(it.archive.running.status().inFlightBytes, 0);
});

test('a fragment that claims 2^50 bytes is witnessed, never asked for, and its recording never receipted', async (t) => {
  const it = await archiveRig(t);
  const { recording } = await it.device.start();
  const init = await it.device.take(recording, 0, randomBytes(100));
  const media = { start: 0, duration: 1, timescale: 1 };
  const sha256 = sha256Of(randomBytes(8));
  await it.device.journal.append({
    type: 'fragment',
    recording,
    take: 0,
    index: 0,
    sha256,
    bytes: 2 ** 50,
    media,
  });
  await it.device.stop(recording, [init]);
  const want = await it.wire.sendAll();
  t.is(want.journal, it.device.journal.size);
  t.deepEqual(
    hashes([init]),
    want.footage.map(({ sha256: wanted }) => wanted),
  );
  await it.wire.sendWhole(init);
  await it.wire.question();
  t.deepEqual(it.wire.archived, []);
  t.true(it.archive.log.some(({ msg }) => msg === 'recording can never be receipted'));
  await it.archive.stop();
  t.is((await stat(fileOf(it, recording, 'recording.mp4'))).size, 100);
});

test('a recording without footage is receipted as soon as it has stopped', async (t) => {
  const it = await archiveRig(t);
  const { recording } = await it.device.start();
  await it.device.stop(recording, []);
  await it.wire.sendAll();
  await it.wire.until(() => it.wire.archived.length === 1);
  t.regex(
    it.wire.archived[0] ?? '',
    new RegExp(`^liuhen/archived\\n${it.device.origin}\\n${recording}\\n0\\n`),
  );
});

test('receipts are repeated to a device that says it lacks them', async (t) => {
  const it = await archiveRig(t);
  const { recording, footage } = await it.device.record({ fragments: 1 });
  await it.wire.sendAll();
  for (const piece of footage) await it.wire.sendWhole(piece);
  await it.wire.until(() => it.wire.archived.length === 1);
  const backlog = { entries: 0, footageBytes: 0, unreceipted: [recording, 12_345] };
  const telemetry = { clock: { wall: '', source: '' }, disk: { freeBytes: 1 }, backlog };
  await it.wire.publish(topics.telemetry(it.device.id), JSON.stringify(telemetry));
  await it.wire.until(() => it.wire.archived.length === 2);
  t.is(it.wire.archived[1], it.wire.archived[0]);
});

test('no more is asked for than memory can take, oldest first, and the rest as the first arrives', async (t) => {
  const settings = defaultConfig({
    profile: 'archive',
    archive: { embeddedBroker: { host: '127.0.0.1', port: 0 }, limits: { inFlight: '1MiB' } },
  }).archive;
  const it = await archiveRig(t, { settings });
  const { footage } = await it.device.record({ fragments: 6, bytes: 300_000 });
  const want = await it.wire.sendAll();
  t.deepEqual(
    hashes(footage).slice(0, 4),
    want.footage.map(({ sha256 }) => sha256),
  );
  let most = 0;
  for (const piece of footage) {
    await it.wire.until(() =>
      it.wire.wants.some(({ footage: all }) => all.some((each) => each.sha256 === piece.sha256)),
    );
    await it.wire.sendWhole(piece);
    most = Math.max(most, it.archive.running.status().inFlightBytes);
  }
  await it.wire.until(() => it.wire.archived.length === 1);
  t.true(most <= 2 ** 20);
  t.is(it.archive.running.status().inFlightBytes, 0);
});

test('a fragment larger than the memory for footage is taken all the same, one at a time', async (t) => {
  const settings = archiveSettings({
    embeddedBroker: { host: '127.0.0.1', port: 0 },
    limits: { inFlight: '1MiB' },
  });
  const it = await archiveRig(t, { settings, times: { publishMs: 20, tickMs: 20, reaskMs: 100 } });
  const other = await TestDevice.open({ id: 'recorder-0002' });
  await registerDevice(it.archive.data, other.rootVkey);
  const wire = await ScriptedDevice.connect(it.archive.port, other);
  t.teardown(async () => {
    await wire.close();
    await other.remove();
  });
  const asks = (from: ScriptedDevice, { sha256 }: TestFootage) =>
    from.until(() => from.wants.at(-1)?.footage.some((each) => each.sha256 === sha256) === true);
  const recorded = await Promise.all(
    [it.device, other].map((device) => device.record({ fragments: 1, bytes: 3_000_000 })),
  );
  const [[init, large], [otherInit, otherLarge]] = recorded.map(({ footage }) => footage) as [
    [TestFootage, TestFootage],
    [TestFootage, TestFootage],
  ];
  await it.wire.sendAll();
  await it.wire.sendWhole(init);
  await asks(it.wire, large);
  await it.wire.sendChunk(large.sha256, 0, large.bytes.subarray(0, 200_000));
  // What it asks for tells what it has: from then on only the rest of the piece.
  await it.wire.until(() => {
    const asked = it.wire.wants.at(-1)?.footage.find(({ sha256 }) => sha256 === large.sha256);
    return (asked?.offsets[0] ?? 0) >= 200_000;
  });
  t.true(it.archive.running.status().inFlightBytes >= 200_000);

  await wire.sendAll();
  await wire.sendWhole(otherInit);
  await wire.sendChunk(otherLarge.sha256, 0, otherLarge.bytes.subarray(0, 1000));
  await untilArchive(it.archive.running, ({ counters: counts }) => counts['no-memory'] === 1);
  const heard = wire.wants.length;
  await wire.until(() => wire.wants.length > heard + 1);
  t.deepEqual(wire.wants.at(-1)?.footage, [], 'it has to wait');

  await it.wire.sendWhole(large);
  await it.wire.until(() => it.wire.archived.length === 1);
  await asks(wire, otherLarge);
  await wire.sendWhole(otherLarge);
  await wire.until(() => wire.archived.length === 1);
  const file = fileOf(it, recorded[0]?.recording ?? -1, 'recording.mp4');
  t.true((await readFile(file)).equals(bytesOf([init, large])));
  t.is(it.archive.running.status().inFlightBytes, 0);
});

test('what the device calls urgent is asked for first, and what it then cannot give holds nothing up', async (t) => {
  const settings = archiveSettings({
    embeddedBroker: { host: '127.0.0.1', port: 0 },
    limits: { inFlight: '1MiB' },
  });
  const it = await archiveRig(t, { settings, times: { publishMs: 20, tickMs: 20, reaskMs: 100 } });
  const older = await it.device.record({ fragments: 6, bytes: 300_000 });
  const newer = await it.device.record({ fragments: 6, bytes: 300_000 });
  const first = (want: Want | undefined) => want?.footage[0]?.sha256;
  t.is(first(await it.wire.sendAll()), older.footage[0]?.sha256);
  const backlog = { entries: 0, footageBytes: 0, unreceipted: [], urgent: [newer.recording] };
  const telemetry = { clock: { wall: '', source: '' }, disk: { freeBytes: 1 }, backlog };
  await it.wire.publish(topics.telemetry(it.device.id), JSON.stringify(telemetry));
  await it.wire.until(() => first(it.wire.wants.at(-1)) === newer.footage[0]?.sha256);
  await it.wire.until(() => first(it.wire.wants.at(-1)) === older.footage[0]?.sha256);
  for (let answered = 0; it.wire.archived.length === 0; ) {
    await it.wire.until(() => it.wire.wants.length > answered || it.wire.archived.length > 0);
    answered = it.wire.wants.length;
    const asked = it.wire.wants.at(-1)?.footage.map(({ sha256 }) => sha256) ?? [];
    for (const piece of older.footage) if (asked.includes(piece.sha256)) await it.wire.sendWhole(piece);
  }
  t.regex(it.wire.archived[0] ?? '', new RegExp(`\\n${older.recording}\\n`));
});

test('at most as many pieces are asked for as a message may name', async (t) => {
  const it = await archiveRig(t);
  const { footage } = await it.device.record({ fragments: MAX_WANTED + 20, bytes: 40 });
  const want = await it.wire.sendAll();
  t.deepEqual(
    hashes(footage).slice(0, MAX_WANTED),
    want.footage.map(({ sha256 }) => sha256),
  );
});

test('a full disk stops footage and not the journal', async (t) => {
  const it = await archiveRig(t, { reserveBytes: Number.MAX_SAFE_INTEGER });
  const { footage } = await it.device.record({ fragments: 1 });
  const want = await it.wire.sendAll();
  t.deepEqual(want, { journal: it.device.journal.size, footage: [] });
  await it.wire.sendWhole(footage[0] as TestFootage);
  await untilArchive(it.archive.running, (status) => status.counters.storage === 1);
  t.true(it.archive.log.some(({ code }) => code === 'LIUHEN_STORAGE_FULL'));
});

test('what was not durable when the archive stopped is asked for again, and nothing else', async (t) => {
  const it = await archiveRig(t);
  const { recording, footage } = await it.device.record({ fragments: 4, bytes: 5000 });
  await it.wire.sendAll();
  const [init, first, second, ...rest] = footage as [TestFootage, TestFootage, TestFootage, ...TestFootage[]];
  await it.wire.sendWhole(init);
  await it.wire.sendWhole(second);
  await it.wire.sendChunk(first.sha256, 0, first.bytes.subarray(0, 100));
  await it.wire.question();
  await it.archive.stop();
  const index = parseRecordingIndex(await readFile(fileOf(it, recording, 'index.json'), 'utf8'));
  t.deepEqual(
    index.takes.map(({ durable, absent, init: { durable: hasInit } }) => ({ durable, absent, hasInit })),
    [
      {
        durable: 1,
        absent: [
          { from: 0, to: 1 },
          { from: 2, to: 4 },
        ],
        hasInit: true,
      },
    ],
  );
  await it.archive.start();
  const wire = await ScriptedDevice.connect(it.archive.port, it.device);
  t.teardown(() => wire.close());
  const { footage: wanted } = await wire.question();
  t.deepEqual(wanted, whole([first, ...rest]));
  for (const piece of [first, ...rest]) await wire.sendWhole(piece);
  await wire.until(() => wire.archived.length === 1);
  t.true((await readFile(fileOf(it, recording, 'recording.mp4'))).equals(bytesOf(footage)));
  await it.archive.stop();
  t.deepEqual((await readdir(fileOf(it, recording, '.'))).sort(), [
    'archived',
    'index.json',
    'recording.mp4',
  ]);
});
