import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { LiuhenError, messageOf, nextOf, systemCodeOf } from './errors.js';

/**
 * Makes a folder and the ones above it that are not there, one by one: Node's own `recursive` never returns where a file system answers
 * ENOENT to everything that it does not want, as /proc does. Returns the uppermost that it made; undefined where all were there.
 * Throws LIUHEN_STORAGE_FULL, LIUHEN_STORAGE_IO.
 */
export function makeFolders(path: string, mode = 0o777): string | undefined {
  const missing = missingOf(path);
  for (const folder of missing) {
    try {
      mkdirSync(folder, mode);
    } catch (error) {
      refused(folder, error);
    }
  }
  return missing[0];
}

/** Uppermost first. */
function missingOf(path: string): string[] {
  const missing: string[] = [];
  for (let at = resolve(path); !isFolder(at) && at !== dirname(at); at = dirname(at)) missing.unshift(at);
  return missing;
}

function refused(folder: string, error: unknown): void {
  const code = systemCodeOf(error);
  // Somebody else was quicker.
  if (code === 'EEXIST' && isFolder(folder)) return;
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  throw new LiuhenError(
    full ? 'LIUHEN_STORAGE_FULL' : 'LIUHEN_STORAGE_IO',
    `${folder} could not be made a folder: ${messageOf(error)}`,
    { cause: error, next: nextOf(error) ?? 'choose a folder that can be made and written to' },
  );
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
