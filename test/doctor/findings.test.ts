import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { Backlog } from '../../agent/doctor/backlog.js';
import { recordingHoursLeft } from '../../agent/doctor/backlog.js';
import { check, statusOf } from '../../agent/doctor/check.js';
import { fsyncFinding } from '../../agent/doctor/disk.js';
import { enduranceAt, judged } from '../../agent/doctor/endurance.js';
import { backlogFinding, kioskFinding } from '../../agent/doctor/evidence.js';
import { FootageMeter } from '../../agent/doctor/footage-rate.js';
import { batteryFinding, cameraFinding, firmwareFinding } from '../../agent/doctor/hardware.js';
import { ffmpegFinding, nodeFinding, upgradeFinding } from '../../agent/doctor/software.js';
import { words } from '../../agent/words/words.js';
import { LiuhenError } from '../../config/errors.js';
import { defaultConfig } from '../../config/load.js';
import { ManualClock } from '../support/device.js';
import { examinedDevice } from '../support/examined.js';
import { newWitness } from '../support/scripted-archive.js';

const en = words('en');

async function folderOf(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-findings-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** An ffmpeg that says this. */
async function ffmpegSaying(
  t: ExecutionContext,
  version: string,
  encoders: readonly string[],
): Promise<string> {
  const path = join(await folderOf(t), 'ffmpeg');
  const listed = encoders.map((name) => ` V....D ${name}              something`).join('\n');
  const script = `#!/bin/sh\ncase "$2" in -version) echo 'ffmpeg version ${version} Copyright' ;; *) echo '${listed}' ;; esac\n`;
  await writeFile(path, script, { mode: 0o755 });
  return path;
}

test('an older Node.js than the package asks for is a fault', (t) => {
  t.is(nodeFinding(en).result, 'ok');
  t.is(nodeFinding(en, '20.18.3').result, 'fault');
  t.is(nodeFinding(en, '18.99.0').result, 'fault');
  t.is(nodeFinding(en, '22.0.0').result, 'ok');
});

test('a program that runs because an upgrade did not pass its gate says so, and which', async (t) => {
  const lib = await folderOf(t);
  const previous = join(lib, 'previous');
  t.is(upgradeFinding(en), undefined);
  t.is(upgradeFinding(en, join(lib, '1.1.0')), undefined);
  const cutOff = upgradeFinding(en, previous);
  t.deepEqual(
    [cutOff?.result, cutOff?.value],
    ['fault', 'an upgrade was cut off; the version before it runs'],
  );
  await writeFile(join(lib, 'rolled-back'), '1.2.0 did not show within 5 s that it can seal\n');
  t.is(upgradeFinding(en, join(lib, '1.1.0')), undefined);
  t.is(upgradeFinding(en, previous)?.value, '1.2.0 did not pass its gate; the version before it runs');
  t.regex(upgradeFinding(words('zh'), previous)?.value ?? '', /^1\.2\.0 未通过/);
});

test('an ffmpeg that is missing, old, or without an encoder is a fault that says which', async (t) => {
  t.is((await ffmpegFinding(en)).result, 'ok');
  const missing = await ffmpegFinding(en, '/nowhere/ffmpeg');
  t.deepEqual([missing.result, missing.value], ['fault', '/nowhere/ffmpeg could not be started']);
  const old = await ffmpegFinding(en, await ffmpegSaying(t, '4.4.2-0+deb11u1', ['libx264', 'aac']));
  t.deepEqual([old.result, old.value], ['fault', 'version 4.4.2-0+deb11u1, expected 5.1 or later']);
  const bare = await ffmpegFinding(en, await ffmpegSaying(t, 'n7.1', ['aac']));
  t.deepEqual([bare.result, bare.value], ['fault', 'version n7.1, without libx264']);
  t.is((await ffmpegFinding(en, await ffmpegSaying(t, 'N-123-gabc', ['aac', 'libx264']))).result, 'ok');
});

test('footage is measured in pictures a second of its own time, from the second fragment on', (t) => {
  const clock = new ManualClock();
  const meter = new FootageMeter(clock);
  const fragment = {
    ...{ bytes: Buffer.of(), sha256: '', keyframe: true, samples: 12 },
    media: { start: 0, duration: 90_000, timescale: 90_000 },
  };
  t.is(meter.sinceNewestMs(), undefined);
  meter.came(fragment);
  t.is(meter.rate(), undefined);
  for (let at = 0; at < 4; at++) {
    clock.advance(2000);
    meter.came(fragment);
  }
  t.deepEqual(meter.rate(), { framesPerSecond: 12, footagePerSecond: 0.5, fragments: 4 });
  clock.advance(16_000);
  t.is(meter.rate(), undefined, 'what came long ago says nothing of now');
  t.is(meter.sinceNewestMs(), 16_000);
});

test('a camera is judged by its pictures, by keeping up, and by what it does without', async (t) => {
  const finding = async (framesPerSecond: number, footagePerSecond = 1, shortcomings: string[] = []) => {
    const rate = { framesPerSecond, footagePerSecond, fragments: 4 };
    const camera = async () => ({ rate, sinceNewestMs: 0, problem: undefined, shortcomings });
    const device = examinedDevice({ camera });
    return await cameraFinding({ device, words: en }, 12_000);
  };
  t.is((await finding(25)).result, 'ok');
  const slow = await finding(14.9);
  t.deepEqual([slow.result, slow.value], ['warning', '/dev/video0: 14.9 frames a second, expected 25']);
  t.is((await finding(25, 0.5)).result, 'warning');
  t.deepEqual((await finding(25, 1, ['no sound'])).value, 'no sound');
  const none = { rate: undefined, sinceNewestMs: undefined, problem: undefined, shortcomings: [] };
  const silent = await cameraFinding(
    { device: examinedDevice({ camera: async () => none }), words: en },
    12_000,
  );
  t.deepEqual([silent.result, silent.value], ['fault', '/dev/video0: no footage in 12 s']);
});

test('what to do about a camera fits its source, and what it does without has an advice of its own', async (t) => {
  const next = async (source: string, language: 'en' | 'zh', shortcomings: string[] = []) => {
    const rate =
      shortcomings.length === 0 ? undefined : { framesPerSecond: 25, footagePerSecond: 1, fragments: 4 };
    const camera = async () => ({ rate, sinceNewestMs: undefined, problem: undefined, shortcomings });
    const device = examinedDevice({ config: defaultConfig({ camera: { source } }), camera });
    return (await cameraFinding({ device, words: words(language) }, 12_000)).next ?? '';
  };
  for (const language of ['en', 'zh'] as const) {
    t.regex(await next('/dev/video0', language), /ls \/dev\/video\*/);
    t.regex(await next('rtsps://camera.example/live', language), /camera\.passwordFile/);
    t.regex(await next('film.mp4', language), /ffprobe \S*film\.mp4/);
    t.regex(await next('synthetic', language), /ffmpeg/);
    t.regex(await next('/dev/video0', language, ['no sound']), /arecord -L/);
    for (const source of ['rtsps://camera.example/live', 'film.mp4', 'synthetic'])
      t.notRegex(await next(source, language), /\/dev\/video/);
  }
});

test('what to do about too few pictures, or footage that falls behind, fits the source as well', async (t) => {
  const next = async (source: string, language: 'en' | 'zh', rates: readonly [number, number]) => {
    const [framesPerSecond, footagePerSecond] = rates;
    const rate = { framesPerSecond, footagePerSecond, fragments: 4 };
    const camera = async () => ({ rate, sinceNewestMs: 0, problem: undefined, shortcomings: [] });
    const device = examinedDevice({ config: defaultConfig({ camera: { source } }), camera });
    return (await cameraFinding({ device, words: words(language) }, 12_000)).next ?? '';
  };
  for (const rate of [[10, 1] as const, [25, 0.5] as const]) {
    t.regex(await next('/dev/video0', 'en', rate), /light.*cable/);
    t.regex(await next('/dev/video0', 'zh', rate), /光线.*线缆/);
    for (const language of ['en', 'zh'] as const) {
      t.regex(await next('rtsp://camera.example/live', language, rate), /network|网络/);
      t.regex(await next('film.mp4', language, rate), /ffprobe \S*film\.mp4/);
      t.regex(await next('synthetic', language, rate), /camera\.width/);
      for (const source of ['rtsp://camera.example/live', 'film.mp4', 'synthetic'])
        t.notRegex(await next(source, language, rate), /light|cable|光线|线缆/);
    }
  }
});

test('a camera of still pictures is judged by when the next one is due', async (t) => {
  const config = defaultConfig({ recording: { mode: 'still', stillEvery: '1min' } });
  const finding = async (sinceNewestMs: number | undefined) => {
    const camera = async () => ({ rate: undefined, sinceNewestMs, problem: undefined, shortcomings: [] });
    const { result, value } = await cameraFinding(
      { device: examinedDevice({ config, camera }), words: en },
      12_000,
    );
    return [result, value];
  };
  t.deepEqual(await finding(55_000), ['ok', '/dev/video0: still pictures, the newest 55 s ago']);
  t.deepEqual(await finding(75_000), ['fault', '/dev/video0: no footage in 75 s']);
  t.deepEqual(await finding(undefined), ['fault', '/dev/video0: no footage in 12 s']);
});

test('a battery is a warning and a fault at the charges of the configuration, unless it has power', async (t) => {
  const finding = async (
    percent: number | null,
    charging: boolean | null,
    supply: 'battery' | 'external' | null,
  ) => {
    const battery = { percent, millivolts: null, charging, supply };
    const device = examinedDevice({ battery: async () => battery });
    return (await batteryFinding({ device, words: en })).result;
  };
  t.is(await finding(16, false, 'battery'), 'ok');
  t.is(await finding(15, false, 'battery'), 'warning');
  t.is(await finding(5, null, null), 'fault');
  t.is(await finding(5, true, 'battery'), 'ok');
  t.is(await finding(5, false, 'external'), 'ok');
  t.is(await finding(null, null, null), 'skipped');
});

test('firmware on trial is a warning', (t) => {
  const running = { version: '1.2.0', hash: 'ab', confirmed: false, pending: false };
  t.is(firmwareFinding(en, { running, other: null }).result, 'warning');
  t.is(firmwareFinding(en, { running: { ...running, confirmed: true }, other: null }).result, 'ok');
  t.is(firmwareFinding(en, undefined).result, 'skipped');
});

test('firmware that no key checks the next of is a warning that says why', (t) => {
  const info = { running: { version: '1.2.0', hash: 'ab', confirmed: true }, other: null };
  const { result, value, next } = firmwareFinding(en, info, 'no file for it');
  t.is(result, 'warning');
  t.regex(value, /no file for it/);
  t.regex(next ?? '', /firmwareKeyFile/);
});

test('the wear of an eMMC, of a partition on it, and of a UFS disk is read from sysfs', async (t) => {
  const root = await folderOf(t);
  const disk = join(root, 'devices/mmcblk0');
  const partition = join(disk, 'mmcblk0p2');
  await mkdir(join(disk, 'device'), { recursive: true });
  await mkdir(partition);
  await writeFile(join(disk, 'device/life_time'), '0x02 0x09\n');
  await writeFile(join(disk, 'device/pre_eol_info'), '0x01\n');
  await writeFile(join(partition, 'partition'), '2\n');
  const worn = { device: 'mmcblk0', usedPercent: 90, urgent: false };
  t.deepEqual(await enduranceAt(disk), worn);
  t.deepEqual(await enduranceAt(partition), worn);
  t.is(judged(en.doctor, worn).result, 'warning');
  await writeFile(join(disk, 'device/pre_eol_info'), '0x03\n');
  t.is(judged(en.doctor, (await enduranceAt(disk)) ?? worn).result, 'fault');

  const controller = join(root, 'devices/ufshc');
  await mkdir(join(controller, 'host/target'), { recursive: true });
  await mkdir(join(controller, 'health_descriptor'));
  await writeFile(join(controller, 'health_descriptor/life_time_estimation_a'), '0x01\n');
  await writeFile(join(controller, 'health_descriptor/life_time_estimation_b'), '0x03\n');
  const sda = join(root, 'devices/sda');
  await mkdir(sda);
  await symlink(join(controller, 'host/target'), join(sda, 'device'));
  t.deepEqual(await enduranceAt(sda), { device: 'sda', usedPercent: 30, urgent: false });
  const mute = join(root, 'devices/vda');
  await mkdir(mute);
  t.is(await enduranceAt(mute), undefined);
});

test('a disk that takes longer for a write than a fragment lasts is a fault, and leaves nothing behind', async (t) => {
  const folder = await folderOf(t);
  t.is((await fsyncFinding(en, folder, 0)).result, 'fault');
  t.is((await fsyncFinding(en, folder, 600_000)).result, 'ok');
  const gone = await fsyncFinding(en, join(folder, 'no/such/folder'), 1000);
  t.is(gone.result, 'fault');
  t.regex(gone.value, /^a synced write failed: ENOENT/);
});

const backlog: Backlog = {
  ...{
    recordings: 2,
    durationMs: 5_400_000,
    bytes: 3 * 1024 ** 3,
    archived: 1,
    newestArchived: 3,
    bytesPerSecond: null,
  },
  oldest: '2026-03-02T02:00:00.000Z',
};

test('what waits for a receipt is told in hours and bytes, and is a warning after a day', async (t) => {
  const clock = new ManualClock();
  const witness = newWitness().vkey;
  const config = defaultConfig({ uplink: { broker: 'mqtt://archive.example:1883', witness } });
  const device = examinedDevice({ config, clock, backlog: async () => backlog });
  const young = await backlogFinding({ device, words: en });
  t.deepEqual(young, { result: 'ok', value: '2 without a receipt: 1.5 h, 3.0 GiB, the oldest 6.0 h old' });
  clock.advance(24 * 3_600_000);
  t.is((await backlogFinding({ device, words: en })).result, 'warning');
});

test('hours of recording left are reckoned with what a second took, or is configured to take', (t) => {
  const disk = { freeBytes: 4_600_000_000, reserveBytes: 1_000_000_000 };
  t.is(recordingHoursLeft(disk, 8_000_000, { bytesPerSecond: null }), 1);
  t.is(recordingHoursLeft(disk, 8_000_000, { bytesPerSecond: 500_000 }), 2);
  t.is(recordingHoursLeft({ ...disk, freeBytes: 1 }, 8_000_000, { bytesPerSecond: null }), 0);
});

test("a kiosk's page is a fault when none is open or it is silent, and a warning when nobody can see it", async (t) => {
  const page = async (facts: { heartbeatAgeMs: number | null; drawn: boolean; path: string | null }) => {
    const config = { ...defaultConfig(), profile: 'kiosk' as const };
    return (await kioskFinding({ device: examinedDevice({ config, page: async () => facts }), words: en }))
      .result;
  };
  t.is(await page({ heartbeatAgeMs: 2000, drawn: true, path: '/' }), 'ok');
  t.is(await page({ heartbeatAgeMs: 2000, drawn: false, path: '/' }), 'warning');
  t.is(await page({ heartbeatAgeMs: 60_000, drawn: true, path: '/' }), 'fault');
  t.is(await page({ heartbeatAgeMs: null, drawn: false, path: null }), 'fault');
});

test('a look that throws is a fault with what to do, in the language that is asked for', async (t) => {
  const error = new LiuhenError('LIUHEN_LOCKED', 'another process has /data open', { next: 'stop it' });
  const look = () => Promise.reject(error);
  t.deepEqual(await check(en, 'journal', look), {
    ...{ id: 'journal', title: 'journal', result: 'fault', value: error.message, next: 'stop it' },
  });
  const chinese = await check(words('zh'), 'journal', look);
  t.is(chinese.value, '另一进程正在使用该数据目录（another process has /data open）');
  t.regex(chinese.next ?? '', /^等待其结束/);
});

test('the status is that of the worst check', (t) => {
  t.is(statusOf([{ result: 'ok' }, { result: 'skipped' }]), 0);
  t.is(statusOf([{ result: 'warning' }, { result: 'ok' }]), 1);
  t.is(statusOf([{ result: 'warning' }, { result: 'fault' }]), 2);
});
