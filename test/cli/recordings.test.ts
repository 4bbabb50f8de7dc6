import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { TestDevice } from '../support/device.js';
import { liuhen } from '../support/liuhen.js';

test('a recording without an end counts as cut off where no agent runs', async (t) => {
  const device = await TestDevice.open();
  t.teardown(() => device.remove());
  await device.record({ fragments: 2 });
  await device.record({ fragments: 1, open: true });
  await device.close();
  const { stdout, status } = await liuhen(device.folder, 'recordings', '--data', device.folder);
  t.is(status, 0);
  const ended = stdout.split('\n').map((line) => /(?:ENDED|button|cut off|still recording)/.exec(line)?.[0]);
  t.deepEqual(ended.slice(0, 3), ['ENDED', 'button', 'cut off'], stdout);
});

test('a folder without a device is told of, and stays as it was', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-none-'));
  t.teardown(() => rm(folder, { recursive: true }));
  for (const command of ['recordings', 'check']) {
    const { status, stderr } = await liuhen(folder, command, '--data', folder);
    t.is(status, 70, command);
    t.regex(
      stderr,
      /LIUHEN_NOT_FOUND: there is no device in [^\n]+\n {2}next: name the device's data folder/,
    );
  }
  t.deepEqual(await readdir(folder), []);
});
