import { existsSync } from 'node:fs';
import type { Config } from '../../config/load.js';
import { type Clock, systemClock } from '../../drivers/clock.js';
import { stateFolder } from '../archive/layout.js';
import { Database } from '../buffer/database.js';
import { LevelJournalStore } from '../buffer/level-journal.js';
import type { JournalStore } from '../journal/store.js';
import type { ExaminedArchive } from './examined-archive.js';

/** An archive that does not run, opened for the examination. `close` gives it back. */
export class OpenedArchive implements ExaminedArchive {
  readonly config: Config;
  readonly clock: Clock;
  readonly running = undefined;
  #database: Promise<Database> | undefined;

  constructor(config: Config, clock: Clock = systemClock()) {
    this.config = config;
    this.clock = clock;
  }

  status(): undefined {}

  async store(device: string): Promise<JournalStore | undefined> {
    const folder = stateFolder(this.config.data);
    // Looking must not make one.
    if (!existsSync(folder)) return undefined;
    this.#database ??= Database.open(folder, { compression: true });
    return new LevelJournalStore(await this.#database, `d!${device}!`);
  }

  async close(): Promise<void> {
    const database = await this.#database?.catch(() => undefined);
    await database?.close();
  }
}
