import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import test from 'ava';
import { cosign, parseCheckpoint } from '../../agent/journal/checkpoint.js';
import { publicKeyOf } from '../../agent/journal/ed25519.js';
import type { EntryDraft, EntryOf } from '../../agent/journal/entry.js';
import type { Journal } from '../../agent/journal/journal.js';
import { SignatureType, vkeyOf } from '../../agent/journal/vkey.js';
import { LiuhenError } from '../../config/errors.js';
import { JournalRig } from '../support/journal.js';
import { Gate } from '../support/stores.js';

const event = (value: unknown): EntryDraft => ({ type: 'event', source: 'test', name: 'n', value });

test('appends that arrive while a sync is under way share the next one', async (t) => {
  const { store, journal } = await JournalRig.open(t);
  store.gate = new Gate();
  const first = journal.append(event(0));
  await store.gate.arrival();
  const others = [1, 2, 3, 4, 5].map((value) => journal.append(event(value)));
  store.gate.open();
  await Promise.all([first, ...others]);
  t.deepEqual(
    store.commits.map(({ entries }) => entries.length),
    [1, 5],
  );
});

test('no append resolves before its commit is on disk', async (t) => {
  const { store, journal } = await JournalRig.open(t);
  store.gate = new Gate();
  let sealed = false;
  const appended = journal.append(event(0)).then(() => {
    sealed = true;
  });
  await store.gate.arrival();
  await new Promise((resolve) => setImmediate(resolve));
  t.false(sealed);
  t.is(journal.size, 0);
  store.gate.open();
  await appended;
  t.is(journal.size, 1);
});

test('entries are numbered and stored in the order of the calls, under the time of their commit', async (t) => {
  const rig = await JournalRig.open(t);
  const first = rig.journal.append(event('a'));
  const second = rig.journal.append(event('b'));
  t.deepEqual([(await first).n, (await second).n], [0, 1]);
  rig.clock.advance(1500);
  const third = await rig.journal.append(event('c'));
  t.deepEqual(third.at, { wall: '2026-03-02T08:00:01.500Z', mono: 2500, boot: 'boot-1', source: 'ntp' });
  const stored = await rig.entries();
  t.deepEqual(
    stored.map((entry) => (entry as EntryOf<'event'>).value),
    ['a', 'b', 'c'],
  );
  t.deepEqual(stored[2], third);
});

test('every commit leaves a checkpoint over exactly its entries, signed with the current key', async (t) => {
  const rig = await JournalRig.open(t);
  for (let value = 0; value < 300; value++) void rig.journal.append(event(value));
  await rig.journal.append(event('last of the group'));
  t.true(await rig.isGood(rig.journal.checkpoint));
  await rig.journal.append(event('alone'));
  t.is(rig.store.commits.length, 2);
  for (const { checkpoint } of rig.store.commits) t.true(await rig.isGood(checkpoint));
  t.is(await rig.store.checkpoint(), rig.journal.checkpoint);
});

test('an entry that is too large, or could not be read back, is refused alone', async (t) => {
  const { store, journal } = await JournalRig.open(t);
  store.gate = new Gate();
  const before = journal.append(event('before'));
  await store.gate.arrival();
  const refusal = { instanceOf: LiuhenError, code: 'LIUHEN_ENTRY' };
  const refused = [
    journal.append(event('x'.repeat(17_000))),
    journal.append({ type: 'gap', recording: 0, reason: 'r', fromMono: Number.NaN, toMono: 1 }),
    journal.append({ type: 'gap', recording: -1, reason: 'r', fromMono: 0, toMono: 1 }),
    journal.append({ ...event('with a number of its own'), ...{ n: 99 } }),
  ].map((appended) => t.throwsAsync(appended, refusal));
  const after = journal.append(event('after'));
  store.gate.open();
  await Promise.all(refused);
  t.deepEqual([(await before).n, (await after).n], [0, 1]);
});

test('a wall clock that steps back is said before the next entry', async (t) => {
  const rig = await JournalRig.open(t);
  await rig.journal.append(event(0));
  rig.clock.monoMs += 5000;
  rig.clock.wallMs -= 1;
  await rig.journal.append(event(1));
  t.deepEqual(await rig.types(), ['event', 'clock-changed', 'event']);
  const changed = (await rig.entries())[1] as EntryOf<'clock-changed'>;
  t.is(changed.fromWall, '2026-03-02T08:00:05.000Z');
  t.is(changed.toWall, '2026-03-02T07:59:59.999Z');
});

test('a wall clock that jumps ahead of the monotonic one is said, one that drifts is not', async (t) => {
  const rig = await JournalRig.open(t);
  await rig.journal.append(event(0));
  rig.clock.monoMs += 1000;
  rig.clock.wallMs += 3000;
  await rig.journal.append(event('2000 ms ahead'));
  rig.clock.monoMs += 1000;
  rig.clock.wallMs += 3001;
  await rig.journal.append(event('2001 ms ahead'));
  rig.clock.monoMs += 3001;
  rig.clock.wallMs += 1000;
  await rig.journal.append(event('2001 ms behind'));
  t.deepEqual(await rig.types(), ['event', 'event', 'clock-changed', 'event', 'clock-changed', 'event']);
});

test('across boots only a step back is said, since the device cannot know how long it was off', async (t) => {
  const rig = await JournalRig.open(t);
  await rig.journal.append(event(0));
  rig.clock.boot = 'boot-2';
  rig.clock.monoMs = 10;
  rig.clock.wallMs += 86_400_000;
  const journal = await rig.reopen();
  t.is(journal.lastWriteMonoMs, undefined, 'the newest entry is of another boot');
  await journal.append(event('a day later'));
  rig.clock.boot = 'boot-3';
  rig.clock.wallMs -= 1000;
  await (await rig.reopen()).append(event('a second earlier'));
  t.deepEqual(await rig.types(), ['event', 'event', 'clock-changed', 'event']);
});

/** The journal's checkpoint with an archive's cosignature. */
function witnessed(journal: Journal): { text: string; size: number } {
  const seed = Buffer.alloc(32, 9);
  const vkey = vkeyOf('archive.example', SignatureType.cosignature, publicKeyOf(seed));
  const checkpoint = parseCheckpoint(journal.checkpoint);
  return { text: cosign(checkpoint, { vkey, seed }, 1_772_000_000), size: checkpoint.size };
}

test('a cosigned checkpoint is noted with the next entry, never alone and never because of itself', async (t) => {
  const rig = await JournalRig.open(t);
  const { journal, clock } = rig;
  const witness = async () => {
    const { text } = witnessed(journal);
    await journal.witness(parseCheckpoint(text), text);
    return text;
  };
  await journal.append(event(0));
  const text = await witness();
  t.is(journal.size, 1, 'nothing was written for it');
  t.is(journal.cosigned?.size, 1);
  t.is(await rig.store.cosigned(), text);
  await journal.append(event(1));
  t.deepEqual(await rig.types(), ['event', 'witnessed', 'event']);
  t.like((await rig.entries())[1], { size: 1, checkpoint: text });

  await witness();
  clock.advance(9999);
  await journal.append(event('too soon after the last note'));
  clock.advance(1);
  await journal.append(event('ten seconds after it'));
  t.deepEqual((await rig.types()).slice(3), ['event', 'witnessed', 'event']);
  clock.advance(60_000);
  await journal.append(event('with no new cosignature there is nothing to note'));
  t.is((await rig.types()).at(-2), 'event');
});

test('an older cosigned checkpoint does not replace a newer one', async (t) => {
  const { journal } = await JournalRig.open(t);
  await journal.append(event(0));
  const older = witnessed(journal);
  await journal.append(event(1));
  const newer = witnessed(journal);
  await journal.witness(parseCheckpoint(newer.text), newer.text);
  await journal.witness(parseCheckpoint(older.text), older.text);
  t.is(journal.cosigned?.size, 2);
});

test('a cosigned checkpoint that contradicts the journal is a fork, and is not kept', async (t) => {
  const rig = await JournalRig.open(t);
  await rig.journal.append(event(0));
  const good = parseCheckpoint(witnessed(rig.journal).text);
  const fork = { code: 'LIUHEN_FORK' };
  const ahead = { ...good, size: 5 };
  const other = { ...good, root: randomBytes(32) };
  const foreign = { ...good, origin: 'liuhen.example/another' };
  for (const checkpoint of [ahead, other, foreign])
    await t.throwsAsync(rig.journal.witness(checkpoint, 'x'), fork);
  t.is(rig.journal.cosigned, undefined);
  t.is(await rig.store.cosigned(), undefined);
});

test('the root and a checkpoint can be had for every earlier size', async (t) => {
  const rig = await JournalRig.open(t);
  const checkpoints: string[] = [];
  for (let value = 0; value < 5; value++) {
    await rig.journal.append(event(value));
    checkpoints.push(rig.journal.checkpoint);
  }
  for (const text of checkpoints) {
    const { size, root } = parseCheckpoint(text);
    t.deepEqual(await rig.journal.rootAt(size), root);
    t.true(await rig.isGood(await rig.journal.checkpointAt(size)));
  }
});

test('a commit that did not reach the disk rejects its appends, and the journal goes on after recover', async (t) => {
  const rig = await JournalRig.open(t);
  const { journal, store } = rig;
  await journal.append(event('sealed'));
  store.failNext = 'before';
  const failed = once(journal, 'failed');
  const full = { code: 'LIUHEN_STORAGE_FULL' };
  await t.throwsAsync(journal.append(event('lost')), full);
  t.is(((await failed)[0] as LiuhenError).code, 'LIUHEN_STORAGE_FULL');
  await t.throwsAsync(journal.append(event('refused until recover')), full);
  await t.throwsAsync(journal.rotateKey(), full);
  t.is(store.commits.length, 2, 'nothing was tried after the failure');

  await journal.recover();
  t.is(journal.failure, undefined);
  t.is((await journal.append(event('sealed again'))).n, 1);
  t.true(await rig.isGood(journal.checkpoint));
});

test('a commit that had reached the disk before it failed is part of the journal after recover', async (t) => {
  const rig = await JournalRig.open(t);
  const { journal, store, clock } = rig;
  await journal.append(event('sealed'));
  clock.advance(60_000);
  store.failNext = 'after';
  await t.throwsAsync(journal.append(event('on disk, and nobody knows')), { code: 'LIUHEN_STORAGE_FULL' });
  await journal.recover();
  t.is(journal.size, 2);
  clock.wallMs -= 1;
  await journal.append(event('after'));
  t.deepEqual(
    await rig.types(),
    ['event', 'event', 'clock-changed', 'event'],
    'time went back from the entry that is on disk',
  );
  t.true(await rig.isGood(journal.checkpoint));
});

test('a witnessed note that was lost with its commit is written with the next', async (t) => {
  const rig = await JournalRig.open(t);
  const { journal, store } = rig;
  await journal.append(event(0));
  const { text } = witnessed(journal);
  await journal.witness(parseCheckpoint(text), text);
  await journal.append(event(1));
  await journal.append(event(2));
  rig.clock.advance(10_000);
  const again = witnessed(journal).text;
  await journal.witness(parseCheckpoint(again), again);
  store.failNext = 'before';
  await t.throwsAsync(journal.append(event('lost')));
  await journal.recover();
  await journal.append(event(3));
  t.deepEqual((await rig.types()).slice(-2), ['witnessed', 'event']);
});

test('views are folded with the commit, and after a failed one are what the disk says', async (t) => {
  const { journal, store, view } = await JournalRig.open(t);
  const started = {
    type: 'recording-started',
    trigger: 'button',
    preRecordMs: 0,
    wholeProcess: false,
  } as const;
  store.failNext = 'before';
  await t.throwsAsync(journal.append(started));
  await journal.recover();
  t.is(view.open, undefined);
  store.failNext = 'after';
  await t.throwsAsync(journal.append(started));
  await journal.recover();
  t.is(view.open?.recording, 0);
});

test('close seals what was appended, however many groups that takes, and takes nothing more', async (t) => {
  const rig = await JournalRig.open(t);
  const { journal } = rig;
  const appended = Array.from({ length: 3000 }, (_, value) => journal.append(event(value)));
  await journal.close();
  await Promise.all(appended);
  t.is(journal.size, 3000);
  t.true(rig.store.commits.length > 1);
  t.true(await rig.isGood(journal.checkpoint), 'the last group was signed with a key that was still there');
  const closed = { code: 'LIUHEN_JOURNAL_CLOSED' };
  await t.throwsAsync(journal.append(event(0)), closed);
  await t.throwsAsync(journal.rotateKey(), closed);
});
