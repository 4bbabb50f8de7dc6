import { join } from 'node:path';
import { takeLock } from '../buffer/lock.js';
import { asOwner } from '../provision/as-owner.js';

/**
 * Lets one process at a time change an authority: `serve` answers devices while somebody enrols by hand. Root changes somebody else's as that owner,
 * who could not open afterwards what root made there. Throws LIUHEN_LOCKED.
 */
export async function whileLocked<T>(dir: string, work: () => Promise<T>, patienceMs?: number): Promise<T> {
  return await asOwner(dir, async () => {
    const held = `another process is changing the authority in ${dir}`;
    const lock = await takeLock(join(dir, 'in-use'), held, patienceMs);
    try {
      return await work();
    } finally {
      await lock.close();
    }
  });
}
