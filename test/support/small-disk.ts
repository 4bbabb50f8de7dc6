import { execFile } from 'node:child_process';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ExecutionContext } from 'ava';
import { messageOf, systemCodeOf } from '../../config/errors.js';

const run = promisify(execFile);
const CHUNK = Buffer.alloc(64 * 1024, 0xff);

/** A disk of its own (tmpfs) for one test; undefined, with the reason logged, where this user may not mount one. */
export async function smallDisk(t: ExecutionContext, megabytes: number): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-disk-'));
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder]);
  } catch (error) {
    await rm(folder, { recursive: true });
    t.log(`skipped: a disk to fill cannot be mounted: ${messageOf(error).trim()}`);
    return undefined;
  }
  t.teardown(async () => {
    // Lazily: the kernel may still be letting go of what a closed database had mapped.
    await run('umount', ['-l', folder]);
    await rm(folder, { recursive: true });
  });
  return folder;
}

/** Writes other people's data: so many bytes, or until the disk takes no more. */
export async function occupy(path: string, bytes = Number.POSITIVE_INFINITY): Promise<void> {
  const file = await open(path, 'a');
  try {
    for (let size = CHUNK.length, left = bytes; left > 0 && size > 0; ) {
      try {
        const { bytesWritten } = await file.write(CHUNK, 0, Math.min(size, left));
        left -= bytesWritten;
      } catch (error) {
        if (systemCodeOf(error) !== 'ENOSPC') throw error;
        size = Math.floor(size / 2);
      }
    }
  } finally {
    await file.close();
  }
}
