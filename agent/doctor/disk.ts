import { randomBytes } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, systemCodeOf } from '../../config/errors.js';
import { freeBytes } from '../buffer/free-space.js';
import { bytesText } from '../cli/text.js';
import type { Words } from '../words/words.js';
import { recordingHoursLeft } from './backlog.js';
import { type Finding, fault, ok, warning } from './check.js';
import type { Examination } from './examined.js';

/** Less than a working day's half is told while there is time to do something. */
const FEW_HOURS = 4;
const SYNCED_WRITES = 16;
const WRITE_BYTES = 64 * 1024;

/** Space above the reserve, and what it is worth in hours of recording. */
export async function spaceFinding({ device, words: { doctor: words } }: Examination): Promise<Finding> {
  const { config } = device;
  const { reserveBytes } = config.storage;
  const free = await freeBytes(config.data);
  const survey = await device.backlog().catch(() => ({ bytesPerSecond: null }));
  const hours = recordingHoursLeft(
    { freeBytes: free, reserveBytes },
    config.camera.bitrateBitsPerSecond,
    survey,
  );
  if (free <= reserveBytes) {
    return fault(words.diskFull(bytesText(free), bytesText(reserveBytes)), words.diskNext);
  }
  const value = words.diskFree(bytesText(free - reserveBytes), hours.toFixed(1));
  return hours < FEW_HOURS ? warning(value, words.diskNext) : ok(value);
}

/** How long the disk takes for a synced write, measured where the journal is: a fragment must be down before the next one comes, `fragmentMs` later. */
export async function fsyncFinding(
  { doctor: words }: Words,
  folder: string,
  fragmentMs: number,
  slowNext: string = words.fsyncNext,
): Promise<Finding> {
  const path = join(folder, `.doctor-${process.pid}-${randomBytes(4).toString('hex')}`);
  const tookMs: number[] = [];
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      const bytes = randomBytes(WRITE_BYTES);
      for (let at = 0; at < SYNCED_WRITES; at++) {
        const startedMs = performance.now();
        const { bytesWritten } = await file.write(bytes, 0, WRITE_BYTES, at * WRITE_BYTES);
        if (bytesWritten < WRITE_BYTES) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
        await file.datasync();
        tookMs.push(performance.now() - startedMs);
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    const full = systemCodeOf(error) === 'ENOSPC';
    return fault(words.fsyncFailed(messageOf(error)), full ? words.diskNext : slowNext);
  } finally {
    await rm(path, { force: true });
  }
  tookMs.sort((a, b) => a - b);
  const median = tookMs[Math.floor(tookMs.length / 2)] ?? 0;
  const longest = tookMs.at(-1) ?? 0;
  const value = words.fsyncTook(median.toFixed(1), longest.toFixed(1));
  if (median >= fragmentMs) return fault(value, slowNext);
  return longest >= fragmentMs ? warning(value, slowNext) : ok(value);
}
