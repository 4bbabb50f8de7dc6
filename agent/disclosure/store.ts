import { join } from 'node:path';
import { Database, padded, storageError } from '../buffer/database.js';
import { type ContentName, type ContentRef, KINDS, type Kind, nameOf } from './kinds/head.js';

/** An envelope as it was received. It has to be verified again by whoever reads it: the disk is not trusted. */
export interface StoredEnvelope {
  kind: Kind;
  id: string;
  revision: number;
  envelope: Buffer;
  receivedMs: number;
}

/**
 * Every envelope that was accepted, with its history, in the LevelDB `content/` of a data folder.
 *
 * `e!<kind>!<id>!<revision>` the envelope, behind eight bytes of the time it was received (Unix ms, big-endian); `n!<kind>!<id>` the newest
 * revision; `x!<key>` what others keep beside it, as JSON.
 */
export class ContentStore {
  readonly #database: Database;
  /** Newest revisions by name: what an intake asks of every message. */
  readonly #newest = new Map<ContentName, number>();

  private constructor(database: Database) {
    this.#database = database;
  }

  /** Throws LIUHEN_LOCKED while another process has it open. */
  static async open(folder: string): Promise<ContentStore> {
    const store = new ContentStore(await Database.open(join(folder, 'content'), { compression: true }));
    await store.#loadIndex();
    return store;
  }

  /** How many pieces of content there are, histories not counted. */
  get count(): number {
    return this.#newest.size;
  }

  newestRevision(kind: Kind, id: string): number | undefined {
    return this.#newest.get(nameOf({ kind, id }));
  }

  /** When this resolves the envelope survives a power cut. Throws LIUHEN_STORAGE_FULL or LIUHEN_STORAGE_IO. */
  async put({ kind, id, revision }: ContentRef, envelope: Uint8Array, receivedMs: number): Promise<void> {
    const received = Buffer.alloc(8);
    received.writeBigUInt64BE(BigInt(Math.max(0, Math.round(receivedMs))));
    const newest = Math.max(revision, this.newestRevision(kind, id) ?? 0);
    await this.#write(`content ${kind}/${id} revision ${revision}`, [
      [envelopeKey(kind, id, revision), Buffer.concat([received, envelope])],
      [`n!${kind}!${id}`, Buffer.from(String(newest))],
    ]);
    this.#newest.set(nameOf({ kind, id }), newest);
  }

  /** The newest revision of everything; the kinds in the order given. */
  async *newest(kinds: readonly Kind[]): AsyncGenerator<StoredEnvelope> {
    for (const kind of kinds) {
      for (const [name, revision] of [...this.#newest]) {
        if (!name.startsWith(`${kind}/`)) continue;
        const id = name.slice(kind.length + 1);
        const value = await this.#database.level.get(envelopeKey(kind, id, revision));
        yield storedOf(kind, id, revision, value);
      }
    }
  }

  /** Every revision of one piece of content, oldest first. */
  async *history(kind: Kind, id: string): AsyncGenerator<StoredEnvelope> {
    const range = { gte: envelopeKey(kind, id, 0), lt: `e!${kind}!${id}"` };
    for await (const [key, value] of this.#database.level.iterator(range)) {
      yield storedOf(kind, id, Number(key.slice(-16)), value);
    }
  }

  /** The envelope of one revision. */
  async envelope(kind: Kind, id: string, revision: number): Promise<Buffer | undefined> {
    const value = await this.#database.level.get(envelopeKey(kind, id, revision));
    return value === undefined ? undefined : storedOf(kind, id, revision, value).envelope;
  }

  /** Keeps a value beside the content; undefined removes it. Durable when it resolves. */
  async remember(key: string, value: unknown): Promise<void> {
    await this.#write(`content ${key}`, [
      [`x!${key}`, value === undefined ? undefined : Buffer.from(JSON.stringify(value))],
    ]);
  }

  /** All that is remembered under a prefix. The disk is not trusted: check the values. Undefined where one is no JSON. */
  async *recall(prefix: string): AsyncGenerator<[key: string, value: unknown]> {
    const range = { gte: `x!${prefix}`, lt: `x!${prefix}\uffff` };
    for await (const [key, value] of this.#database.level.iterator(range)) {
      yield [key.slice(2), parsed(value)];
    }
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  async #loadIndex(): Promise<void> {
    for await (const [key, value] of this.#database.level.iterator({ gte: 'n!', lt: 'n"' })) {
      const [, kind = '', id = ''] = key.split('!');
      const revision = Number(value.toString());
      const isKnown = KINDS.some((each) => each === kind) && Number.isSafeInteger(revision);
      if (isKnown) this.#newest.set(nameOf({ kind: kind as Kind, id }), revision);
    }
  }

  async #write(what: string, pairs: readonly [key: string, value: Buffer | undefined][]): Promise<void> {
    try {
      await this.#database.write(async (level) => {
        const batch = level.batch();
        for (const [key, value] of pairs) {
          if (value === undefined) batch.del(key);
          else batch.put(key, value);
        }
        await batch.write({ sync: true });
      });
    } catch (error) {
      throw storageError(what, error);
    }
  }
}

function parsed(value: Buffer): unknown {
  try {
    return JSON.parse(value.toString());
  } catch {
    return undefined;
  }
}

function envelopeKey(kind: Kind, id: string, revision: number): string {
  return `e!${kind}!${id}!${padded(revision)}`;
}

/** Of a value that is not there or too short, an empty envelope: found out when it is verified. */
function storedOf(kind: Kind, id: string, revision: number, value: Buffer | undefined): StoredEnvelope {
  if (value === undefined || value.length < 8)
    return { kind, id, revision, envelope: Buffer.alloc(0), receivedMs: 0 };
  return {
    kind,
    id,
    revision,
    envelope: value.subarray(8),
    receivedMs: Number(value.readBigUInt64BE(0)),
  };
}
