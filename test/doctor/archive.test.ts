import { chmod, mkdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { registerDevice } from '../../agent/archive/archive.js';
import { startArchiveControl } from '../../agent/control/archive-server.js';
import { examineArchive } from '../../agent/doctor/archive-role.js';
import type { Check, CheckId } from '../../agent/doctor/check.js';
import type { ExaminedArchive } from '../../agent/doctor/examined-archive.js';
import { OpenedArchive } from '../../agent/doctor/opened-archive.js';
import { words } from '../../agent/words/words.js';
import { type Config, type ConfigInput, defaultConfig } from '../../config/load.js';
import { type Clock, systemClock } from '../../drivers/clock.js';
import { type TestArchive, untilArchive } from '../support/archive.js';
import { archiveRig } from '../support/archive-rig.js';
import { freePort } from '../support/broker.js';
import { TestDevice } from '../support/device.js';
import { liuhen } from '../support/liuhen.js';
import type { ScriptedDevice } from '../support/scripted-device.js';
import { TestAuthority } from '../support/tls.js';

const DAY_MS = 86_400_000;
const en = words('en');

class Scene {
  readonly archive: TestArchive;
  readonly device: TestDevice;
  readonly wire: ScriptedDevice;

  private constructor(archive: TestArchive, device: TestDevice, wire: ScriptedDevice) {
    this.archive = archive;
    this.device = device;
    this.wire = wire;
  }

  /** An archive that runs, and has one recording of one device as a whole. */
  static async make(t: ExecutionContext): Promise<Scene> {
    const { archive, device, wire } = await archiveRig(t);
    const { footage } = await device.record({ fragments: 2 });
    await wire.sendAll();
    for (const each of footage) await wire.sendWhole(each);
    await wire.until(() => wire.archived.length === 1);
    return new Scene(archive, device, wire);
  }

  config(settings: Partial<ConfigInput> = {}): Config {
    const { data } = this.archive;
    return defaultConfig({ profile: 'archive', data, archive: { embeddedBroker: {} }, ...settings });
  }

  /** From within, as it runs. */
  within(config = this.config(), laterMs = 0): ExaminedArchive {
    const { running } = this.archive;
    return {
      ...{ config, clock: shifted(laterMs), running: { pid: 1, upSec: 60 } },
      status: () => running.status(),
      store: async (device) => running.store(device),
    };
  }
}

/** A clock that somebody vouches for. */
function shifted(byMs: number): Clock {
  const clock = systemClock();
  return { read: () => ({ ...clock.read(), source: 'ntp', wallMs: Date.now() + byMs }) };
}

async function examined(archive: ExaminedArchive): Promise<(id: CheckId) => Check> {
  const checks = await examineArchive(archive, en);
  return (id) =>
    checks.find((each) => each.id === id) ?? { id, title: '', result: 'skipped', value: 'not there' };
}

test('an archive that runs is examined from within, and one that does not by opening its store', async (t) => {
  const scene = await Scene.make(t);
  const { data } = scene.archive;
  const end = await startArchiveControl(scene.archive.running, scene.config(), shifted(0));
  const running = await liuhen(data, 'doctor', '--data', data, '--json');
  const { status, checks } = JSON.parse(running.stdout) as { status: number; checks: Check[] };
  t.is(running.status, status);
  // A busy disk is slow, which is not this test's.
  const red = checks.filter(({ id, result }) => id !== 'fsync' && result !== 'ok' && result !== 'skipped');
  t.deepEqual(red, []);
  t.deepEqual(
    checks.map(({ id }) => id),
    [
      ...[
        'agent',
        'config',
        'node',
        'archiveKey',
        'disk',
        'endurance',
        'fsync',
        'clock',
        'certificate',
        'tcp',
      ],
      ...['receiving', 'registry', 'refused', 'backlog', 'forks', 'published'],
    ],
  );
  const value = (id: CheckId) => checks.find((each) => each.id === id)?.value;
  t.is(value('archiveKey'), scene.archive.witness.vkey);
  t.is(value('receiving'), `listens at mqtt://127.0.0.1:${scene.archive.port}; 1 of 1 devices are connected`);
  t.is(value('published'), 'of 1 device, as the store has it');
  await end();
  await scene.archive.stop();

  const stopped = await liuhen(data, 'doctor', '--data', data, '--lang', 'zh');
  t.is(stopped.status, 1, stopped.stdout);
  t.regex(
    stopped.stdout,
    /^警告 +代理程序 +此目录上没有归档端在运行：什么也没有接收\n {4}下一步[:：] ?执行 liuhen archive run/,
  );
  t.regex(stopped.stdout, /^正常 +公布目录 +1 台设备，与存储一致$/m);
  t.regex(stopped.stdout, /^- +近来拒收 +仅在归档端运行时可知$/m);
});

test('who sends without being registered, and who is registered and never sent, are named', async (t) => {
  const scene = await Scene.make(t);
  await scene.wire.publish('liuhen/1/recorder-0099/telemetry', '{}');
  await untilArchive(scene.archive.running, ({ refused }) => refused.length === 1);
  const stranger = await TestDevice.open({ id: 'recorder-0002' });
  t.teardown(() => stranger.remove());
  await registerDevice(scene.archive.data, stranger.rootVkey);
  const of = await examined(scene.within());
  t.is(of('refused').result, 'warning');
  t.regex(of('refused').value, /^recorder-0099: 1 messages, the last at /);
  t.is(
    of('refused').next,
    `liuhen archive add ROOT_VKEY --data ${scene.archive.data}; liuhen init and liuhen provision print that key`,
  );
  t.deepEqual(
    [of('registry').result, of('registry').value],
    ['warning', '2 registered; never heard of: recorder-0002'],
  );
  await writeFile(scene.archive.file('recorder-0002', 'root'), 'nonsense\n');
  t.is((await examined(scene.within()))('registry').result, 'fault');
  await rm(scene.archive.file('recorder-0002', 'root'));
  const stray = (await examined(scene.within()))('registry');
  t.deepEqual([stray.result, stray.value], ['warning', 'in devices/, without a root key: recorder-0002']);
});

test('a device that is silent, and one whose footage does not come, are named with how long', async (t) => {
  const scene = await Scene.make(t);
  const config = scene.config({ archive: { embeddedBroker: {}, silentAfter: '3d' } });
  t.is(
    (await examined(scene.within(config, 2 * DAY_MS)))('backlog').value,
    'all footage that the journals name is here',
  );
  const quiet = (await examined(scene.within(config, 4 * DAY_MS)))('backlog');
  t.is(quiet.result, 'warning');
  t.regex(quiet.value, /^silent for more than 3\.0 days: recorder-0001: last heard at \d{4}-.*Z$/);
  const { journal } = scene.device;
  const before = journal.size;
  await scene.device.record({ fragments: 2 });
  await scene.wire.sendAll(before);
  // The device's clock is the test's.
  const startedMs = scene.device.clock.read().wallMs;
  const soon = (await examined(scene.within(config, startedMs - Date.now() + 3_600_000)))('backlog');
  t.regex(soon.value, /^footage of 1 recording to come \(.*\), none older than a day$/);
  const behind = (await examined(scene.within(config, 2 * DAY_MS)))('backlog');
  t.is(behind.result, 'warning');
  t.regex(
    behind.value,
    /^recorder-0001: last heard at .*; footage of 1 recording to come \(.*\), the oldest \d+\.\d h old$/,
  );
});

test('forks, a folder that is not what the store holds, and a key that others can read are faults', async (t) => {
  const scene = await Scene.make(t);
  await scene.archive.stop();
  const { data } = scene.archive;
  const opened = async () => {
    const archive = new OpenedArchive(scene.config(), shifted(0));
    return await examined(archive).finally(() => archive.close());
  };
  t.is((await opened())('published').result, 'ok');
  await mkdir(scene.archive.file('recorder-0001', 'forks'));
  await writeFile(scene.archive.file('recorder-0001', 'forks', '7-0123456789abcdef.json'), '{}');
  await truncate(scene.archive.file('recorder-0001', 'recordings', '1', 'recording.mp4'), 3);
  await chmod(join(data, 'archive.key'), 0o644);
  const of = await opened();
  t.regex(of('forks').value, /^recorder-0001 signed two histories: 1 in .*\/forks$/);
  t.deepEqual(
    [of('forks').result, of('published').result, of('archiveKey').result],
    ['fault', 'fault', 'fault'],
  );
  t.regex(of('published').value, /^recorder-0001: recordings\/1\/recording\.mp4 has 3 bytes, expected \d+$/);
  t.is(of('archiveKey').next, `chmod 600 ${join(data, 'archive.key')}, and find out who could read it`);
  await chmod(join(data, 'archive.key'), 0o600);
  const checkpoint = scene.archive.file('recorder-0001', 'checkpoint');
  await writeFile(
    checkpoint,
    (await readFile(checkpoint, 'utf8')).replace(/\n\d+\n.{44}\n/, (head) => `\n1\n${head.slice(-45)}`),
  );
  t.regex((await opened())('published').value, /its checkpoint of 1 entries is not that of the store/);
});

test('a broker that is down, a certificate that has ended, a full disk and a clock behind its own signatures are faults', async (t) => {
  const scene = await Scene.make(t);
  const authority = await TestAuthority.create();
  t.teardown(() => authority.remove());
  const tls = authority.client(await authority.certify('old-archive', { expired: true }));
  const broker = `mqtts://127.0.0.1:${await freePort()}`;
  const named = scene.config({ archive: { broker, tls } });
  const config = { ...named, storage: { ...named.storage, reserveBytes: 2 ** 60 } };
  const of = await examined({ ...scene.within(config), status: () => undefined });
  t.deepEqual([of('tcp').result, of('mqtt').result], ['fault', 'skipped']);
  t.regex(of('tcp').value, /ECONNREFUSED$/);
  t.is(of('certificate').result, 'fault');
  t.true(of('certificate').value.startsWith(`${tls.certFile} ended at `), of('certificate').value);
  t.is(of('disk').result, 'fault');
  const clock = (await examined(scene.within(scene.config(), -120_000)))('clock');
  t.is(clock.result, 'fault');
  t.regex(clock.value, /, but this archive has signed at /);
});
