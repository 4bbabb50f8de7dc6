import { LiuhenError, messageOf } from '../../config/errors.js';
import type { Journal } from '../journal/journal.js';
import { parseNote } from '../journal/note.js';
import { parseReceiptText, type Receipt, verifyReceipt } from '../journal/receipt.js';
import type { JournalStore } from '../journal/store.js';
import type { Vkey } from '../journal/vkey.js';
import type { FootageStore } from './footage.js';
import {
  digestOf,
  finishEviction,
  listRecordings,
  type RecordingState,
  readRecording,
  unfinishedEvictions,
} from './recordings.js';

export interface RetentionOptions {
  journal: Journal;
  store: JournalStore;
  footage: FootageStore;
  /** How long a recording stays after it stopped, even when it is archived. */
  retentionMs: number;
  /** The archive's cosigner key; with it a receipt's signature is checked again, before what cannot be undone. */
  witness?: Vkey;
}

/**
 * Removes the footage of one recording: only when it has stopped, its receipt (verified when it came) says what the journal says,
 * and its retention has passed. The entry that says so is sealed first; a removal that is interrupted is finished at start.
 */
export async function evict(options: RetentionOptions, id: number, who: string): Promise<void> {
  const { journal, store, footage } = options;
  const state = await readRecording(store, id);
  if (state === undefined) throw new LiuhenError('LIUHEN_NOT_FOUND', `recording ${id} does not exist`);
  if (state.evicted !== undefined) return;
  const refusal = await whyKept(options, state);
  if (refusal !== undefined) throw new LiuhenError('LIUHEN_NOT_ARCHIVED', `recording ${id}: ${refusal}`);
  await journal.append({
    type: 'evicted',
    recording: id,
    who,
    what: `footage of recording ${id}: ${state.fragments} fragments, ${state.bytes} bytes`,
    why: 'archived, and its retention period has passed',
    retentionMs: options.retentionMs,
  });
  await footage.removeRecording(id);
  await finishEviction(store, state);
}

/** Finishes what was journalled as removed and is still here. Returns how many recordings that were. */
export async function finishEvictions({
  store,
  footage,
}: Pick<RetentionOptions, 'store' | 'footage'>): Promise<number> {
  const ids = await unfinishedEvictions(store);
  for (const id of ids) {
    await footage.removeRecording(id);
    const state = await readRecording(store, id);
    if (state !== undefined) await finishEviction(store, state);
  }
  return ids.length;
}

/** Removes what may be removed, oldest first. Returns the recordings removed. */
export async function evictExpired(options: RetentionOptions): Promise<number[]> {
  await finishEvictions(options);
  const evicted: number[] = [];
  for await (const state of listRecordings(options.store)) {
    if (state.evicted !== undefined || (await whyKept(options, state)) !== undefined) continue;
    await evict(options, state.recording, 'retention');
    evicted.push(state.recording);
  }
  return evicted;
}

/** Why the footage of a recording must stay; undefined when it may go. */
async function whyKept(
  { journal, store, retentionMs, witness }: RetentionOptions,
  state: RecordingState,
): Promise<string | undefined> {
  if (state.stopped === undefined) return 'it has not stopped';
  if (state.receipt === undefined) return 'the archive has not receipted it';
  const keptUntilMs = Date.parse(state.stopped.at.wall) + retentionMs;
  if (journal.clock.read().wallMs < keptUntilMs) {
    return `its retention period ends at ${new Date(keptUntilMs).toISOString()}`;
  }
  let receipt: Receipt;
  try {
    receipt =
      witness === undefined
        ? parseReceiptText(parseNote(state.receipt).text)
        : verifyReceipt(state.receipt, witness);
  } catch (error) {
    return messageOf(error);
  }
  const { fragments, digest } = await digestOf(store, state);
  const matches =
    receipt.origin === journal.origin &&
    receipt.recording === state.recording &&
    receipt.fragments === fragments &&
    receipt.digest === digest;
  return matches ? undefined : 'its receipt does not match the journal';
}
