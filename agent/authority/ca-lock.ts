import { join } from 'node:path';
import { takeLock } from '../buffer/lock.js';

/** Lets one process at a time change an authority: `serve` answers devices while somebody enrols by hand. Throws LIUHEN_LOCKED. */
export async function whileLocked<T>(dir: string, work: () => Promise<T>, patienceMs?: number): Promise<T> {
  const held = `another process is changing the authority in ${dir}`;
  const lock = await takeLock(join(dir, 'in-use'), held, patienceMs);
  try {
    return await work();
  } finally {
    await lock.close();
  }
}
