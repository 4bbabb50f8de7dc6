import { listRecordings } from '../buffer/recordings.js';
import type { JournalStore } from '../journal/store.js';

/** What the archive has receipted, and what it has not. */
export interface Backlog {
  /** Recordings without a receipt whose footage is here, the one that is going on included. */
  recordings: number;
  durationMs: number;
  bytes: number;
  /** When the oldest of them began; null: there is none. */
  oldest: string | null;
  archived: number;
  /** Of the newest recording that has its receipt. */
  newestArchived: number | null;
  /** Of all footage ever recorded: what a second of it takes. Null before there is some. */
  bytesPerSecond: number | null;
}

/** Counts it from the journal's recordings. */
export async function surveyBacklog(store: JournalStore): Promise<Backlog> {
  const survey: Backlog = {
    recordings: 0,
    durationMs: 0,
    bytes: 0,
    oldest: null,
    archived: 0,
    newestArchived: null,
    bytesPerSecond: null,
  };
  let allMs = 0;
  let allBytes = 0;
  for await (const { recording, receipt, evicted, durationMs, bytes, startedAt } of listRecordings(store)) {
    allMs += durationMs;
    allBytes += bytes;
    if (receipt !== undefined) {
      survey.archived++;
      survey.newestArchived = recording;
    } else if (evicted === undefined) {
      survey.recordings++;
      survey.durationMs += durationMs;
      survey.bytes += bytes;
      survey.oldest ??= startedAt.wall;
    }
  }
  if (allMs >= 1000) survey.bytesPerSecond = (allBytes * 1000) / allMs;
  return survey;
}

const KEEP_MS = 1000;

/** As `surveyBacklog`, but a device with years of recordings does not read them again at every look. */
export function keptSurvey(store: JournalStore): () => Promise<Backlog> {
  let kept: { atMs: number; survey: Promise<Backlog> } | undefined;
  return () => {
    const nowMs = performance.now();
    if (kept === undefined || nowMs - kept.atMs > KEEP_MS) {
      const survey = surveyBacklog(store);
      kept = { atMs: nowMs, survey };
      survey.catch(() => {
        kept = undefined;
      });
    }
    return kept.survey;
  };
}

/** How long the disk lasts: bytes above the reserve over what a second of recording takes, as measured or as configured. */
export function recordingHoursLeft(
  { freeBytes, reserveBytes }: { freeBytes: number; reserveBytes: number },
  configuredBitsPerSecond: number,
  { bytesPerSecond }: Pick<Backlog, 'bytesPerSecond'>,
): number {
  const rate = bytesPerSecond ?? configuredBitsPerSecond / 8;
  return Math.max(0, freeBytes - reserveBytes) / rate / 3600;
}
