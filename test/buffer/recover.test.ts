import { randomBytes } from 'node:crypto';
import test, { type ExecutionContext } from 'ava';
import { checkDevice } from '../../agent/buffer/check.js';
import type { FootageRef } from '../../agent/buffer/footage.js';
import { allRecordings, readRecording, writeReceipt } from '../../agent/buffer/recordings.js';
import { recover } from '../../agent/buffer/recover.js';
import { evict } from '../../agent/buffer/retention.js';
import { decodeEntry } from '../../agent/journal/entry.js';
import { collect } from '../support/collect.js';
import { TestDevice } from '../support/device.js';
import { receiptFor } from '../support/receipts.js';

const bytes = () => randomBytes(500);

/** A device that lost power: what is in `crashed` is on its disk, and it starts again. */
async function afterPowerCut(t: ExecutionContext, crash: (device: TestDevice) => Promise<unknown>) {
  const before = await TestDevice.open();
  await crash(before);
  await before.close();
  const device = await TestDevice.open({ folder: before.folder });
  t.teardown(() => device.remove());
  const recovered = await recover(device.journal, device.store, device.footage, device.view);
  const { ok, invariants } = await checkDevice(device);
  t.true(ok, JSON.stringify(invariants));
  return { device, recovered, refs: (await collect(device.footage.refs(0))).map(nameOf) };
}

const nameOf = ({ recording, take, index }: FootageRef) => `${recording}/${take}/${index}`;

async function lastEntry({ store, journal }: TestDevice) {
  const n = journal.size - 1;
  for await (const encoded of store.entries(n, n + 1)) return decodeEntry(encoded, n);
  return undefined;
}

test('a device that was stopped in order has nothing to recover, and writes nothing', async (t) => {
  const { device, recovered } = await afterPowerCut(t, (crashed) => crashed.record());
  t.deepEqual(recovered, { orphans: 0, evictions: 0 });
  t.is((await lastEntry(device))?.type, 'recording-stopped');
});

test('a device that never recorded has nothing to recover', async (t) => {
  const { device, recovered } = await afterPowerCut(t, async () => {});
  t.deepEqual(recovered, { orphans: 0, evictions: 0 });
  t.is(device.journal.size, 1);
});

test('a recording that was open is closed as interrupted, with what is sealed of it', async (t) => {
  const { device, recovered } = await afterPowerCut(t, (crashed) =>
    crashed.record({ fragments: 3, open: true }),
  );
  t.like(recovered.interrupted, { recording: 1, fragments: 3 });
  t.like(await lastEntry(device), {
    type: 'recording-stopped',
    recording: 1,
    fragments: 3,
    reason: 'interrupted',
  });
  t.is(device.view.open, undefined);
  t.is((await allRecordings(device.store))[0]?.stopped?.reason, 'interrupted');
});

test('a recording that had only begun is closed without footage', async (t) => {
  const { device } = await afterPowerCut(t, (crashed) => crashed.start());
  t.like(await lastEntry(device), {
    type: 'recording-stopped',
    fragments: 0,
    bytes: 0,
    reason: 'interrupted',
  });
});

test('bytes whose entry never came are removed, those that are sealed stay', async (t) => {
  const { recovered, refs } = await afterPowerCut(t, async (crashed) => {
    await crashed.record({ fragments: 2, open: true });
    // Several writes may have been on their way, and any of them may have arrived.
    await crashed.footage.put({ recording: 1, take: 0, index: 2 }, bytes());
    await crashed.footage.put({ recording: 1, take: 0, index: 4 }, bytes());
  });
  t.is(recovered.orphans, 2);
  t.deepEqual(refs, ['1/0/init', '1/0/0', '1/0/1']);
});

test('an init whose entry never came is removed: the first, and that of a second take', async (t) => {
  const first = await afterPowerCut(t, async (crashed) => {
    await crashed.start();
    await crashed.footage.put({ recording: 1, take: 0, index: 'init' }, bytes());
    await crashed.footage.put({ recording: 1, take: 0, index: 0 }, bytes());
  });
  t.is(first.recovered.orphans, 2);
  t.deepEqual(first.refs, []);
  const second = await afterPowerCut(t, async (crashed) => {
    await crashed.record({ fragments: 1, open: true });
    await crashed.footage.put({ recording: 1, take: 1, index: 'init' }, bytes());
  });
  t.is(second.recovered.orphans, 1);
  t.deepEqual(second.refs, ['1/0/init', '1/0/0']);
});

test('a fragment of many pieces whose entry never came is one orphan, and nothing of it stays', async (t) => {
  const { device, recovered, refs } = await afterPowerCut(t, async (crashed) => {
    await crashed.record({ fragments: 2, open: true });
    await crashed.footage.put({ recording: 1, take: 0, index: 2 }, randomBytes(200_000));
  });
  t.is(recovered.orphans, 1);
  t.deepEqual(refs, ['1/0/init', '1/0/0', '1/0/1']);
  t.is(await device.footage.get({ recording: 1, take: 0, index: 2 }, 200_000), undefined);
});

test('of two takes both stay, and only what is behind the second is removed', async (t) => {
  const { recovered, refs } = await afterPowerCut(t, async (crashed) => {
    const { recording } = await crashed.record({ fragments: 3, open: true });
    await crashed.take(recording, 1, bytes());
    await crashed.fragment({ recording, take: 1, index: 0 }, bytes());
    await crashed.footage.put({ recording, take: 1, index: 1 }, bytes());
  });
  t.is(recovered.orphans, 1);
  t.deepEqual(refs, ['1/0/init', '1/0/0', '1/0/1', '1/0/2', '1/1/init', '1/1/0']);
});

test('bytes left behind a recording that was closed already are removed as well', async (t) => {
  const { recovered } = await afterPowerCut(t, async (crashed) => {
    await crashed.record({ fragments: 2 });
    await crashed.footage.put({ recording: 1, take: 0, index: 2 }, bytes());
  });
  t.is(recovered.orphans, 1);
});

test('footage of earlier recordings is not touched', async (t) => {
  const { recovered, refs } = await afterPowerCut(t, async (crashed) => {
    await crashed.record({ fragments: 1 });
    const { recording } = await crashed.record({ fragments: 1, open: true });
    await crashed.footage.put({ recording, take: 0, index: 1 }, bytes());
  });
  t.is(recovered.orphans, 1);
  t.deepEqual(refs, ['1/0/init', '1/0/0', '5/0/init', '5/0/0']);
});

test('recovery that is interrupted itself is finished by the next start', async (t) => {
  const { device, recovered } = await afterPowerCut(t, async (crashed) => {
    await crashed.record({ fragments: 1, open: true });
    await crashed.footage.put({ recording: 1, take: 0, index: 1 }, bytes());
    await crashed.footage.put({ recording: 1, take: 0, index: 2 }, bytes());
    await crashed.footage.remove({ recording: 1, take: 0, index: 1 });
  });
  t.is(recovered.orphans, 1);
  t.deepEqual(await recover(device.journal, device.store, device.footage, device.view), {
    orphans: 0,
    evictions: 0,
  });
});

test('a removal that was journalled and not carried out is finished', async (t) => {
  const { device, recovered, refs } = await afterPowerCut(t, async (crashed) => {
    const { recording } = await crashed.record({ fragments: 2 });
    await crashed.record({ fragments: 1 });
    await writeReceipt(crashed.store, recording, await receiptFor(crashed, recording));
    crashed.footage.removeRecording = () => Promise.reject(new Error('power cut'));
    await t.throwsAsync(evict({ ...crashed, journal: crashed.journal, retentionMs: 0 }, recording, 'test'), {
      message: 'power cut',
    });
    t.true(await crashed.footage.has({ recording, take: 0, index: 0 }), 'its bytes are still there');
  });
  t.is(recovered.evictions, 1);
  t.deepEqual(refs, ['6/0/init', '6/0/0']);
  t.like(await readRecording(device.store, 1), { fragments: 2, evicted: 10 });
  t.is((await recover(device.journal, device.store, device.footage, device.view)).evictions, 0);
});
