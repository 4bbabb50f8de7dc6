import { randomBytes } from 'node:crypto';
import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

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
