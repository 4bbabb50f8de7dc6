import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { type BundleSummary, writeBundle } from '../../agent/evidence/bundle.js';
import { deviceSource } from '../../agent/evidence/device-source.js';
import type { Verdict } from '../../agent/evidence/verify/verdict.js';
import { verifyBundle } from '../../agent/evidence/verify/verify.js';
import { TestDevice, type TestDeviceOptions } from '../support/device.js';
import { archiveReceipt, WITNESS_VKEY, witness } from '../support/evidence.js';

async function newDevice(t: ExecutionContext, options: TestDeviceOptions = {}): Promise<TestDevice> {
  const device = await TestDevice.open(options);
  t.teardown(() => device.remove());
  return device;
}

/** Exports and verifies, with the root key pinned and the witness demanded or not. */
async function judge(
  t: ExecutionContext,
  device: TestDevice,
  recording: number,
  quorum: 'archive' | 'none' = 'none',
): Promise<{ verdict: Verdict; summary: BundleSummary }> {
  const parent = await mkdtemp(join(tmpdir(), 'liuhen-bundle-'));
  t.teardown(() => rm(parent, { recursive: true, force: true }));
  const folder = join(parent, 'bundle');
  const source = await deviceSource({ ...device, witnesses: [WITNESS_VKEY] });
  const summary = await writeBundle(source, recording, folder);
  const policy = `log ${device.rootVkey}\nwitness archive ${WITNESS_VKEY}\nquorum ${quorum}\n`;
  return { verdict: await verifyBundle(folder, policy), summary };
}

const kinds = (verdict: Verdict) => verdict.findings.map(({ kind }) => kind);

test('what was exported is intact, witnessed and archived, across epochs, takes and entry bundles', async (t) => {
  const device = await newDevice(t, { witnessNoteMs: 0 });
  await device.record({ fragments: 300, bytes: 10 });
  await device.journal.rotateKey();
  await witness(device, 1_772_438_400);
  const { recording } = await device.start();
  const footage = [];
  for (const take of [0, 1, 2]) {
    footage.push(await device.take(recording, take, randomBytes(300)));
    for (let index = 0; index < 200; index++) {
      footage.push(await device.fragment({ recording, take, index }, randomBytes(500)));
    }
    await device.journal.rotateKey();
  }
  const { n } = await device.stop(recording, footage);
  await archiveReceipt(device, recording, n);
  await witness(device, 1_772_442_000);
  const { verdict } = await judge(t, device, recording, 'archive');
  t.deepEqual(verdict.findings, []);
  t.like(verdict, {
    verdict: 'intact',
    fragments: 600,
    archived: { by: 'archive' },
    notEarlierThan: '2026-03-02T08:00:00Z',
    notLaterThan: '2026-03-02T09:00:00Z',
    unlisted: [],
  });
});

test('the witness times around a recording are found where its checkpoint carries none', async (t) => {
  const device = await newDevice(t, { witnessNoteMs: 0 });
  await witness(device, 1_772_438_400);
  for (let n = 0; n < 600; n++) await device.journal.append({ type: 'heartbeat' });
  const { recording } = await device.record();
  for (let n = 0; n < 600; n++) await device.journal.append({ type: 'heartbeat' });
  await witness(device, 1_772_442_000);
  for (let n = 0; n < 10; n++) await device.journal.append({ type: 'heartbeat' });
  const parent = await mkdtemp(join(tmpdir(), 'liuhen-bundle-'));
  t.teardown(() => rm(parent, { recursive: true, force: true }));
  const source = await deviceSource({ ...device, witnesses: [WITNESS_VKEY] });
  const own = { ...source, checkpoint: () => source.checkpoint(Number.MAX_SAFE_INTEGER) };
  await writeBundle(own, recording, join(parent, 'bundle'));
  const policy = `log ${device.rootVkey}\nwitness archive ${WITNESS_VKEY}\nquorum none\n`;
  const verdict = await verifyBundle(join(parent, 'bundle'), policy);
  t.like(verdict, {
    verdict: 'intact',
    notEarlierThan: '2026-03-02T08:00:00Z',
    notLaterThan: '2026-03-02T09:00:00Z',
  });
});

test('a recording without a witness is intact for who asks for none', async (t) => {
  const device = await newDevice(t);
  const { recording } = await device.record();
  t.is((await judge(t, device, recording)).verdict.verdict, 'intact');
  t.is((await judge(t, device, recording, 'archive')).verdict.verdict, 'untrusted');
});

test('declared absence makes a bundle incomplete, whatever part of a take it is', async (t) => {
  for (const gone of [['init'], [0], [2, 3], [5], [0, 1, 2, 3, 4, 5]] as const) {
    const device = await newDevice(t);
    const { recording } = await device.record({ fragments: 6 });
    for (const index of gone) await device.footage.remove({ recording, take: 0, index });
    const { verdict, summary } = await judge(t, device, recording);
    t.is(verdict.verdict, 'incomplete', `${gone.join()}: ${JSON.stringify(verdict.findings)}`);
    t.is(summary.absentFragments, gone[0] === 'init' ? 6 : gone.length);
  }
});

test('wrong bytes in the store make a bundle incomplete, not altered: they are not handed on', async (t) => {
  const device = await newDevice(t);
  const { recording } = await device.record({ fragments: 6 });
  await device.footage.put({ recording, take: 0, index: 2 }, randomBytes(2000));
  const { verdict, summary } = await judge(t, device, recording);
  t.is(verdict.verdict, 'incomplete');
  t.is(summary.wrongPieces, 1);
});

test('a recording that goes on is incomplete', async (t) => {
  const device = await newDevice(t);
  const { recording } = await device.record({ fragments: 3, open: true });
  const { verdict } = await judge(t, device, recording);
  t.is(verdict.verdict, 'incomplete', JSON.stringify(kinds(verdict)));
  t.is(verdict.fragments, 3);
});
