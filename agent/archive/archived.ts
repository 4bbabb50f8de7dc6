import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { systemCodeOf } from '../../config/errors.js';
import { digestOf, type RecordingState, readRecording, writeReceipt } from '../buffer/recordings.js';
import { takeFileName } from '../journal/manifest.js';
import type { Signer } from '../journal/note.js';
import { signReceipt } from '../journal/receipt.js';
import type { JournalStore } from '../journal/store.js';
import { forgetUnreceipted, irregularity, type Place, pendingPlaces, takesOf } from './footage-view.js';
import { recordingFolder } from './layout.js';
import { unmarkPastEnd } from './lost-footage.js';
import type { Publication } from './publication.js';

export interface ArchivedOptions {
  store: JournalStore;
  origin: string;
  folder: string;
  receipts: Signer;
  publication: Publication;
  log: Logger;
  onArchived: (recording: number, receipt: string) => void;
  /** These places were durable, and their bytes are gone: they are awaited again. */
  onLost: (places: readonly Place[]) => void;
}

/**
 * Signs a recording's receipt when it has stopped and every byte is durable; otherwise does nothing. The receipt is durable before
 * anybody hears of it. Interrupted anywhere, it may run again.
 */
export async function receiptIfComplete(options: ArchivedOptions, recording: number): Promise<void> {
  const { store, publication, log, onArchived } = options;
  const state = await readRecording(store, recording);
  if (state?.stopped === undefined) return;
  const why = await irregularity(store, recording);
  if (why !== undefined) {
    log.error({ recording, why }, 'recording can never be receipted');
    return await forgetUnreceipted(store, recording);
  }
  const receipt = state.receipt ?? (await sign(options, state));
  if (receipt === undefined) return;
  await publication.writeReceipt(recording, receipt);
  onArchived(recording, receipt);
  publication.change(recording);
  await publication.refresh(await store.cosigned());
  await forgetUnreceipted(store, recording);
}

async function sign(options: ArchivedOptions, state: RecordingState): Promise<string | undefined> {
  const { store, origin, receipts } = options;
  const { recording } = state;
  for await (const _ of pendingPlaces(store, recording)) return undefined;
  if (!(await isWhole(options, recording))) return undefined;
  const { fragments, digest } = await digestOf(store, state);
  const receipt = signReceipt({ origin, recording, fragments, digest }, receipts);
  await writeReceipt(store, recording, receipt);
  return receipt;
}

/** Whether every take's file has the length that the journal says; what is missing of one is marked as awaited again. */
async function isWhole(options: ArchivedOptions, recording: number): Promise<boolean> {
  const { store, folder, log, onLost } = options;
  const sizes = new Map<number, number>();
  let isExact = true;
  for await (const { take, bytes } of takesOf(store, recording)) {
    const path = join(recordingFolder(folder, recording), takeFileName(take));
    const size = await sizeOf(path);
    sizes.set(take, size);
    if (size === bytes) continue;
    isExact = false;
    log.error(
      { recording, take, expected: bytes, got: size },
      'footage was durable and its file is not what was written',
    );
  }
  if (isExact) return true;
  const lost = await unmarkPastEnd(store, recording, sizes);
  if (lost.length > 0) onLost(lost);
  return false;
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return 0;
    throw error;
  }
}
