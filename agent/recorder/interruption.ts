import type { ClockReading } from '../../drivers/clock.js';
import { type RecordingSummary, readRecording } from '../buffer/recordings.js';
import { newestRecording } from '../buffer/recover.js';
import type { JournalStore } from '../journal/store.js';
import type { Interruption, StartRequest } from './start-request.js';

/**
 * Ends that somebody wanted, or that were announced because the battery gave out. A whole-process recording that ended otherwise
 * goes on by itself, also one that a stop of the program ended: that is a restart, and no confirmed order.
 */
const WANTED = new Set(['button', 'command', 'battery-low', 'source-ended']);

/** How the newest recording goes on after a restart; undefined when it does not. Recovery has closed it. */
export async function continuationIn(
  store: JournalStore,
  reading: ClockReading,
): Promise<StartRequest | undefined> {
  const newest = await newestRecording(store);
  if (newest === undefined) return undefined;
  return continuation(newest, (await lastWithFootage(store, newest)).footageAt, reading);
}

/** `footageAt` is when the last footage before the interruption was sealed. */
export function continuation(
  newest: RecordingSummary,
  footageAt: RecordingSummary['footageAt'],
  { monoMs, wallMs, boot }: ClockReading,
): StartRequest | undefined {
  const { recording, behaviour, officer, credential, stopped, wholeProcess } = newest;
  if (stopped === undefined || !wholeProcess || WANTED.has(stopped.reason)) return undefined;
  const sameBoot = footageAt.boot === boot;
  const elapsedMs = Math.max(0, wallMs - Date.parse(footageAt.wall));
  const interruption: Interruption = {
    reason: 'restart',
    // A wall clock that was set back does not know how long it was; that it was before this boot is certain.
    fromMono: sameBoot ? footageAt.mono : Math.min(0, monoMs - elapsedMs),
    ...(sameBoot ? {} : { fromBoot: footageAt.boot, fromWall: footageAt.wall }),
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

/** One that was interrupted again before its camera gave anything has signed no gap: what it continues tells when footage ended. */
async function lastWithFootage(store: JournalStore, newest: RecordingSummary): Promise<RecordingSummary> {
  let last = newest;
  while (last.fragments === 0 && last.continues !== undefined) {
    const before = await readRecording(store, last.continues);
    if (before === undefined || before.recording >= last.recording) break;
    last = before;
  }
  return last;
}
