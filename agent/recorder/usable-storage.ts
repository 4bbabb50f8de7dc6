import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../../config/errors.js';
import type { FootageStore } from '../buffer/footage.js';
import type { RecordingsView } from '../buffer/recordings.js';
import { removeOrphans } from '../buffer/recover.js';
import type { Journal } from '../journal/journal.js';

export interface StorageParts {
  journal: Journal;
  footage: FootageStore;
  recordings: RecordingsView;
  /** Bytes free on the disk of the footage store. */
  freeBytes(): Promise<number>;
  log: { warn(fields: object, message: string): void };
}

const POLL_MS = 500;

/**
 * After the disk took no more: opens the stores again when `reopen` says so or the journal has failed, ends what was being recorded
 * (`closeOpen`) as soon as the journal takes an entry, and waits for more than `neededBytes` of space. False when
 * `signal` comes first.
 */
export async function untilStorageUsable(
  { journal, footage, recordings, freeBytes, log }: StorageParts,
  neededBytes: () => number,
  closeOpen: () => Promise<unknown>,
  reopen: boolean,
  signal: AbortSignal,
): Promise<boolean> {
  let mustReopen = reopen;
  let lastProblem = '';
  for (let usable = false; ; ) {
    try {
      if (mustReopen || journal.failure !== undefined) {
        await footage.reopen();
        if (journal.failure !== undefined) await journal.recover();
        mustReopen = false;
      }
      if (recordings.open !== undefined) {
        await removeOrphans(footage, recordings.open);
        await closeOpen();
      }
      usable = (await freeBytes()) >= neededBytes();
    } catch (error) {
      mustReopen = true;
      usable = false;
      const problem = messageOf(error);
      if (problem !== lastProblem) log.warn({ err: problem }, 'the disk is not usable yet');
      lastProblem = problem;
    }
    if (signal.aborted) return false;
    // Also before it goes on: a disk that takes nothing and says nothing is not asked without pause.
    await delay(POLL_MS, undefined, { signal }).catch(() => {});
    if (usable && journal.failure === undefined) return true;
  }
}
