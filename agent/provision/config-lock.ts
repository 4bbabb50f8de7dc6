import { dirname, resolve } from 'node:path';
import { removeUnfinished } from '../../config/replace-file.js';
import { takeLock } from '../buffer/lock.js';
import { asOwner } from './as-owner.js';

/**
 * Lets one command at a time change a configuration, from reading it until it is replaced. The lock stands beside the file and belongs to whom that
 * folder belongs to: one of root's would keep the owner from his file. What a change that was killed left beside the file is gone then.
 * Throws LIUHEN_LOCKED.
 */
export async function whileChanging<T>(
  file: string,
  work: () => Promise<T>,
  patienceMs?: number,
): Promise<T> {
  const path = resolve(file);
  const held = `another process is changing ${path}`;
  const lock = await asOwner(dirname(path), () => takeLock(`${path}.in-use`, held, patienceMs));
  try {
    await removeUnfinished(path);
    return await work();
  } finally {
    await lock.close();
  }
}
