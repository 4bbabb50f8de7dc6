import { randomBytes } from 'node:crypto';
import { link, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { systemCodeOf } from '../../config/errors.js';
import { makeFolders } from '../../config/make-folders.js';
import { syncFolder } from '../journal/epoch-keys.js';

/**
 * Makes a folder and the ones above it. When this resolves, those it made survive a power cut.
 */
export async function makeFolder(path: string, mode = 0o755): Promise<void> {
  const first = await makeFolders(path, mode);
  if (first === undefined) return;
  for (let at = resolve(path); ; at = dirname(at)) {
    await syncFolder(dirname(at));
    if (at === first) return;
  }
}

/** Replaces a file as a whole. When this resolves the new content survives a power cut; until then the old one does. */
export async function writeDurably(path: string, content: Uint8Array | string): Promise<void> {
  const temporary = await writeBeside(path, content, 0o644);
  await rename(temporary, path);
  await syncFolder(dirname(path));
}

/** Makes a file of mode 0600 that must not exist yet; rejects with EEXIST otherwise. Durable when it resolves. */
export async function createSecretDurably(path: string, content: string): Promise<void> {
  const temporary = await writeBeside(path, content, 0o600);
  try {
    await link(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
  await syncFolder(dirname(path));
}

async function writeBeside(path: string, content: Uint8Array | string, mode: number): Promise<string> {
  await makeFolder(dirname(path));
  const temporary = join(dirname(path), `.${randomBytes(6).toString('hex')}.tmp`);
  const file = await open(temporary, 'wx', mode);
  try {
    await file.writeFile(content);
    await file.sync();
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  return temporary;
}

/** Whether there is anything of this name; rejects where that cannot be told. */
export async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return false;
    throw error;
  }
}
