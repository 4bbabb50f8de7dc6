import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import test from 'ava';
import { parseRecordingIndex } from '../../agent/archive/recording-index.js';
import { digestOf } from '../../agent/buffer/recordings.js';
import { cosignedAt, parseCheckpoint } from '../../agent/journal/checkpoint.js';
import { KeyChain, splitKeyNotes } from '../../agent/journal/key-chain.js';
import { verifyReceipt } from '../../agent/journal/receipt.js';
import { parseVkey } from '../../agent/journal/vkey.js';
import { rootOfPublished, TestArchive, untilArchive } from '../support/archive.js';
import { TestDevice, type TestRecording } from '../support/device.js';
import { Mosquitto, withoutMosquitto } from '../support/mosquitto.js';
import { startTestUplink, untilStatus } from '../support/uplink.js';

const bytesOf = ({ footage }: TestRecording) => Buffer.concat(footage.map(({ bytes }) => bytes));

for (const way of ['the embedded broker', 'mosquitto'] as const) {
  const run = way === 'mosquitto' && withoutMosquitto !== undefined ? test.skip : test;
  run(`over ${way} a device is witnessed, its recordings archived, and its folder published`, async (t) => {
    const device = await TestDevice.open();
    const archive = await TestArchive.init([device.rootVkey]);
    const mosquitto = way === 'mosquitto' ? await Mosquitto.start() : undefined;
    t.teardown(async () => {
      await archive.remove();
      await mosquitto?.remove();
      await device.remove();
    });
    const broker = mosquitto && `mqtt://127.0.0.1:${mosquitto.port}`;
    const running = await archive.start(broker);
    const backlog = await device.record({ fragments: 4, bytes: 300_000 });
    await device.journal.rotateKey();
    const uplink = startTestUplink(device, mosquitto?.port ?? archive.port, archive.witness);
    t.teardown(() => uplink.stop());
    const live = await device.record({ fragments: 300, bytes: 500 });
    await untilStatus(
      uplink,
      ({ archived, witnessed }) => archived === 2 && witnessed?.size === device.journal.size,
    );

    const vkey = parseVkey(archive.witness.vkey);
    const cosigned = device.journal.cosigned ?? t.fail();
    t.is(cosigned.size, device.journal.size);
    t.truthy(cosignedAt(cosigned, vkey));
    t.deepEqual(
      running.status().devices.map(({ device: id, size, pending, forks }) => ({ id, size, pending, forks })),
      [{ id: device.id, size: device.journal.size, pending: 0, forks: 0 }],
    );
    await uplink.stop();
    await archive.stop();

    const folder = archive.file(device.id);
    const published = await rootOfPublished(folder);
    t.is(published.size, device.journal.size);
    t.deepEqual(published.root, await device.journal.rootAt(device.journal.size));
    const text = await readFile(archive.file(device.id, 'checkpoint'), 'utf8');
    t.deepEqual(parseCheckpoint(text).root, published.root);
    t.truthy(cosignedAt(parseCheckpoint(text), vkey));
    const chain = new KeyChain(parseVkey(device.rootVkey));
    for (const note of splitKeyNotes(await readFile(archive.file(device.id, 'keys'), 'utf8')))
      chain.extend(note);
    t.is(chain.epoch, device.journal.epoch);

    for (const recorded of [backlog, live]) {
      const { recording } = recorded;
      const file = (name: string) => archive.file(device.id, 'recordings', String(recording), name);
      t.true((await readFile(file('recording.mp4'))).equals(bytesOf(recorded)));
      const receipt = verifyReceipt(await readFile(file('archived'), 'utf8'), vkey);
      const stopped = { n: recording + recorded.footage.length + 1 };
      t.deepEqual(receipt, {
        origin: device.origin,
        recording,
        ...(await digestOf(device.store, { recording, stopped })),
      });
      const index = parseRecordingIndex(await readFile(file('index.json'), 'utf8'));
      t.true(index.complete);
      const [take] = index.takes;
      t.deepEqual(
        { durable: take?.durable, absent: take?.absent, bytes: take?.bytes },
        { durable: recorded.footage.length - 1, absent: [], bytes: bytesOf(recorded).length },
      );
    }
    const partials = await readdir(archive.file(device.id, 'tile', 'entries', '001.p'));
    t.deepEqual(partials, [String(device.journal.size % 256)]);
    await t.throwsAsync(readdir(archive.file(device.id, 'tile', 'entries', '000.p')), { code: 'ENOENT' });
  });
}

test('an archive that was away gets what it missed, and repeats a receipt that was lost', async (t) => {
  const device = await TestDevice.open();
  const archive = await TestArchive.init([device.rootVkey]);
  const mosquitto = await Mosquitto.start();
  t.teardown(async () => {
    await archive.remove();
    await mosquitto.remove();
    await device.remove();
  });
  const broker = `mqtt://127.0.0.1:${mosquitto.port}`;
  await archive.start(broker);
  const first = startTestUplink(device, mosquitto.port, archive.witness);
  const { recording } = await device.record({ fragments: 3 });
  await untilStatus(first, ({ archived }) => archived === 1);
  await archive.stop();
  await device.record({ fragments: 3 });
  await first.stop();
  // As if the receipt had never reached the device's disk.
  await device.store.writeView([{ key: `receipt/${String(recording).padStart(16, '0')}`, value: undefined }]);

  await archive.start(broker);
  const second = startTestUplink(device, mosquitto.port, archive.witness);
  t.teardown(() => second.stop());
  await untilStatus(second, ({ archived }) => archived === 2);
  await untilArchive(archive.running, ({ devices }) => devices[0]?.size === device.journal.size);
  t.pass();
});

test('footage that has rotted on the device is told of on both sides, and archived once it is whole again', async (t) => {
  const device = await TestDevice.open();
  const archive = await TestArchive.init([device.rootVkey]);
  t.teardown(async () => {
    await archive.remove();
    await device.remove();
  });
  const recorded = await device.record({ fragments: 3, bytes: 5000 });
  const [, rotten] = recorded.footage;
  const { ref, bytes } = rotten ?? t.fail();
  const changed = Buffer.from(bytes);
  changed[2500] = (changed[2500] ?? 0) ^ 1;
  await device.footage.put(ref, changed);
  await archive.start(undefined, { times: { publishMs: 20, tickMs: 20, reaskMs: 400 } });
  const uplink = startTestUplink(device, archive.port, archive.witness);
  t.teardown(() => uplink.stop());
  await untilArchive(archive.running, ({ counters }) => counters['wrong-hash'] !== undefined);
  await untilStatus(uplink, ({ counts }) => (counts['lost-footage'] ?? 0) >= 2);
  t.is(archive.running.status().counters['wrong-hash'], 1, 'it was sent once and not for ever');
  t.is(uplink.status().archived, 0);
  await device.footage.put(ref, bytes);
  await untilStatus(uplink, ({ archived }) => archived === 1);
  const file = archive.file(device.id, 'recordings', String(recorded.recording), 'recording.mp4');
  t.true((await readFile(file)).equals(bytesOf(recorded)));
});

test('published files that are missing or stale are written again at start', async (t) => {
  const device = await TestDevice.open();
  const archive = await TestArchive.init([device.rootVkey]);
  t.teardown(async () => {
    await archive.remove();
    await device.remove();
  });
  await archive.start();
  const uplink = startTestUplink(device, archive.port, archive.witness);
  const { recording } = await device.record({ fragments: 270, bytes: 10 });
  await untilStatus(uplink, ({ archived }) => archived === 1);
  await uplink.stop();
  await archive.stop();
  const folder = archive.file(device.id);
  const names = [
    'checkpoint',
    'keys',
    `recordings/${recording}/archived`,
    `recordings/${recording}/index.json`,
  ];
  const read = () => Promise.all(names.map((name) => readFile(archive.file(device.id, name), 'utf8')));
  const before = await read();
  for (const name of [...names.slice(1), 'tile/0/000', 'tile/entries/000', 'tile/1']) {
    await rm(archive.file(device.id, name), { recursive: true });
  }
  await writeFile(archive.file(device.id, 'checkpoint'), before[0]?.slice(0, 40) ?? '');
  await writeFile(archive.file(device.id, 'tile', '0', '001.p', '3'), 'stale');
  await archive.start();
  await archive.stop();
  t.deepEqual(await read(), before);
  t.deepEqual((await rootOfPublished(folder)).root, await device.journal.rootAt(device.journal.size));
  t.deepEqual(await readdir(archive.file(device.id, 'tile', '0', '001.p')), [
    String(device.journal.size % 256),
  ]);
});
