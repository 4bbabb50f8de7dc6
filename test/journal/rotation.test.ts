import { randomBytes } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import test from 'ava';
import type { EntryOf } from '../../agent/journal/entry.js';
import type { EpochKeyFiles } from '../../agent/journal/epoch-keys.js';
import { formatVkey } from '../../agent/journal/vkey.js';
import { JournalRig } from '../support/journal.js';

const heartbeat = { type: 'heartbeat' } as const;

test('a rotation leaves one key, a chain that leads to it, and a checkpoint signed with it', async (t) => {
  const rig = await JournalRig.open(t);
  await rig.journal.append(heartbeat);
  const before = rig.journal.checkpoint;
  for (let epoch = 1; epoch <= 3; epoch++) await rig.journal.rotateKey();
  t.is(rig.journal.epoch, 3);
  t.deepEqual(await readdir(rig.keyFolder), ['epoch-0000003.key']);
  const chain = await rig.chain();
  t.is(chain.epoch, 3);
  t.true(await rig.isGood(rig.journal.checkpoint, 3), 'the new key signs');
  t.true(await rig.isGood(before, 0));
  t.false(await rig.isGood(before, 3), 'the new key does not sign for what came before it');
  await rig.journal.append(heartbeat);
  t.true(await rig.isGood(rig.journal.checkpoint, 3));
});

test('the entry of a rotation names the key that the note leads to', async (t) => {
  const rig = await JournalRig.open(t);
  await rig.journal.rotateKey();
  const [entry] = (await rig.entries()) as EntryOf<'key-rotated'>[];
  t.like(entry, { type: 'key-rotated', epoch: 1, vkey: formatVkey((await rig.chain()).current) });
});

test('appends and rotations take turns: each checkpoint is signed with the key of its own epoch', async (t) => {
  const rig = await JournalRig.open(t);
  const { journal, store } = rig;
  await Promise.all([
    journal.append(heartbeat),
    journal.rotateKey(),
    journal.append(heartbeat),
    journal.rotateKey(),
    journal.append(heartbeat),
  ]);
  let epoch = 0;
  for (const { checkpoint, keyNotes } of store.commits) {
    epoch += keyNotes.length;
    t.true(await rig.isGood(checkpoint, epoch));
  }
  t.is(epoch, 2);
});

/** Cuts the power, as far as the keys are concerned: the call that is named never happens, nor does anything after it. */
function powerCutBefore(keys: EpochKeyFiles, call: 'write' | 'erase'): void {
  keys[call] = () => Promise.reject(new Error('power cut'));
}

test('a rotation cut off before its commit is finished on the next start: the old key is gone already', async (t) => {
  const rig = await JournalRig.open(t);
  await rig.journal.append(heartbeat);
  rig.store.failNext = 'before';
  await t.throwsAsync(rig.journal.rotateKey());
  t.deepEqual(await rig.keys.epochs(), [1], 'what the journal still calls current was erased first');
  const journal = await rig.reopen();
  t.is(journal.epoch, 1);
  t.like((await rig.entries()).at(-1), { type: 'key-rotated', epoch: 1 });
  await journal.append(heartbeat);
  t.true(await rig.isGood(journal.checkpoint, 1));
});

test('a rotation cut off while the old key was being overwritten is finished on the next start', async (t) => {
  const rig = await JournalRig.open(t);
  await rig.journal.append(heartbeat);
  const { erase } = rig.keys;
  powerCutBefore(rig.keys, 'erase');
  await t.throwsAsync(rig.journal.rotateKey());
  rig.keys.erase = erase;
  await writeFile(`${rig.keyFolder}/epoch-0000000.key`, randomBytes(32), { mode: 0o600 });
  const journal = await rig.reopen();
  t.is(journal.epoch, 1);
  t.deepEqual(await readdir(rig.keyFolder), ['epoch-0000001.key']);
  t.true(await rig.isGood(journal.checkpoint, 1));
});

test('a later key that the current one did not sign for is not taken', async (t) => {
  const rig = await JournalRig.open(t);
  await rig.journal.append(heartbeat);
  await rig.keys.write(1, randomBytes(32), 'liuhen/key\nforged\n');
  const journal = await rig.reopen();
  t.is(journal.epoch, 0);
  t.deepEqual(await readdir(rig.keyFolder), ['epoch-0000000.key']);
  await journal.append(heartbeat);
  t.true(await rig.isGood(journal.checkpoint, 0));
});

test('a rotation cut off while the new key was being written is undone', async (t) => {
  const rig = await JournalRig.open(t);
  await writeFile(`${rig.keyFolder}/epoch-0000001.key.tmp`, 'half', { mode: 0o600 });
  const journal = await rig.reopen();
  t.is(journal.epoch, 0);
  t.deepEqual(await readdir(rig.keyFolder), ['epoch-0000000.key']);
});

test('a key that could not be erased stops the journal, and recover erases it and finishes the rotation', async (t) => {
  const rig = await JournalRig.open(t);
  await rig.journal.append(heartbeat);
  const { erase } = rig.keys;
  powerCutBefore(rig.keys, 'erase');
  await t.throwsAsync(rig.journal.rotateKey(), { code: 'LIUHEN_STORAGE_IO' });
  t.deepEqual(await rig.keys.epochs(), [0, 1]);
  rig.keys.erase = erase;
  await rig.journal.recover();
  t.is(rig.journal.epoch, 1);
  t.deepEqual(await readdir(rig.keyFolder), ['epoch-0000001.key']);
  await rig.journal.append(heartbeat);
  t.true(await rig.isGood(rig.journal.checkpoint, 1));
});

test('a key that cannot be written leaves the old epoch, which goes on after recover', async (t) => {
  const rig = await JournalRig.open(t);
  const { write } = rig.keys;
  powerCutBefore(rig.keys, 'write');
  await t.throwsAsync(rig.journal.rotateKey(), { code: 'LIUHEN_STORAGE_IO' });
  rig.keys.write = write;
  await rig.journal.recover();
  t.is(rig.journal.epoch, 0);
  await rig.journal.append(heartbeat);
  t.true(await rig.isGood(rig.journal.checkpoint, 0));
});

test('a rotation whose commit failed after it had reached the disk is kept by recover', async (t) => {
  const rig = await JournalRig.open(t);
  rig.store.failNext = 'after';
  await t.throwsAsync(rig.journal.rotateKey());
  await rig.journal.recover();
  t.is(rig.journal.epoch, 1);
  t.deepEqual(await rig.keys.epochs(), [1]);
  await rig.journal.append(heartbeat);
  t.true(await rig.isGood(rig.journal.checkpoint, 1));
});
