import { randomBytes } from 'node:crypto';
import test from 'ava';
import { digestOf, readRecording } from '../../agent/buffer/recordings.js';
import { cosign, parseCheckpoint, signCheckpoint } from '../../agent/journal/checkpoint.js';
import { newSeed, publicKeyOf } from '../../agent/journal/ed25519.js';
import { decodeEntry } from '../../agent/journal/entry.js';
import { parseNote, type Signer } from '../../agent/journal/note.js';
import { type Receipt, signReceipt } from '../../agent/journal/receipt.js';
import { SignatureType, vkeyOf } from '../../agent/journal/vkey.js';
import { encodeReceipt, MAX_RECEIPT_BYTES, type ReceiptMessage } from '../../agent/uplink/messages.js';
import { newWitness } from '../support/scripted-archive.js';
import { untilArchived, untilStatus } from '../support/uplink.js';
import { uplinkScene } from '../support/uplink-scene.js';

const isArchived = (message: ReceiptMessage) => 'archived' in message;

test('a lost receipt is asked for by telemetry until it comes', async (t) => {
  let lost = 0;
  const answer = (message: ReceiptMessage) => {
    if (!isArchived(message) || lost >= 3) return [message];
    lost++;
    return [];
  };
  const { device, start } = await uplinkScene(t, { answer });
  const { recording } = await device.record();
  await untilArchived(start(), recording);
  t.is(lost, 3);
});

test('answers that come twice count once, and no footage is sent twice for them', async (t) => {
  const { device, archive, start } = await uplinkScene(t, { answer: (message) => [message, message] });
  const { recording, footage } = await device.record({ fragments: 8, bytes: 50_000 });
  const uplink = start({ chunkSize: '16KiB' }, { answerMs: 60_000 });
  const archived: number[] = [];
  uplink.on('archived', (id) => archived.push(id));
  await untilStatus(uplink, ({ counts }) => (counts.duplicate ?? 0) >= 2 && archived.length > 0);
  const second = await device.record({ fragments: 1, bytes: 1000 });
  await untilArchived(uplink, second.recording);
  t.deepEqual(archived, [recording, second.recording]);
  t.is(
    archive.footageBytes,
    [...footage, ...second.footage].reduce((sum, { bytes }) => sum + bytes.length, 0),
  );
});

test('answers in the wrong order still lead to the end', async (t) => {
  let held: ReceiptMessage[] = [];
  const answer = (message: ReceiptMessage) => {
    held.push(message);
    if (held.length < 3) return [];
    const reversed = held.reverse();
    held = [];
    return reversed;
  };
  const { device, start } = await uplinkScene(t, { answer });
  const first = await device.record();
  const uplink = start();
  await untilArchived(uplink, first.recording);
  await untilStatus(uplink, ({ witnessed }) => witnessed?.size === device.journal.size);
  t.is(uplink.status().fork, undefined);
});

test('messages lost on the way up are sent again', async (t) => {
  let count = 0;
  const arrives = (topic: string) => topic.endsWith('/telemetry') || count++ % 3 !== 1;
  const { device, archive, start } = await uplinkScene(t, { arrives });
  const uplink = start({ chunkSize: '16KiB' }, { answerMs: 100 });
  const recording = device.record({ fragments: 2, bytes: 10_000 });
  await untilStatus(uplink, ({ witnessed }) => witnessed?.size === device.journal.size);
  await recording;
  t.is(archive.entries.length, device.journal.size);
});

test('footage that the broker took and lost is asked for, and sent, again', async (t) => {
  const lost = new Set<string>();
  const arrives = (topic: string) => {
    if (!topic.includes('/footage/') || lost.has(topic)) return true;
    lost.add(topic);
    return false;
  };
  const { device, archive, start } = await uplinkScene(t, { arrives });
  const { recording, footage } = await device.record({ fragments: 2, bytes: 10_000 });
  await untilArchived(start(), recording);
  t.is(lost.size, footage.length);
  t.true(footage.every(({ sha256 }) => archive.footage.get(sha256)?.whole !== undefined));
});

test('forged receipts are counted by kind, and none is believed', async (t) => {
  const { device, witness, archive, start } = await uplinkScene(t, {
    answer: (message) => (isArchived(message) ? [] : [message]),
  });
  const { recording } = await device.record();
  const open = await device.record({ open: true });
  const uplink = start();
  await archive.until(() => archive.receipts.has(recording));
  const state = await readRecording(device.store, recording);
  const honest: Receipt = {
    origin: device.origin,
    recording,
    ...(await digestOf(device.store, state ?? t.fail())),
  };
  const sign = (change: Partial<Receipt>, signer = witness.receiptSigner) => ({
    archived: signReceipt({ ...honest, ...change }, signer),
  });
  await archive.send(sign({}, newWitness().receiptSigner));
  await archive.send(sign({}, newWitness('liuhen.example/other').receiptSigner));
  await archive.send(sign({ digest: '0'.repeat(64) }));
  await archive.send(sign({ fragments: honest.fragments + 1 }));
  await archive.send(sign({ origin: 'liuhen.example/recorder-0002' }));
  await archive.send(sign({ recording: 999 }));
  await archive.send(sign({ recording: open.recording }));
  await archive.send({ archived: 'liuhen/archived\n' });
  const tampered = sign({}).archived.replace(honest.digest, 'f'.repeat(64));
  await archive.send({ archived: tampered });
  await untilStatus(uplink, ({ counts }) => counts.forged === 3 && counts.malformed === 1);
  const { mismatch, 'other-origin': otherOrigin, 'not-stopped': notStopped } = uplink.status().counts;
  t.deepEqual([mismatch, otherOrigin, notStopped], [2, 1, 2]);
  t.is((await readRecording(device.store, recording))?.receipt, undefined);
  t.is((await readRecording(device.store, open.recording))?.receipt, undefined);
  t.is(uplink.status().backlog.unreceipted, 1);

  await archive.send(sign({}));
  await untilArchived(uplink, recording);
  t.is((await readRecording(device.store, recording))?.receipt, sign({}).archived);
});

test('an archive that claims more than it cosigned is sent what it did not cosign anyway', async (t) => {
  let head = 0;
  const { device, archive, start } = await uplinkScene(t, {
    answer: (message) => ('want' in message ? [{ want: { ...message.want, journal: head } }] : [message]),
  });
  await device.record();
  head = device.journal.size;
  const uplink = start();
  await archive.until(() => archive.heard.some(({ topic }) => topic.endsWith('/journal')));
  t.is(uplink.status().witnessed, undefined);
  t.is(uplink.status().backlog.entries, head);
  await untilStatus(uplink, ({ witnessed }) => witnessed?.size === device.journal.size);
  t.is(archive.entries.length, device.journal.size);
});

test('an archive that lost everything is given everything again', async (t) => {
  const { device, archive, start } = await uplinkScene(t);
  await device.record();
  await device.journal.rotateKey();
  const uplink = start();
  await untilStatus(uplink, ({ witnessed }) => witnessed?.size === device.journal.size);
  archive.forget();
  const next = await device.record();
  await untilArchived(uplink, next.recording);
  await archive.until(() => archive.entries.length === device.journal.size);
  t.is(uplink.status().fork, undefined);
});

test('footage that is not of this journal is counted and ignored, and the rest is sent', async (t) => {
  const unknown = randomBytes(32).toString('hex');
  const { device, start } = await uplinkScene(t, {
    answer: (message) => {
      if (!('want' in message)) return [message];
      const { journal, footage } = message.want;
      return [{ want: { journal, footage: [{ sha256: unknown, offsets: [] }, ...footage] } }];
    },
  });
  const { recording } = await device.record();
  const uplink = start();
  await untilArchived(uplink, recording);
  t.true((uplink.status().counts['unknown-footage'] ?? 0) >= 1);
});

test('footage that changed on the disk is sent once, found when it is asked for again, and counted', async (t) => {
  const { device, archive, start } = await uplinkScene(t);
  const { footage } = await device.record({ fragments: 2 });
  const [, bad] = footage;
  await device.footage.put(bad?.ref ?? t.fail(), randomBytes(2000));
  const uplink = start();
  await untilStatus(uplink, ({ counts }) => (counts['lost-footage'] ?? 0) >= 1);
  const sent = () => archive.heard.filter(({ topic }) => topic.includes(bad?.sha256 ?? '')).length;
  t.is(sent(), 1);
  await untilStatus(uplink, ({ counts }) => (counts['lost-footage'] ?? 0) >= 3);
  t.is(sent(), 1);
});

test('garbage, oversized and retained answers are counted, and nothing else comes of them', async (t) => {
  const { device, archive, start } = await uplinkScene(t);
  await archive.send({ want: { journal: 0, footage: [] } }, { retain: true });
  const uplink = start();
  await untilStatus(
    uplink,
    ({ witnessed, counts }) => witnessed?.size === device.journal.size && counts.retained === 1,
  );
  await archive.send(Buffer.of());
  await archive.send(randomBytes(100));
  await archive.send(Buffer.alloc(MAX_RECEIPT_BYTES + 1));
  await archive.send(Buffer.from('bf616161ff', 'hex'));
  await archive.send(encodeReceipt({ want: { journal: 0, footage: [] } }).subarray(0, 10));
  await archive.send({ cosigned: `${archive.cosigned()}— x AAAA\n` });
  await untilStatus(uplink, ({ counts }) => counts.malformed === 5 && counts.oversized === 1);
  const { recording } = await device.record();
  await untilArchived(uplink, recording);
  t.true(uplink.status().connected);
});

test('a flood of answers is dropped beyond a bound instead of being kept in memory', async (t) => {
  const { device, archive, start } = await uplinkScene(t);
  const uplink = start();
  await untilStatus(uplink, ({ witnessed }) => witnessed?.size === device.journal.size);
  const large = Buffer.alloc(MAX_RECEIPT_BYTES);
  const cosigned = encodeReceipt({ cosigned: archive.cosigned() ?? t.fail() });
  await Promise.all(Array.from({ length: 600 }, (_, n) => archive.send(n % 40 === 0 ? large : cosigned)));
  const { recording } = await device.record();
  await untilArchived(uplink, recording);
  t.true(uplink.status().connected);
});

test('signature lines that nobody asked for are not kept with a cosigned checkpoint', async (t) => {
  const extra = Array.from({ length: 40 }, () => {
    const name = `x.example/${'y'.repeat(200)}`;
    return `— ${name} ${randomBytes(300).toString('base64')}\n`;
  }).join('');
  const { device, start } = await uplinkScene(t, {
    answer: (message) => ('cosigned' in message ? [{ cosigned: message.cosigned + extra }] : [message]),
  });
  const uplink = start();
  await untilStatus(uplink, ({ witnessed }) => witnessed?.size === device.journal.size);
  t.is(device.journal.cosigned?.note.signatures.length, 2);
  t.is(parseNote((await device.store.cosigned()) ?? '').signatures.length, 2);
  await device.record({ fragments: 1 });
  const kinds: string[] = [];
  let n = 0;
  for await (const entry of device.store.entries(0, device.journal.size))
    kinds.push(decodeEntry(entry, n++).type);
  t.true(kinds.includes('witnessed'), 'the journal took the checkpoint');
});

test('a cosigned checkpoint without a good signature of the device is not kept', async (t) => {
  const { device, witness, archive, start } = await uplinkScene(t, {
    answer: (message) => ('cosigned' in message ? [] : [message]),
  });
  const uplink = start();
  await archive.until(() => archive.entries.length === device.journal.size);
  const head = parseCheckpoint(device.journal.checkpoint);
  const seed = newSeed();
  const stranger: Signer = {
    vkey: vkeyOf(device.origin, SignatureType.ed25519, publicKeyOf(seed)),
    seed,
  };
  const text = signCheckpoint(head, stranger);
  await archive.send({ cosigned: cosign(parseCheckpoint(text), witness.cosigner, 1_772_438_400) });
  await untilStatus(uplink, ({ counts }) => counts.forged === 1);
  t.is(device.journal.cosigned, undefined);
});

test('a cosignature by another key, or over another origin, is not believed', async (t) => {
  const { device, witness, archive, start } = await uplinkScene(t, {
    answer: (message) => ('cosigned' in message ? [] : [message]),
  });
  const uplink = start();
  await archive.until(() => archive.entries.length === device.journal.size);
  const checkpoint = parseCheckpoint(device.journal.checkpoint);
  await archive.send({ cosigned: cosign(checkpoint, newWitness().cosigner, 1_772_438_400) });
  await archive.send({ cosigned: device.journal.checkpoint });
  const other = parseCheckpoint(device.journal.checkpoint.replace('recorder-0001', 'recorder-0002'));
  await archive.send({ cosigned: cosign(other, witness.cosigner, 1_772_438_400) });
  await untilStatus(uplink, ({ counts }) => counts.forged === 2 && counts['other-origin'] === 1);
  t.is(uplink.status().witnessed, undefined);
});

for (const [what, sizeOf] of [
  ['a history that is not ours', (size: number) => size],
  ['a longer history than ours', (size: number) => size + 5],
] as const) {
  test(`a cosignature over ${what} stops the uplink and is written down once`, async (t) => {
    const { device, witness, archive, start } = await uplinkScene(t);
    const uplink = start();
    await untilStatus(uplink, ({ witnessed }) => witnessed?.size === device.journal.size);
    const size = sizeOf(device.journal.size);
    const seed = newSeed();
    const copy = { vkey: vkeyOf(device.origin, SignatureType.ed25519, publicKeyOf(seed)), seed };
    const text = signCheckpoint({ origin: device.origin, size, root: randomBytes(32) }, copy);
    const cosigned = cosign(parseCheckpoint(text), witness.cosigner, 1_772_438_400);
    await archive.send({ cosigned });
    await archive.send({ cosigned });
    await untilStatus(uplink, ({ fork }) => fork !== undefined);
    t.regex(uplink.status().fork?.message ?? '', /size/);
    await archive.until(() => archive.heard.some(({ payload }) => payload.includes('"alarm":"fork"')));
    const before = archive.heard.filter(({ topic }) => /journal|footage/.test(topic)).length;
    await device.record();
    await archive.until(() => archive.heard.at(-1)?.topic.endsWith('/telemetry') === true);
    t.is(archive.heard.filter(({ topic }) => /journal|footage/.test(topic)).length, before);
    let events = 0;
    let n = 0;
    for await (const encoded of device.store.entries(0, device.journal.size)) {
      const entry = decodeEntry(encoded, n++);
      if (entry.type === 'event' && entry.name === 'fork') events++;
    }
    t.is(events, 1);
  });
}
