import { listRecordings, type RecordingSummary, readRecording } from '../buffer/recordings.js';
import { decodeEntry } from '../journal/entry.js';
import type { JournalStore } from '../journal/store.js';
import { Urgent } from './urgent.js';

/** As many unreceipted recordings are remembered by id; the rest is counted, and looked up again when these are done. */
const MAX_REMEMBERED = 1024;
const STARTED_OR_STOPPED = Buffer.from('"type":"recording-st');

/** What the archive has not receipted yet. Follows the journal; the recorder never waits for it. */
export class Backlog {
  /** By their SOS marks, which the journal remembers, and by whoever called for one. */
  readonly urgent = new Urgent();
  readonly #store: JournalStore;
  /** Stopped recordings without a receipt, by id, oldest first, with their bytes. */
  readonly #stopped = new Map<number, number>();
  /** Further ones, not remembered by id. */
  #forgotten = 0;
  #stoppedBytes = 0;
  #open: number | undefined;
  #openBytes = 0;
  #seen = 0;
  #lane: Promise<unknown> = Promise.resolve();

  constructor(store: JournalStore) {
    this.#store = store;
  }

  /** Reads what there is, for a journal of `size` entries. */
  load(size: number): Promise<void> {
    return this.#inLane(async () => {
      this.#stopped.clear();
      this.#forgotten = 0;
      this.#stoppedBytes = 0;
      for await (const state of listRecordings(this.#store)) {
        const { stopped, receipt } = state;
        if (stopped !== undefined && stopped.n < size && receipt === undefined) this.#add(state);
      }
      this.#open = await this.#store.view<number>('open');
      this.#seen = size;
      await this.#measureOpen();
    });
  }

  /** Takes in what was sealed since; true when a recording began, ended or became urgent. */
  follow(size: number): Promise<boolean> {
    return this.#inLane(async () => {
      let changed = false;
      if (size <= this.#seen) return changed;
      let n = this.#seen;
      for await (const encoded of this.#store.entries(n, size)) {
        if (encoded.includes(STARTED_OR_STOPPED) && (await this.#take(decodeEntry(encoded, n))))
          changed = true;
        n++;
        this.#seen = n;
      }
      const isUrgent = await this.#measureOpen();
      return changed || isUrgent;
    });
  }

  /** Calls for a recording before all others, at journal index `n`; false when it is not one that waits for its receipt. */
  prioritise(recording: number, n: number): Promise<boolean> {
    return this.#inLane(async () => {
      const state = await readRecording(this.#store, recording);
      return state !== undefined && state.receipt === undefined && this.urgent.call(recording, n);
    });
  }

  /** A receipt was written for this recording. */
  receipted(recording: number): Promise<void> {
    this.urgent.forget(recording);
    return this.#inLane(async () => {
      const bytes = this.#stopped.get(recording) ?? (await readRecording(this.#store, recording))?.bytes ?? 0;
      if (!this.#stopped.delete(recording)) this.#forgotten = Math.max(0, this.#forgotten - 1);
      this.#stoppedBytes = Math.max(0, this.#stoppedBytes - bytes);
    }).then(() => (this.#forgotten > 0 && this.#stopped.size === 0 ? this.load(this.#seen) : undefined));
  }

  /** The oldest stopped recordings without a receipt. */
  oldest(count: number): number[] {
    return [...this.#stopped.keys()].slice(0, count);
  }

  get unreceipted(): boolean {
    return this.#stopped.size > 0;
  }

  /** How many stopped recordings have no receipt. */
  get unreceiptedCount(): number {
    return this.#stopped.size + this.#forgotten;
  }

  /** The recording that is going on. */
  get open(): number | undefined {
    return this.#open;
  }

  /** Of recordings without a receipt, the open one included; the archive may have part of it. */
  get footageBytes(): number {
    return this.#stoppedBytes + this.#openBytes;
  }

  /** Resolves when what was begun has ended. */
  async settled(): Promise<void> {
    await this.#lane;
  }

  /** True when it has become urgent. */
  async #measureOpen(): Promise<boolean> {
    const open = this.#open === undefined ? undefined : await readRecording(this.#store, this.#open);
    this.#openBytes = open?.bytes ?? 0;
    return open?.sos !== undefined && this.urgent.call(open.recording, open.sos);
  }

  async #take(entry: ReturnType<typeof decodeEntry>): Promise<boolean> {
    if (entry.type === 'recording-started') {
      this.#open = entry.n;
      return true;
    }
    if (entry.type !== 'recording-stopped') return false;
    const state = await readRecording(this.#store, entry.recording);
    // Together with the next line, so that no reader counts its bytes twice.
    if (this.#open === entry.recording) {
      this.#open = undefined;
      this.#openBytes = 0;
    }
    if (state !== undefined && state.receipt === undefined) this.#add(state);
    return true;
  }

  #add({ recording, bytes, sos }: RecordingSummary): void {
    if (sos !== undefined) this.urgent.call(recording, sos);
    if (this.#stopped.has(recording)) return;
    this.#stoppedBytes += bytes;
    if (this.#stopped.size >= MAX_REMEMBERED) this.#forgotten++;
    else this.#stopped.set(recording, bytes);
  }

  #inLane<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#lane.then(work);
    this.#lane = done.catch(() => {});
    return done;
  }
}
