import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { liuhen } from '../support/liuhen.js';

test('an init that is refused leaves no configuration, so that it can be said again', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-init-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const init = (device: string) =>
    liuhen(folder, 'init', '--device', device, '--authority', 'liuhen.example', '--camera', 'synthetic');
  const mistyped = await init('Recorder 1');
  t.is(mistyped.status, 70);
  t.regex(mistyped.stderr, /device\.id: expected a device id/);
  t.deepEqual(await readdir(folder), []);

  t.is((await init('recorder-0001')).status, 0);
  t.regex((await init('recorder-0001')).stderr, /LIUHEN_STATE: liuhen\.yaml exists/);
  await rename(join(folder, 'liuhen.yaml'), join(folder, 'before.yaml'));
  const another = await init('recorder-0002');
  t.regex(another.stderr, /there is a journal here already, of liuhen\.example\/recorder-0001/);
  t.deepEqual((await readdir(folder)).sort(), ['before.yaml', 'data']);
});
