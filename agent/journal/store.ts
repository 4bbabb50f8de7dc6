import { LiuhenError } from '../../config/errors.js';
import type { Entry } from './entry.js';
import type { ReadHashes, TileHash } from './tiles.js';

/** A value that a view keeps beside the journal: written in the same batch as the entries it was folded from. */
export interface ViewOp {
  key: string;
  /** Undefined deletes. JSON. */
  value: unknown;
}

/** What one commit writes, all of it or none. */
export interface JournalBatch {
  /** The journal's size before. */
  from: number;
  entries: readonly Uint8Array[];
  hashes: readonly TileHash[];
  /** The signed checkpoint over the tree with these entries. */
  checkpoint: string;
  keyNotes: readonly { epoch: number; text: string }[];
  view: readonly ViewOp[];
}

/** Who this journal is. Written once, when it is made. */
export interface JournalIdentity {
  origin: string;
  /** The vkey of epoch 0. */
  rootVkey: string;
}

/**
 * Where a journal lives. What it reads back is not trusted: whoever opens a journal checks tree against checkpoint.
 * Every write says whether it survives a power cut once it resolves.
 */
export interface JournalStore {
  identity(): Promise<JournalIdentity | undefined>;
  /** Durable when it resolves. */
  setIdentity(identity: JournalIdentity): Promise<void>;

  /** The newest checkpoint written, which says how long the journal is. */
  checkpoint(): Promise<string | undefined>;
  /** Durable when it resolves; atomic. */
  commit(batch: JournalBatch): Promise<void>;

  /** The entries [from, to), in order. Throws LIUHEN_JOURNAL_INCONSISTENT when one is missing. */
  entries(from: number, to: number): AsyncIterable<Buffer>;
  readHashes: ReadHashes;
  /** The key notes from this epoch on, in order. */
  keyNotes(fromEpoch: number): AsyncIterable<string>;
  /** The newest epoch with a key note; 0 when there is none yet. */
  epoch(): Promise<number>;

  /** The newest checkpoint with the witness's cosignature. */
  cosigned(): Promise<string | undefined>;
  /** Durable with the next commit: losing it costs a question to the archive, nothing else. */
  setCosigned(checkpoint: string): Promise<void>;

  view<T>(key: string): Promise<T | undefined>;
  /** All values whose key begins with the prefix, in key order. */
  views<T>(prefix: string): AsyncIterable<[key: string, value: T]>;
  /** Durable when it resolves: for what a view holds that no entry says (receipts). */
  writeView(ops: readonly ViewOp[]): Promise<void>;

  /** Closes and opens again: a database that met a full disk stays read-only until then. */
  reopen(): Promise<void>;
  close(): Promise<void>;
}

/** Whether entry `n` is stored, whatever the checkpoint says. */
export async function hasEntry(store: JournalStore, n: number): Promise<boolean> {
  try {
    for await (const _ of store.entries(n, n + 1)) return true;
  } catch (error) {
    if (!(error instanceof LiuhenError) || error.code !== 'LIUHEN_JOURNAL_INCONSISTENT') throw error;
  }
  return false;
}

/** A view folded from entries, kept beside them: `fold` says what to write in the batch that commits the entry. */
export interface JournalView {
  /** Reads what the store holds, at start and after a failed commit. */
  load(store: JournalStore): Promise<void>;
  /** Must not fail: by then the entry is decided. */
  fold(entry: Entry): ViewOp[];
}
