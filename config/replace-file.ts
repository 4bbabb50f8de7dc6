import { randomBytes } from 'node:crypto';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Puts new text in the place of a file, as a whole or not at all; owner and mode stay. `before` runs when the text is on the disk
 * beside it: what it throws leaves the file as it was.
 */
export async function replaceFile(
  path: string,
  text: string,
  before: () => Promise<void> = async () => {},
): Promise<void> {
  // Of its own: two that replace it at the same time would write into each other's.
  const temporary = `${path}.${randomBytes(4).toString('hex')}.new`;
  const { mode, uid, gid } = await stat(path);
  try {
    const file = await open(temporary, 'w', mode & 0o777);
    try {
      await file.chmod(mode & 0o777);
      await file.chown(uid, gid);
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await before();
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Removes what replacements of this file have left beside it that were killed. For who knows that none is under way. */
export async function removeUnfinished(path: string): Promise<void> {
  const folder = dirname(path);
  const start = `${basename(path)}.`;
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const { name } = entry;
    if (!entry.isFile() || !name.startsWith(start) || !/^[0-9a-f]{8}\.new$/.test(name.slice(start.length)))
      continue;
    await rm(join(folder, name), { force: true });
  }
}
