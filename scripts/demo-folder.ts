import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { makeFolders } from '../config/make-folders.js';

/** A folder with this file in it was made by a demo before, and may be made anew. */
const MARKER = '.liuhen-demo';

/** An empty folder for a demo. Throws where something stands there that no demo made, or that one still uses. */
export async function freshFolder(path: string): Promise<string> {
  const out = resolve(path);
  const marker = join(out, MARKER);
  const found = await stat(out).catch(() => undefined);
  if (found?.isDirectory() === false) throw new Error(`${out} is not a folder: choose another --out`);
  const names = found === undefined ? [] : await readdir(out);
  if (names.length > 0 && !names.includes(MARKER)) {
    throw new Error(`${out} is not empty and not of an earlier demo: choose another --out`);
  }
  const pid = await readFile(marker, 'utf8').catch(() => '');
  if (await isDemo(pid))
    throw new Error(`a demo runs in ${out}, pid ${pid}: end it, or choose another --out`);
  // The mark stays, so that a folder of which not all could be removed is still known.
  for (const name of names.filter((each) => each !== MARKER)) await rm(join(out, name), { recursive: true });
  makeFolders(out);
  await writeFile(marker, String(process.pid));
  return out;
}

async function isDemo(pid: string): Promise<boolean> {
  if (!/^\d+$/.test(pid)) return false;
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return command.includes('/scripts/demo');
}

/** A path as a person here would write it. */
export function shown(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : short;
}
