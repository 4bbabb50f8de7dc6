import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LiuhenError, systemCodeOf } from '../../config/errors.js';

const RETRY_MS = 50;
const PATIENCE_MS = 15_000;

/** Lets one process at a time change an authority: `serve` answers devices while somebody enrols by hand. Throws LIUHEN_LOCKED. */
export async function whileLocked<T>(dir: string, work: () => Promise<T>): Promise<T> {
  const path = join(dir, 'lock');
  const untilMs = performance.now() + PATIENCE_MS;
  while (!(await taken(path))) {
    if (performance.now() < untilMs) {
      await sleep(RETRY_MS);
      continue;
    }
    throw new LiuhenError('LIUHEN_LOCKED', `another process is changing the authority in ${dir}`, {
      next: `try again when it has ended; its process id stands in ${path}`,
    });
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

/** True when it is ours now. One whose process has gone is removed, for the next attempt. */
async function taken(path: string): Promise<boolean> {
  try {
    await writeFile(path, `${process.pid}\n`, { flag: 'wx' });
    return true;
  } catch (error) {
    if (systemCodeOf(error) !== 'EEXIST') throw error;
    const pid = Number(await readFile(path, 'utf8').catch(() => ''));
    // Nothing in it yet: who made it is about to write.
    if (pid > 1 && !isAlive(pid)) await rm(path, { force: true });
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCodeOf(error) !== 'ESRCH';
  }
}
