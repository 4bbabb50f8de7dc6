import { digestOf, readRecording } from '../../agent/buffer/recordings.js';
import type { Receipt } from '../../agent/journal/receipt.js';
import { ArchiveKey } from './archive-key.js';
import type { TestDevice } from './device.js';

/** A good receipt for a stopped recording, changed as `change` says, signed by `archive`. */
export async function receiptFor(
  { store, origin }: TestDevice,
  recording: number,
  change: Partial<Receipt> = {},
  archive = new ArchiveKey(),
): Promise<string> {
  const state = await readRecording(store, recording);
  if (state === undefined) throw new Error(`no recording ${recording}`);
  return archive.receipt({ origin, recording, ...(await digestOf(store, state)), ...change });
}
