import { cp, mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { ForkProof } from '../../agent/archive/forks.js';
import { parseCheckpoint, signCheckpoint } from '../../agent/journal/checkpoint.js';
import { newSeed, publicKeyOf } from '../../agent/journal/ed25519.js';
import { EpochKeyFiles } from '../../agent/journal/epoch-keys.js';
import { signKeyNote } from '../../agent/journal/key-chain.js';
import { SignatureType, vkeyOf } from '../../agent/journal/vkey.js';
import type { JournalMessage } from '../../agent/uplink/messages.js';
import { rootOfPublished, untilArchive } from '../support/archive.js';
import { type ArchiveRig, archiveRig } from '../support/archive-rig.js';
import { TestDevice } from '../support/device.js';
import { ScriptedDevice } from '../support/scripted-device.js';

async function rig(t: ExecutionContext, marks = 9): Promise<ArchiveRig> {
  const made = await archiveRig(t);
  await grow(made.device, marks);
  return made;
}

async function grow(device: TestDevice, entries: number, name = 'tick'): Promise<void> {
  await Promise.all(
    Array.from({ length: entries }, (_, at) =>
      device.journal.append({ type: 'event', source: 'test', name, value: at }),
    ),
  );
}

/** A copy of the device's disk, opened as a second device with the same keys: what a rollback or a clone is. */
async function cloneOf(t: ExecutionContext, device: TestDevice): Promise<TestDevice> {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-clone-'));
  await device.close();
  await cp(device.folder, folder, { recursive: true });
  const clone = await TestDevice.open({ folder });
  t.teardown(() => clone.remove());
  return clone;
}

const counters = ({ archive }: ArchiveRig) => archive.running.status().counters;
const held = ({ archive }: ArchiveRig) => archive.running.status().devices[0];
const proofs = async ({ archive, device }: ArchiveRig): Promise<ForkProof[]> => {
  const folder = archive.file(device.id, 'forks');
  const names = await readdir(folder).catch(() => []);
  return await Promise.all(
    names.map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8')) as ForkProof),
  );
};

test('a message delivered twice is answered twice, counted, and raises no alarm', async (t) => {
  const it = await rig(t);
  const piece = await it.wire.piece(0, 5);
  t.is((await it.wire.ask(piece)).journal, 5);
  t.is((await it.wire.ask(piece)).journal, 5);
  t.deepEqual(counters(it), { duplicate: 1 });
  t.is(it.wire.cosigned.length, 2);
  t.is(held(it)?.forks, 0);
});

test('messages that come in the wrong order are asked for again from where the gap begins', async (t) => {
  const it = await rig(t);
  const [first, second] = [await it.wire.piece(0, 4), await it.wire.piece(4, 10)];
  t.is((await it.wire.ask(second)).journal, 0);
  t.is((await it.wire.ask(first)).journal, 4);
  t.is((await it.wire.ask(second)).journal, 10);
  t.is((await it.wire.ask(first)).journal, 10);
  t.deepEqual(counters(it), { gap: 1, duplicate: 1 });
});

test('a message that overlaps what is held adds only what is new', async (t) => {
  const it = await rig(t);
  await it.wire.ask(await it.wire.piece(0, 6));
  t.is((await it.wire.ask(await it.wire.piece(3, 10))).journal, 10);
  t.deepEqual(parseCheckpoint(it.wire.cosigned.at(-1) ?? '').root, await it.device.journal.rootAt(10));
});

test('a question is answered with what is missing, and an empty archive cosigns nothing', async (t) => {
  const it = await rig(t);
  t.deepEqual(await it.wire.question(), { journal: 0, footage: [] });
  t.is(it.wire.cosigned.length, 0);
  t.deepEqual(counters(it), {});
});

test('many messages at once are all stored, and the last is cosigned', async (t) => {
  const it = await rig(t, 299);
  const pieces = await Promise.all(Array.from({ length: 60 }, (_, at) => it.wire.piece(at * 5, at * 5 + 5)));
  await Promise.all(pieces.map((piece) => it.wire.sendJournal(piece)));
  await untilArchive(it.archive.running, ({ devices }) => devices[0]?.size === 300);
  await it.wire.until(() => it.wire.cosigned.some((text) => parseCheckpoint(text).size === 300));
  t.deepEqual(counters(it), {});
  await it.archive.stop();
  t.deepEqual(
    (await rootOfPublished(it.archive.file(it.device.id))).root,
    await it.device.journal.rootAt(300),
  );
});

test('cosignatures go on after a restart, and their time never goes back', async (t) => {
  const it = await rig(t);
  await it.wire.sendAll();
  await it.archive.stop();
  const before = Buffer.from(await readFile(it.archive.file(it.device.id, 'checkpoint')));
  const early = {
    read: () => ({ wallMs: 0, monoMs: performance.now(), boot: 'b', source: 'none' as const }),
  };
  await it.archive.start(undefined, { clock: early });
  const wire = await ScriptedDevice.connect(it.archive.port, it.device);
  t.teardown(() => wire.close());
  await wire.question();
  t.is(wire.cosigned.at(-1), before.toString());
  await grow(it.device, 1);
  await wire.ask(await wire.piece(10, 11));
  const timeOf = (text: string) => parseCheckpoint(text).note.signatures.at(-1)?.signature.readBigUInt64BE(0);
  t.is(timeOf(wire.cosigned.at(-1) ?? ''), timeOf(before.toString()));
});

test('a backlog under many keys comes in pieces, all signed with the newest', async (t) => {
  const it = await rig(t);
  for (let i = 0; i < 5; i++) {
    await it.device.journal.rotateKey();
    await grow(it.device, 3);
  }
  const notes = await it.wire.keyNotes();
  t.is((await it.wire.ask(await it.wire.piece(0, 12, notes))).journal, 12);
  t.is(
    (await it.wire.ask(await it.wire.piece(12, it.device.journal.size, notes))).journal,
    it.device.journal.size,
  );
  t.deepEqual(counters(it), {});
});

test('key notes may come in several messages before the first entry', async (t) => {
  const it = await rig(t);
  for (let i = 0; i < 4; i++) await it.device.journal.rotateKey();
  const notes = await it.wire.keyNotes();
  await it.wire.sendJournal(await it.wire.piece(0, 0, notes.slice(0, 2)));
  t.is((await it.wire.ask(await it.wire.piece(0, 0, notes.slice(2)))).journal, 0);
  t.is((await it.wire.ask(await it.wire.piece(0, it.device.journal.size))).journal, it.device.journal.size);
  t.deepEqual(counters(it), {});
});

test('a rolled-back disk is a fork: never cosigned, kept as proof, told once', async (t) => {
  const it = await rig(t);
  await it.wire.ask(await it.wire.piece(0, 6));
  const message = await it.wire.piece(6, 10);
  await it.wire.ask(message);
  await it.wire.close();
  // The clone has the same keys; its history differs from entry 10 on, and the archive gets the other one first.
  const clone = await cloneOf(t, it.device);
  const device = await TestDevice.open({ folder: it.device.folder });
  await grow(device, 4);
  const honest = await ScriptedDevice.connect(it.archive.port, device);
  await honest.ask(await honest.piece(10, 14));
  await clone.journal.append({ type: 'event', source: 'test', name: 'forged', value: 1 });
  const forger = await ScriptedDevice.connect(it.archive.port, clone);
  t.teardown(async () => {
    await honest.close();
    await forger.close();
    await device.close();
  });

  await forger.ask(await forger.piece(10, 11));
  t.is(counters(it).fork, 1);
  const [proof, ...others] = await proofs(it);
  t.is(others.length, 0);
  t.is(proof?.theirs, clone.journal.checkpoint);
  t.is(parseCheckpoint(proof?.ours ?? '').size, 14);
  t.true(forger.cosigned.every((text) => parseCheckpoint(text).size === 14));
  await forger.ask(await forger.piece(10, 11));
  t.is(it.archive.log.filter(({ code }) => code === 'LIUHEN_FORK').length, 1);
  t.is((await proofs(it)).length, 1);
  await grow(device, 1);
  t.is((await honest.ask(await honest.piece(14, 15))).journal, 15);
  t.is(held(it)?.size, 15);
});

test('a forked device that has grown longer is asked to step back until it proves the fork', async (t) => {
  const it = await rig(t);
  await it.wire.sendAll();
  await it.wire.close();
  const clone = await cloneOf(t, it.device);
  const device = await TestDevice.open({ folder: it.device.folder });
  await grow(device, 20);
  const honest = await ScriptedDevice.connect(it.archive.port, device);
  await honest.ask(await honest.piece(10, 30));
  await grow(clone, 40, 'forged');
  const forger = await ScriptedDevice.connect(it.archive.port, clone);
  t.teardown(async () => {
    await honest.close();
    await forger.close();
    await device.close();
  });
  // It begins where the archive stands: entries and root do not fit, which by itself proves nothing.
  const { journal: stepped } = await forger.ask(await forger.piece(30, 50));
  t.is(stepped, 0);
  t.is(counters(it).fork, undefined);
  t.deepEqual(counters(it), { mismatch: 1 });
  await forger.ask(await forger.piece(stepped, 50));
  t.is(counters(it).fork, 1);
  t.is((await proofs(it)).length, 1);
  t.is(held(it)?.size, 30);
});

test('entries changed by the broker are refused without calling the device forked', async (t) => {
  const it = await rig(t);
  await it.wire.ask(await it.wire.piece(0, 5));
  const honest = await it.wire.piece(3, 10);
  for (const at of [0, 1, 2, 6]) {
    const entries = honest.entries.map((entry) => Buffer.from(entry));
    const changed = entries[at] as Buffer;
    changed[changed.length - 3] = (changed[changed.length - 3] as number) ^ 1;
    await it.wire.sendJournal({ ...honest, entries });
  }
  await untilArchive(it.archive.running, ({ counters }) => counters.mismatch === 4);
  const { journal } = await it.wire.question();
  t.is(journal, 0);
  t.deepEqual(counters(it), { mismatch: 4 });
  t.is(held(it)?.size, 5);
  t.is((await it.wire.ask(await it.wire.piece(journal, 10))).journal, 10);
  t.is(held(it)?.forks, 0);
});

test('two key notes for one epoch are a fork of keys', async (t) => {
  const it = await rig(t);
  const { seed } = await new EpochKeyFiles(join(it.device.folder, 'keys')).read(0);
  const signer = { vkey: vkeyOf(it.device.origin, SignatureType.ed25519, publicKeyOf(seed)), seed };
  await it.device.journal.rotateKey();
  await it.wire.sendAll();
  const other = vkeyOf(it.device.origin, SignatureType.ed25519, publicKeyOf(newSeed()));
  const theirs = signKeyNote(it.device.origin, 1, other, signer);
  await it.wire.ask(await it.wire.piece(0, it.device.journal.size, [theirs]));
  t.is(counters(it).fork, 1);
  t.is((await proofs(it))[0]?.theirs, theirs);
});

test('a key note that the device did not sign is refused', async (t) => {
  const it = await rig(t);
  const seed = newSeed();
  const stranger = { vkey: vkeyOf(it.device.origin, SignatureType.ed25519, publicKeyOf(seed)), seed };
  const note = signKeyNote(it.device.origin, 1, stranger.vkey, stranger);
  await it.wire.sendJournal(await it.wire.piece(0, 5, [note]));
  t.is((await it.wire.question()).journal, 0);
  t.deepEqual(counters(it), { 'bad-checkpoint': 1 });
});

test('a key that was rotated away signs nothing new', async (t) => {
  const it = await rig(t);
  const { seed } = await new EpochKeyFiles(join(it.device.folder, 'keys')).read(0);
  await it.wire.close();
  const clone = await cloneOf(t, it.device);
  const device = await TestDevice.open({ folder: it.device.folder });
  t.teardown(() => device.close());
  await device.journal.rotateKey();
  const wire = await ScriptedDevice.connect(it.archive.port, device);
  t.teardown(() => wire.close());
  const size = device.journal.size;
  await wire.sendAll();
  await grow(device, 1);
  // Whoever took the old key before it was erased goes on with the honest history.
  const message: JournalMessage = await wire.piece(size, size + 1);
  const vkey = vkeyOf(device.origin, SignatureType.ed25519, publicKeyOf(seed));
  const head = { origin: device.origin, size: size + 1, root: await device.journal.rootAt(size + 1) };
  await wire.sendJournal({ ...message, checkpoint: signCheckpoint(head, { vkey, seed }) });
  t.is((await wire.question()).journal, size);
  t.deepEqual(counters(it), { 'bad-checkpoint': 1 });
  t.is(clone.journal.epoch, 0);
});
