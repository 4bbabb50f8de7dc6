import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import test from 'ava';
import { Database } from '../../agent/buffer/database.js';
import { Bench } from '../support/bench.js';
import { boardScene } from '../support/board.js';
import { LIUHEN } from '../support/liuhen.js';
import { SerialCable, withoutSocat } from '../support/serial-cable.js';
import { occupy, smallDisk } from '../support/small-disk.js';

const withCables = withoutSocat === undefined ? test.serial : test.serial.skip;
const GGA = '$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47\r\n';

test.serial('a camera that is not there is found, and what was tried is named', async (t) => {
  const bench = await Bench.make(t, { camera: { source: '/dev/video97' } });
  const { of, status } = await bench.doctor(t);
  t.is(status, 2);
  t.is(of('camera').result, 'fault');
  t.regex(of('camera').value, /\/dev\/video97/);
  t.regex(of('camera').value, /^\/dev\/video97 is not there; found /);
  t.regex(of('camera').next ?? '', /ls \/dev\/video\*/);
});

test.serial('without ffmpeg the camera is not tried, and only ffmpeg is to be installed', async (t) => {
  const bench = await Bench.make(t);
  const { of, status } = await bench.doctor(t, [], ['env', 'PATH=/nowhere']);
  t.is(status, 2);
  t.deepEqual([of('ffmpeg').result, of('ffmpeg').next], ['fault', 'apt install ffmpeg']);
  t.deepEqual(
    [of('camera').result, of('camera').value, of('camera').next],
    ['skipped', 'not tried: ffmpeg failed', undefined],
  );
});

withCables('a GNSS receiver is heard while it is plugged in, and found when it is not', async (t) => {
  const cable = await SerialCable.make();
  t.teardown(() => cable.remove());
  await cable.plug();
  const bench = await Bench.make(t, { hardware: { gnss: { port: cable.path } } });
  const speaking = setInterval(() => void cable.send(GGA), 200);
  t.teardown(() => clearInterval(speaking));
  const heard = await bench.doctor(t);
  t.deepEqual([heard.of('gnss').result, heard.of('gnss').value], ['ok', cable.path]);
  clearInterval(speaking);
  await cable.unplug();
  const { of, status } = await bench.doctor(t);
  t.is(status, 2);
  t.is(of('gnss').result, 'fault');
  t.true(of('gnss').value.includes(cable.path), of('gnss').value);
  t.regex(of('gnss').next ?? '', /\/dev\/serial\/by-id/);
});

withCables('a receiver that is plugged in and says nothing is found', async (t) => {
  const cable = await SerialCable.make();
  t.teardown(() => cable.remove());
  await cable.plug();
  const bench = await Bench.make(t, { hardware: { gnss: { port: cable.path } } });
  const { of } = await bench.doctor(t);
  t.is(of('gnss').result, 'fault');
  t.is(of('gnss').value, `nothing heard yet on ${cable.path}`);
});

test.serial('a board answers with its battery and its firmware, and a low battery is a fault', async (t) => {
  const { port, link, simulator } = await boardScene(t);
  await link.close();
  const bench = await Bench.make(t, { hardware: { board: { port } } });
  simulator.board.set({ batteryPercent: 3, charging: false, supply: 'battery' });
  const { of } = await bench.doctor(t);
  t.is(of('board').result, 'ok', of('board').value);
  t.is(of('firmware').value, 'version 1.0.0');
  t.deepEqual([of('battery').result, of('battery').value], ['fault', '3 %, on battery']);
});

test.serial('a line of a chip that is not there is found, with how to look for chips', async (t) => {
  const bench = await Bench.make(t, {
    hardware: { button: { chip: 'no-such-chip', line: 4 }, board: { port: '/dev/ttyUSB97' } },
  });
  const { of } = await bench.doctor(t);
  t.is(of('board').result, 'fault');
  t.deepEqual(
    [of('firmware').result, of('firmware').value],
    ['skipped', 'not tried: microcontroller failed'],
  );
  t.is(of('button').result, 'fault');
  t.regex(of('button').next ?? '', /gpiodetect/);
  t.is(of('light').result, 'skipped');
});

test.serial(
  'a disk on which only the reserve is left is found, and so is one that takes nothing',
  async (t) => {
    const disk = await smallDisk(t, 64);
    if (disk === undefined) {
      t.pass();
      return;
    }
    const bench = await Bench.make(t, { storage: { reserve: '32MiB' } }, disk);
    const roomy = await bench.doctor(t);
    t.not(roomy.of('disk').result, 'fault', roomy.of('disk').value);
    t.not(roomy.of('fsync').result, 'fault', roomy.of('fsync').value);
    await occupy(join(disk, 'other'));
    const { of, status } = await bench.doctor(t);
    t.is(status, 2);
    t.is(of('disk').result, 'fault');
    t.regex(of('disk').value, /nothing can be recorded$/);
    t.is(of('fsync').result, 'fault');
    t.regex(of('fsync').value, /^a synced write failed: /);
  },
);

test.serial('a journal from which an entry was taken is found', async (t) => {
  const bench = await Bench.make(t);
  await bench.doctor(t);
  const database = await Database.open(join(bench.data, 'journal'), { compression: true });
  const { key } = await database.write(async (level) => {
    for await (const found of level.keys({ gte: 'e!', lt: 'e"' })) {
      await level.del(found, { sync: true });
      return { key: found };
    }
    throw new Error('there is no entry');
  });
  await database.close();
  t.regex(key, /^e!0+$/);
  const { of, status } = await bench.doctor(t);
  t.is(status, 2);
  t.is(of('journal').result, 'fault');
  t.regex(of('journal').next ?? '', /liuhen check shows all of it/);
});

test.serial('a folder without a journal is said to be a device that is not provisioned', async (t) => {
  const bench = await Bench.make(t);
  await rm(bench.data, { recursive: true });
  await mkdir(bench.data);
  const { of } = await bench.doctor(t);
  t.is(of('journal').result, 'fault');
  t.regex(of('journal').value, /not provisioned$/);
});

test.serial(
  'a configuration that does not load is a fault with its line, and the rest is looked at all the same',
  async (t) => {
    const bench = await Bench.make(t);
    await writeFile(join(bench.folder, 'liuhen.yaml'), 'profile: recorder\nrecording: {preRecord: 30}\n');
    const { of, status, ids } = await bench.doctor(t);
    t.is(status, 2);
    t.deepEqual(ids, ['config', 'node', 'ffmpeg']);
    t.regex(of('config').value, /liuhen\.yaml:2:\d+: recording\.preRecord: expected a duration/);
    const text = await bench.liuhen('doctor');
    t.regex(text.stdout, /^FAULT +configuration +.*recording\.preRecord.*\n {4}next: /m);
    t.regex(text.stdout, /\n1 fault, 0 warnings; begin with: configuration\n$/);
  },
);

test.serial('a file that a setting names and that is not there is found', async (t) => {
  const bench = await Bench.make(t, { hardware: { officersFile: 'officers.yaml' } });
  const { of } = await bench.doctor(t);
  t.is(of('config').result, 'fault');
  t.regex(of('config').value, /^hardware\.officersFile: .*officers\.yaml: ENOENT$/);
});

test.serial('the doctor speaks Chinese where it is asked to, by option and by the environment', async (t) => {
  const bench = await Bench.make(t, { camera: { source: '/dev/video97' } });
  const asked = (await bench.liuhen('doctor', '--lang', 'zh')).stdout;
  t.regex(asked, / 磁盘空间 /);
  t.regex(asked, /\n {4}下一步：插好摄像头/);
  const env = { ...process.env, LANG: 'zh_CN.UTF-8', LC_ALL: '', LC_MESSAGES: '' };
  const set = await new Promise<string>((resolve) => {
    execFile(process.execPath, [LIUHEN, 'doctor'], { cwd: bench.folder, env }, (_, stdout) =>
      resolve(stdout),
    );
  });
  t.regex(set, / 时钟 /);
});

test.serial('the doctor of a machine on which Chinese is spoken answers a program in English', async (t) => {
  const bench = await Bench.make(t, { camera: { source: '/dev/video97' } });
  for (const { of, raw } of [
    await bench.doctor(t, ['--lang', 'zh']),
    await bench.doctor(t, [], ['env', 'LANG=zh_CN.UTF-8', 'LC_ALL=', 'LC_MESSAGES=']),
  ]) {
    t.is(of('disk').title, 'disk space');
    t.notRegex(raw, /\p{Script=Han}/u);
  }
});

test.serial('--watch examines again and again', async (t) => {
  const bench = await Bench.make(t);
  const doctor = spawn(process.execPath, [LIUHEN, 'doctor', '--watch', '--json'], { cwd: bench.folder });
  const exited = once(doctor, 'exit');
  t.teardown(async () => {
    doctor.kill('SIGKILL');
    await exited;
  });
  let seen = 0;
  for await (const line of createInterface({ input: doctor.stdout })) {
    t.is(typeof (JSON.parse(line) as { status: number }).status, 'number');
    if (++seen === 2) break;
  }
  t.is(seen, 2);
});

test.serial('a data folder of another device is found, and not written to', async (t) => {
  const bench = await Bench.make(t);
  const file = join(bench.folder, 'liuhen.yaml');
  await writeFile(file, (await readFile(file, 'utf8')).replace(bench.id, 'recorder-other'));
  const { of, status } = await bench.doctor(t);
  t.is(status, 2);
  for (const id of ['seal', 'journal'] as const) {
    t.is(of(id).result, 'fault');
    t.regex(of(id).value, /is the journal of liuhen\.example\/.*, not of liuhen\.example\/recorder-other$/);
  }
  await bench.configure({});
  t.regex((await bench.liuhen('check', '--quick')).stdout, / 1 entries, /);
});
