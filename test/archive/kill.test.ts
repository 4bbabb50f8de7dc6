import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import test from 'ava';
import { verifyReceipt } from '../../agent/journal/receipt.js';
import { parseVkey } from '../../agent/journal/vkey.js';
import { rootOfPublished, TestArchive } from '../support/archive.js';
import { ArchiveProcess } from '../support/archive-process.js';
import { TestDevice, type TestRecording } from '../support/device.js';
import { Mosquitto, withoutMosquitto } from '../support/mosquitto.js';
import { startTestUplink, untilStatus } from '../support/uplink.js';

const ROUNDS = 5;
const run = withoutMosquitto === undefined ? test : test.skip;

run(
  'killed at random moments, the archive loses nothing that it signed for and finishes the rest',
  async (t) => {
    const device = await TestDevice.open();
    const archive = await TestArchive.init([device.rootVkey]);
    const mosquitto = await Mosquitto.start();
    const broker = `mqtt://127.0.0.1:${mosquitto.port}`;
    const start = () => ArchiveProcess.start('run', '--data', archive.data, '--broker', broker);
    let child = await start();
    const uplink = startTestUplink(device, mosquitto.port, archive.witness, { chunkSize: '16KiB' });
    t.teardown(async () => {
      await uplink.stop();
      await child.signal('SIGKILL');
      await archive.remove();
      await mosquitto.remove();
      await device.remove();
    });
    const recordings: TestRecording[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const recorded = device.record({ fragments: 12, bytes: 120_000 });
      // Any moment will do; which one it is, is the point of the rounds.
      await pause(Math.random() * 400);
      await child.signal('SIGKILL');
      recordings.push(await recorded);
      child = await start();
    }
    await untilStatus(
      uplink,
      ({ archived, witnessed }) => archived === ROUNDS && witnessed?.size === device.journal.size,
    );
    t.is(uplink.status().fork, undefined);
    t.is(await child.signal('SIGTERM'), 0);

    const published = await rootOfPublished(archive.file(device.id));
    t.is(published.size, device.journal.size);
    t.deepEqual(published.root, await device.journal.rootAt(published.size));
    for (const { recording, footage } of recordings) {
      const file = (name: string) => archive.file(device.id, 'recordings', String(recording), name);
      const receipt = verifyReceipt(
        await readFile(file('archived'), 'utf8'),
        parseVkey(archive.witness.vkey),
      );
      t.is(receipt.recording, recording);
      t.true(
        (await readFile(file('recording.mp4'))).equals(Buffer.concat(footage.map(({ bytes }) => bytes))),
      );
    }
  },
);
