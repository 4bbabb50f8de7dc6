import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LiuhenError } from '../../config/errors.js';
import { Database } from '../buffer/database.js';

const RETRY_MS = 50;
const PATIENCE_MS = 15_000;

/**
 * Lets one process at a time change an authority: `serve` answers devices while somebody enrols by hand. The lock is that of an empty database,
 * which the kernel lets go when its process ends, however it ends: no file that a power cut left keeps everybody out. Throws LIUHEN_LOCKED.
 */
export async function whileLocked<T>(
  dir: string,
  work: () => Promise<T>,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  const lock = await taken(dir, patienceMs);
  try {
    return await work();
  } finally {
    await lock.close();
  }
}

async function taken(dir: string, patienceMs: number): Promise<Database> {
  const untilMs = performance.now() + patienceMs;
  for (;;) {
    try {
      return await Database.open(join(dir, 'in-use'), { compression: false });
    } catch (error) {
      if (!(error instanceof LiuhenError) || error.code !== 'LIUHEN_LOCKED') throw error;
      if (performance.now() >= untilMs) {
        throw new LiuhenError('LIUHEN_LOCKED', `another process is changing the authority in ${dir}`, {
          cause: error,
          next: 'try again when it has ended',
        });
      }
    }
    await sleep(RETRY_MS);
  }
}
