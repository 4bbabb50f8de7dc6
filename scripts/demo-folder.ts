import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';

/** A folder with this file in it was made by a demo before, and may be made anew. */
const MARKER = '.liuhen-demo';

/** An empty folder for a demo. Throws where something stands there that no demo made. */
export async function freshFolder(path: string): Promise<string> {
  const out = resolve(path);
  if (existsSync(out)) {
    const names = await readdir(out);
    if (names.length > 0 && !names.includes(MARKER)) {
      throw new Error(`${out} is not empty and not of an earlier demo: choose another --out`);
    }
    for (const name of names) await rm(join(out, name), { recursive: true });
  }
  await mkdir(out, { recursive: true });
  await writeFile(join(out, MARKER), '');
  return out;
}

/** A path as a person here would write it. */
export function shown(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : short;
}
