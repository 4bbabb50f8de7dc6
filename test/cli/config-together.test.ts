import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { whileChanging } from '../../agent/cli/config-lock.js';
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
  holder.kill('SIGKILL');
  await exited;
  const changed = await bench.liuhen('config', 'set', 'storage.retention', '30d');
  t.is(changed.status, 0, changed.stderr);
});
