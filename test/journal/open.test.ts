import { chmod, rm } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { cosign, parseCheckpoint, signCheckpoint } from '../../agent/journal/checkpoint.js';
import { createJournal } from '../../agent/journal/create.js';
import { newSeed, publicKeyOf } from '../../agent/journal/ed25519.js';
import { atOf, encodeEntry } from '../../agent/journal/entry.js';
import { CompactRange, leafHash } from '../../agent/journal/merkle.js';
import { appendLeaves } from '../../agent/journal/tiles.js';
import { SignatureType, vkeyOf } from '../../agent/journal/vkey.js';
import { JournalRig, ORIGIN } from '../support/journal.js';
import { contentsOf } from '../support/stores.js';

const heartbeat = { type: 'heartbeat' } as const;

/** A closed journal of 10 entries in epoch 1, with a leftover key that only an opening that succeeds may erase. */
async function closedJournal(t: ExecutionContext): Promise<JournalRig> {
  const rig = await JournalRig.open(t);
  for (let n = 0; n < 4; n++) await rig.journal.append(heartbeat);
  await rig.journal.rotateKey();
  for (let n = 0; n < 5; n++) await rig.journal.append(heartbeat);
  await rig.journal.close();
  await rig.keys.write(2, newSeed());
  return rig;
}

/** Breaks a closed journal in one way and checks that opening refuses, and that it writes nothing. */
const refuses = test.macro({
  title: (_, what: string) => `a journal with ${what} is not opened, and nothing is written`,
  async exec(
    t,
    _what: string,
    damage: (
      rig: JournalRig,
      put: (key: string, value: Buffer | string) => Promise<void>,
    ) => Promise<unknown>,
    expected: { code: string; message?: RegExp } = { code: 'LIUHEN_JOURNAL_INCONSISTENT' },
  ) {
    const rig = await closedJournal(t);
    await damage(rig, (key, value) => rig.database.level.put(key, Buffer.from(value)));
    const before = await contentsOf(rig.database, rig.keyFolder);
    await t.throwsAsync(rig.reopen(), expected);
    t.deepEqual(await contentsOf(rig.database, rig.keyFolder), before);
  },
});

test('a journal that is sound is opened where it was left, and the leftover key is erased', async (t) => {
  const rig = await closedJournal(t);
  const journal = await rig.reopen();
  t.deepEqual([journal.size, journal.epoch, journal.origin], [10, 1, ORIGIN]);
  t.deepEqual(await rig.keys.epochs(), [1]);
  t.is((await journal.append(heartbeat)).n, 10);
  t.true(await rig.isGood(journal.checkpoint));
});

test('a folder without a journal says so', async (t) => {
  const rig = await JournalRig.open(t);
  await rig.database.level.clear();
  await t.throwsAsync(rig.reopen(), { code: 'LIUHEN_NOT_FOUND' });
});

test('a new journal is empty, and one that exists is never replaced', async (t) => {
  const rig = await JournalRig.open(t);
  t.is(rig.journal.size, 0);
  t.is(parseCheckpoint(rig.journal.checkpoint).size, 0);
  const before = await contentsOf(rig.database, rig.keyFolder);
  await t.throwsAsync(createJournal(rig.store, rig.keys, ORIGIN), { code: 'LIUHEN_STATE' });
  t.deepEqual(await contentsOf(rig.database, rig.keyFolder), before);
});

async function flip(rig: JournalRig, key: string, at = 0): Promise<void> {
  const value = (await rig.database.level.get(key)) as Buffer;
  value[at] = (value[at] as number) ^ 1;
  await rig.database.level.put(key, value);
}

const hashKey = (index: number) => `h!0!${String(index).padStart(16, '0')}`;

test(refuses, 'an altered hash at its edge', (rig) => flip(rig, hashKey(5)));
test(refuses, 'a missing hash at its edge', (rig) => rig.database.level.del(hashKey(9)));
test(refuses, 'an altered newest entry', (rig) => flip(rig, 'e!0000000000000009', 40));
test(refuses, 'its newest entry missing', (rig) => rig.database.level.del('e!0000000000000009'));
test(refuses, 'a checkpoint over another root', async (rig, put) => {
  const { seed } = await rig.keys.read(1);
  const vkey = vkeyOf(ORIGIN, SignatureType.ed25519, publicKeyOf(seed));
  await put(
    'm!checkpoint',
    signCheckpoint({ origin: ORIGIN, size: 10, root: Buffer.alloc(32, 1) }, { vkey, seed }),
  );
});
test(refuses, 'a checkpoint signed by another key', async (_rig, put) => {
  const seed = newSeed();
  const vkey = vkeyOf(ORIGIN, SignatureType.ed25519, publicKeyOf(seed));
  await put(
    'm!checkpoint',
    signCheckpoint({ origin: ORIGIN, size: 10, root: Buffer.alloc(32, 1) }, { vkey, seed }),
  );
});
test(refuses, 'a checkpoint whose signature is bad', async (rig, put) => {
  const text = (await rig.store.checkpoint()) ?? '';
  await put('m!checkpoint', text.replace(/\n10\n/, '\n11\n'));
});
test(refuses, 'a checkpoint of before, with its own good signature', async (rig, put) => {
  const { seed } = await rig.keys.read(1);
  const vkey = vkeyOf(ORIGIN, SignatureType.ed25519, publicKeyOf(seed));
  const head = { origin: ORIGIN, size: 8, root: await rig.journal.rootAt(8) };
  await put('m!checkpoint', signCheckpoint(head, { vkey, seed }));
});
test(refuses, 'a checkpoint that is no checkpoint', (_rig, put) => put('m!checkpoint', 'garbage'));
test(refuses, 'no checkpoint', (rig) => rig.database.level.del('m!checkpoint'));
// Epoch 0 is then the newest, and the key of epoch 1 an unfinished rotation: but the checkpoint is signed with it already.
test(refuses, 'its key note missing', (rig) => rig.database.level.del('k!0000000000000001'));
test(refuses, 'another key in place of its own', (rig) => rig.keys.write(1, newSeed()));
test(refuses, 'its key missing', (rig) => rm(join(rig.keyFolder, 'epoch-0000001.key')), {
  code: 'LIUHEN_KEY',
});
test(refuses, 'a key that others can read', (rig) => chmod(join(rig.keyFolder, 'epoch-0000001.key'), 0o644), {
  code: 'LIUHEN_KEY',
  message: /expected mode 0600, got 644/,
});

const archive = { seed: Buffer.alloc(32, 9) };
const witness = vkeyOf('archive.example', SignatureType.cosignature, publicKeyOf(archive.seed));

async function putCosigned(rig: JournalRig, size: number, root: Buffer): Promise<void> {
  const { seed } = await rig.keys.read(1);
  const vkey = vkeyOf(ORIGIN, SignatureType.ed25519, publicKeyOf(seed));
  const checkpoint = parseCheckpoint(signCheckpoint({ origin: ORIGIN, size, root }, { vkey, seed }));
  await rig.store.setCosigned(cosign(checkpoint, { vkey: witness, seed: archive.seed }, 1));
}

test(refuses, 'more entries witnessed than it has', (rig) => putCosigned(rig, 11, Buffer.alloc(32, 1)));
test(refuses, 'another root witnessed at its size', (rig) => putCosigned(rig, 10, Buffer.alloc(32, 1)));
test(refuses, 'another root witnessed at an earlier size', (rig) => putCosigned(rig, 7, Buffer.alloc(32, 1)));

test('a cosigned checkpoint that agrees, now or earlier, is known again after opening', async (t) => {
  const rig = await closedJournal(t);
  for (const size of [7, 10]) {
    await putCosigned(rig, size, await rig.journal.rootAt(size));
    t.is((await rig.reopen()).cosigned?.size, size);
  }
});

test('opening reads a bounded number of hashes and one entry, for 1,000 entries and for 100,000', async (t) => {
  for (const size of [1000, 100_000]) {
    const rig = await JournalRig.open(t);
    await fill(rig, size);
    const journal = await rig.reopen();
    t.is(journal.size, size);
    t.true(rig.store.hashesRead <= 3 * 255 + 1, `${rig.store.hashesRead} hashes for ${size}`);
    t.is(rig.store.entriesRead, 1);
  }
});

/** Writes `size` entries in one batch, as if they had been appended one by one. */
async function fill(rig: JournalRig, size: number): Promise<void> {
  const at = atOf(rig.clock.read());
  const entries = Array.from({ length: size }, (_, n) => encodeEntry(heartbeat, n, at));
  const tree = new CompactRange();
  const hashes = appendLeaves(tree, entries.map(leafHash));
  const { seed } = await rig.keys.read(0);
  const vkey = vkeyOf(ORIGIN, SignatureType.ed25519, publicKeyOf(seed));
  const checkpoint = signCheckpoint({ origin: ORIGIN, size, root: tree.root() }, { vkey, seed });
  await rig.store.commit({ from: 0, entries, hashes, checkpoint, keyNotes: [], view: [] });
}
