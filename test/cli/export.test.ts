import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { verifyBundle } from '../../agent/evidence/verify/verify.js';
import { parseCheckpoint } from '../../agent/journal/checkpoint.js';
import { leafHash } from '../../agent/journal/merkle.js';
import { parseProof, verifyInclusion } from '../../agent/journal/proof.js';
import { TestDevice, type TestRecording } from '../support/device.js';
import { publishJournal, publishTake, put, WITNESS_VKEY } from '../support/evidence.js';
import { liuhen } from '../support/liuhen.js';

async function newFolder(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-cli-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A device's data folder that nothing has open, with two stopped recordings. */
async function stoppedDevice(
  t: ExecutionContext,
  damage?: (device: TestDevice, made: TestRecording) => Promise<void>,
) {
  const device = await TestDevice.open();
  t.teardown(() => rm(device.folder, { recursive: true, force: true }));
  const first = await device.record();
  const second = await device.record();
  await damage?.(device, second);
  await device.close();
  return { device, first: first.recording, second: second.recording, out: await newFolder(t) };
}

test('export writes the newest recording of a stopped device and says how to check it', async (t) => {
  const { device, second, out } = await stoppedDevice(t);
  const keys = await readdir(join(device.folder, 'keys'));
  const { status, stdout, stderr } = await liuhen(out, 'export', '--data', device.folder, '--out', 'bundle');
  t.is(status, 0, stderr);
  const bundle = join(out, 'bundle');
  t.true(stdout.includes(`liuhen verify ${bundle} --trust POLICY`), stdout);
  t.true(stdout.includes(`recording  ${second} of recorder-0001`));
  t.true(stdout.includes(`log ${device.rootVkey}`));
  t.regex(stderr, /no journal says that this was exported/);
  t.false(stderr.includes('█'), 'no progress bar where there is no terminal');
  t.is((await verifyBundle(bundle, `log ${device.rootVkey}\nquorum none\n`)).verdict, 'intact');
  t.deepEqual(await readdir(join(device.folder, 'keys')), keys);
});

test('export --json prints one JSON value, and warns of what is not in the bundle', async (t) => {
  const { device, first, second, out } = await stoppedDevice(t, async (device, { recording }) => {
    await device.footage.remove({ recording, take: 0, index: 1 });
    await device.footage.put({ recording, take: 0, index: 2 }, Buffer.from('forged'));
  });
  const place = ['--data', device.folder, '--json'];
  const whole = await liuhen(out, 'export', String(first), ...place, '--out', 'first');
  t.like(JSON.parse(whole.stdout), { recording: first, absentFragments: 0, folder: join(out, 'first') });
  const damaged = await liuhen(out, 'export', String(second), ...place, '--out', 'second');
  t.is(damaged.status, 0);
  t.like(JSON.parse(damaged.stdout), { recording: second, absentFragments: 2, wrongPieces: 1 });
  t.regex(damaged.stderr, /not in the bundle: 2 fragments \(take 0: 1 to 2\)/);
  t.regex(damaged.stderr, /left out: 1 piece of footage with other bytes/);
});

test('export refuses what it cannot do, says what to do, and leaves nothing', async (t) => {
  const { device, first, second, out } = await stoppedDevice(t);
  const place = ['--data', device.folder];
  const unknown = await liuhen(out, 'export', '7777', ...place, '--out', 'bundle');
  t.is(unknown.status, 70);
  t.regex(unknown.stderr, /LIUHEN_NOT_FOUND: recording 7777/);
  t.regex(unknown.stderr, new RegExp(`next: name one of ${second}, ${first}`));
  t.is((await liuhen(out, 'export', 'x', ...place, '--out', 'bundle')).status, 64);
  t.is((await liuhen(out, 'export', ...place)).status, 64);
  const empty = await newFolder(t);
  const nothing = await liuhen(out, 'export', '--data', empty, '--out', 'bundle');
  t.regex(
    nothing.stderr,
    /LIUHEN_NOT_FOUND: there is no device in [^\n]+\n {2}next: name the device's data folder/,
  );
  t.deepEqual(await readdir(empty), []);
  t.deepEqual(await readdir(out), []);
});

test('export on a folder that another process has open says so', async (t) => {
  const device = await TestDevice.open();
  t.teardown(() => device.remove());
  await device.record();
  const out = await newFolder(t);
  const { status, stderr } = await liuhen(out, 'export', '--data', device.folder, '--out', 'bundle');
  t.is(status, 70);
  t.regex(stderr, /LIUHEN_LOCKED/);
});

test('export reads an archive when it is told the device', async (t) => {
  const device = await TestDevice.open();
  t.teardown(() => device.remove());
  const { recording, footage } = await device.record();
  const out = await newFolder(t);
  const data = join(out, 'data');
  const folder = await publishJournal(device, data);
  await publishTake(folder, recording, 'recording.mp4', footage);
  await put(join(data, 'archive.key'), 'secret');
  const without = await liuhen(out, 'export', '--data', data, '--out', 'bundle');
  t.is(without.status, 64);
  t.regex(without.stderr, /--device/);
  const { status, stderr } = await liuhen(
    out,
    'export',
    '--data',
    data,
    '--device',
    device.id,
    '--out',
    'bundle',
  );
  t.is(status, 0, stderr);
  const policy = `log ${device.rootVkey}\nwitness archive ${WITNESS_VKEY}\nquorum archive\n`;
  t.is((await verifyBundle(join(out, 'bundle'), policy)).verdict, 'intact');
});

test('proof writes a tlog-proof of an entry that leads to the bundle’s checkpoint', async (t) => {
  const { device, second, out } = await stoppedDevice(t);
  await liuhen(out, 'export', '--data', device.folder, '--out', 'bundle');
  const written = await liuhen(out, 'proof', 'bundle', String(second + 2), '--out', 'entry.tlog-proof');
  t.is(written.status, 0, written.stderr);
  t.is(written.stdout, '');
  const text = await readFile(join(out, 'entry.tlog-proof'), 'utf8');
  t.is((await liuhen(out, 'proof', 'bundle', String(second + 2))).stdout, text);
  const { index, path, checkpoint, extra } = parseProof(text);
  const { size, root } = parseCheckpoint(checkpoint);
  const entry = extra ?? Buffer.of();
  t.like(JSON.parse(entry.toString()), { n: second + 2, type: 'fragment' });
  t.notThrows(() => verifyInclusion({ index, leaf: leafHash(entry), size, root, path }));
  const outside = await liuhen(out, 'proof', 'bundle', '100000', '--out', 'other');
  t.is(outside.status, 70);
  t.regex(outside.stderr, /LIUHEN_NOT_FOUND: entry 100000/);
  t.deepEqual((await readdir(out)).sort(), ['bundle', 'entry.tlog-proof']);
});
