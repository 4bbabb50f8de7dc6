import type { ClockReading } from '../../drivers/clock.js';
import type { RecordingSummary } from '../buffer/recordings.js';
import type { Interruption, StartRequest } from './start-request.js';

/**
 * Ends that somebody wanted, or that were announced because the battery gave out. A whole-process recording that ended otherwise
 * goes on by itself, also one that a stop of the program ended: that is a restart, and no confirmed order.
 */
const WANTED = new Set(['button', 'command', 'battery-low', 'source-ended']);

/** How the newest recording goes on after a restart; undefined when it does not. */
export function continuation(
  newest: RecordingSummary | undefined,
  { monoMs, wallMs, boot }: ClockReading,
): StartRequest | undefined {
  if (newest?.stopped === undefined || !newest.wholeProcess || WANTED.has(newest.stopped.reason)) {
    return undefined;
  }
  const { recording, behaviour, officer, credential, newestAt } = newest;
  const sameBoot = newestAt.boot === boot;
  const elapsedMs = Math.max(0, wallMs - Date.parse(newestAt.wall));
  const interruption: Interruption = {
    reason: 'restart',
    fromMono: sameBoot ? newestAt.mono : monoMs - elapsedMs,
    ...(sameBoot ? {} : { fromBoot: newestAt.boot, fromWall: newestAt.wall }),
  };
  return {
    trigger: 'policy',
    ...(behaviour === undefined ? {} : { behaviour }),
    ...(newest.case === undefined ? {} : { case: newest.case }),
    ...(officer === undefined ? {} : { officer }),
    ...(credential === undefined ? {} : { credential }),
    wholeProcess: true,
    continues: recording,
    interruption,
  };
}
