import { execFile } from 'node:child_process';
import { chown, mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { initArchive } from '../../agent/archive/archive.js';
import { sampleHall } from '../../agent/authority/sample-hall.js';
import { Bench } from '../support/bench.js';
import { boardScene } from '../support/board.js';
import { LIUHEN, liuhen } from '../support/liuhen.js';

/** nobody, nogroup */
const OWNER = 65_534;
const asRoot = process.getuid?.() === 0 ? test.serial : test.serial.skip;

async function everythingIn(folder: string): Promise<string[]> {
  return [folder, ...(await readdir(folder, { recursive: true })).map((name) => join(folder, name))];
}

/** What of a folder is root's. */
async function ofRoot(folder: string): Promise<string[]> {
  const found = await Promise.all(
    (await everythingIn(folder)).map(async (path) => ((await stat(path)).uid === 0 ? [path] : [])),
  );
  return found.flat();
}

/** A device whose data folder is the service's, as scripts/install leaves it. */
async function installed(t: ExecutionContext): Promise<Bench> {
  const bench = await Bench.make(t);
  // The temporary folder itself is closed to others.
  await chown(bench.folder, OWNER, OWNER);
  for (const path of await everythingIn(bench.data)) await chown(path, OWNER, OWNER);
  return bench;
}

asRoot(
  "doctor, check, recordings, export and diag by root leave nothing of root's in a folder that is the service's",
  async (t) => {
    const bench = await installed(t);
    const { of } = await bench.doctor(t);
    t.is(of('seal').result, 'ok', of('seal').value);
    // A busy disk is slow, which is not this test's.
    t.not(of('fsync').result, 'fault', of('fsync').value);
    t.deepEqual(await ofRoot(bench.data), [], 'doctor');

    const check = await bench.liuhen('check', '--quick');
    t.is(check.status, 0, check.stderr);
    const said = `liuhen: as user nobody, whose folder ${bench.data} is: root leaves nothing there\n`;
    t.is(check.stderr, said);
    const recordings = await bench.liuhen('recordings');
    t.is(recordings.stdout, 'no recordings yet\n', recordings.stderr);

    const diag = await bench.liuhen('diag', 'collect', '--out', join(bench.folder, 'diag.tar.gz'));
    t.deepEqual([diag.status, diag.stderr], [0, said], 'said once, however often the folder is opened');
    t.is((await stat(join(bench.folder, 'diag.tar.gz'))).uid, 0, "the archive is root's, who asked for it");
    t.deepEqual(await ofRoot(bench.data), [], 'check, recordings and diag');

    const closed = await mkdtemp(join(tmpdir(), 'liuhen-closed-'));
    t.teardown(() => rm(closed, { recursive: true }));
    const refused = await bench.liuhen('export', '--out', join(closed, 'bundle'));
    t.is(refused.status, 70);
    t.true(refused.stderr.includes(`user nobody cannot write to ${closed}`), refused.stderr);
    const none = await bench.liuhen('export', '--out', join(bench.folder, 'bundle'));
    t.regex(none.stderr, /LIUHEN_NOT_FOUND/);
    t.deepEqual(await ofRoot(bench.data), [], 'export');
  },
);

asRoot("board and firmware by root leave nothing of root's there either", async (t) => {
  const bench = await installed(t);
  const stick = await mkdtemp(join(tmpdir(), 'liuhen-stick-'));
  t.teardown(() => rm(stick, { recursive: true }));
  const { signed, rootVkey } = await sampleHall(stick, { hall: 'hall-1' });
  const hall = ['--hall', 'hall-1', '--root', rootVkey];
  const taken = await bench.liuhen('board', 'import', signed, ...hall);
  t.is(taken.status, 0, taken.stderr);
  t.deepEqual(await ofRoot(bench.data), [], 'board import');
  t.is((await bench.liuhen('board', 'list', ...hall)).status, 0);
  t.deepEqual(await ofRoot(bench.data), [], 'board list');

  const { port, link } = await boardScene(t);
  await link.close();
  const info = await bench.liuhen('firmware', 'info', '--port', port);
  t.is(info.status, 0, info.stderr);
  t.deepEqual(await ofRoot(bench.data), [], 'firmware');
});

asRoot("a device that root registers is the archive's, which writes beside its key", async (t) => {
  const { folder, rootVkey } = await Bench.make(t);
  const data = join(folder, 'archive');
  await initArchive(data, 'liuhen.example/archive');
  await chown(folder, OWNER, OWNER);
  for (const path of await everythingIn(data)) await chown(path, OWNER, OWNER);
  const added = await liuhen(folder, 'archive', 'add', rootVkey, '--data', data);
  t.is(added.status, 0, added.stderr);
  t.deepEqual(await ofRoot(data), []);
});

asRoot("a folder that is root's is opened by root, and nothing is said", async (t) => {
  const bench = await Bench.make(t);
  await mkdir(join(bench.folder, 'elsewhere'));
  const check = await bench.liuhen('check', '--quick');
  t.deepEqual([check.status, check.stderr], [0, '']);
});

asRoot('to a user who may not look into it, a data folder is never said to hold no device', async (t) => {
  const bench = await Bench.make(t);
  const config = join(bench.folder, 'liuhen.yaml');
  const before = await readFile(config, 'utf8');
  for (const path of [bench.folder, config]) await chown(path, OWNER, OWNER);
  const asOther = (...args: string[]) =>
    new Promise<{ failed: boolean; said: string }>((resolve) => {
      const options = { cwd: bench.folder, uid: OWNER, gid: OWNER };
      execFile(process.execPath, [LIUHEN, ...args], options, (error, stdout, stderr) => {
        resolve({ failed: error !== null, said: stdout + stderr });
      });
    });
  for (const setting of [
    ['device.id', 'recorder-9999'],
    ['storage.retention', '30d'],
  ]) {
    const { failed, said } = await asOther('config', 'set', ...setting);
    t.true(failed, said);
    t.is(await readFile(config, 'utf8'), before, said);
  }
  const { failed, said } = await asOther('recordings');
  t.true(failed && /LIUHEN_STORAGE_IO: .*only its own user may ask it/.test(said), said);
});
