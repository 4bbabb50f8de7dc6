import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { type CheckOptions, type CheckReport, checkDevice, INVARIANTS } from '../../agent/buffer/check.js';
import { Database } from '../../agent/buffer/database.js';
import { type DeviceStores, openStores } from '../../agent/buffer/open.js';
import { writeReceipt } from '../../agent/buffer/recordings.js';
import { evict } from '../../agent/buffer/retention.js';
import { parseCheckpoint, signCheckpoint } from '../../agent/journal/checkpoint.js';
import { newSeed, publicKeyOf } from '../../agent/journal/ed25519.js';
import { type At, type EntryDraft, encodeEntry } from '../../agent/journal/entry.js';
import { leafHash } from '../../agent/journal/merkle.js';
import { appendLeaves, compactRangeAt } from '../../agent/journal/tiles.js';
import { SignatureType, vkeyOf } from '../../agent/journal/vkey.js';
import { ArchiveKey } from '../support/archive-key.js';
import { ManualClock, TestDevice } from '../support/device.js';
import { receiptFor } from '../support/receipts.js';

const archive = new ArchiveKey();
const { witness } = archive;
const HOUR_MS = 3_600_000;

/** A device's closed data folder: two epochs, a recording that was removed, one that is here, and a cosigned checkpoint. */
interface Disk {
  folder: string;
  removed: number;
  kept: number;
  size: number;
}

async function disk(t: ExecutionContext): Promise<Disk> {
  const clock = new ManualClock();
  const device = await TestDevice.open({ clock });
  const { journal, store, footage, folder } = device;
  t.teardown(() => rm(folder, { recursive: true }));
  const { recording: removed } = await device.record();
  await writeReceipt(store, removed, await receiptFor(device, removed));
  await journal.rotateKey();
  clock.advance(HOUR_MS);
  await evict({ journal, store, footage, retentionMs: HOUR_MS, witness }, removed, 'retention');
  const cosigned = archive.cosign(journal.checkpoint);
  await journal.witness(parseCheckpoint(cosigned), cosigned);
  const { recording: kept } = await device.record();
  const { size } = journal;
  await device.close();
  return { folder, removed, kept, size };
}

/** Changes something in one of the databases as somebody with the disk in hand would. */
async function inDatabase<T>(
  { folder }: Disk,
  name: 'journal' | 'footage',
  work: (level: Database['level']) => Promise<T>,
): Promise<void> {
  const database = await Database.open(join(folder, name), { compression: name === 'journal' });
  await work(database.level);
  await database.close();
}

async function inStores({ folder }: Disk, work: (stores: DeviceStores) => Promise<unknown>): Promise<void> {
  const stores = await openStores(folder);
  await work(stores);
  await stores.close();
}

async function checked({ folder }: Disk, options: CheckOptions = { witness }): Promise<CheckReport> {
  const stores = await openStores(folder);
  const report = await checkDevice(stores, options);
  await stores.close();
  return report;
}

/** Breaks a disk in one way, and says which invariants the check then names, with one of the problems. */
const broken = test.macro({
  title: (_, what: string, numbers: number[]) => `${what} is named under invariant ${numbers.join(' and ')}`,
  async exec(
    t,
    _what: string,
    numbers: number[],
    problem: RegExp,
    damage: (disk: Disk) => Promise<unknown>,
    options: CheckOptions = { witness },
  ) {
    const device = await disk(t);
    await damage(device);
    const report = await checked(device, options);
    t.false(report.ok);
    const named = report.invariants.filter(({ ok }) => !ok);
    t.deepEqual(
      named.map(({ number }) => number),
      numbers,
      JSON.stringify(named),
    );
    t.regex(named.flatMap(({ problems }) => problems).join('\n'), problem);
  },
});

test('a healthy disk is ok, thoroughly and quickly, and the report says what was looked at', async (t) => {
  const device = await disk(t);
  const seen: [number, number][] = [];
  const report = await checked(device, { witness, onProgress: (entries, of) => seen.push([entries, of]) });
  t.true(report.ok, JSON.stringify(report.invariants));
  t.deepEqual(
    report.invariants.map(({ number, text, ok }) => ({ number, text, ok })),
    Object.entries(INVARIANTS).map(([number, text]) => ({ number: Number(number), text, ok: true })),
  );
  t.like(report, { origin: 'liuhen.example/recorder-0001', entries: device.size, fragments: 6 });
  t.is(report.bytes, 200 + 3 * 2000, 'the footage that is here');
  t.deepEqual(seen.at(-1), [device.size, device.size]);
  t.like(await checked(device, { quick: true }), { ok: true, bytes: 0, fragments: 6 });
});

test('a folder without a journal is not ok', async (t) => {
  const device = await disk(t);
  await inDatabase(device, 'journal', (level) => level.clear());
  t.false((await checked(device)).ok);
});

const footageKey = (recording: number, index: number) =>
  `${String(recording).padStart(16, '0')}/0000000/${String(index).padStart(9, '0')}`;
const entryKey = (n: number) => `e!${String(n).padStart(16, '0')}`;

async function flip(level: Database['level'], key: string, at: number): Promise<void> {
  const value = await level.get(key);
  if (value === undefined) throw new Error(`no ${key}`);
  value[at] = (value[at] as number) ^ 1;
  await level.put(key, value);
}

test(broken, 'a flipped bit in a fragment', [1], /footage \d+\/0\/1 .* is not what was sealed/, (d) =>
  inDatabase(d, 'footage', (level) => flip(level, footageKey(d.kept, 1), 999)),
);
test(broken, 'a fragment cut short', [1], /expected 2000 bytes/, (d) =>
  inDatabase(d, 'footage', (level) => level.put(footageKey(d.kept, 1), Buffer.alloc(1999))),
);
const deleteFragment = (d: Disk) => inDatabase(d, 'footage', (level) => level.del(footageKey(d.kept, 2)));
test(broken, 'a missing fragment', [1], /footage \d+\/0\/2 of entry \d+ is missing/, deleteFragment);
test(broken, 'a missing fragment, seen quickly,', [1], /is missing/, deleteFragment, { quick: true });
test(broken, 'an altered entry', [1], /root/, (d) =>
  inDatabase(d, 'journal', async (level) => {
    const entry = (await level.get(entryKey(d.kept)))?.toString() ?? '';
    await level.put(entryKey(d.kept), Buffer.from(entry.replace('"button"', '"policy"')));
  }),
);
test(broken, 'an altered tree hash', [1], /stored hash 4 of tile level 0 is wrong/, (d) =>
  inDatabase(d, 'journal', (level) => flip(level, `h!0!${'4'.padStart(16, '0')}`, 0)),
);
test(broken, 'an entry beyond the checkpoint', [1], /no checkpoint covers entry/, (d) =>
  inDatabase(d, 'journal', (level) => level.put(entryKey(d.size), Buffer.from('{}'))),
);
test(broken, 'a missing checkpoint', [1, 2], /no checkpoint covers entry 0/, (d) =>
  inDatabase(d, 'journal', (level) => level.del('m!checkpoint')),
);
test(broken, 'a missing entry', [2], /entry \d+ is missing/, (d) =>
  inDatabase(d, 'journal', (level) => level.del(entryKey(d.kept + 2))),
);

/** Goes back to an earlier size, with a checkpoint that the device's own key signed. */
async function rollBack(d: Disk, size: number): Promise<void> {
  await inStores(d, async ({ store, keys }) => {
    const { seed } = await keys.read(1);
    const vkey = vkeyOf('liuhen.example/recorder-0001', SignatureType.ed25519, publicKeyOf(seed));
    const root = (await compactRangeAt(size, store.readHashes)).root();
    await store.commit({
      from: size,
      entries: [],
      hashes: [],
      checkpoint: signCheckpoint({ origin: vkey.name, size, root }, { vkey, seed }),
      keyNotes: [],
      view: [],
    });
  });
  await inDatabase(d, 'journal', (level) => level.clear({ gte: entryKey(size), lt: 'e"' }));
}

/** The eviction entry is the newest that the archive cosigned. */
test(
  broken,
  'a journal without its newest entries, which were witnessed,',
  [2, 3],
  /witnessed 9 entries, 8 are here/,
  (d) => rollBack(d, 8),
);

test(broken, 'footage removed without a receipt', [3], /there is no receipt/, (d) =>
  inDatabase(d, 'journal', (level) => level.del(`v!receipt/${String(d.removed).padStart(16, '0')}`)),
);
test(
  broken,
  'footage removed under a receipt for something else',
  [3],
  /receipt for something else/,
  async (d) => {
    const receipt = archive.receipt({
      origin: 'liuhen.example/recorder-0001',
      recording: d.removed,
      fragments: 3,
      digest: '0'.repeat(64),
    });
    await inStores(d, ({ store }) => writeReceipt(store, d.removed, receipt));
  },
);
test(
  broken,
  'footage removed under a forged receipt',
  [3],
  /expected a signature by archive.example/,
  async (d) => {
    const device = await TestDevice.open({ folder: d.folder });
    await writeReceipt(device.store, d.removed, await receiptFor(device, d.removed, {}, new ArchiveKey(1)));
    await device.close();
  },
);
test(broken, 'footage that is called removed by an entry that says something else', [3], /retention/, (d) =>
  inStores(d, ({ store }) =>
    store.writeView([{ key: `evicted/${String(d.removed).padStart(16, '0')}`, value: d.kept }]),
  ),
);
test(broken, 'footage called removed to hide that it is missing', [3], /no receipt/, async (d) => {
  await deleteFragment(d);
  await inStores(d, ({ store }) =>
    store.writeView([{ key: `evicted/${String(d.kept).padStart(16, '0')}`, value: 8 }]),
  );
});

test('footage removed before its retention had passed is named under invariant 3', async (t) => {
  const device = await TestDevice.open();
  t.teardown(() => device.remove());
  const { recording } = await device.record();
  await writeReceipt(device.store, recording, await receiptFor(device, recording));
  const draft = { who: 'somebody', what: 'footage', why: 'in a hurry', recording, retentionMs: HOUR_MS };
  await device.journal.append({ type: 'evicted', ...draft });
  await device.footage.removeRecording(recording);
  const { invariants } = await checkDevice(device, { witness });
  t.deepEqual(
    invariants.filter(({ ok }) => !ok).map(({ number, problems }) => ({ number, problems })),
    [{ number: 3, problems: [`recording ${recording} was removed before its retention had passed`] }],
  );
});

async function cosignedWithRoot(d: Disk, root: Buffer): Promise<void> {
  await inStores(d, async ({ store }) => {
    const { origin, size } = parseCheckpoint((await store.cosigned()) ?? '');
    const seed = newSeed();
    const signer = { vkey: vkeyOf(origin, SignatureType.ed25519, publicKeyOf(seed)), seed };
    await store.setCosigned(archive.cosign(signCheckpoint({ origin, size, root }, signer)));
  });
}
test(broken, 'another root that the archive cosigned', [4], /cosigned another root at size 9/, (d) =>
  cosignedWithRoot(d, Buffer.alloc(32, 1)),
);
test(broken, 'a checkpoint that is no checkpoint', [1, 2, 4], /the checkpoint: /, (d) =>
  inDatabase(d, 'journal', (level) => level.put('m!checkpoint', Buffer.from('garbage'))),
);
test(broken, 'a checkpoint whose signature is altered', [4], /not signed by the current key/, (d) =>
  inDatabase(d, 'journal', async (level) => {
    const text = (await level.get('m!checkpoint'))?.toString() ?? '';
    const seed = newSeed();
    const vkey = vkeyOf('liuhen.example/recorder-0001', SignatureType.ed25519, publicKeyOf(seed));
    const { origin, size, root } = parseCheckpoint(text);
    await level.put('m!checkpoint', Buffer.from(signCheckpoint({ origin, size, root }, { vkey, seed })));
  }),
);
test(broken, 'a key note that the key before it did not sign', [4], /not signed by the key of epoch/, (d) =>
  inDatabase(d, 'journal', async (level) => {
    const key = `k!${'1'.padStart(16, '0')}`;
    const note = (await level.get(key))?.toString() ?? '';
    await level.put(
      key,
      Buffer.from(note.replace(/\n— (\S+) .*\n$/, `\n— other.example ${'A'.repeat(92)}\n`)),
    );
  }),
);

/** Appends an entry with any time, as a device would whose clock handling is broken: signed, and in the tree. */
async function appendAt(d: Disk, draft: EntryDraft, at: At): Promise<void> {
  await inStores(d, async ({ store, keys }) => {
    const checkpoint = parseCheckpoint((await store.checkpoint()) ?? '');
    const { seed } = await keys.read(1);
    const vkey = vkeyOf(checkpoint.origin, SignatureType.ed25519, publicKeyOf(seed));
    const tree = await compactRangeAt(checkpoint.size, store.readHashes);
    const entry = encodeEntry(draft, checkpoint.size, at);
    const hashes = appendLeaves(tree, [leafHash(entry)]);
    const head = { origin: checkpoint.origin, size: tree.size, root: tree.root() };
    const signed = signCheckpoint(head, { vkey, seed });
    await store.commit({
      from: checkpoint.size,
      entries: [entry],
      hashes,
      checkpoint: signed,
      keyNotes: [],
      view: [],
    });
  });
}
const EARLIER: At = { wall: '2026-03-02T07:00:00.000Z', mono: 9_000_000, boot: 'boot-1', source: 'ntp' };
test(broken, 'time that goes back unsaid', [5], /entry \d+ is of 2026-03-02T07:00/, (d) =>
  appendAt(d, { type: 'heartbeat' }, EARLIER),
);
test('time that goes back in a clock-changed entry is ok', async (t) => {
  const device = await disk(t);
  const changed = {
    type: 'clock-changed',
    fromWall: EARLIER.wall,
    toWall: EARLIER.wall,
    source: 'ntp',
  } as const;
  await appendAt(device, changed, EARLIER);
  await appendAt(device, { type: 'heartbeat' }, EARLIER);
  t.true((await checked(device)).ok);
});

test(broken, 'the private key of an earlier epoch', [6], /key of epoch 0 is still here/, (d) =>
  inStores(d, ({ keys }) => keys.write(0, newSeed())),
);
test(broken, 'the missing key of this epoch', [6], /signing key of epoch 1/, (d) =>
  inStores(d, ({ keys }) => keys.erase(1)),
);
test(broken, "another's key in place of the device's", [6], /key of epoch 1: expected .*, got /, (d) =>
  inStores(d, ({ keys }) => keys.write(1, newSeed())),
);

test('of very many problems the first twenty are told, and how many more there are', async (t) => {
  const device = await TestDevice.open();
  t.teardown(() => device.remove());
  const { recording } = await device.record({ fragments: 30, bytes: 10 });
  await device.footage.removeRecording(recording);
  const [first] = (await checkDevice(device)).invariants;
  t.is(first?.problems.length, 20);
  t.is(first?.moreProblems, 11);
});
