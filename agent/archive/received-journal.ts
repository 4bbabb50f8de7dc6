import { LiuhenError } from '../../config/errors.js';
import { RecordingsView } from '../buffer/recordings.js';
import { type Checkpoint, cosign, cosignedAt, parseCheckpoint } from '../journal/checkpoint.js';
import { decodeEntry, type Entry } from '../journal/entry.js';
import { type CompactRange, leafHash } from '../journal/merkle.js';
import type { Signer } from '../journal/note.js';
import type { JournalStore, ViewOp } from '../journal/store.js';
import { appendLeaves, compactRangeAt, type TileHash } from '../journal/tiles.js';
import { parseVkey, type Vkey } from '../journal/vkey.js';
import type { JournalMessage } from '../uplink/messages.js';
import { DeviceKeys } from './device-keys.js';
import { FootageView, type Place, placeIn } from './footage-view.js';

/** What an archive makes of one journal message. */
export type Judgement =
  | { kind: 'append' }
  | { kind: 'duplicate' }
  /** It begins after our end. */
  | { kind: 'gap' }
  /** It brought key notes, and its signer's is still to come. */
  | { kind: 'keys' }
  /** Entries and signed root disagree; somebody on the way may have changed the entries. */
  | { kind: 'mismatch' }
  /** The device signed two histories. `ours` is what contradicts `theirs`. */
  | { kind: 'fork'; ours: string; theirs: string; size: number }
  | { kind: 'refused'; reason: string };

/** Messages that will be stored in one batch. */
export interface Draft {
  from: number;
  entries: Uint8Array[];
  hashes: TileHash[];
  tree: CompactRange;
  checkpoint: Checkpoint | undefined;
  text: string;
  /** The newest epoch that a `key-rotated` entry announced, stored or in the draft. */
  rotatedTo: number;
}

/** What a commit brought. */
export interface Committed {
  entries: Entry[];
  /** Footage that they name. */
  places: Place[];
  /** Entries that are authentic but of no known form. */
  undecodable: number;
  cosigned: string;
}

/** One device's journal as this archive holds it. Not for concurrent use: its owner calls one method at a time. */
export class ReceivedJournal {
  readonly store: JournalStore;
  readonly origin: string;
  readonly root: Vkey;
  readonly recordings = new RecordingsView();
  readonly #footage = new FootageView();
  readonly #witness: Signer;
  readonly #nowMs: () => number;
  #keys: DeviceKeys;
  #tree: CompactRange;
  #checkpoint = '';
  #cosigned: string | undefined;
  #cosignedAtSec = 0;
  #rotatedTo = 0;

  private constructor(options: ReceivedJournalOptions, keys: DeviceKeys, tree: CompactRange) {
    this.store = options.store;
    this.root = options.root;
    this.origin = options.root.name;
    this.#witness = options.witness;
    this.#nowMs = options.nowMs;
    this.#keys = keys;
    this.#tree = tree;
  }

  /** Reads what is stored and finishes what a crash interrupted: a stored checkpoint without its cosignature. */
  static async load(options: ReceivedJournalOptions): Promise<ReceivedJournal> {
    const { store, root, witness } = options;
    const text = await store.checkpoint();
    const size = text === undefined ? 0 : parseCheckpoint(text).size;
    const keys = await DeviceKeys.load(store, root);
    const journal = new ReceivedJournal(options, keys, await compactRangeAt(size, store.readHashes));
    journal.#checkpoint = text ?? '';
    journal.#rotatedTo = (await store.view<number>('rotated')) ?? 0;
    await journal.recordings.load(store);
    await journal.#footage.load(store);
    const cosigned = await store.cosigned();
    journal.#cosignedAtSec = Math.max(
      (await store.view<number>('cosignedAt')) ?? 0,
      cosigned === undefined ? 0 : (cosignedAt(parseCheckpoint(cosigned), witness.vkey) ?? 0),
    );
    if (cosigned !== undefined && parseCheckpoint(cosigned).size === size) journal.#cosigned = cosigned;
    else if (text !== undefined) await journal.#cosign(parseCheckpoint(text));
    return journal;
  }

  /** How many entries are durable here. */
  get size(): number {
    return this.#tree.size;
  }

  /** The newest checkpoint, cosigned. */
  get cosigned(): string | undefined {
    return this.#cosigned;
  }

  draft(): Draft {
    return {
      from: this.size,
      entries: [],
      hashes: [],
      tree: this.#tree.clone(),
      checkpoint: undefined,
      text: this.#checkpoint,
      rotatedTo: this.#rotatedTo,
    };
  }

  /** Whether this message could join a draft that has entries already, without looking at what is stored. */
  continues(message: JournalMessage, draft: Draft): boolean {
    return (
      draft.checkpoint !== undefined &&
      message.from === draft.tree.size &&
      message.entries.length > 0 &&
      message.keys.length === 0
    );
  }

  /** Judges a message; for `append` its entries are in the draft afterwards. The message is bounded and well-formed. */
  async judge(message: JournalMessage, draft: Draft): Promise<Judgement> {
    let checkpoint: Checkpoint;
    let signer: number | undefined;
    const epochBefore = this.#keys.epoch;
    try {
      checkpoint = parseCheckpoint(message.checkpoint);
      const fork = await this.#keys.learn(message.keys);
      if (fork !== undefined) return { kind: 'fork', size: checkpoint.size, ...fork };
      signer = await this.#keys.signerOf(checkpoint.note);
    } catch (error) {
      if (!(error instanceof LiuhenError) || error.code !== 'LIUHEN_NOTE') throw error;
      return { kind: 'refused', reason: error.message };
    }
    const { from, entries } = message;
    const size = from + entries.length;
    if (checkpoint.origin !== this.origin) return { kind: 'refused', reason: 'checkpoint of another origin' };
    if (checkpoint.size !== size) return { kind: 'refused', reason: 'checkpoint of another size' };
    if (signer === undefined && this.#keys.epoch > epochBefore) return { kind: 'keys' };
    if (signer === undefined)
      return { kind: 'refused', reason: 'checkpoint not signed by a key of the device' };

    if (size <= this.size) {
      const root = await this.#rootAt(size);
      return root.equals(checkpoint.root) ? { kind: 'duplicate' } : this.#fork(message);
    }
    if (from > draft.tree.size) return { kind: 'gap' };

    const held = draft.tree.size - from;
    const fresh = entries.slice(held);
    if (held > 0 && !(await this.#holds(from, entries.slice(0, held)))) {
      // With the signed root over our past and their entries, nobody but the device can have made these entries.
      const theirs = await compactRangeAt(from, this.store.readHashes);
      appendLeaves(theirs, entries.map(leafHash));
      return theirs.root().equals(checkpoint.root) ? this.#fork(message) : { kind: 'mismatch' };
    }
    const tree = draft.tree.clone();
    const hashes = appendLeaves(tree, fresh.map(leafHash));
    if (!tree.root().equals(checkpoint.root)) return { kind: 'mismatch' };
    const rotatedTo = newestRotation(fresh, draft.tree.size, draft.rotatedTo);
    if (signer < rotatedTo) {
      return {
        kind: 'refused',
        reason: `signed by the key of epoch ${signer}, which ended with epoch ${rotatedTo}`,
      };
    }
    draft.entries.push(...fresh);
    draft.hashes.push(...hashes);
    draft.tree = tree;
    draft.checkpoint = checkpoint;
    draft.text = message.checkpoint;
    draft.rotatedTo = rotatedTo;
    return { kind: 'append' };
  }

  /**
   * Makes the draft durable, then cosigns. When this rejects, nothing is known of what was written: load the journal again.
   */
  async commit(draft: Draft): Promise<Committed> {
    const { from, hashes, checkpoint, rotatedTo } = draft;
    const { keyNotes, views } = this.#keys.unstored();
    const entries: Entry[] = [];
    const places: Place[] = [];
    const view: ViewOp[] = [...views];
    let undecodable = 0;
    draft.entries.forEach((encoded, at) => {
      const entry = tryDecode(encoded, from + at);
      if (entry === undefined) undecodable++;
      if (entry === undefined || entry.type === 'unknown') return;
      entries.push(entry);
      const expected = this.#footage.fold(entry);
      places.push(...expected.map(placeIn).filter((place) => place !== undefined));
      view.push(...this.recordings.fold(entry), ...expected);
    });
    const timeSec = this.#nextTimeSec();
    view.push({ key: 'rotated', value: rotatedTo }, { key: 'cosignedAt', value: timeSec });
    await this.store.commit({
      from,
      entries: draft.entries,
      hashes,
      checkpoint: draft.text,
      keyNotes,
      view,
    });
    this.#tree = draft.tree;
    this.#checkpoint = draft.text;
    this.#rotatedTo = rotatedTo;
    this.#keys.stored(keyNotes);
    const cosigned = await this.#cosign(checkpoint as Checkpoint, timeSec);
    return { entries, places, undecodable, cosigned };
  }

  async #cosign(checkpoint: Checkpoint, timeSec = this.#nextTimeSec()): Promise<string> {
    const cosigned = cosign(checkpoint, this.#witness, timeSec);
    await this.store.setCosigned(cosigned);
    this.#cosignedAtSec = timeSec;
    this.#cosigned = cosigned;
    return cosigned;
  }

  /** A witness whose time went backwards would contradict itself. */
  #nextTimeSec(): number {
    return Math.max(Math.floor(this.#nowMs() / 1000), this.#cosignedAtSec);
  }

  async #rootAt(size: number): Promise<Buffer> {
    if (size === this.size) return this.#tree.root();
    return (await compactRangeAt(size, this.store.readHashes)).root();
  }

  async #holds(from: number, entries: readonly Uint8Array[]): Promise<boolean> {
    let at = 0;
    for await (const ours of this.store.entries(from, from + entries.length)) {
      if (!ours.equals(entries[at++] as Uint8Array)) return false;
    }
    return true;
  }

  #fork(message: JournalMessage): Judgement {
    const size = message.from + message.entries.length;
    return { kind: 'fork', ours: this.#cosigned ?? this.#checkpoint, theirs: message.checkpoint, size };
  }
}

export interface ReceivedJournalOptions {
  store: JournalStore;
  /** The device's registered root vkey. */
  root: Vkey;
  witness: Signer;
  nowMs: () => number;
}

/** The vkey text that a store was begun with must be the registered one; see `Device`. */
export function sameRoot(stored: string, root: Vkey): boolean {
  const vkey = parseVkey(stored);
  return vkey.name === root.name && vkey.publicKey.equals(root.publicKey);
}

/** The entry, or undefined when it is authentic but of no form that a view could fold. */
export function tryDecode(encoded: Uint8Array, n: number): ReturnType<typeof decodeEntry> | undefined {
  try {
    return decodeEntry(encoded, n);
  } catch {
    return undefined;
  }
}

function newestRotation(entries: readonly Uint8Array[], from: number, known: number): number {
  let newest = known;
  entries.forEach((encoded, at) => {
    // Decoding costs; nearly no entry is a rotation.
    if (!Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength).includes('key-rotated')) return;
    const entry = tryDecode(encoded, from + at);
    if (entry?.type === 'key-rotated') newest = Math.max(newest, entry.epoch);
  });
  return newest;
}
