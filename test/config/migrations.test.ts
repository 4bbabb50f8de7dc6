import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { LiuhenError } from '../../config/errors.js';
import { parseConfig } from '../../config/load.js';
import { migrateFile } from '../../config/migrate-file.js';
import { MIGRATIONS, type Migration, versionAfter } from '../../config/migrations.js';
import { ConfigError } from '../../config/problems.js';
import { liuhen } from '../support/liuhen.js';

/** Two releases that never were: each changed a key that an older file may have. */
const TWO: Migration[] = [
  {
    what: 'log.verbosity is log.level',
    change: (document) => {
      const level = document.getIn(['log', 'verbosity']);
      if (level === undefined) return;
      document.setIn(['log', 'level'], level);
      document.deleteIn(['log', 'verbosity']);
    },
  },
  {
    what: 'footage.reserve is storage.reserve',
    change: (document) => {
      const reserve = document.getIn(['footage', 'reserve']);
      if (reserve === undefined) return;
      document.setIn(['storage', 'reserve'], reserve);
      document.delete('footage');
    },
  },
];

const OLD = `# the front door
device:
  id: recorder-0001 # on its label
  authority: liuhen.example
log: {verbosity: warn}
footage: {reserve: 1GiB}
`;

async function folderWith(text: string): Promise<{ folder: string; file: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-migrate-'));
  const file = join(folder, 'liuhen.yaml');
  await writeFile(file, text);
  return { folder, file };
}

test('a configuration that is two versions behind loads with what it said, without being written', (t) => {
  t.throws(() => parseConfig(OLD, 'liuhen.yaml'), { message: /log\.verbosity: unknown key/ });
  const config = parseConfig(OLD, 'liuhen.yaml', {}, TWO);
  t.is(config.log.level, 'warn');
  t.is(config.storage.reserveBytes, 1024 ** 3);
  t.is(config.configVersion, 3);
});

test('only the migrations after the version that a file names are applied', (t) => {
  const second = OLD.replace('verbosity', 'level');
  t.is(parseConfig(`configVersion: 2\n${second}`, 'liuhen.yaml', {}, TWO).storage.reserveBytes, 1024 ** 3);
  t.throws(() => parseConfig(`configVersion: 2\n${OLD}`, 'liuhen.yaml', {}, TWO), {
    message: /log\.verbosity: unknown key/,
  });
});

test('a migrated file keeps its comments, mode and a copy of what it was', async (t) => {
  const { folder, file } = await folderWith(OLD);
  t.teardown(() => rm(folder, { recursive: true }));
  await chmod(file, 0o640);
  const { from, to, backup } = await migrateFile(file, TWO);
  t.deepEqual({ from, to, backup }, { from: 1, to: 3, backup: `${file}.v1` });
  t.is(await readFile(`${file}.v1`, 'utf8'), OLD);
  const text = await readFile(file, 'utf8');
  t.regex(text, /^# the front door\n/);
  t.regex(text, /recorder-0001 # on its label/);
  t.is((await stat(file)).mode & 0o777, 0o640);
  t.is(parseConfig(text, file, {}, TWO).log.level, 'warn');
  t.deepEqual(await migrateFile(file, TWO), { from: 3, to: 3, done: [], backup: undefined });
});

test('a migration whose outcome would not load changes nothing', async (t) => {
  const wrong: Migration = {
    what: 'a mistake',
    change: (document) => document.setIn(['log', 'level'], 'loud'),
  };
  const { folder, file } = await folderWith('device: {id: recorder-0001, authority: liuhen.example}\n');
  t.teardown(() => rm(folder, { recursive: true }));
  await t.throwsAsync(migrateFile(file, [wrong]), {
    instanceOf: LiuhenError,
    message: /log\.level: expected one of/,
  });
  t.is(await readFile(file, 'utf8'), 'device: {id: recorder-0001, authority: liuhen.example}\n');
  t.deepEqual(await readdir(folder), ['liuhen.yaml']);
});

test('a copy of another configuration is never written over', async (t) => {
  const { folder, file } = await folderWith(OLD);
  t.teardown(() => rm(folder, { recursive: true }));
  await writeFile(`${file}.v1`, '# kept\n');
  const error = await t.throwsAsync(migrateFile(file, TWO), { instanceOf: LiuhenError });
  t.is(error?.code, 'LIUHEN_STATE');
  t.is(await readFile(`${file}.v1`, 'utf8'), '# kept\n');
  t.is(await readFile(file, 'utf8'), OLD);
});

test('a migration that was cut off after its copy goes on', async (t) => {
  const { folder, file } = await folderWith(OLD);
  t.teardown(() => rm(folder, { recursive: true }));
  await writeFile(`${file}.v1`, OLD);
  t.is((await migrateFile(file, TWO)).to, 3);
});

test('a configuration of a newer version is refused by every command, with a reason and a way out', async (t) => {
  const newer = versionAfter(MIGRATIONS) + 1;
  const { folder, file } = await folderWith(`configVersion: ${newer}\n${OLD}`);
  t.teardown(() => rm(folder, { recursive: true }));
  for (const command of ['run', 'migrate', 'recordings']) {
    const { status, stderr } = await liuhen(folder, command, '--config', file);
    t.is(status, 70, command);
    t.regex(
      stderr,
      new RegExp(`LIUHEN_CONFIG: .*configVersion: expected at most ${newer - 1}, got ${newer}`),
    );
    t.regex(stderr, /next: install that version again/);
  }
});

test('liuhen migrate leaves a configuration of today alone', async (t) => {
  const { folder } = await folderWith('device:\n  id: recorder-0001\n  authority: liuhen.example\n');
  t.teardown(() => rm(folder, { recursive: true }));
  const { status, stdout } = await liuhen(folder, 'migrate', '--json');
  t.is(status, 0);
  const version = versionAfter(MIGRATIONS);
  t.deepEqual(JSON.parse(stdout), { from: 1, to: version, done: [], backup: null });
  t.deepEqual(await readdir(folder), ['liuhen.yaml']);
});

test('a version that is no number is a mistake like any other', (t) => {
  for (const version of ['soon', '0', '-1', '1.5', '[2]', '{a: 1}', '99999999999999999999']) {
    t.throws(() => parseConfig(`configVersion: ${version}\n${OLD}`, 'liuhen.yaml', {}, TWO), {
      instanceOf: ConfigError,
      message: /liuhen\.yaml:1:16: configVersion: expected/,
    });
  }
});
