import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LiuhenError } from '../../config/errors.js';
import type { Clock } from '../../drivers/clock.js';
import { EpochKeyFiles } from '../journal/epoch-keys.js';
import { Journal } from '../journal/journal.js';
import type { JournalStore, JournalView } from '../journal/store.js';
import { Database } from './database.js';
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

/**
 * Opens (or makes) `journal/`, `footage/` and `keys/` in a data folder; writes no entry and touches no key. Throws LIUHEN_LOCKED while
 * an agent runs on it.
 */
export async function openStores(folder: string): Promise<DeviceStores> {
  const journalDb = await Database.open(join(folder, 'journal'), {
    compression: true,
    writeBufferBytes: JOURNAL_WRITE_BUFFER_BYTES,
  });
  let footageDb: Database;
  try {
    footageDb = await Database.open(join(folder, 'footage'), {
      compression: false,
      writeBufferBytes: FOOTAGE_WRITE_BUFFER_BYTES,
    });
  } catch (error) {
    await journalDb.close();
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

/** Those of a device that was made before. Throws LIUHEN_NOT_FOUND where there is none, and leaves nothing behind. */
export async function openMadeStores(folder: string): Promise<DeviceStores> {
  if (!['journal', 'footage', 'keys'].some((part) => existsSync(join(folder, part)))) {
    throw new LiuhenError('LIUHEN_NOT_FOUND', `there is no device in ${folder}`, {
      next: "name the device's data folder with --data, or make one: liuhen init",
    });
  }
  return await openStores(folder);
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
