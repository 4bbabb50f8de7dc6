import { LiuhenError } from '../../config/errors.js';
import type { JournalBatch, JournalIdentity, JournalStore, ViewOp } from '../journal/store.js';
import { type Database, padded, type RawLevel } from './database.js';

const AT_ONCE = 100;

/**
 * A journal in LevelDB. One database may hold many (an archive's devices), each under its own prefix.
 *
 * `e!<n>` entries, `h!<level>!<index>` hashes at tile levels, `k!<epoch>` key notes, `v!<key>` views as JSON,
 * `m!identity`, `m!checkpoint`, `m!cosigned`. Whoever can write here can be found out, not prevented: see DESIGN.md, trust.
 */
export class LevelJournalStore implements JournalStore {
  readonly #database: Database;
  readonly #prefix: string;

  constructor(database: Database, prefix = '') {
    this.#database = database;
    this.#prefix = prefix;
  }

  async identity(): Promise<JournalIdentity | undefined> {
    const value = await this.#get('m!identity');
    return value === undefined ? undefined : (JSON.parse(value.toString()) as JournalIdentity);
  }

  async setIdentity(identity: JournalIdentity): Promise<void> {
    const value = Buffer.from(JSON.stringify(identity));
    await this.#database.write((level) => level.put(this.#key('m!identity'), value, { sync: true }));
  }

  async checkpoint(): Promise<string | undefined> {
    return (await this.#get('m!checkpoint'))?.toString();
  }

  async commit({ from, entries, hashes, checkpoint, keyNotes, view }: JournalBatch): Promise<void> {
    const batch = this.#level.batch();
    entries.forEach((entry, at) => {
      batch.put(this.#key(`e!${padded(from + at)}`), asBuffer(entry));
    });
    for (const { level, index, hash } of hashes) batch.put(this.#key(`h!${level}!${padded(index)}`), hash);
    for (const { epoch, text } of keyNotes) batch.put(this.#key(`k!${padded(epoch)}`), Buffer.from(text));
    batch.put(this.#key('m!checkpoint'), Buffer.from(checkpoint));
    this.#addView(batch, view);
    await this.#database.write(() => batch.write({ sync: true }));
  }

  async *entries(from: number, to: number): AsyncGenerator<Buffer> {
    let n = from;
    const range = { gte: this.#key(`e!${padded(from)}`), lt: this.#key(`e!${padded(to)}`) };
    for await (const [key, entry] of this.#level.iterator(range)) {
      if (key !== this.#key(`e!${padded(n)}`)) break;
      yield entry;
      n++;
    }
    if (n < to) {
      throw new LiuhenError('LIUHEN_JOURNAL_INCONSISTENT', `entry ${n} is missing from the journal's store`);
    }
  }

  readHashes = async (level: number, from: number, count: number): Promise<Buffer[]> => {
    const hashes = await this.#level
      .values({
        gte: this.#key(`h!${level}!${padded(from)}`),
        lt: this.#key(`h!${level}!${padded(from + count)}`),
      })
      .all();
    if (hashes.length !== count) {
      throw new LiuhenError(
        'LIUHEN_JOURNAL_INCONSISTENT',
        `hashes of level ${level} from ${from}: expected ${count}, got ${hashes.length}`,
      );
    }
    return hashes;
  };

  async *keyNotes(fromEpoch: number): AsyncGenerator<string> {
    const range = { gte: this.#key(`k!${padded(fromEpoch)}`), lt: this.#key('k"') };
    for await (const note of this.#level.values(range)) yield note.toString();
  }

  async epoch(): Promise<number> {
    const range = { gte: this.#key('k!'), lt: this.#key('k"'), reverse: true, limit: 1 };
    for await (const key of this.#level.keys(range)) return Number(key.slice(-16));
    return 0;
  }

  async cosigned(): Promise<string | undefined> {
    return (await this.#get('m!cosigned'))?.toString();
  }

  async setCosigned(checkpoint: string): Promise<void> {
    await this.#database.write((level) => level.put(this.#key('m!cosigned'), Buffer.from(checkpoint)));
  }

  async view<T>(key: string): Promise<T | undefined> {
    const value = await this.#get(`v!${key}`);
    return value === undefined ? undefined : (JSON.parse(value.toString()) as T);
  }

  async *views<T>(prefix: string): AsyncGenerator<[string, T]> {
    const start = this.#key(`v!${prefix}`);
    const iterator = this.#level.iterator({ gte: start, lt: `${start}\uffff` });
    try {
      // Where there are few, one call brings them all and says that they are; `next` would make two of it.
      for (let some = await iterator.nextv(AT_ONCE); some.length > 0; some = await iterator.nextv(AT_ONCE)) {
        for (const [key, value] of some) {
          yield [key.slice(this.#key('v!').length), JSON.parse(value.toString()) as T];
        }
      }
    } finally {
      await iterator.close();
    }
  }

  async writeView(ops: readonly ViewOp[]): Promise<void> {
    const batch = this.#level.batch();
    this.#addView(batch, ops);
    await this.#database.write(() => batch.write({ sync: true }));
  }

  reopen(): Promise<void> {
    return this.#database.reopen();
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  get #level(): RawLevel {
    return this.#database.level;
  }

  #addView(batch: ReturnType<RawLevel['batch']>, ops: readonly ViewOp[]): void {
    for (const { key, value } of ops) {
      if (value === undefined) batch.del(this.#key(`v!${key}`));
      else batch.put(this.#key(`v!${key}`), Buffer.from(JSON.stringify(value)));
    }
  }

  #key(key: string): string {
    return `${this.#prefix}${key}`;
  }

  #get(key: string): Promise<Buffer | undefined> {
    return this.#level.get(this.#key(key));
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
