import { statSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../config/package-root.js';
import type { Clock } from '../../drivers/clock.js';
import type { ListedDevice } from '../archive/listing.js';
import type { Words } from '../words/words.js';
import { type Finding, fault, ok, warning } from './check.js';
import type { Examination, Witnessing } from './examined.js';

/** Beyond this the archive's clock and ours cannot both be right: a cosignature comes within seconds. */
const FAULT_SECONDS = 60;
const WARNING_SECONDS = 5;
const DAY_MS = 86_400_000;

/**
 * The wall clock against everything that knows better: the archive's cosignature of this moment and of earlier ones, the newest entry,
 * and the day on which this program was installed.
 */
export async function clockFinding(
  { device, words: { doctor: words } }: Examination,
  witnessing: Promise<(Witnessing & { atMs: number }) | undefined>,
): Promise<Finding> {
  const { wallMs, source } = device.clock.read();
  const wall = text(wallMs);
  const newest = device.newest().catch(() => ({ entryMs: undefined, cosignedMs: undefined }));
  const { entryMs, cosignedMs } = await newest;
  const answer = await witnessing;
  if (answer?.answer === 'cosigned' && answer.behind === 0) {
    const offSeconds = answer.timeSec - answer.atMs / 1000;
    const off = offSeconds < 0 ? words.clockAhead : words.clockBehind;
    const value = off(wall, Math.abs(offSeconds).toFixed(0));
    if (Math.abs(offSeconds) > FAULT_SECONDS) return fault(value, words.clockNext);
    if (Math.abs(offSeconds) > WARNING_SECONDS) return warning(value, words.clockNext);
  }
  if (cosignedMs !== undefined && cosignedMs - wallMs > FAULT_SECONDS * 1000) {
    return fault(words.clockBehindWitness(wall, text(cosignedMs)), words.clockNext);
  }
  const installedMs = installedAt();
  if (installedMs - wallMs > DAY_MS) {
    return fault(words.clockBehindInstall(wall, text(installedMs)), words.clockNext);
  }
  if (entryMs !== undefined && entryMs - wallMs > FAULT_SECONDS * 1000) {
    return warning(words.clockBehindJournal(wall, text(entryMs)), words.clockNext);
  }
  const vouched = source === 'gnss' || source === 'ntp' || answer?.answer === 'cosigned';
  return vouched
    ? ok(words.clockIs(wall, source))
    : warning(words.clockNobody(wall, source), words.clockNext);
}

/** An archive's clock, which devices are held against: it must not be behind what it has signed itself. */
export function ownClockFinding(
  { doctor: words }: Words,
  clock: Clock,
  newestMs: number | undefined,
): Finding {
  const { wallMs, source } = clock.read();
  const wall = text(wallMs);
  const next = words.archiveClockNext;
  if (newestMs !== undefined && newestMs - wallMs > FAULT_SECONDS * 1000) {
    return fault(words.clockBehindOwn(wall, text(newestMs)), next);
  }
  const installedMs = installedAt();
  if (installedMs - wallMs > DAY_MS) return fault(words.clockBehindInstall(wall, text(installedMs)), next);
  return source === 'ntp' || source === 'gnss'
    ? ok(words.clockIs(wall, source))
    : warning(words.clockNobody(wall, source), next);
}

/** When an archive last signed for any of its devices. */
export function newestSignature(devices: readonly ListedDevice[]): number | undefined {
  const signed = devices.flatMap(({ cosigned }) => (cosigned === undefined ? [] : [Date.parse(cosigned)]));
  return signed.length === 0 ? undefined : signed.reduce((a, b) => Math.max(a, b));
}

function installedAt(): number {
  return statSync(join(PACKAGE_ROOT, 'package.json')).mtimeMs;
}

function text(ms: number): string {
  return new Date(ms).toISOString();
}
