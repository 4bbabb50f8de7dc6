import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { exportDisplay } from '../../agent/cli/export-notice.js';
import { archiveSource } from '../../agent/evidence/archive-source.js';
import { writeBundle } from '../../agent/evidence/bundle.js';
import { deviceSource } from '../../agent/evidence/device-source.js';
import type { ExportSource } from '../../agent/evidence/source.js';
import { verifyNotice } from '../../agent/evidence/verify/notice.js';
import { verifyBundle } from '../../agent/evidence/verify/verify.js';
import { parseCheckpoint } from '../../agent/journal/checkpoint.js';
import { LiuhenError } from '../../config/errors.js';
import { TestDevice } from '../support/device.js';
import {
  archiveReceipt,
  filesIn,
  publishJournal,
  publishTake,
  put,
  readBundle,
  WITNESS_VKEY,
} from '../support/evidence.js';

async function newParts(t: ExecutionContext): Promise<{ device: TestDevice; data: string; out: string }> {
  const device = await TestDevice.open();
  t.teardown(() => device.remove());
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-archive-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return { device, data: join(folder, 'data'), out: join(folder, 'bundle') };
}

const policyOf = (device: TestDevice) =>
  `log ${device.rootVkey}\nwitness archive ${WITNESS_VKEY}\nquorum archive\n`;

async function listed(source: ExportSource) {
  const found = [];
  for await (const each of source.recordings()) found.push(each);
  return found;
}

test('an archive exports the same bundle as the device, byte for byte', async (t) => {
  const { device, data, out } = await newParts(t);
  await device.record({ fragments: 260, bytes: 10 });
  await device.journal.rotateKey();
  const { recording, footage } = await device.record({ fragments: 300, bytes: 50 });
  const receipt = await archiveReceipt(device, recording, device.journal.size - 1);
  const folder = await publishJournal(device, data);
  await publishTake(folder, recording, 'recording.mp4', footage);
  await put(join(folder, 'recordings', String(recording), 'archived'), receipt);
  const checkpoint = await readFile(join(folder, 'checkpoint'), 'utf8');
  await device.journal.witness(parseCheckpoint(checkpoint), checkpoint);

  await writeBundle(await archiveSource(data, device.id), recording, out);
  await writeBundle(await deviceSource({ ...device, witnesses: [WITNESS_VKEY] }), recording, `${out}-device`);
  const files = await filesIn(out);
  t.deepEqual(files, await filesIn(`${out}-device`));
  for (const file of files) {
    t.true((await readFile(join(out, file))).equals(await readFile(join(`${out}-device`, file))), file);
  }
  const verdict = await verifyBundle(out, policyOf(device));
  t.deepEqual([verdict.verdict, verdict.findings], ['intact', []]);
});

test("an archive's folder and the envelope from the platform make the proof of a display; another envelope does not", async (t) => {
  const { device, data, out } = await newParts(t);
  const payload = Buffer.from('{"kind":"decision","title":{"zh":"决定"}}').toString('base64');
  const envelope = JSON.stringify({
    payload,
    payloadType: 'x',
    signatures: [{ keyid: 'publisher', sig: '' }],
  });
  const hash = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex');
  const hung = {
    kind: 'decision',
    id: 'cf-1',
    revision: 1,
    sha256: hash(Buffer.from(payload, 'base64')),
    screen: 'main',
  };
  const began = { type: 'displayed', ...hung, change: 'began', envelope: hash(envelope) } as const;
  const { n } = await device.journal.append(began);
  await device.journal.append({
    type: 'displayed',
    ...hung,
    change: 'ceased',
    reason: 'page-changed',
    began: n,
  });
  await publishJournal(device, data);
  const file = join(data, 'envelope.json');
  const display = (written: string) =>
    put(file, written).then(() =>
      exportDisplay({
        ...{ data, out, notice: 'decision/cf-1', began: undefined, why: 'test', witnesses: [] },
        ...{ device: device.id, envelope: file },
      }),
    );
  await t.throwsAsync(display(`${envelope} `), { code: 'LIUHEN_NOT_FOUND' });
  t.like(await display(envelope), { ceased: true, notice: hung });
  const verdict = await verifyNotice(out, policyOf(device));
  t.deepEqual([verdict.verdict, verdict.findings], ['intact', []]);
});

test('pieces that have not come yet are absent, and what came is at its place', async (t) => {
  const { device, data, out } = await newParts(t);
  const { recording, footage } = await device.record({ fragments: 5, bytes: 100 });
  const folder = await publishJournal(device, data);
  // A hole in the middle, and a file that is shorter than the journal says.
  const pieces = footage.map((piece, at) => (at === 2 ? { missing: 100 } : piece));
  await publishTake(folder, recording, 'recording.mp4', pieces.slice(0, -1));
  const summary = await writeBundle(await archiveSource(data, device.id), recording, out);
  t.deepEqual(summary.absent, [
    { take: 0, from: 1, to: 2 },
    { take: 0, from: 4, to: 5 },
  ]);
  t.is(summary.wrongPieces, 0);
  t.is((await verifyBundle(out, policyOf(device))).verdict, 'incomplete');
});

test('what an archive receipted and no longer holds is reported as wrong', async (t) => {
  const { device, data, out } = await newParts(t);
  const { recording, footage } = await device.record({ fragments: 5, bytes: 100 });
  const receipt = await archiveReceipt(device, recording, device.journal.size - 1);
  const folder = await publishJournal(device, data);
  const pieces = footage.map((piece, at) => (at === 2 ? { missing: 100 } : piece));
  await publishTake(folder, recording, 'recording.mp4', pieces);
  await put(join(folder, 'recordings', String(recording), 'archived'), receipt);
  const summary = await writeBundle(await archiveSource(data, device.id), recording, out);
  t.like(summary, { wrongPieces: 1, absentFragments: 1, archived: true });
});

test('a journal that is published without any footage is exported without any', async (t) => {
  const { device, data, out } = await newParts(t);
  const { recording } = await device.record({ fragments: 5 });
  await publishJournal(device, data);
  const summary = await writeBundle(await archiveSource(data, device.id), recording, out);
  t.like(summary, { bytes: 0, absentFragments: 5 });
  t.is((await verifyBundle(out, policyOf(device))).verdict, 'incomplete');
});

test('an archive that goes on publishing during an export does not spoil it', async (t) => {
  const { device, data, out } = await newParts(t);
  await device.record({ fragments: 200, bytes: 10 });
  const { recording, footage } = await device.record({ fragments: 20, bytes: 10 });
  const folder = await publishJournal(device, data);
  await publishTake(folder, recording, 'recording.mp4', footage);
  const before = parseCheckpoint(await readFile(join(folder, 'checkpoint'), 'utf8')).size;
  const source = await archiveSource(data, device.id);
  let published = 0;
  // Each step replaces every partial tile and the checkpoint; in the end the partial tiles are full ones.
  const moving: ExportSource = {
    ...source,
    async footage(...ref) {
      await device.record({ fragments: 3, bytes: 10 });
      await publishJournal(device, data);
      published++;
      return await source.footage(...ref);
    },
  };
  await writeBundle(moving, recording, out);
  t.is(published, 21);
  t.true(parseCheckpoint(await readFile(join(folder, 'checkpoint'), 'utf8')).size > 256);
  t.is((await readBundle(out)).checkpoint.size, before);
  t.is((await verifyBundle(out, policyOf(device))).verdict, 'intact');
});

test('a partial tile that vanishes between looking and reading is looked for again', async (t) => {
  const { device, data } = await newParts(t);
  await device.record({ fragments: 10 });
  const folder = await publishJournal(device, data);
  const [width = ''] = await readdir(join(folder, 'tile/entries/000.p'));
  const source = await archiveSource(data, device.id);
  const partial = join(folder, 'tile/entries/000.p');
  await rename(join(partial, width), join(folder, 'kept'));
  await t.throwsAsync(source.entries(0, 2)[Symbol.asyncIterator]().next(), {
    code: 'LIUHEN_JOURNAL_INCONSISTENT',
  });
  await rename(join(folder, 'kept'), join(partial, width));
  // A name that is no width, and a narrower tile left behind, do not mislead.
  await put(join(partial, '1.tmp'), 'half');
  await put(join(partial, '1'), 'half');
  const entries = [];
  for await (const entry of source.entries(0, 2)) entries.push(JSON.parse(entry.toString()).type);
  t.deepEqual(entries, ['journal-started', 'recording-started']);
});

test('an archive lists the recordings of a device, newest first, and whether they have stopped', async (t) => {
  const { device, data } = await newParts(t);
  const first = await device.record();
  const second = await device.record({ open: true });
  const folder = await publishJournal(device, data);
  await publishTake(folder, first.recording, 'recording.mp4', first.footage);
  await publishTake(folder, second.recording, 'recording.mp4', second.footage);
  t.deepEqual(await listed(await archiveSource(data, device.id)), [
    { recording: second.recording, stopped: false },
    { recording: first.recording, stopped: true },
  ]);
});

test('a device that an archive does not know is refused with those it knows, and no path leaves the folder', async (t) => {
  const { device, data } = await newParts(t);
  await device.record();
  await publishJournal(device, data);
  for (const id of ['recorder-0002', '../devices/recorder-0001', '', '..']) {
    const error = await t.throwsAsync(archiveSource(data, id), { instanceOf: LiuhenError });
    t.is(error?.code, 'LIUHEN_UNKNOWN_DEVICE');
    t.regex(error?.next ?? '', /recorder-0001/);
  }
});
