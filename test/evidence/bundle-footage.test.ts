import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { writeBundle } from '../../agent/evidence/bundle.js';
import { deviceSource } from '../../agent/evidence/device-source.js';
import { fragmentsOf } from '../../agent/recorder/fragments.js';
import { TestDevice, type TestFootage } from '../support/device.js';
import { WITNESS_VKEY, witness } from '../support/evidence.js';

const run = promisify(execFile);
const FRAGMENTED = ['-f', 'mp4', '-movflags', '+frag_keyframe+empty_moov+default_base_moof', '-'];

/** Records `seconds` of ffmpeg's test picture and sound as one take. */
async function recordTake(
  device: TestDevice,
  recording: number,
  take: number,
  seconds: number,
): Promise<TestFootage[]> {
  const picture = ['-f', 'lavfi', '-i', `testsrc2=size=160x120:rate=10:duration=${seconds}`];
  const sound = ['-f', 'lavfi', '-i', `sine=sample_rate=48000:duration=${seconds}`];
  const codecs = [
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    '-pix_fmt',
    'yuv420p',
    '-g',
    '10',
    '-c:a',
    'aac',
  ];
  const ffmpeg = spawn('ffmpeg', ['-v', 'error', ...picture, ...sound, ...codecs, ...FRAGMENTED]);
  const footage: TestFootage[] = [];
  for await (const event of fragmentsOf(ffmpeg.stdout)) {
    if (event.type === 'init') footage.push(await device.take(recording, take, event.init.bytes));
    else {
      const ref = { recording, take, index: footage.length - 1 };
      footage.push(await device.fragment(ref, event.fragment.bytes));
    }
  }
  return footage;
}

async function newDevice(t: ExecutionContext): Promise<{ device: TestDevice; folder: string }> {
  const device = await TestDevice.open();
  t.teardown(() => device.remove());
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-bundle-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return { device, folder: join(folder, 'bundle') };
}

async function playedSec(file: string): Promise<number> {
  const { stderr } = await run('ffmpeg', ['-v', 'error', '-xerror', '-i', file, '-f', 'null', '-']);
  if (stderr !== '') throw new Error(stderr);
  const { stdout } = await run('ffprobe', [
    ...['-v', 'error', '-select_streams', 'v', '-count_packets'],
    ...['-show_entries', 'stream=nb_read_packets', '-of', 'csv=p=0', file],
  ]);
  return Number(stdout) / 10;
}

test('the exported files of both takes play from end to end', async (t) => {
  const { device, folder } = await newDevice(t);
  const { recording } = await device.start();
  const first = await recordTake(device, recording, 0, 4);
  const second = await recordTake(device, recording, 1, 2);
  await device.stop(recording, [...first, ...second]);
  await writeBundle(await deviceSource({ ...device, witnesses: [] }), recording, folder);
  t.true(first.length > 3);
  t.is(await playedSec(join(folder, 'recording.mp4')), 4);
  t.is(await playedSec(join(folder, 'recording-2.mp4')), 2);
});

test('what is left of a take plays where fragments are absent', async (t) => {
  const { device, folder } = await newDevice(t);
  const { recording } = await device.start();
  const footage = await recordTake(device, recording, 0, 4);
  await device.stop(recording, footage);
  await device.footage.remove({ recording, take: 0, index: 1 });
  await writeBundle(await deviceSource({ ...device, witnesses: [] }), recording, folder);
  t.is(await playedSec(join(folder, 'recording.mp4')), 3);
});

/** The commands of README.txt, as a reader would paste them, with the keys that the reader has pinned. */
async function commandsOf(folder: string, root: string): Promise<string> {
  const text = await readFile(join(folder, 'README.txt'), 'utf8');
  return text
    .slice(text.indexOf('#--- common'))
    .replace(/^ROOT=.*$/m, `ROOT='${root}'`)
    .replace(/^WITNESS=.*$/m, `WITNESS='${WITNESS_VKEY}'`);
}

async function shell(folder: string, commands: string): Promise<string> {
  const trap = 'trap \'rm -rf "$T"\' EXIT\n';
  const { stdout, stderr } = await run('sh', ['-c', `${trap}${commands}`], { cwd: folder }).catch(
    (error: { stdout: string; stderr: string }) => error,
  );
  return stdout + stderr;
}

test('the commands of README.txt check footage, key chain, checkpoint and cosignature without us', async (t) => {
  const { device, folder } = await newDevice(t);
  await device.record({ fragments: 250, bytes: 20 });
  await device.journal.rotateKey();
  const { recording } = await device.start({ behaviour: '现场检查 {"n":1}' });
  const takes = [await recordTake(device, recording, 0, 3), await recordTake(device, recording, 1, 2)];
  await device.stop(recording, takes.flat());
  await device.footage.remove({ recording, take: 0, index: 1 });
  await device.journal.rotateKey();
  await witness(device, 1_772_438_400);
  await writeBundle(await deviceSource({ ...device, witnesses: [WITNESS_VKEY] }), recording, folder);

  const output = await shell(folder, await commandsOf(folder, device.rootVkey));
  t.is(output.match(/: ok, /g)?.length, takes.flat().length - 1, output);
  t.is(output.match(/NOT HERE/g)?.length, 1);
  t.is(output.match(/Signature Verified Successfully/g)?.length, 2 + 1 + 1, output);
  t.regex(output, /liuhen\.example\/recorder-0001\n2\n/);
  t.regex(output, /Mon Mar {2}2 08:00:00 UTC 2026/);
});

test('the commands of README.txt find another root key and a changed byte of footage', async (t) => {
  const { device, folder } = await newDevice(t);
  const { recording, footage } = await device.record({ fragments: 3 });
  await writeBundle(await deviceSource({ ...device, witnesses: [] }), recording, folder);
  const other = await TestDevice.open();
  t.teardown(() => other.remove());
  const bytes = await readFile(join(folder, 'recording.mp4'));
  const last = bytes.length - 1;
  bytes[last] = (bytes[last] ?? 0) ^ 1;
  await run('cp', ['-r', folder, `${folder}-changed`]);
  await writeFile(join(`${folder}-changed`, 'recording.mp4'), bytes);
  const output = await shell(`${folder}-changed`, await commandsOf(folder, other.rootVkey));
  t.is(output.match(/: ok, /g)?.length, footage.length - 1, output);
  t.is(output.match(/NOT HERE/g)?.length, 1);
  t.false(output.includes('Signature Verified Successfully'));
});
