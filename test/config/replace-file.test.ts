import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { replaceFile } from '../../config/replace-file.js';

test('of two that replace a file at the same time each writes a whole text, and nothing is left beside it', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-replace-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const path = join(folder, 'liuhen.yaml');
  await writeFile(path, 'before');
  await replaceFile(path, 'the slower', async () => {
    await replaceFile(path, 'the faster');
    t.is(await readFile(path, 'utf8'), 'the faster');
  });
  t.is(await readFile(path, 'utf8'), 'the slower');
  await t.throwsAsync(replaceFile(path, 'none', () => Promise.reject(new Error('not noted'))));
  t.is(await readFile(path, 'utf8'), 'the slower');
  t.deepEqual(await readdir(folder), ['liuhen.yaml']);
});
