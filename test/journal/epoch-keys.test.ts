import { chmod, link, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { EpochKeyFiles } from '../../agent/journal/epoch-keys.js';
import { LiuhenError } from '../../config/errors.js';

const SEED = Buffer.from('a seed of exactly 32 bytes, plain').subarray(0, 32);

async function freshFolder(
  t: ExecutionContext,
): Promise<{ root: string; folder: string; keys: EpochKeyFiles }> {
  const root = await mkdtemp(join(tmpdir(), 'liuhen-keys-'));
  t.teardown(() => rm(root, { recursive: true }));
  const folder = join(root, 'keys');
  return { root, folder, keys: new EpochKeyFiles(folder) };
}

/** No eight bytes of the seed in a row are left in the file. */
async function assertNothingLeft(t: ExecutionContext, path: string): Promise<void> {
  const left = await readFile(path);
  t.is(left.length, SEED.length);
  for (let at = 0; at + 8 <= SEED.length; at++)
    t.is(left.indexOf(SEED.subarray(at, at + 8)), -1, `byte ${at}`);
}

test('a seed is written for nobody but its owner, in a folder for nobody else', async (t) => {
  const { folder, keys } = await freshFolder(t);
  await keys.write(0, SEED);
  t.deepEqual(await readdir(folder), ['epoch-0000000.key'], 'and no temporary file is left');
  t.is((await stat(join(folder, 'epoch-0000000.key'))).mode & 0o777, 0o600);
  t.is((await stat(folder)).mode & 0o777, 0o700);
  t.deepEqual((await keys.read(0)).seed, SEED);
});

test('the epochs on disk are told in order, whatever else is in the folder', async (t) => {
  const { folder, keys } = await freshFolder(t);
  t.deepEqual(await keys.epochs(), [], 'a folder that is not there yet has none');
  for (const epoch of [10, 2, 999_999]) await keys.write(epoch, SEED);
  await writeFile(join(folder, 'epoch-3.key'), SEED);
  await writeFile(join(folder, 'epoch-0000004.key.bak'), SEED);
  await writeFile(join(folder, 'notes'), '');
  t.deepEqual(await keys.epochs(), [2, 10, 999_999]);
});

test('an erased key is overwritten before it is unlinked', async (t) => {
  const { root, folder, keys } = await freshFolder(t);
  await keys.write(7, SEED);
  await keys.write(8, SEED);
  const kept = join(root, 'hard-link');
  await link(join(folder, 'epoch-0000007.key'), kept);
  t.deepEqual(await readFile(kept), SEED);
  await keys.erase(7);
  t.deepEqual(await readdir(folder), ['epoch-0000008.key']);
  t.deepEqual(await keys.epochs(), [8]);
  await assertNothingLeft(t, kept);
  t.deepEqual((await keys.read(8)).seed, SEED, 'the other epoch is untouched');
});

test('a write that was cut off leaves an epoch that can be seen, not used, and erased', async (t) => {
  const { root, folder, keys } = await freshFolder(t);
  await keys.write(1, SEED);
  const temporary = join(folder, 'epoch-0000002.key.tmp');
  await writeFile(temporary, SEED, { mode: 0o600 });
  t.deepEqual(await keys.epochs(), [1, 2]);
  await t.throwsAsync(keys.read(2), { instanceOf: LiuhenError, code: 'LIUHEN_KEY' });
  const kept = join(root, 'hard-link');
  await link(temporary, kept);
  await keys.erase(2);
  t.deepEqual(await readdir(folder), ['epoch-0000001.key']);
  await assertNothingLeft(t, kept);
});

test('key and cut-off write of one epoch are erased together', async (t) => {
  const { folder, keys } = await freshFolder(t);
  await keys.write(2, SEED);
  await writeFile(join(folder, 'epoch-0000002.key.tmp'), SEED);
  t.deepEqual(await keys.epochs(), [2], 'it counts once');
  await keys.erase(2);
  t.deepEqual(await readdir(folder), []);
});

test('a write cut off before its first byte does not stop the next write or the erasure', async (t) => {
  const { folder, keys } = await freshFolder(t);
  await keys.write(1, SEED);
  await writeFile(join(folder, 'epoch-0000002.key.tmp'), '');
  await writeFile(join(folder, 'epoch-0000003.key.tmp'), '');
  await keys.erase(3);
  await keys.write(2, SEED);
  t.deepEqual((await keys.read(2)).seed, SEED);
  t.deepEqual((await readdir(folder)).sort(), ['epoch-0000001.key', 'epoch-0000002.key']);
});

test('the next write overwrites the seed that a cut-off write left', async (t) => {
  const { root, folder, keys } = await freshFolder(t);
  await keys.write(1, SEED);
  const temporary = join(folder, 'epoch-0000002.key.tmp');
  await writeFile(temporary, SEED, { mode: 0o644 });
  const kept = join(root, 'hard-link');
  await link(temporary, kept);
  const other = Buffer.alloc(32, 9);
  await keys.write(2, other);
  t.deepEqual((await keys.read(2)).seed, other, 'whatever mode the file had that was in the way');
  await assertNothingLeft(t, kept);
});

test('an epoch without a key is erased without complaint', async (t) => {
  const { keys } = await freshFolder(t);
  await keys.write(1, SEED);
  await t.notThrowsAsync(keys.erase(0));
  t.deepEqual(await keys.epochs(), [1]);
});

for (const mode of [0o640, 0o604, 0o644, 0o660, 0o610, 0o601, 0o777]) {
  test(`a key of mode ${mode.toString(8)} is refused, with what to do next`, async (t) => {
    const { folder, keys } = await freshFolder(t);
    await keys.write(0, SEED);
    const path = join(folder, 'epoch-0000000.key');
    await chmod(path, mode);
    const error = await t.throwsAsync(keys.read(0), { instanceOf: LiuhenError, code: 'LIUHEN_KEY' });
    t.true(error.message.includes(`expected mode 0600, got ${mode.toString(8)}`), error.message);
    t.true(error.next?.startsWith(`chmod 600 ${path}`));
    await chmod(path, 0o600);
    t.deepEqual((await keys.read(0)).seed, SEED, 'and that helps');
  });
}

test('a missing key is refused, and the way out is named', async (t) => {
  const { keys } = await freshFolder(t);
  const error = await t.throwsAsync(keys.read(4), { instanceOf: LiuhenError, code: 'LIUHEN_KEY' });
  t.regex(error.message, /epoch 4/);
  t.regex(error.next ?? '', /provision it anew/);
});

test('a key of another length is refused', async (t) => {
  const { folder, keys } = await freshFolder(t);
  await keys.write(0, SEED);
  for (const bytes of [Buffer.alloc(0), SEED.subarray(1), Buffer.alloc(5000)]) {
    await writeFile(join(folder, 'epoch-0000000.key'), bytes);
    await t.throwsAsync(keys.read(0), { code: 'LIUHEN_KEY', message: /expected 32 to 4128 bytes, got / });
  }
});

test('no error tells the seed', async (t) => {
  const { keys } = await freshFolder(t);
  await keys.write(0, SEED, 'x'.repeat(5000));
  const error = await t.throwsAsync(keys.read(0), { instanceOf: LiuhenError });
  const said = JSON.stringify([error.message, error.next, String(error.cause), error.stack]);
  for (const encoding of ['utf8', 'hex', 'base64'] as const) t.false(said.includes(SEED.toString(encoding)));
});
