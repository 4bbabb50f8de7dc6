import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from '../../agent/buffer/database.js';
import { type FootageRef, FootageStore } from '../../agent/buffer/footage.js';
import { LevelJournalStore } from '../../agent/buffer/level-journal.js';
import type { JournalBatch } from '../../agent/journal/store.js';

/** What a database says when the disk has no room for a write. */
export function noSpace(): Error {
  return Object.assign(new Error('IO error: 000003.log: No space left on device'), {
    code: 'LEVEL_IO_ERROR',
  });
}

/** Lets whoever waits at it pass once it is opened. */
export class Gate {
  /** How many wait or have waited. */
  arrivals = 0;
  readonly #arrived: (() => void)[] = [];
  #open!: () => void;
  readonly #opened = new Promise<void>((resolve) => {
    this.#open = resolve;
  });

  async pass(): Promise<void> {
    this.arrivals++;
    for (const tell of this.#arrived.splice(0)) tell();
    await this.#opened;
  }

  /** Resolves when somebody waits. */
  async arrival(): Promise<void> {
    if (this.arrivals === 0) await new Promise<void>((resolve) => this.#arrived.push(resolve));
  }

  open(): void {
    this.#open();
  }
}

/** A journal store on a real database whose commits can be counted, held back, and made to fail. */
export class WatchedJournalStore extends LevelJournalStore {
  readonly commits: JournalBatch[] = [];
  gate: Gate | undefined;
  /** The next commit fails: before anything is on disk, or after all of it is. */
  failNext: 'before' | 'after' | undefined;
  hashesRead = 0;
  entriesRead = 0;
  /** Called for each operation as it is done. */
  onCommitted: ((batch: JournalBatch) => void) | undefined;

  constructor(database: Database, prefix = '') {
    super(database, prefix);
    const { readHashes } = this;
    this.readHashes = async (level, from, count) => {
      this.hashesRead += count;
      return await readHashes(level, from, count);
    };
  }

  override async commit(batch: JournalBatch): Promise<void> {
    this.commits.push(batch);
    await this.gate?.pass();
    const fail = this.failNext;
    this.failNext = undefined;
    if (fail === 'before') throw noSpace();
    await super.commit(batch);
    if (fail === 'after') throw noSpace();
    this.onCommitted?.(batch);
  }

  override async *entries(from: number, to: number): AsyncGenerator<Buffer> {
    for await (const entry of super.entries(from, to)) {
      this.entriesRead++;
      yield entry;
    }
  }
}

/** A footage store on a real database that tells what it wrote, and whose writes can be held back. */
export class WatchedFootageStore extends FootageStore {
  /** Called before the bytes are written; what it returns is waited for. */
  beforePut: ((ref: FootageRef) => Promise<void> | undefined) | undefined;
  onPut: ((ref: FootageRef) => void) | undefined;

  override async put(ref: FootageRef, bytes: Buffer): Promise<void> {
    await this.beforePut?.(ref);
    await super.put(ref, bytes);
    this.onPut?.(ref);
  }
}

/** Every key and value of a database, and every file of a folder: two that are equal say that nothing was written between. */
export async function contentsOf(database: Database, folder: string): Promise<Record<string, string>> {
  const contents: Record<string, string> = {};
  for await (const [key, value] of database.level.iterator())
    contents[`level ${key}`] = value.toString('hex');
  for (const name of await readdir(folder)) {
    contents[`file ${name}`] = (await readFile(join(folder, name))).toString('hex');
  }
  return contents;
}
