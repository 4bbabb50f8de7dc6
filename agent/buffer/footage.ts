import { type Database, padded, storageError } from './database.js';

/** Names the bytes of one init segment or fragment. */
export interface FootageRef {
  recording: number;
  take: number;
  index: number | 'init';
}

/**
 * Footage bytes by recording, take and fragment. A store of its own: monotonic keys, no compression and removal by whole
 * recordings keep LevelDB at two bytes written per byte kept (design §7).
 */
export class FootageStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** When this resolves, the bytes survive a power cut. Concurrent puts share a sync. Rejects with LIUHEN_STORAGE_…. */
  async put(ref: FootageRef, bytes: Buffer): Promise<void> {
    try {
      await this.#database.write((level) => level.put(keyOf(ref), bytes, { sync: true }));
    } catch (error) {
      throw storageError(`footage ${keyOf(ref)}`, error);
    }
  }

  /** The bytes as they were put; nothing checks them here, so whoever uses them compares their SHA-256. */
  async get(ref: FootageRef): Promise<Buffer | undefined> {
    return await this.#database.level.get(keyOf(ref));
  }

  async has(ref: FootageRef): Promise<boolean> {
    return await this.#database.level.has(keyOf(ref));
  }

  async remove(ref: FootageRef): Promise<void> {
    await this.#database.write((level) => level.del(keyOf(ref), { sync: true }));
  }

  /** All that is here from this recording on, in order. */
  async *refs(fromRecording: number, toRecording = Number.MAX_SAFE_INTEGER): AsyncGenerator<FootageRef> {
    const range = { gte: `${padded(fromRecording)}/`, lt: `${padded(toRecording)}0` };
    for await (const key of this.#database.level.keys(range)) yield refOf(key);
  }

  /**
   * Removes a whole recording and gives its space back. Deleting value by value while writing would write each byte more than
   * twice, and without the compaction no space comes back at all.
   */
  async removeRecording(recording: number): Promise<void> {
    const range = { gte: `${padded(recording)}/`, lt: `${padded(recording)}0` };
    await this.#database.write((level) => level.clear(range));
    const level = this.#database.level as unknown as {
      compactRange(start: string, end: string): Promise<void>;
    };
    await level.compactRange(range.gte, range.lt);
  }

  reopen(): Promise<void> {
    return this.#database.reopen();
  }

  close(): Promise<void> {
    return this.#database.close();
  }
}

/**
 * Sorts before every fragment, as it is written before them. Behind them, LevelDB's first table of a take would reach over all that
 * follow, and each of those be written a third time.
 */
const INIT = '-init';

function keyOf({ recording, take, index }: FootageRef): string {
  return `${padded(recording)}/${padded(take, 7)}/${index === 'init' ? INIT : padded(index, 9)}`;
}

function refOf(key: string): FootageRef {
  const [recording, take, index = ''] = key.split('/');
  return {
    recording: Number(recording),
    take: Number(take),
    index: index === INIT ? 'init' : Number(index),
  };
}
