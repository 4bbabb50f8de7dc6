import { isDeepStrictEqual } from 'node:util';
import { messageOf } from '../../config/errors.js';
import { type Checkpoint, parseCheckpoint } from '../journal/checkpoint.js';
import { currentKey } from '../journal/current-key.js';
import { decodeEntry, type Entry, type UnknownEntry } from '../journal/entry.js';
import { KeyChain } from '../journal/key-chain.js';
import { CompactRange, leafHash } from '../journal/merkle.js';
import { isSignedBy, parseNote } from '../journal/note.js';
import { parseReceiptText, verifyReceipt } from '../journal/receipt.js';
import { hasEntry } from '../journal/store.js';
import { appendLeaves, TILE_WIDTH } from '../journal/tiles.js';
import { formatVkey, parseVkey, type Vkey } from '../journal/vkey.js';
import type { FootageRef } from './footage.js';
import type { DeviceStores } from './open.js';
import { lengthOf, sha256Of } from './pieces.js';
import { digestOf, listRecordings } from './recordings.js';

/** The invariants of DESIGN.md that can be seen on a disk. */
export const INVARIANTS: Record<number, string> = {
  1: 'every entry is covered by the checkpoint, and its footage is here or was removed under a receipt',
  2: 'nothing that was sealed is missing',
  3: 'no footage was removed without a receipt and before its retention had passed',
  4: 'all checkpoints are consistent',
  5: 'time never goes back without a clock-changed entry',
  6: 'no private key older than the current epoch is left',
};

export interface CheckReport {
  ok: boolean;
  origin: string;
  entries: number;
  fragments: number;
  bytes: number;
  invariants: { number: number; text: string; ok: boolean; problems: string[]; moreProblems: number }[];
}

export interface CheckOptions {
  /** Looks only whether footage is there, without reading and hashing it. */
  quick?: boolean;
  /** The archive's cosigner key; without it receipts are compared, their signatures are not checked. */
  witness?: Vkey;
  onProgress?(entries: number, of: number): void;
}

const MAX_PROBLEMS = 20;

/** Checks invariants 1 to 6 over a device's stores and names what is broken. Reads everything; writes nothing. */
export async function checkDevice(stores: DeviceStores, options: CheckOptions = {}): Promise<CheckReport> {
  return await new Check(stores, options).run();
}

class Check {
  readonly #stores: DeviceStores;
  readonly #options: CheckOptions;
  readonly #problems = new Map<number, { first: string[]; more: number }>(
    Object.keys(INVARIANTS).map((number) => [Number(number), { first: [], more: 0 }]),
  );
  readonly #evicted = new Set<number>();
  #entries = 0;
  #fragments = 0;
  #bytes = 0;
  #last: Entry | UnknownEntry | undefined;

  constructor(stores: DeviceStores, options: CheckOptions) {
    this.#stores = stores;
    this.#options = options;
  }

  async run(): Promise<CheckReport> {
    const { store } = this.#stores;
    const identity = await store.identity();
    if (identity === undefined) {
      this.#problem(1, 'there is no journal here');
      return this.#report('');
    }
    // An agent may be writing. What is cosigned is read first: what it covers is then in the checkpoint as well.
    const cosignedText = await store.cosigned();
    const text = await store.checkpoint();
    const checkpoint = this.#parse('the checkpoint', text);
    const size = checkpoint?.size ?? 0;
    if ((await hasEntry(store, size)) && (await store.checkpoint()) === text) {
      this.#problem(1, `no checkpoint covers entry ${size}`);
    }
    // Footage is removed after its entry says so and before the view says that it is done: both count as removed.
    for await (const state of listRecordings(store))
      if (state.evicted !== undefined) this.#evicted.add(state.recording);
    const chain = await this.#keys(identity.rootVkey);
    if (checkpoint !== undefined && !(await this.#isSigned(checkpoint, chain))) {
      this.#problem(
        4,
        `the checkpoint of size ${size} is not signed by the current key, of epoch ${chain.epoch}`,
      );
    }
    const cosigned = this.#parse('the cosigned checkpoint', cosignedText);
    const root = await this.#walk(size, chain, cosigned?.size, (ours) => {
      if (!cosigned?.root.equals(ours))
        this.#problem(4, `the archive cosigned another root at size ${cosigned?.size}`);
    });
    // Where an entry is missing that has been said, and there is no root to compare.
    if (checkpoint !== undefined && this.#entries === size && !root.equals(checkpoint.root)) {
      this.#problem(
        1,
        `the entries' root is ${root.toString('hex')}, the checkpoint says ${checkpoint.root.toString('hex')}`,
      );
    }
    if (cosigned !== undefined && cosigned.size > size) {
      this.#problem(2, `the archive witnessed ${cosigned.size} entries, ${size} are here`);
    }
    await this.#evictions(identity.origin);
    return this.#report(identity.origin);
  }

  /** By the current key; where that has just been rotated, it is the checkpoint of now that it has signed. */
  async #isSigned(checkpoint: Checkpoint, { current }: KeyChain): Promise<boolean> {
    if (isSigned(checkpoint, current)) return true;
    const now = this.#parse('the checkpoint', await this.#stores.store.checkpoint());
    return now !== undefined && now.size > checkpoint.size && isSigned(now, current);
  }

  #parse(name: string, text: string | undefined): Checkpoint | undefined {
    if (text === undefined) return undefined;
    try {
      return parseCheckpoint(text);
    } catch (error) {
      this.#problem(4, `${name}: ${messageOf(error)}`);
      return undefined;
    }
  }

  /** Walks all entries; calls `atSize` with the root when it has seen that many. Returns the root at the end. */
  async #walk(
    size: number,
    chain: KeyChain,
    atSize: number | undefined,
    compare: (root: Buffer) => void,
  ): Promise<Buffer> {
    const { store } = this.#stores;
    const range = new CompactRange();
    if (atSize === 0) compare(range.root());
    let leaves: Buffer[] = [];
    try {
      for await (const encoded of store.entries(0, size)) {
        const n = this.#entries++;
        leaves.push(leafHash(encoded));
        if (leaves.length === TILE_WIDTH || n + 1 === size || n + 1 === atSize) {
          await this.#hashes(range, leaves);
          leaves = [];
          if (n + 1 === atSize) compare(range.root());
          this.#options.onProgress?.(n + 1, size);
        }
        await this.#entry(encoded, n, chain);
      }
    } catch (error) {
      this.#problem(2, messageOf(error));
    }
    return range.root();
  }

  async #hashes(range: CompactRange, leaves: Buffer[]): Promise<void> {
    for (const { level, index, hash } of appendLeaves(range, leaves)) {
      const [stored] = await this.#stores.store.readHashes(level, index, 1).catch(() => []);
      if (!stored?.equals(hash)) this.#problem(1, `the stored hash ${index} of tile level ${level} is wrong`);
    }
  }

  async #entry(encoded: Buffer, n: number, chain: KeyChain): Promise<void> {
    let entry: Entry | UnknownEntry;
    try {
      entry = decodeEntry(encoded, n);
    } catch (error) {
      this.#problem(1, messageOf(error));
      return;
    }
    if (this.#last !== undefined && entry.at.wall < this.#last.at.wall && entry.type !== 'clock-changed') {
      this.#problem(5, `entry ${n} is of ${entry.at.wall}, the one before it of ${this.#last.at.wall}`);
    }
    this.#last = entry;
    if (entry.type === 'key-rotated') {
      const key = chain.key(entry.epoch);
      if (key === undefined || formatVkey(key) !== entry.vkey) {
        this.#problem(4, `entry ${n} rotates to a key that the key notes do not lead to`);
      }
    } else if (entry.type === 'take-started') {
      const ref = { recording: entry.recording, take: entry.take, index: 'init' } as const;
      await this.#footage(n, ref, entry.init.sha256, entry.init.bytes);
    } else if (entry.type === 'fragment') {
      this.#fragments++;
      await this.#footage(n, entry, entry.sha256, entry.bytes);
    }
  }

  async #footage(
    n: number,
    { recording, take, index }: FootageRef,
    sha256: string,
    length: number,
  ): Promise<void> {
    if (this.#evicted.has(recording)) return;
    const name = `footage ${recording}/${take}/${index} of entry ${n}`;
    const { footage } = this.#stores;
    if (this.#options.quick === true) {
      if (!(await footage.has({ recording, take, index }))) this.#problem(1, `${name} is missing`);
      return;
    }
    const pieces = await footage.get({ recording, take, index }, length);
    if (pieces === undefined) return this.#problem(1, `${name} is missing`);
    const bytes = lengthOf(pieces);
    this.#bytes += bytes;
    if (bytes !== length || sha256Of(pieces) !== sha256) {
      this.#problem(1, `${name} is not what was sealed: expected ${length} bytes with sha256 ${sha256}`);
    }
  }

  async #keys(rootVkey: string): Promise<KeyChain> {
    const { store, keys } = this.#stores;
    const chain = new KeyChain(parseVkey(rootVkey));
    try {
      for await (const note of store.keyNotes(1)) chain.extend(note);
    } catch (error) {
      this.#problem(4, messageOf(error));
    }
    const current = await store.epoch();
    for (const epoch of await keys.epochs()) {
      if (epoch < current)
        this.#problem(6, `the private key of epoch ${epoch} is still here, epoch is ${current}`);
    }
    // A chain that breaks off before has been told; it says nothing about this key.
    if (chain.epoch === current) {
      await currentKey(keys, current, chain.current).catch((error) => this.#problem(6, messageOf(error)));
    }
    return chain;
  }

  async #evictions(origin: string): Promise<void> {
    const { store } = this.#stores;
    for await (const state of listRecordings(store)) {
      const { recording, receipt, stopped, evicted } = state;
      if (evicted !== undefined) {
        try {
          const said = this.#receipt(receipt);
          const { fragments, digest } = await digestOf(store, state);
          const expected = { origin, recording, fragments, digest };
          if (!isDeepStrictEqual(said, expected)) {
            this.#problem(3, `recording ${recording} was removed under a receipt for something else`);
          }
          for await (const encoded of store.entries(evicted, evicted + 1)) {
            const entry = decodeEntry(encoded, evicted);
            const says = entry.type === 'evicted' && entry.recording === recording;
            const retentionMs = says ? (entry.retentionMs ?? 0) : Number.POSITIVE_INFINITY;
            if (!(Date.parse(entry.at.wall) - Date.parse(stopped?.at.wall ?? '') >= retentionMs)) {
              this.#problem(3, `recording ${recording} was removed before its retention had passed`);
            }
          }
        } catch (error) {
          this.#problem(3, `recording ${recording} was removed: ${messageOf(error)}`);
        }
      }
    }
  }

  #receipt(receipt: string | undefined) {
    const { witness } = this.#options;
    if (receipt === undefined) throw new Error('there is no receipt for it');
    return witness === undefined
      ? parseReceiptText(parseNote(receipt).text)
      : verifyReceipt(receipt, witness);
  }

  #problem(invariant: number, text: string): void {
    const problems = this.#problems.get(invariant);
    if (problems === undefined) return;
    if (problems.first.length < MAX_PROBLEMS) problems.first.push(text);
    else problems.more++;
  }

  #report(origin: string): CheckReport {
    const invariants = [...this.#problems].map(([number, { first, more }]) => ({
      number,
      text: INVARIANTS[number] ?? '',
      ok: first.length === 0,
      problems: first,
      moreProblems: more,
    }));
    const ok = invariants.every((invariant) => invariant.ok);
    return { ok, origin, entries: this.#entries, fragments: this.#fragments, bytes: this.#bytes, invariants };
  }
}

function isSigned(checkpoint: Checkpoint, key: Vkey): boolean {
  try {
    return isSignedBy(checkpoint.note, key);
  } catch {
    return false;
  }
}
