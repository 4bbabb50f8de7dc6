import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { LiuhenError, messageOf, systemCodeOf } from '../../config/errors.js';
import { makeFolder } from '../archive/durable-file.js';
import { syncFolder } from '../journal/epoch-keys.js';

const MAX_BYTES = 64 * 1024;

/**
 * Replaces a file as a whole, mode 0600 unless told. When this resolves the new content survives a power cut; until then the old one does.
 * What a write that was cut off leaves is `<path>.tmp`, which the next write takes over.
 */
export async function replaceFile(path: string, content: string, mode = 0o600): Promise<void> {
  await makeFolder(dirname(path), 0o700);
  const temporary = `${path}.tmp`;
  const file = await open(temporary, 'w', mode);
  try {
    await file.chmod(mode);
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  await syncFolder(dirname(path));
}

/** A private key in a file that only its owner may read; undefined when there is none. Throws LIUHEN_KEY. */
export async function readOwnersFile(path: string): Promise<string | undefined> {
  return readFileOf(path, true);
}

/** A text of at most 64 KiB unless told; undefined when there is none. Throws LIUHEN_KEY. */
export async function readSmallFile(path: string, maxBytes = MAX_BYTES): Promise<string | undefined> {
  return readFileOf(path, false, maxBytes);
}

async function readFileOf(
  path: string,
  ownersOnly: boolean,
  maxBytes = MAX_BYTES,
): Promise<string | undefined> {
  try {
    const file = await open(path, 'r');
    try {
      const { mode, size } = await file.stat();
      if (ownersOnly && (mode & 0o077) !== 0) {
        const found = (mode & 0o777).toString(8).padStart(4, '0');
        throw new LiuhenError('LIUHEN_KEY', `${path}: expected mode 0600, got ${found}`, {
          next: `chmod 600 ${path}, and find out who could read it`,
        });
      }
      if (size > maxBytes) {
        throw new LiuhenError('LIUHEN_KEY', `${path}: expected at most ${maxBytes} bytes, got ${size}`);
      }
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    if (error instanceof LiuhenError) throw error;
    throw new LiuhenError('LIUHEN_KEY', `${path}: ${messageOf(error)}`, { cause: error });
  }
}
