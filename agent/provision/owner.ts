import { lchown, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Gives what root has made in a data folder to the folder's owner: the agent runs as that and not as root. Nothing where root owns the folder or
 * somebody else runs this. The configuration stays root's, since the agent only reads it.
 */
export async function giveToOwner(data: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = await stat(data).catch(() => ({ uid: 0, gid: 0 }));
  if (uid === 0) return;
  const give = async (path: string): Promise<void> => {
    const { uid: owner } = await stat(path);
    // Never follows a link: that could give away what is outside.
    if (owner === 0) await lchown(path, uid, gid);
  };
  for (const entry of await readdir(data, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) await give(join(entry.parentPath, entry.name));
  }
}
