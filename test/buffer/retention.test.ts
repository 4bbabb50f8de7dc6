import test, { type ExecutionContext } from 'ava';
import { checkDevice } from '../../agent/buffer/check.js';
import { placesOf, readRecording, unfinishedEvictions, writeReceipt } from '../../agent/buffer/recordings.js';
import { evict, evictExpired, type RetentionOptions } from '../../agent/buffer/retention.js';
import { decodeEntry } from '../../agent/journal/entry.js';
import { ArchiveKey } from '../support/archive-key.js';
import { collect } from '../support/collect.js';
import { ManualClock, sha256Of, TestDevice } from '../support/device.js';
import { receiptFor } from '../support/receipts.js';

const DAY_MS = 86_400_000;
const archive = new ArchiveKey();
const { witness } = archive;

interface Keeper {
  device: TestDevice;
  clock: ManualClock;
  options: RetentionOptions;
}

async function keeper(t: ExecutionContext): Promise<Keeper> {
  const clock = new ManualClock();
  const device = await TestDevice.open({ clock });
  t.teardown(() => device.remove());
  const { journal, store, footage } = device;
  return { device, clock, options: { journal, store, footage, retentionMs: DAY_MS, witness } };
}

/** A recording that may be removed: stopped, receipted, and old enough. */
async function removable({ device, clock }: Keeper): Promise<number> {
  const { recording } = await device.record();
  await writeReceipt(device.store, recording, await receiptFor(device, recording));
  clock.advance(DAY_MS);
  return recording;
}

async function refuses(t: ExecutionContext, { device, options }: Keeper, recording: number, why: RegExp) {
  const { size } = device.journal;
  await t.throwsAsync(evict(options, recording, 'test'), { code: 'LIUHEN_NOT_ARCHIVED', message: why });
  t.deepEqual(await evictExpired(options), []);
  t.is(device.journal.size, size, 'nothing was journalled');
  t.true(await device.footage.has({ recording, take: 0, index: 0 }));
}

test('a recording that is stopped, receipted and old enough is removed whole, and its entry says under which rule', async (t) => {
  const k = await keeper(t);
  const { device, options } = k;
  const recording = await removable(k);
  const { recording: kept } = await device.record();
  await evict(options, recording, 'technician');

  t.deepEqual([...new Set((await collect(device.footage.refs(0))).map((ref) => ref.recording))], [kept]);
  const state = await readRecording(device.store, recording);
  t.like(state, { evicted: device.journal.size - 1, fragments: 3 });
  for await (const encoded of device.store.entries(device.journal.size - 1, device.journal.size)) {
    t.like(decodeEntry(encoded, device.journal.size - 1), {
      type: 'evicted',
      recording,
      who: 'technician',
      retentionMs: DAY_MS,
    });
  }
  t.deepEqual(await unfinishedEvictions(device.store), []);
  t.true((await checkDevice(device, { witness })).ok);
});

test('where removed footage was is forgotten, where the same bytes still are is not', async (t) => {
  const k = await keeper(t);
  const { device, options } = k;
  const bytes = Buffer.from('the same init in both');
  const ids: number[] = [];
  for (let i = 0; i < 2; i++) {
    const { recording } = await device.start();
    await device.stop(recording, [await device.take(recording, 0, bytes)]);
    ids.push(recording);
  }
  const [first = -1, second = -1] = ids;
  await writeReceipt(device.store, first, await receiptFor(device, first));
  k.clock.advance(DAY_MS);
  await evict(options, first, 'test');
  t.deepEqual(
    (await collect(placesOf(device.store, sha256Of(bytes)))).map(({ recording }) => recording),
    [second],
  );
});

test('a recording without a receipt stays', async (t) => {
  const k = await keeper(t);
  const { recording } = await k.device.record();
  k.clock.advance(DAY_MS);
  await refuses(t, k, recording, /not receipted/);
});

test('a recording that has not stopped stays', async (t) => {
  const k = await keeper(t);
  const { recording } = await k.device.record({ open: true });
  await writeReceipt(k.device.store, recording, await receiptFor(k.device, recording));
  k.clock.advance(DAY_MS);
  await refuses(t, k, recording, /has not stopped/);
});

test('a recording stays to the last millisecond of its retention', async (t) => {
  const k = await keeper(t);
  const recording = await removable(k);
  k.clock.advance(-1);
  await refuses(t, k, recording, /ends at 2026-03-03T08:00:00.000Z/);
  k.clock.advance(1);
  t.deepEqual(await evictExpired(k.options), [recording]);
});

const mismatches = {
  'another origin': { origin: 'liuhen.example/another' },
  'another recording': { recording: 77 },
  'another number of fragments': { fragments: 2 },
  'other bytes': { digest: '0'.repeat(64) },
};
for (const [name, change] of Object.entries(mismatches)) {
  test(`a receipt for ${name} removes nothing`, async (t) => {
    const k = await keeper(t);
    const recording = await removable(k);
    await writeReceipt(k.device.store, recording, await receiptFor(k.device, recording, change));
    await refuses(t, k, recording, /does not match/);
  });
}

test('a receipt signed by another key, or by none, removes nothing', async (t) => {
  const k = await keeper(t);
  const recording = await removable(k);
  const good = await receiptFor(k.device, recording);
  const forged = await receiptFor(k.device, recording, {}, new ArchiveKey(1));
  const altered = good.replace(/\n3\n/, '\n4\n');
  for (const [receipt, why] of [
    [forged, /expected a signature by archive.example/],
    [altered, /does not verify/],
    ['garbage', /expected a blank line/],
  ] as const) {
    await writeReceipt(k.device.store, recording, receipt);
    await refuses(t, k, recording, why);
  }
});

test('one recording that must stay does not keep the others, and what is gone is not removed again', async (t) => {
  const k = await keeper(t);
  const first = await removable(k);
  const { recording: kept } = await k.device.record();
  await writeReceipt(k.device.store, kept, 'garbage');
  const last = await removable(k);
  t.deepEqual(await evictExpired(k.options), [first, last]);
  const { size } = k.device.journal;
  t.deepEqual(await evictExpired(k.options), []);
  await evict(k.options, first, 'again');
  t.is(k.device.journal.size, size);
});

test('a removal that failed is carried out with the next round', async (t) => {
  const k = await keeper(t);
  const recording = await removable(k);
  const { footage } = k.device;
  const { removeRecording } = footage;
  footage.removeRecording = () => Promise.reject(new Error('disk error'));
  await t.throwsAsync(evictExpired(k.options), { message: 'disk error' });
  footage.removeRecording = removeRecording;
  await evictExpired(k.options);
  t.false(await footage.has({ recording, take: 0, index: 0 }));
  t.deepEqual(await unfinishedEvictions(k.device.store), []);
});

test('a recording that does not exist cannot be removed', async (t) => {
  const { options } = await keeper(t);
  await t.throwsAsync(evict(options, 5, 'test'), { code: 'LIUHEN_NOT_FOUND' });
});
