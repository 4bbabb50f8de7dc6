import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifyBundle } from '../../agent/evidence/verify/verify.js';
import { writeFiles } from './bundle.js';

/** Runs `use` with a fresh folder that holds these files, and removes it afterwards. */
export async function withFolder<T>(
  files: ReadonlyMap<string, Buffer>,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-bundle-'));
  try {
    await writeFiles(folder, files);
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Changes one byte of a file after another, one bit each, and returns the places where the verdict was still `intact`. */
export async function unnoticedFlips(
  files: ReadonlyMap<string, Buffer>,
  paths: readonly string[],
  policy: string,
): Promise<{ checked: number; unnoticed: string[] }> {
  const unnoticed: string[] = [];
  let checked = 0;
  await withFolder(files, async (folder) => {
    for (const path of paths) {
      const original = files.get(path);
      if (original === undefined) throw new Error(`the bundle has no ${path}`);
      for (let at = 0; at < original.length; at++) {
        const changed = Buffer.from(original);
        changed[at] = (original[at] as number) ^ (1 << (at % 8));
        await writeFile(join(folder, path), changed);
        const { verdict, findings } = await verifyBundle(folder, policy);
        if (verdict === 'intact' || findings.length === 0) unnoticed.push(`${path} at ${at}`);
        checked++;
      }
      await writeFile(join(folder, path), original);
    }
  });
  return { checked, unnoticed };
}
