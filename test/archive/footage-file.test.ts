import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { FootageFile } from '../../agent/archive/footage-file.js';
import { STAGING_BYTES, Staging } from '../../agent/archive/staging.js';
import { PACKAGE_ROOT } from '../../config/package-root.js';
import { noise } from '../support/noise.js';

const MIB = 1024 * 1024;
const BYTES = noise(4 * MIB);

/** On the disk of the checkout: a folder for temporary files may lie in memory. */
let folder: string;
test.before(async () => {
  folder = await mkdtemp(join(PACKAGE_ROOT, 'dist', 'footage-file-'));
});
test.after.always(() => rm(folder, { recursive: true }));

/** f_type of tmpfs (statfs(2)), where all files are in the page cache. */
const TMPFS = 0x01021994;

/** Of a file, as many bytes are in the page cache. */
function cachedBytes(path: string): number {
  return Number(execFileSync('fincore', ['--bytes', '--noheadings', '--output', 'RES', path]));
}

/** Whether that can be told here; the reason is logged where it cannot. */
async function canTellCached(t: ExecutionContext): Promise<boolean> {
  const isTmpfs = (await statfs(folder)).type === TMPFS;
  const hasFincore = spawnSync('fincore', ['--version']).status === 0;
  if (isTmpfs) t.log('skipped: the checkout is on tmpfs');
  if (!hasFincore) t.log("skipped: no fincore (Debian's util-linux-extra)");
  if (isTmpfs || !hasFincore) t.pass();
  return hasFincore && !isTmpfs;
}

/** In pieces as long as chunks are. */
function pieces(bytes: Buffer, length: number): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += length) found.push(bytes.subarray(at, at + length));
  return found;
}

test('what is written anywhere, in any order and over each other, is what is in the file', async (t) => {
  const staging = new Staging();
  const write = fc.record({
    position: fc.nat(3 * MIB),
    length: fc.oneof(fc.nat(2 * STAGING_BYTES), fc.nat(9000)),
    from: fc.nat(MIB),
    piece: fc.integer({ min: 1000, max: 200_000 }),
    isReopened: fc.boolean(),
  });
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(write, { minLength: 1, maxLength: 8 }), async (writes) => {
      const path = join(folder, `any-${runs++}`);
      let expected = Buffer.alloc(0);
      let file = await FootageFile.open(path, staging);
      for (const { position, length, from, piece, isReopened } of writes) {
        const bytes = BYTES.subarray(from, from + length);
        await file.write(pieces(bytes, piece), position);
        if (length > 0) {
          const grown = Buffer.alloc(Math.max(expected.length, position + length));
          expected.copy(grown);
          bytes.copy(grown, position);
          expected = grown;
        }
        // Whoever looks at it meanwhile brings pages into the cache that the next write passes by.
        if (!expected.equals(await readFile(path))) return false;
        if (!isReopened) continue;
        await file.close();
        file = await FootageFile.open(path, staging);
      }
      await file.close();
      const isSame = expected.equals(await readFile(path));
      await rm(path);
      return isSame;
    }),
    { numRuns: 40 },
  );
  t.true(runs >= 40);
});

test('more files at once than there is memory to write from do not mix', async (t) => {
  const staging = new Staging();
  const written = await Promise.all(
    Array.from({ length: 12 }, async (_, at) => {
      const path = join(folder, `side-${at}`);
      const bytes = BYTES.subarray(at * 4321, at * 4321 + 2 * MIB + at);
      const file = await FootageFile.open(path, staging);
      await Promise.all([
        file.write(pieces(bytes, 120 * 1024), 777),
        file.write([bytes.subarray(0, 777)], 0),
      ]);
      await file.close();
      return Buffer.concat([bytes.subarray(0, 777), bytes]).equals(await readFile(path));
    }),
  );
  t.deepEqual(written, Array(12).fill(true));
});

test('footage does not fill the page cache, but for the ends of what is written', async (t) => {
  if (!(await canTellCached(t))) return;
  const path = join(folder, 'uncached');
  const file = await FootageFile.open(path, new Staging());
  await file.write([BYTES], 1000);
  await file.close();
  t.true(cachedBytes(path) <= 64 * 1024, `${cachedBytes(path)} bytes are cached`);
});

test('where the disk refuses memory or blocks of ours, footage goes through the page cache', async (t) => {
  const path = join(folder, 'refused');
  const unaligned = Buffer.allocUnsafeSlow(STAGING_BYTES + 1).subarray(1);
  const staging: Pick<Staging, 'lend'> = { lend: (use) => use(unaligned) };
  const file = await FootageFile.open(path, staging as Staging);
  await file.write([BYTES], 1000);
  await file.write([BYTES.subarray(5)], 4 * MIB);
  await file.close();
  const expected = Buffer.concat([Buffer.alloc(1000), BYTES.subarray(0, 4 * MIB - 1000), BYTES.subarray(5)]);
  t.true(expected.equals(await readFile(path)));
  if (await canTellCached(t)) t.true(cachedBytes(path) > 4 * MIB);
});
