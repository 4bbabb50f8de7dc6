import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { startControl } from '../../agent/control/server.js';
import { Firmware } from '../../agent/firmware.js';
import { decodeEntry } from '../../agent/journal/entry.js';
import { boardScene, firmware, firmwareKey, signer } from '../support/board.js';
import { NOT_ASKED } from '../support/control-actions.js';
import { TestDevice } from '../support/device.js';
import { liuhen } from '../support/liuhen.js';

const one = firmware('1.0.0');
const two = firmware('2.0.0');
const hex = (image: { hash: Buffer }) => image.hash.toString('hex');

/** A folder with a key, a good image and a damaged one, and a simulated board whose port nobody has open. */
async function bench(t: ExecutionContext) {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-firmware-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const damaged = Buffer.from(two.bytes);
  damaged[5000] = (damaged[5000] ?? 0) ^ 1;
  await writeFile(join(folder, 'key.pem'), signer.publicKey);
  await writeFile(join(folder, 'two.bin'), two.bytes);
  await writeFile(join(folder, 'damaged.bin'), damaged);
  const scene = await boardScene(t);
  await scene.link.close();
  const run = (...args: string[]) => liuhen(folder, 'firmware', ...args, '--port', scene.port);
  return { ...scene, folder, run };
}

test('without an agent and a data folder: info, update, confirm and rollback over a named port', async (t) => {
  const { run } = await bench(t);
  const info = await run('info');
  t.is(info.status, 0, info.stderr);
  t.true(info.stdout.includes(`runs        1.0.0  ${hex(one)}  confirmed`), info.stdout);
  t.regex(info.stdout, /other slot +- +empty/);

  const update = await run('update', 'two.bin', '--key', 'key.pem');
  t.is(update.status, 0, update.stderr);
  t.regex(update.stdout, /^1\.0\.0 \(\w+\) → 2\.0\.0 \(\w+\): on trial/);
  t.regex(update.stderr, /firmware: 50 % of \d+ bytes sent\n/);
  t.false(update.stderr.includes('█'), 'no bar where there is no terminal');

  t.like(JSON.parse((await run('info', '--json')).stdout), {
    running: { version: '2.0.0', confirmed: false },
    other: { version: '1.0.0', pending: false },
  });
  t.regex((await run('confirm')).stdout, /^2\.0\.0 \(\w+\) stays\n$/);
  t.like(JSON.parse((await run('rollback', '--json')).stdout), {
    after: { version: '1.0.0', hash: hex(one) },
    state: 'confirmed',
  });
});

test('a damaged image, one without a key to check it, and a missing file send nothing', async (t) => {
  const { run, simulator } = await bench(t);
  const damaged = await run('update', 'damaged.bin', '--key', 'key.pem');
  t.is(damaged.status, 70);
  t.regex(damaged.stderr, /LIUHEN_FIRMWARE_IMAGE: firmware image: expected content with hash/);
  t.is(damaged.stdout, '');
  t.regex(
    (await run('update', 'two.bin')).stderr,
    /LIUHEN_CONFIG: .*public key[\s\S]*next: set hardware\.board\.firmwareKeyFile/,
  );
  t.regex((await run('update', 'none.bin', '--key', 'key.pem')).stderr, /LIUHEN_NOT_FOUND/);
  t.true(simulator.flash.read('secondary').every((byte) => byte === 0xff));
});

test('a port that is not there is told apart from a board that is silent, and no port from both', async (t) => {
  const { folder, run, simulator } = await bench(t);
  const missing = await liuhen(folder, 'firmware', 'info', '--port', join(folder, 'nothing'));
  t.is(missing.status, 70);
  t.regex(missing.stderr, /LIUHEN_SERIAL/);
  simulator.faults.add({ kind: 'drop-request', count: 100 });
  t.regex((await run('info')).stderr, /LIUHEN_FIRMWARE_SILENT/);
  const unnamed = await liuhen(folder, 'firmware', 'info');
  t.is(unnamed.status, 64);
});

/** What a device's journal says of firmware, and whether it is sound. */
async function notes(t: ExecutionContext, folder: string) {
  const device = await TestDevice.open({ folder });
  const found: { name: string; value: object }[] = [];
  let n = 0;
  for await (const encoded of device.store.entries(0, device.journal.size)) {
    const entry = decodeEntry(encoded, n++);
    if (entry.type === 'event' && entry.source === 'firmware') {
      found.push({ name: entry.name, value: entry.value as object });
    }
  }
  await device.close();
  const check = await liuhen(folder, 'check', '--data', folder);
  t.is(check.status, 0, check.stdout);
  return found;
}

const [nameOfOne, nameOfTwo] = [one, two].map((image) => ({
  version: image.header.version,
  hash: hex(image),
}));

test("with a device's data folder, what was done to the board is in its journal, failures included", async (t) => {
  const { folder, run } = await bench(t);
  const device = await TestDevice.open();
  await device.close();
  t.teardown(() => rm(device.folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'three.bin'), firmware('3.0.0').bytes);
  const place = ['--data', device.folder, '--key', 'key.pem'];
  t.is((await run('update', 'two.bin', ...place)).status, 0);
  const refused = await run('update', 'three.bin', ...place);
  t.regex(refused.stderr, /LIUHEN_STATE: firmware: 2\.0\.0 runs unconfirmed/);
  t.is((await run('confirm', ...place)).status, 0);
  t.is((await run('rollback', ...place)).status, 0);
  const found = await notes(t, device.folder);
  t.deepEqual(
    found.map(({ name }) => name),
    [
      'update-started',
      'updated',
      'update-started',
      'update-failed',
      'confirmed',
      'rollback-started',
      'rolled-back',
    ],
  );
  t.deepEqual(found[0]?.value, { from: nameOfOne, to: nameOfTwo });
  t.deepEqual(found[1]?.value, { before: nameOfOne, after: nameOfTwo, state: 'testing' });
  t.like(found[3]?.value, { from: nameOfTwo, error: 'firmware: 2.0.0 runs unconfirmed' });
  t.deepEqual(found[4]?.value, nameOfTwo);
  t.deepEqual(found[6]?.value, { before: nameOfTwo, after: nameOfOne, state: 'confirmed' });
});

test('where an agent runs, it does the work: the port is its own, and the journal too', async (t) => {
  const { client } = await boardScene(t);
  const device = await TestDevice.open();
  t.teardown(() => device.remove());
  const file = join(device.folder, 'two.bin');
  await writeFile(file, two.bytes);
  const endControl = await startControl(device.folder, {
    ...NOT_ASKED,
    firmware: new Firmware({ client, key: () => firmwareKey, note: (draft) => device.journal.append(draft) }),
  });
  t.teardown(endControl);
  const run = (...args: string[]) => liuhen(device.folder, 'firmware', ...args, '--data', device.folder);
  t.regex((await run('info')).stdout, /runs +1\.0\.0/);
  t.like(JSON.parse((await run('update', file, '--confirm', '--json')).stdout), {
    before: nameOfOne,
    after: nameOfTwo,
    state: 'confirmed',
  });
  const again = await run('confirm');
  t.is(again.status, 70);
  t.regex(again.stderr, /LIUHEN_STATE: firmware 2\.0\.0 is confirmed already/);
  const entries: string[] = [];
  for await (const entry of device.store.entries(0, device.journal.size)) entries.push(String(entry));
  t.is(entries.filter((entry) => entry.includes('"source":"firmware"')).length, 2);
});

test('an agent without a microcontroller says so', async (t) => {
  const device = await TestDevice.open();
  t.teardown(() => device.remove());
  const endControl = await startControl(device.folder, NOT_ASKED);
  t.teardown(endControl);
  const { stderr } = await liuhen(device.folder, 'firmware', 'info', '--data', device.folder);
  t.regex(stderr, /LIUHEN_STATE: .*no microcontroller configured[\s\S]*hardware\.board\.port/);
});
