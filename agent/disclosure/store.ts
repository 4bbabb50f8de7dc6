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

/** An envelope that was accepted, on its way to the disk. */
export interface ReceivedEnvelope {
  ref: ContentRef;
  envelope: Uint8Array;
  receivedMs: number;
}

/** Envelopes of up to a mebibyte that are in memory together when a store is read. */
const READ_TOGETHER = 16;

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

  /**
   * When this resolves these envelopes survive a power cut, with one write to the disk for all; none of one name with another. Throws LIUHEN_STORAGE_FULL or
   * LIUHEN_STORAGE_IO, and then none of them is here.
   */
  async put(received: readonly ReceivedEnvelope[]): Promise<void> {
    const newest = received.map(({ ref: { kind, id, revision } }) =>
      Math.max(revision, this.newestRevision(kind, id) ?? 0),
    );
    const [first] = received;
    const what = `content ${first === undefined ? '' : nameOf(first.ref)} (${received.length})`;
    await this.#write(
      what,
      received.flatMap(({ ref: { kind, id, revision }, envelope, receivedMs }, at) => [
        [envelopeKey(kind, id, revision), Buffer.concat([timeBytes(receivedMs), envelope])],
        [`n!${kind}!${id}`, Buffer.from(String(newest[at]))],
      ]),
    );
    for (const [at, { ref }] of received.entries()) this.#newest.set(nameOf(ref), newest[at] ?? ref.revision);
  }

  /** The newest revision of everything that is `wanted`; the kinds in the order given. */
  async *newest(
    kinds: readonly Kind[],
    wanted: (name: ContentName) => boolean = () => true,
  ): AsyncGenerator<StoredEnvelope> {
    const names = [...this.#newest];
    for (const kind of kinds) {
      const some = names.flatMap(([name, revision]) =>
        name.startsWith(`${kind}/`) && wanted(name) ? [{ id: name.slice(kind.length + 1), revision }] : [],
      );
      for (let from = 0; from < some.length; from += READ_TOGETHER) {
        const together = some.slice(from, from + READ_TOGETHER);
        const keys = together.map(({ id, revision }) => envelopeKey(kind, id, revision));
        const values = await this.#database.level.getMany(keys);
        for (const [at, { id, revision }] of together.entries())
          yield storedOf(kind, id, revision, values[at]);
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

function timeBytes(ms: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(Math.max(0, Math.round(ms))));
  return bytes;
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
