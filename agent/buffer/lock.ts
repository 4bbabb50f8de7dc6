import { setTimeout as sleep } from 'node:timers/promises';
import { LiuhenError } from '../../config/errors.js';
import { Database } from './database.js';

const RETRY_MS = 50;
const PATIENCE_MS = 15_000;

/** What one process at a time holds. */
export interface Lock {
  close(): Promise<void>;
}

/**
 * Waits for a lock between processes. It is that of an empty database, which the kernel lets go when its process ends, however it ends: no file that a
 * kill or a power cut left keeps everybody out. The folder stays. Throws LIUHEN_LOCKED, with `held` as its text, when it was held for too long.
 */
export async function takeLock(folder: string, held: string, patienceMs = PATIENCE_MS): Promise<Lock> {
  const untilMs = performance.now() + patienceMs;
  for (;;) {
    try {
      return await Database.open(folder, { compression: false });
    } catch (error) {
      if (!(error instanceof LiuhenError) || error.code !== 'LIUHEN_LOCKED') throw error;
      if (performance.now() >= untilMs) {
        throw new LiuhenError('LIUHEN_LOCKED', held, {
          cause: error,
          next: 'try again when it has ended',
        });
      }
    }
    await sleep(RETRY_MS);
  }
}
