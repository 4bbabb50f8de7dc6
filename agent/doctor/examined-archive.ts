import type { Config } from '../../config/load.js';
import type { Clock } from '../../drivers/clock.js';
import type { ArchiveStatus } from '../archive/archive.js';
import type { JournalStore } from '../journal/store.js';

/** An archive as the doctor gets at it: from within the one that runs, or with its store opened for the examination. */
export interface ExaminedArchive {
  readonly config: Config;
  readonly clock: Clock;
  readonly running: { pid: number; upSec: number } | undefined;
  /** Of one that runs. */
  status(): ArchiveStatus | undefined;
  /** A device's journal; undefined where this archive never ran. Rejects where the store cannot be opened. */
  store(device: string): Promise<JournalStore | undefined>;
}
