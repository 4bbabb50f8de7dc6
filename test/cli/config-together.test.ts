import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { whileChanging } from '../../agent/provision/config-lock.js';
import { Bench } from '../support/bench.js';

const SETTINGS = [
  ['recording.preRecord', '45s'],
  ['storage.retention', '30d'],
  ['camera.bitrate', '1Mbit/s'],
  ['uplink.backoff.max', '2min'],
  ['journal.keyRotation', '2h'],
] as const;

for (const how of ['with its journal', 'before it has one'] as const) {
  test(`of settings that are changed at the same time none is lost on a device ${how}`, async (t) => {
    const bench = await Bench.make(t);
    if (how === 'before it has one') await rm(bench.data, { recursive: true });
    const done = await Promise.all(SETTINGS.map(([key, value]) => bench.liuhen('config', 'set', key, value)));
    for (const { status, stderr } of done) t.is(status, 0, stderr);
    const shown = await bench.liuhen('config', 'show', '--json');
    const now = JSON.parse(shown.stdout) as Record<string, { value: string; from: string }>;
    for (const [key, value] of SETTINGS) t.like(now[key], { value, from: 'file' }, key);
  });
}

test('who changes a setting is named to others while he lives, and holds nobody up once he was killed', async (t) => {
  const bench = await Bench.make(t);
  const file = join(bench.folder, 'liuhen.yaml');
  const holder = spawn(process.execPath, [join(import.meta.dirname, '../support/config-holder.js'), file]);
  const exited = once(holder, 'exit');
  await once(holder.stdout, 'data');
  const refused = whileChanging(file, async () => t.fail('at the same time'), 0);
  await t.throwsAsync(refused, { code: 'LIUHEN_LOCKED', message: `another process is changing ${file}` });
  const others = [
    'liuhen.yaml.0123456.new',
    'liuhen.yaml.01234567.new.kept',
    'liuhen-yaml.01234567.new',
    'x.liuhen.yaml.01234567.new',
  ];
  for (const name of others) await writeFile(join(bench.folder, name), '');
  await mkdir(join(bench.folder, 'liuhen.yaml.fedcba98.new'));
  await symlink('liuhen.yaml', join(bench.folder, 'liuhen.yaml.76543210.new'));
  const before = await readdir(bench.folder);
  holder.kill('SIGKILL');
  await exited;
  const changed = await bench.liuhen('config', 'set', 'storage.retention', '30d');
  t.is(changed.status, 0, changed.stderr);
  const after = new Set(await readdir(bench.folder));
  const gone = before.filter((name) => !after.has(name));
  t.is(gone.length, 1, gone.join(' '));
  t.regex(gone[0] ?? '', /^liuhen\.yaml\.[0-9a-f]{8}\.new$/, 'what he left unfinished, and nothing else');
});
