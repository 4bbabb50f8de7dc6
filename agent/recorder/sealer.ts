import { LiuhenError } from '../../config/errors.js';
import type { Position } from '../../drivers/nmea.js';
import type { FootageRef, FootageStore } from '../buffer/footage.js';
import type { EntryDraft } from '../journal/entry.js';
import type { Journal, Sealed } from '../journal/journal.js';
import type { Fragment, InitSegment } from './fragments.js';

/**
 * Seals one recording: bytes first, then proof. The bytes of several pieces may be on their way to disk together, and their
 * entries may share a commit, but entries are appended in the order of the calls, each only after its bytes are on disk.
 * After one piece failed, all later ones fail too: a hole in the middle is not something to go on from.
 */
export class Sealer {
  readonly recording: number;
  readonly #journal: Journal;
  readonly #footage: FootageStore;
  /** Resolves, never rejects, when all pieces so far have been appended or have failed. */
  #order: Promise<void> = Promise.resolve();
  /** Resolves, never rejects, when all pieces so far have been sealed or have failed. */
  #done: Promise<void> = Promise.resolve();
  #failure: { error: unknown } | undefined;
  #inFlightBytes = 0;
  #take = -1;
  #index = 0;

  constructor(journal: Journal, footage: FootageStore, recording: number) {
    this.#journal = journal;
    this.#footage = footage;
    this.recording = recording;
  }

  /** Footage bytes that were handed over and are not sealed yet. */
  get inFlightBytes(): number {
    return this.#inFlightBytes;
  }

  /** Begins the next take with its init segment. Resolves when sealed; rejects with LIUHEN_STORAGE_…. */
  take(init: InitSegment): Promise<Sealed> {
    const { recording } = this;
    this.#take++;
    this.#index = 0;
    const { bytes, sha256, codecs } = init;
    return this.#seal({ recording, take: this.#take, index: 'init' }, bytes, {
      type: 'take-started',
      recording,
      take: this.#take,
      init: { sha256, bytes: bytes.length },
      codecs,
    });
  }

  /** Resolves when the fragment is sealed; rejects with LIUHEN_STORAGE_…. */
  fragment({ bytes, sha256, media }: Fragment, position?: Position): Promise<Sealed> {
    const { recording } = this;
    const ref = { recording, take: this.#take, index: this.#index++ };
    return this.#seal(ref, bytes, {
      type: 'fragment',
      ...ref,
      sha256,
      bytes: bytes.length,
      media: { ...media },
      ...(position === undefined ? {} : { position: { ...position } }),
    });
  }

  /** An entry without footage, in its place among the pieces. One that the journal refuses (LIUHEN_ENTRY) fails alone. */
  entry(draft: EntryDraft): Promise<Sealed> {
    return this.#append(undefined, draft);
  }

  /** Waits until everything handed over so far is sealed or has failed; then throws the first failure. */
  async settled(): Promise<void> {
    await this.#done;
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  async #seal(ref: FootageRef, bytes: Buffer, draft: EntryDraft): Promise<Sealed> {
    this.#inFlightBytes += bytes.length;
    try {
      return await this.#append(this.#footage.put(ref, bytes), draft);
    } finally {
      this.#inFlightBytes -= bytes.length;
    }
  }

  #append(onDisk: Promise<void> | undefined, draft: EntryDraft): Promise<Sealed> {
    const before = this.#order;
    const turn = Promise.resolve(onDisk).then(
      () => before,
      async (error: unknown) => {
        await before;
        this.#failure ??= { error };
      },
    );
    // Those before have been appended by then, not sealed: so entries can share a commit.
    const sealed = turn.then(() => {
      if (this.#failure !== undefined) throw this.#failure.error;
      return this.#journal.append(draft);
    });
    const done = sealed.then(
      () => {},
      (error: unknown) => {
        if (onDisk !== undefined || !isRefusal(error)) this.#failure ??= { error };
      },
    );
    this.#order = turn;
    this.#done = Promise.all([this.#done, done]).then(() => {});
    return sealed;
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof LiuhenError && error.code === 'LIUHEN_ENTRY';
}
