import type { Uplink } from '../uplink/uplink.js';
import { type Finding, fault, ok, skipped, warning } from './check.js';
import type { Examination, Sealed, Witnessing } from './examined.js';

/** An archive cosigns within a second; a slow link and a busy archive may take this long. */
export const WITNESS_MS = 15_000;

/** Waits for the archive's cosignature over an entry, by the running uplink; `limitMs` bounds the wait. */
export function witnessedBy(uplink: Uplink, { entry }: Sealed, limitMs: number): Promise<Witnessing> {
  const startedMs = performance.now();
  const before = { ...uplink.status().counts } as Record<string, number>;
  return new Promise((resolve) => {
    let newest: { size: number; timeSec: number } | undefined;
    const end = (found: Witnessing) => {
      clearTimeout(timer);
      uplink.off('witnessed', onWitnessed);
      uplink.off('state', look);
      resolve(found);
    };
    const cosigned = ({ size, timeSec }: { size: number; timeSec: number }): Witnessing => {
      const tookMs = performance.now() - startedMs;
      return { answer: 'cosigned', tookMs, timeSec, behind: Math.max(0, entry + 1 - size) };
    };
    const onWitnessed = (size: number, timeSec: number) => {
      newest = { size, timeSec };
      if (size > entry) end(cosigned(newest));
    };
    const look = () => {
      const { fork, witnessed } = uplink.status();
      if (fork !== undefined) end({ answer: 'fork', message: fork.message });
      else if (witnessed !== undefined && witnessed.size > entry) end(cosigned(witnessed));
    };
    const timer = setTimeout(() => {
      if (newest !== undefined) return end(cosigned(newest));
      const now = Object.entries(uplink.status().counts as Record<string, number>);
      const counts = now
        .map(([kind, count]) => [kind, count - (before[kind] ?? 0)] as const)
        .filter(([, count]) => count > 0);
      end({ answer: 'none', counts: Object.fromEntries(counts) });
    }, limitMs);
    uplink.on('witnessed', onWitnessed);
    uplink.on('state', look);
    look();
  });
}

/** Whether the archive answers, end to end, with what counts. */
export async function archiveFinding(
  { device, words: { doctor: words } }: Examination,
  witnessing: Witnessing | undefined,
  entry: number,
  limitMs: number,
): Promise<Finding> {
  const seconds = Math.round(limitMs / 1000);
  if (witnessing === undefined) return skipped(words.notConfigured);
  switch (witnessing.answer) {
    case 'fork':
      return fault(words.archiveFork(witnessing.message), words.archiveForkNext);
    case 'none': {
      const counts = Object.entries(witnessing.counts).map(([kind, count]) => `${count} ${kind}`);
      return counts.length > 0
        ? fault(words.archiveRefused(counts.join(', '), seconds), words.archiveRefusedNext)
        : fault(words.archiveSilent(seconds), words.archiveSilentNext(await device.rootVkey()));
    }
    case 'cosigned': {
      if (witnessing.behind > 0) return warning(words.archiveBehind(witnessing.behind), words.backlogNext);
      const { newestArchived } = await device.backlog();
      const receipt = newestArchived === null ? '' : `; ${words.archiveReceipt(newestArchived)}`;
      return ok(`${words.archiveAnswers(entry, witnessing.tookMs.toFixed(0))}${receipt}`);
    }
  }
}
