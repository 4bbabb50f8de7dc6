import type { Journal } from '../journal/journal.js';
import type { JournalStore } from '../journal/store.js';
import type { FootageRef, FootageStore } from './footage.js';
import { type RecordingSummary, type RecordingsView, readRecording } from './recordings.js';
import { finishEvictions } from './retention.js';

/** What start-up found unfinished and finished. */
export interface Recovered {
  /** The recording that a power cut or a crash interrupted; it is now closed. */
  interrupted?: RecordingSummary;
  /** Pieces of footage that had been written but not yet sealed; they are gone. */
  orphans: number;
  evictions: number;
}

/** Brings the stores to where invariant 1 holds: every piece of footage has its entry, and no recording is left open. */
export async function recover(
  journal: Journal,
  store: JournalStore,
  footage: FootageStore,
  recordings: RecordingsView,
): Promise<Recovered> {
  const newest = recordings.open ?? (await newestRecording(store));
  const orphans = newest === undefined ? 0 : await removeOrphans(footage, newest);
  const interrupted = recordings.open;
  if (interrupted !== undefined) await closeRecording(journal, interrupted, 'interrupted');
  const evictions = await finishEvictions({ store, footage });
  return { ...(interrupted === undefined ? {} : { interrupted }), orphans, evictions };
}

/**
 * Removes footage that stands behind the last sealed fragment: its bytes arrived and its entry never did. What stands before it is not looked
 * at, so a long recording takes no longer.
 */
export async function removeOrphans(
  footage: FootageStore,
  { recording, take, takeFragments }: RecordingSummary,
): Promise<number> {
  const behind = take < 0 ? recording : { recording, take, index: takeFragments };
  const orphans: FootageRef[] = [];
  for await (const ref of footage.refs(behind)) orphans.push(ref);
  for (const ref of orphans) await footage.remove(ref);
  return orphans.length;
}

/** Ends a recording with what is sealed of it. */
export async function closeRecording(
  journal: Journal,
  open: RecordingSummary,
  reason: string,
): Promise<void> {
  const { recording, fragments, bytes } = open;
  await journal.append({ type: 'recording-stopped', recording, fragments, bytes, reason });
}

/** The recording that began last. */
export async function newestRecording(store: JournalStore): Promise<RecordingSummary | undefined> {
  const id = await store.view<number>('newest');
  return id === undefined ? undefined : await readRecording(store, id);
}
