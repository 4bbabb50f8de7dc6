import { EventEmitter } from 'node:events';
import { LiuhenError, messageOf, systemCodeOf } from '../../config/errors.js';
import type { Clock, ClockReading } from '../../drivers/clock.js';
import { type Checkpoint, signCheckpoint } from './checkpoint.js';
import { newSeed, publicKeyOf } from './ed25519.js';
import {
  atOf,
  checkDraft,
  type Entry,
  type EntryDraft,
  encodeEntry,
  MAX_WITNESSED_CHARACTERS,
} from './entry.js';
import type { EpochKeyFiles } from './epoch-keys.js';
import { signKeyNote } from './key-chain.js';
import { type CompactRange, leafHash } from './merkle.js';
import { formatNote, type Signer } from './note.js';
import { loadJournal } from './open.js';
import type { JournalStore, JournalView, ViewOp } from './store.js';
import { appendLeaves, compactRangeAt } from './tiles.js';
import { formatVkey, SignatureType, vkeyOf } from './vkey.js';

export interface JournalOptions {
  store: JournalStore;
  keys: EpochKeyFiles;
  clock: Clock;
  view: JournalView;
  /** A step of the wall clock against the monotonic one by more than this becomes a `clock-changed` entry. */
  clockJumpMs: number;
  /** The least time between two `witnessed` entries. */
  witnessNoteMs: number;
}

/** An entry that is on disk, with a signed checkpoint over it on disk. */
export type Sealed = Entry;

interface Waiting {
  draft: EntryDraft;
  resolve: (sealed: Sealed) => void;
  reject: (error: Error) => void;
}

interface JournalEvents {
  /** After each commit: the journal's new size. */
  sealed: [size: number];
  /** A commit failed; nothing is taken until `recover` has resolved. */
  failed: [error: LiuhenError];
}

/** At most this many entries share one sync: it bounds the batch and the latency behind it. */
const MAX_GROUP = 1024;

/**
 * The append-only journal of one device: entries, their Merkle tree, and a checkpoint signed at every commit.
 * Appends that arrive while a sync is under way share the next one (group commit).
 */
export class Journal extends EventEmitter<JournalEvents> {
  readonly origin: string;
  readonly #options: JournalOptions;
  #signer: Signer;
  #epoch: number;
  #tree: CompactRange;
  #checkpoint: string;
  #cosigned: Checkpoint | undefined;
  #waiting: Waiting[] = [];
  /** Commits and rotations follow one another in this lane. */
  #lane: Promise<void> = Promise.resolve();
  #draining = false;
  #failure: LiuhenError | undefined;
  #closed = false;
  #lastReading: ClockReading | undefined;
  #witnessNotedAtMono = Number.NEGATIVE_INFINITY;
  #witnessNotedSize = 0;

  private constructor(options: JournalOptions, loaded: Awaited<ReturnType<typeof loadJournal>>) {
    super();
    this.#options = options;
    this.origin = loaded.origin;
    this.#signer = loaded.signer;
    this.#epoch = loaded.epoch;
    this.#tree = loaded.tree;
    this.#checkpoint = loaded.checkpoint;
    this.#cosigned = loaded.cosigned;
    this.#lastReading = loaded.lastReading;
    this.#witnessNotedSize = loaded.cosigned?.size ?? 0;
  }

  /**
   * Opens the journal, having checked tree, checkpoint, keys and cosignature against each other; throws
   * LIUHEN_JOURNAL_INCONSISTENT, and writes nothing, where they disagree. Time does not depend on the journal's length.
   */
  static async open(options: JournalOptions): Promise<Journal> {
    const loaded = await loadJournal(options.store, options.keys);
    await options.view.load(options.store);
    const journal = new Journal(options, loaded);
    await journal.#finishRotation(loaded);
    return journal;
  }

  get size(): number {
    return this.#tree.size;
  }

  get epoch(): number {
    return this.#epoch;
  }

  /** The newest signed checkpoint. */
  get checkpoint(): string {
    return this.#checkpoint;
  }

  /** The newest cosigned checkpoint known. */
  get cosigned(): Checkpoint | undefined {
    return this.#cosigned;
  }

  get failure(): LiuhenError | undefined {
    return this.#failure;
  }

  get clock(): Clock {
    return this.#options.clock;
  }

  /** Monotonic time of the newest entry, in ms since boot; undefined when it was written in another boot. */
  get lastWriteMonoMs(): number | undefined {
    const last = this.#lastReading;
    return last?.boot === this.#options.clock.read().boot ? last.monoMs : undefined;
  }

  /**
   * Appends an entry. When this resolves the entry is sealed: entry, tree and signed checkpoint survive a power cut.
   * Entries are in the journal in the order of the calls. Rejects with LIUHEN_ENTRY when it could not be read back, and with
   * LIUHEN_STORAGE_FULL or LIUHEN_STORAGE_IO when the disk would not take it: whether it was written is then known only
   * after `recover`.
   */
  async append(draft: EntryDraft): Promise<Sealed> {
    if (this.#closed) throw this.#closedError();
    if (this.#failure !== undefined) throw this.#failure;
    // Before it joins a group: one bad entry must not take others down.
    checkDraft(draft);
    return await new Promise((resolve, reject) => {
      this.#waiting.push({ draft, resolve, reject });
      this.#drain();
    });
  }

  /**
   * Seals that the wall clock has jumped since the newest entry, if it has: other entries say so by themselves, but there may be none for
   * a while. Rejects as `append`.
   */
  noteClock(): Promise<void> {
    return this.#inLane(async () => {
      if (this.#closed) throw this.#closedError();
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#clockChange(this.#options.clock.read()).length > 0) await this.#commit([], []);
    });
  }

  /** Moves on to a new key and erases the old one; when this resolves no older private key exists on the device. */
  rotateKey(): Promise<void> {
    return this.#inLane(async () => {
      if (this.#closed) throw this.#closedError();
      if (this.#failure !== undefined) throw this.#failure;
      const { keys } = this.#options;
      const epoch = this.#epoch + 1;
      const seed = newSeed();
      const vkey = vkeyOf(this.origin, SignatureType.ed25519, publicKeyOf(seed));
      const text = signKeyNote(this.origin, epoch, vkey, this.#signer);
      try {
        await keys.write(epoch, seed, text);
        this.#signer.seed.fill(0);
        this.#signer = { vkey, seed };
        // Before the journal says so, and all of them, where an earlier erasure failed: what the journal calls past is gone.
        for (const other of await keys.epochs()) if (other < epoch) await keys.erase(other);
      } catch (error) {
        throw this.#fail(error);
      }
      await this.#finishRotation({ unfinished: { epoch, text } });
    });
  }

  /**
   * Takes a cosigned checkpoint whose signatures the caller has verified. Throws LIUHEN_FORK when it contradicts this
   * journal. It is remembered when it is the largest yet, and noted in the journal with the next entry.
   */
  async witness(checkpoint: Checkpoint, text: string): Promise<void> {
    const { origin, size, root } = checkpoint;
    const ours = size <= this.size && origin === this.origin ? await this.rootAt(size) : undefined;
    if (ours === undefined || !ours.equals(root)) {
      throw new LiuhenError(
        'LIUHEN_FORK',
        `the archive cosigned ${origin} at size ${size} with root ${root.toString('hex')}, ` +
          `this journal has size ${this.size}${ours === undefined ? '' : ` and there root ${ours.toString('hex')}`}`,
        { next: 'the disk was rolled back or copied: take the device out of service and keep it as it is' },
      );
    }
    if (size <= (this.#cosigned?.size ?? -1)) return;
    this.#cosigned = checkpoint;
    await this.#options.store.setCosigned(text);
  }

  /** The RFC 6962 root of the first `size` entries. */
  async rootAt(size: number): Promise<Buffer> {
    if (size === this.#tree.size) return this.#tree.root();
    return (await compactRangeAt(size, this.#options.store.readHashes)).root();
  }

  /** A checkpoint over the first `size` entries, signed with the key of today: for sending a backlog in pieces. */
  async checkpointAt(size: number): Promise<string> {
    if (size === this.size) return this.#checkpoint;
    return signCheckpoint({ origin: this.origin, size, root: await this.rootAt(size) }, this.#signer);
  }

  /** After a failed commit: opens the store again and goes on from what is really on disk. */
  recover(): Promise<void> {
    return this.#inLane(async () => {
      await this.#options.store.reopen();
      const loaded = await loadJournal(this.#options.store, this.#options.keys);
      await this.#options.view.load(this.#options.store);
      this.#signer = loaded.signer;
      this.#epoch = loaded.epoch;
      this.#tree = loaded.tree;
      this.#checkpoint = loaded.checkpoint;
      this.#cosigned = loaded.cosigned;
      this.#lastReading = loaded.lastReading;
      this.#failure = undefined;
      await this.#finishRotation(loaded);
    });
  }

  /** Seals what was appended, then closes. The store stays open: who opened it closes it. */
  async close(): Promise<void> {
    this.#closed = true;
    do await this.#inLane(async () => {});
    while (this.#draining || this.#waiting.length > 0);
    this.#signer.seed.fill(0);
  }

  #closedError(): LiuhenError {
    return new LiuhenError('LIUHEN_JOURNAL_CLOSED', `journal ${this.origin} is closed`);
  }

  /** Commits the entry and the note of a rotation whose key is in place; the signer is the new one already. */
  async #finishRotation({
    unfinished,
  }: {
    unfinished: { epoch: number; text: string } | undefined;
  }): Promise<void> {
    if (unfinished === undefined) return;
    const { epoch } = unfinished;
    await this.#commit([{ type: 'key-rotated', epoch, vkey: formatVkey(this.#signer.vkey) }], [unfinished]);
    this.#epoch = epoch;
  }

  #inLane(work: () => Promise<void>): Promise<void> {
    const done = this.#lane.then(work);
    this.#lane = done.catch(() => {});
    return done;
  }

  #drain(): void {
    if (this.#draining) return;
    this.#draining = true;
    void this.#inLane(async () => {
      this.#draining = false;
      const group = this.#waiting.splice(0, MAX_GROUP);
      if (this.#waiting.length > 0) this.#drain();
      if (group.length === 0) return;
      try {
        if (this.#failure !== undefined) throw this.#failure;
        const sealed = await this.#commit(group, []);
        group.forEach(({ resolve }, at) => {
          resolve(sealed[at] as Sealed);
        });
      } catch (error) {
        for (const { reject } of group) reject(error as LiuhenError);
      }
    });
  }

  /** Writes the drafts, and before them what they need to be true, in one batch. Returns the drafts' entries. */
  async #commit(
    group: readonly (Waiting | EntryDraft)[],
    keyNotes: { epoch: number; text: string }[],
  ): Promise<Sealed[]> {
    const reading = this.#options.clock.read();
    const at = atOf(reading);
    const from = this.#tree.size;
    const before = [...this.#clockChange(reading), ...this.#witnessNote(reading)];
    const drafts = [...before, ...group.map((item) => ('draft' in item ? item.draft : item))];
    const entries = drafts.map((draft, offset) => ({ n: from + offset, at, ...draft }) as Entry);
    const encoded = drafts.map((draft, offset) => encodeEntry(draft, from + offset, at));
    const tree = this.#tree.clone();
    const hashes = appendLeaves(tree, encoded.map(leafHash));
    const view: ViewOp[] = entries.flatMap((entry) => this.#options.view.fold(entry));
    const head = { origin: this.origin, size: tree.size, root: tree.root() };
    const checkpoint = signCheckpoint(head, this.#signer);
    try {
      await this.#options.store.commit({ from, entries: encoded, hashes, checkpoint, keyNotes, view });
    } catch (error) {
      throw this.#fail(error);
    }
    this.#tree = tree;
    this.#checkpoint = checkpoint;
    this.#lastReading = reading;
    for (const entry of entries) {
      if (entry.type !== 'witnessed') continue;
      this.#witnessNotedAtMono = reading.monoMs;
      this.#witnessNotedSize = entry.size;
    }
    this.emit('sealed', tree.size);
    return entries.slice(before.length);
  }

  #fail(error: unknown): LiuhenError {
    const full = systemCodeOf(error) === 'ENOSPC' || /no space left/i.test(messageOf(error));
    this.#failure = new LiuhenError(
      full ? 'LIUHEN_STORAGE_FULL' : 'LIUHEN_STORAGE_IO',
      `journal ${this.origin} at size ${this.size}: ${messageOf(error)}`,
      { cause: error },
    );
    this.emit('failed', this.#failure);
    return this.#failure;
  }

  /** A wall clock that stepped back, or away from the monotonic clock, is said before anything else is. */
  #clockChange(now: ClockReading): EntryDraft[] {
    const last = this.#lastReading;
    if (last === undefined) return [];
    const sameBoot = last.boot === now.boot;
    const expectedWallMs = sameBoot ? last.wallMs + (now.monoMs - last.monoMs) : last.wallMs;
    const stepMs = now.wallMs - expectedWallMs;
    const backwards = now.wallMs < last.wallMs;
    if (!backwards && !(sameBoot && Math.abs(stepMs) > this.#options.clockJumpMs)) return [];
    const wall = (ms: number) => new Date(Math.round(ms)).toISOString();
    return [
      { type: 'clock-changed', fromWall: wall(expectedWallMs), toWall: wall(now.wallMs), source: now.source },
    ];
  }

  #witnessNote({ monoMs }: ClockReading): EntryDraft[] {
    const cosigned = this.#cosigned;
    if (cosigned === undefined || cosigned.size <= this.#witnessNotedSize) return [];
    if (monoMs - this.#witnessNotedAtMono < this.#options.witnessNoteMs) return [];
    const checkpoint = formatNote(cosigned.note);
    return checkpoint.length > MAX_WITNESSED_CHARACTERS
      ? []
      : [{ type: 'witnessed', size: cosigned.size, checkpoint }];
  }
}
