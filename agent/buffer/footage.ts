import { type Database, padded, storageError } from './database.js';

/** Names the bytes of one init segment or fragment. */
export interface FootageRef {
  recording: number;
  take: number;
  index: number | 'init';
}

interface Waiting {
  key: string;
  bytes: Buffer;
  resolve: () => void;
  reject: (error: Error) => void;
}

/**
 * LevelDB copies what it is given, twice while the copy grows: this bounds what a whole pre-record takes on its way to disk. A fragment
 * of a second at 8 Mbit/s goes alone: two at once are no faster.
 */
const MAX_GROUP_BYTES = 1024 * 1024;
/**
 * What one value holds. Every copy that LevelDB makes of it, and the one that we get, comes from memory that was used before: the malloc
 * settings of agent/main.ts give back whatever is larger, and the kernel's fresh pages cost more than the copy. Four are a chunk of the uplink.
 */
const PIECE_BYTES = 30 * 1024;
/** More than any fragment has: bounds what a damaged entry can ask for. */
const MAX_PIECES = 10_000;

/**
 * Footage bytes by recording, take and fragment, each in pieces of 30 KiB. A store of its own: monotonic keys, no compression and
 * removal by whole recordings keep LevelDB at two bytes written per byte kept (design §7).
 */
export class FootageStore {
  readonly #database: Database;
  readonly #waiting: Waiting[] = [];
  /** The newest that was put and not sent yet, oldest first; within `#unsentLimitBytes`. */
  readonly #unsent = new Map<string, Buffer>();
  #unsentBytes = 0;
  #unsentLimitBytes = 0;
  /** Groups of puts, and what must not mix with them, follow one another. */
  #lane: Promise<void> = Promise.resolve();

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * When this resolves, the bytes survive a power cut. Puts that arrive while a sync is under way share the next one. Rejects with
   * LIUHEN_STORAGE_….
   */
  put(ref: FootageRef, bytes: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ key: keyOf(ref), bytes, resolve, reject });
      if (this.#waiting.length === 1) void this.#inLane(() => this.#writeWaiting());
    });
  }

  /**
   * Keeps what is put from now on in memory until it was sent, the newest up to so many bytes. What is read from LevelDB instead stays
   * mapped, table by table, until 64 newer ones have been read.
   */
  keepUnsent(limitBytes: number): void {
    this.#unsentLimitBytes = limitBytes;
  }

  /** Need not be kept in memory any longer. */
  sent(ref: FootageRef): void {
    this.#forget(keyOf(ref));
  }

  /** In memory, on the way to the disk or for the uplink. */
  get heldBytes(): number {
    return this.#waiting.reduce((sum, { bytes }) => sum + bytes.length, this.#unsentBytes);
  }

  /**
   * The bytes as they were put, one buffer after another; undefined where there are none. `bytes` is how many its entry says that there
   * are: if fewer were put, fewer come. Nothing checks them here, so whoever uses them compares their SHA-256.
   */
  async get(ref: FootageRef, bytes: number): Promise<Buffer[] | undefined> {
    const key = keyOf(ref);
    const unsent = this.#unsent.get(key);
    if (unsent !== undefined) return [unsent];
    const count = Math.min(MAX_PIECES, Math.max(1, Math.ceil(bytes / PIECE_BYTES)));
    const keys = Array.from({ length: count }, (_, at) => pieceKey(key, at));
    const found: Buffer[] = [];
    for (const piece of (await this.#database.level.getMany(keys)) as (Buffer | undefined)[]) {
      if (piece === undefined) break;
      found.push(piece);
    }
    return found.length === 0 ? undefined : found;
  }

  async has(ref: FootageRef): Promise<boolean> {
    return await this.#database.level.has(keyOf(ref));
  }

  async remove(ref: FootageRef): Promise<void> {
    const key = keyOf(ref);
    this.#forget(key);
    const pieces = await this.#database.level.keys({ gte: key, lt: `${key}0` }).all();
    const removals = pieces.map((piece) => ({ type: 'del' as const, key: piece }));
    await this.#database.write((level) => level.batch(removals, { sync: true }));
  }

  /** All that is here from a recording or a fragment on, in order. */
  async *refs(from: number | FootageRef): AsyncGenerator<FootageRef> {
    const gte = typeof from === 'number' ? `${padded(from)}/` : keyOf(from);
    let before: string | undefined;
    for await (const piece of this.#database.level.keys({ gte })) {
      const key = piece.split('/', 3).join('/');
      if (key !== before) yield refOf(key);
      before = key;
    }
  }

  /**
   * Removes a whole recording and gives its space back; puts wait for part of it. Deleting value by value while writing would write
   * each byte more than twice, and without the compaction no space comes back at all. The deletions get a table of their own: in
   * one with newer footage they would stretch it over everything between, and all of that would be written again.
   */
  async removeRecording(recording: number): Promise<void> {
    const range = { gte: `${padded(recording)}/`, lt: `${padded(recording)}0` };
    await this.#inLane(async () => {
      for (const key of [...this.#unsent.keys()]) {
        if (refOf(key).recording === recording) this.#forget(key);
      }
      await this.#flush();
      await this.#database.write((level) => level.clear(range));
      await this.#flush();
    });
    await this.#compact(range.gte, range.lt);
  }

  /** Writes what LevelDB holds in memory to a table: compaction begins with that, also of a range without keys. */
  #flush(): Promise<void> {
    return this.#compact('~', '~');
  }

  #compact(from: string, to: string): Promise<void> {
    const level = this.#database.level as unknown as {
      compactRange(start: string, end: string): Promise<void>;
    };
    return level.compactRange(from, to);
  }

  #inLane(work: () => Promise<void>): Promise<void> {
    const done = this.#lane.then(work);
    this.#lane = done.catch(() => {});
    return done;
  }

  async #writeWaiting(): Promise<void> {
    const group = this.#nextGroup();
    if (this.#waiting.length > 0) void this.#inLane(() => this.#writeWaiting());
    // One batch: LevelDB would not sync what went into the log before the one that it has just begun.
    const puts = group.flatMap(({ key, bytes }) =>
      piecesOf(bytes).map((value, at) => ({ type: 'put' as const, key: pieceKey(key, at), value })),
    );
    try {
      await this.#database.write((level) => level.batch(puts, { sync: true }));
      for (const { key, bytes, resolve } of group) {
        this.#remember(key, bytes);
        resolve();
      }
    } catch (error) {
      for (const { key, reject } of group) reject(storageError(`footage ${key}`, error));
    }
  }

  #remember(key: string, bytes: Buffer): void {
    if (bytes.length > this.#unsentLimitBytes) return;
    this.#forget(key);
    this.#unsent.set(key, bytes);
    this.#unsentBytes += bytes.length;
    for (const oldest of this.#unsent.keys()) {
      if (this.#unsentBytes <= this.#unsentLimitBytes) return;
      this.#forget(oldest);
    }
  }

  #forget(key: string): void {
    this.#unsentBytes -= this.#unsent.get(key)?.length ?? 0;
    this.#unsent.delete(key);
  }

  #nextGroup(): Waiting[] {
    let count = 0;
    let bytes = 0;
    for (const waiting of this.#waiting) {
      bytes += waiting.bytes.length;
      if (count > 0 && bytes > MAX_GROUP_BYTES) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  reopen(): Promise<void> {
    this.#unsent.clear();
    this.#unsentBytes = 0;
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

/** The first has the fragment's own key, where earlier versions kept all of it. */
function pieceKey(key: string, at: number): string {
  return at === 0 ? key : `${key}/${padded(at, 4)}`;
}

/** At least one, so that nothing at all is something that is there. */
function piecesOf(bytes: Buffer): Buffer[] {
  const count = Math.max(1, Math.ceil(bytes.length / PIECE_BYTES));
  return Array.from({ length: count }, (_, at) => bytes.subarray(at * PIECE_BYTES, (at + 1) * PIECE_BYTES));
}

function refOf(key: string): FootageRef {
  const [recording, take, index = ''] = key.split('/');
  return {
    recording: Number(recording),
    take: Number(take),
    index: index === INIT ? 'init' : Number(index),
  };
}
