import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { deviceSource } from '../../agent/evidence/device-source.js';
import { exportRecording } from '../../agent/evidence/export.js';
import { decodeEntry } from '../../agent/journal/entry.js';
import { LiuhenError } from '../../config/errors.js';
import { TestDevice } from '../support/device.js';

async function newParts(t: ExecutionContext) {
  const device = await TestDevice.open();
  t.teardown(() => device.remove());
  const parent = await mkdtemp(join(tmpdir(), 'liuhen-export-'));
  t.teardown(() => rm(parent, { recursive: true, force: true }));
  const source = await deviceSource({ ...device, witnesses: [], journal: device.journal });
  return { device, source, parent, out: join(parent, 'bundle') };
}

test('an export by a running device is an entry: who, what and why', async (t) => {
  const { device, source, out } = await newParts(t);
  const { recording } = await device.record({ fragments: 4 });
  await device.footage.remove({ recording, take: 0, index: 3 });
  const summary = await exportRecording({
    source,
    recording,
    out,
    who: 'officer',
    why: 'case 7',
    journal: device.journal,
  });
  t.is(summary.entry, device.journal.size - 1);
  t.is(summary.rootVkey, device.rootVkey);
  for await (const encoded of device.store.entries(device.journal.size - 1, device.journal.size)) {
    t.like(decodeEntry(encoded, device.journal.size - 1), {
      type: 'exported',
      who: 'officer',
      what: `recording ${recording}, entries ${recording} to ${recording + 6}, absent fragments: 1, to ${out}`,
      why: 'case 7',
    });
  }
});

test('a reason as long as a person cares to type still fits its entry', async (t) => {
  const { device, source, out } = await newParts(t);
  await device.record();
  const request = { source, out, who: '警'.repeat(3000), why: '因'.repeat(100_000), journal: device.journal };
  t.is((await exportRecording(request)).entry, device.journal.size - 1);
});

test('no bundle appears that the journal could not take note of', async (t) => {
  const { device, source, out, parent } = await newParts(t);
  await device.record();
  await device.journal.close();
  await t.throwsAsync(exportRecording({ source, out, who: 'a', why: 'b', journal: device.journal }), {
    code: 'LIUHEN_JOURNAL_CLOSED',
  });
  t.deepEqual(await readdir(parent), []);
});

test('without a number the newest recording that has stopped is exported', async (t) => {
  const { device, source, out } = await newParts(t);
  await device.record();
  const { recording } = await device.record();
  await device.record({ open: true });
  t.is((await exportRecording({ source, out, who: 'a', why: 'b' })).recording, recording);
});

test('a recording that is not there is refused with those that are', async (t) => {
  const { device, source, out } = await newParts(t);
  const empty = await t.throwsAsync(exportRecording({ source, out, who: 'a', why: 'b' }), {
    instanceOf: LiuhenError,
  });
  t.is(empty?.code, 'LIUHEN_NOT_FOUND');
  const first = await device.record();
  const second = await device.record();
  const error = await t.throwsAsync(exportRecording({ source, recording: 99_999, out, who: 'a', why: 'b' }), {
    instanceOf: LiuhenError,
  });
  t.is(error?.next, `name one of ${second.recording}, ${first.recording}`);
});
