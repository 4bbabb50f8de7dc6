import { join } from 'node:path';
import { LiuhenError } from '../../config/errors.js';
import type { Clock } from '../../drivers/clock.js';
import { EpochKeyFiles } from '../journal/epoch-keys.js';
import { Journal } from '../journal/journal.js';
import type { JournalStore, JournalView } from '../journal/store.js';
import { Database, hasDatabase } from './database.js';
import { FootageStore } from './footage.js';
import { LevelJournalStore } from './level-journal.js';
import { RecordingsView } from './recordings.js';

/** Two fragments of a second at 8 Mbit/s: more only waits in memory, twice. */
const FOOTAGE_WRITE_BUFFER_BYTES = 2 * 1024 * 1024;
/** Entries come at a few hundred bytes a second: hours of them would wait in memory, and be read again at every start. */
const JOURNAL_WRITE_BUFFER_BYTES = 1024 * 1024;

/** The parts of a device's data folder, open. Only one process can have them. */
export interface DeviceStores {
  folder: string;
  store: JournalStore;
  footage: FootageStore;
  keys: EpochKeyFiles;
  close(): Promise<void>;
}

/** Whether a journal was begun in a data folder, as `hasDatabase` tells it: a folder of that name is not enough, as /var/log has one. */
export function hasJournal(folder: string): boolean {
  return hasDatabase(join(folder, 'journal'));
}

/**
 * Opens `journal/`, `footage/` and `keys/` of a device; writes no entry and touches no key. Throws LIUHEN_NOT_FOUND where there is no device, and makes
 * nothing there; LIUHEN_LOCKED while an agent runs on it.
 */
export async function openStores(folder: string): Promise<DeviceStores> {
  if (!hasJournal(folder)) {
    throw new LiuhenError('LIUHEN_NOT_FOUND', `there is no device in ${folder}`, {
      next: "name the device's data folder with --data, or make one: liuhen init",
    });
  }
  return await makeStores(folder);
}

/** As `openStores`, for those who make a device: makes what is not there, and goes on with what a making that was cut off has left. */
export async function makeStores(folder: string): Promise<DeviceStores> {
  // The journal last: where it is, all is.
  const footageDb = await Database.open(join(folder, 'footage'), {
    compression: false,
    writeBufferBytes: FOOTAGE_WRITE_BUFFER_BYTES,
  });
  let journalDb: Database;
  try {
    journalDb = await Database.open(join(folder, 'journal'), {
      compression: true,
      writeBufferBytes: JOURNAL_WRITE_BUFFER_BYTES,
    });
  } catch (error) {
    await footageDb.close();
    throw error;
  }
  return {
    folder,
    store: new LevelJournalStore(journalDb),
    footage: new FootageStore(footageDb),
    keys: new EpochKeyFiles(join(folder, 'keys')),
    async close() {
      await journalDb.close();
      await footageDb.close();
    },
  };
}

/** A device's journal, with the recordings folded from it, and what `more` folds. */
export async function openJournal(
  { store, keys }: DeviceStores,
  clock: Clock,
  settings: { clockJumpMs: number; witnessNoteMs: number },
  more: readonly JournalView[] = [],
): Promise<{ journal: Journal; recordings: RecordingsView }> {
  const recordings = new RecordingsView();
  const views = [recordings, ...more];
  const view: JournalView = {
    async load(from) {
      for (const each of views) await each.load(from);
    },
    fold: (entry) => views.flatMap((each) => each.fold(entry)),
  };
  const journal = await Journal.open({ store, keys, clock, view, ...settings });
  return { journal, recordings };
}
