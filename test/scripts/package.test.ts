import { execFile, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { loadConfig } from '../../config/load.js';
import { PACKAGE_ROOT } from '../../config/package-root.js';
import { isForTarget } from '../../scripts/package/dependencies.js';
import { SHIPPED } from '../../scripts/package/shipped.js';

const run = promisify(execFile);
const PACKAGE = join(PACKAGE_ROOT, 'scripts/package');
const ROLES = ['recorder', 'kiosk', 'archive'];
const OTHER_UNITS = readdirSync(PACKAGE, { recursive: true, encoding: 'utf8' })
  .filter((path) => /tree\/usr\/lib\/systemd\/system\/liuhen-[a-z-]+\.service$/.test(path))
  .map((path) => basename(path));

/** Runs only where Debian's package of that command is installed. */
function testWith(command: string, title: string, body: (t: ExecutionContext) => Promise<void>): void {
  const here = spawnSync('sh', ['-c', `command -v ${command}`]).status === 0;
  (here ? test : test.skip)(title, body);
}

/** The units beside those of this machine, in a root of their own. */
async function unitsRoot(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'liuhen-units-'));
  await mkdir(join(root, 'usr/bin'), { recursive: true });
  await cp('/lib/systemd/system', join(root, 'usr/lib/systemd/system'), {
    recursive: true,
    verbatimSymlinks: true,
  });
  for (const tree of ['tree', 'kiosk/tree']) {
    await cp(join(PACKAGE, tree, 'usr/lib'), join(root, 'usr/lib'), { recursive: true });
  }
  await symlink('usr/lib', join(root, 'lib'));
  for (const name of ['find', 'liuhen', 'cage', 'systemctl']) {
    await writeFile(join(root, 'usr/bin', name), '');
    await chmod(join(root, 'usr/bin', name), 0o755);
  }
  return root;
}

testWith('systemd-analyze', 'systemd has nothing to say against the units', async (t) => {
  const root = await unitsRoot();
  t.teardown(() => rm(root, { recursive: true }));
  const units = ['liuhen.target', ...OTHER_UNITS];
  const roles = ROLES.map((role) => `liuhen@${role}.service`);
  const answer = await run('systemd-analyze', [
    'verify',
    '--man=no',
    `--root=${root}`,
    ...units,
    ...roles,
  ]).catch((error: { stderr: string }) => error);
  t.deepEqual(
    answer.stderr.split('\n').filter((line) => line.includes('liuhen')),
    [],
  );
});

for (const role of ROLES) {
  testWith('systemd-analyze', `liuhen@${role} exposes at most 2.0 by systemd-analyze security`, async (t) => {
    const root = await unitsRoot();
    t.teardown(() => rm(root, { recursive: true }));
    const judge = (tenths: number) =>
      run('systemd-analyze', [
        ...['security', '--offline=true', `--threshold=${tenths}`],
        ...[`--root=${root}`, `liuhen@${role}.service`],
      ]);
    await t.notThrowsAsync(judge(20));
    await t.throwsAsync(judge(10));
  });
}

testWith('systemd-analyze', 'no other unit exposes more than 3.0', async (t) => {
  const root = await unitsRoot();
  t.teardown(() => rm(root, { recursive: true }));
  t.true(OTHER_UNITS.includes('liuhen-gate.service') && OTHER_UNITS.includes('liuhen-kiosk-browser.service'));
  const judge = ['security', '--offline=true', '--threshold=30', `--root=${root}`];
  await t.notThrowsAsync(run('systemd-analyze', [...judge, ...OTHER_UNITS]));
});

test("a kiosk's browser may go to this machine and nowhere else, and keeps and opens nothing", async (t) => {
  const file = join(PACKAGE, 'kiosk/tree/usr/lib/liuhen-kiosk/policies.json');
  t.like(JSON.parse(await readFile(file, 'utf8')), {
    ...{ URLBlocklist: ['*'], URLAllowlist: ['http://127.0.0.1'] },
    ...{ DeveloperToolsAvailability: 2, DownloadRestrictions: 3, PasswordManagerEnabled: false },
    ...{ AllowFileSelectionDialogs: false, PrintingEnabled: false, IncognitoModeAvailability: 1 },
  });
});

test('a role starts exactly where the configuration names it', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-role-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const device = 'device: {id: one, authority: liuhen.example}\n';
  const profiles = [
    ...['', 'profile: recorder\n', 'profile: kiosk # at the door\n', 'profile:   "kiosk"\n'],
    ...["profile: 'archive'\narchive: {embeddedBroker: {port: 0}}\n", '#profile: kiosk\nprofile: recorder\n'],
  ];
  for (const profile of profiles) {
    const file = join(folder, 'liuhen.yaml');
    await writeFile(file, profile + device);
    const started: string[] = [];
    for (const role of ROLES) {
      const is = run(join(PACKAGE, 'tree/usr/lib/liuhen/is-role'), [role, file]);
      if (
        await is.then(
          () => true,
          () => false,
        )
      )
        started.push(role);
    }
    t.deepEqual(started, [loadConfig(file).profile], profile);
  }
});

test('the package holds every file that the program looks for below its root', async (t) => {
  let found = 0;
  for (const room of ['agent', 'config', 'drivers', 'firmware-bridge']) {
    const names = await readdir(join(PACKAGE_ROOT, room), { recursive: true });
    for (const name of names.filter((each) => /\.tsx?$/.test(each))) {
      const text = await readFile(join(PACKAGE_ROOT, room, name), 'utf8');
      for (const [, path = ''] of text.matchAll(/join\(PACKAGE_ROOT, '([^']+)'/g)) {
        found++;
        const held =
          path === 'package.json' || SHIPPED.some((each) => path === each || path.startsWith(`${each}/`));
        t.true(held, `${room}/${name} reads ${path}, which scripts/package/shipped.ts does not name`);
      }
    }
  }
  t.true(found > 2);
});

test('what is packed of a package is what its processor runs', (t) => {
  const packed = (path: string) => isForTarget(path, 'arm64');
  t.true(packed('/prebuilds/linux-arm64/one.armv8.glibc.node'));
  t.true(packed('/index.js'));
  t.true(packed('/LICENSE'));
  t.true(packed('/build/Release/epoll.node'));
  for (const path of [
    ...[
      '/prebuilds/linux-x64/one.node',
      '/prebuilds/darwin-x64+arm64/one.node',
      '/prebuilds/android-arm64/one.node',
    ],
    ...['/prebuilds/linux-arm64/one.armv8.musl.node', '/deps/leveldb/db.cc', '/binding.gyp', '/README.md'],
    ...[
      '/build/Release/obj.target/epoll.node',
      '/node_modules/other/index.js',
      '/test/all.js',
      '/index.d.ts',
    ],
  ]) {
    t.false(packed(path), path);
  }
});

test('what is packed runs without this checkout', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-staged-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const stage = join(PACKAGE_ROOT, 'dist/scripts/package/stage.js');
  const licences = join(folder, 'licences');
  await run(process.execPath, [stage, join(folder, 'lib'), process.arch, '9.8.7', licences]);
  const liuhen = (...args: string[]) =>
    run(process.execPath, [join(folder, 'lib/dist/bin/liuhen.js'), ...args], { cwd: folder });
  t.is((await liuhen('--version')).stdout, '9.8.7\n');
  await liuhen('init', '--device', 'one', '--authority', 'liuhen.example', '--camera', 'synthetic');
  t.regex((await liuhen('check')).stdout, /^ok: liuhen\.example\/one, 1 entries/);
  t.regex(await readFile(licences, 'utf8'), /== classic-level \d/);
});

testWith('shellcheck', 'shellcheck finds nothing in what a device runs as root', async (t) => {
  const own = [
    '../install',
    ...['deb', 'machine.sh', 'test-deb', 'test-deb-arm64', 'test-kiosk'],
    ...['preinst', 'postinst', 'prerm', 'postrm'].map((name) => `debian/${name}`),
    ...['postinst', 'prerm', 'postrm'].map((name) => `kiosk/debian/${name}`),
  ];
  const installed = ['is-role', 'await-time', 'gate'].map((name) => `tree/usr/lib/liuhen/${name}`);
  await t.notThrowsAsync(run('shellcheck', ['-x', ...own, ...installed], { cwd: PACKAGE }));
});
