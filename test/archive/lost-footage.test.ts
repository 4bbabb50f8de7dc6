import { readFile, rm, truncate } from 'node:fs/promises';
import test, { type ExecutionContext } from 'ava';
import { TestArchive } from '../support/archive.js';
import { TestDevice, type TestFootage } from '../support/device.js';
import { ScriptedDevice } from '../support/scripted-device.js';
import { startTestUplink, untilArchived } from '../support/uplink.js';

const whole = (footage: readonly TestFootage[]) => footage.map(({ sha256 }) => ({ sha256, offsets: [] }));
const bytesOf = (footage: readonly TestFootage[]) => Buffer.concat(footage.map(({ bytes }) => bytes));

/** A recording of an init and four fragments that goes on, of which these pieces are durable in a stopped archive. */
async function rig(t: ExecutionContext, durable: (footage: TestFootage[]) => TestFootage[]) {
  const device = await TestDevice.open();
  const archive = await TestArchive.init([device.rootVkey]);
  t.teardown(async () => {
    await archive.remove();
    await device.remove();
  });
  const { recording, footage } = await device.record({ fragments: 4, bytes: 5000, open: true });
  const connect = async () => {
    await archive.start();
    const wire = await ScriptedDevice.connect(archive.port, device);
    t.teardown(() => wire.close());
    return wire;
  };
  const wire = await connect();
  await wire.sendAll();
  for (const piece of durable(footage)) await wire.sendWhole(piece);
  await wire.question();
  await archive.stop();
  const file = archive.file(device.id, 'recordings', String(recording), 'recording.mp4');
  return { device, archive, recording, footage, connect, file };
}

/** All of it was durable, the archive is away, and the file is damaged; then the recording ends, and the archive asks again. */
async function damaged(t: ExecutionContext, damage: (file: string) => Promise<void>) {
  const it = await rig(t, (footage) => footage);
  await damage(it.file);
  await it.device.stop(it.recording, it.footage);
  const wire = await it.connect();
  await wire.sendAll();
  await wire.until(() => (wire.wants.at(-1)?.footage.length ?? 0) > 0);
  return { ...it, wire };
}

test('a file that vanished before its receipt was signed is asked for again as a whole', async (t) => {
  const { wire, ...it } = await damaged(t, rm);
  t.deepEqual(wire.wants.at(-1)?.footage, whole(it.footage));
  t.deepEqual(wire.archived, []);
  t.is(it.archive.running.status().counters['lost-footage'], 1);
  t.is(it.archive.running.status().devices[0]?.pending, 5);
  t.true(it.archive.log.some(({ msg }) => msg === 'footage is gone and will be asked for again'));
  for (const piece of it.footage) await wire.sendWhole(piece);
  await wire.until(() => wire.archived.length === 1);
  t.true((await readFile(it.file)).equals(bytesOf(it.footage)));
});

test('what was lost is still known to be lost after another restart, and a real device sends it again', async (t) => {
  const it = await damaged(t, rm);
  await it.archive.stop();

  await it.archive.start();
  t.is(it.archive.running.status().devices[0]?.pending, 5);
  const uplink = startTestUplink(it.device, it.archive.port, it.archive.witness);
  t.teardown(() => uplink.stop());
  await untilArchived(uplink, it.recording);
  t.true((await readFile(it.file)).equals(bytesOf(it.footage)));
});

test('of a file that was cut short only what is past its end is asked for again', async (t) => {
  const { wire, ...it } = await damaged(t, (file) => truncate(file, 200 + 2 * 5000 + 1));
  t.deepEqual(wire.wants.at(-1)?.footage, whole(it.footage.slice(3)));
  for (const piece of it.footage.slice(3)) await wire.sendWhole(piece);
  await wire.until(() => wire.archived.length === 1);
  t.true((await readFile(it.file)).equals(bytesOf(it.footage)));
});

test('a file that vanished amid its recording is not made anew with a hole where durable footage was', async (t) => {
  const it = await rig(t, (footage) => footage.slice(0, 3));
  await rm(it.file);
  const wire = await it.connect();
  t.deepEqual((await wire.question()).footage, whole(it.footage.slice(3)));
  await wire.sendWhole(it.footage[4] as TestFootage);
  await wire.until(() => wire.wants.at(-1)?.footage.length === 4);
  t.deepEqual(wire.wants.at(-1)?.footage, whole(it.footage.slice(0, 4)));
  t.is(it.archive.running.status().counters['lost-footage'], 1);
  await it.device.stop(it.recording, it.footage);
  await wire.sendAll();
  for (const piece of it.footage.slice(0, 4)) await wire.sendWhole(piece);
  await wire.until(() => wire.archived.length === 1);
  t.true((await readFile(it.file)).equals(bytesOf(it.footage)));
});
