import type { Logger } from 'pino';
import { messageOf } from '../../config/errors.js';
import type { JournalStore } from '../journal/store.js';
import { MAX_CHUNK_BYTES } from '../uplink/messages.js';
import { Assembly } from './assembly.js';
import type { Counted } from './counters.js';
import type { FootageFiles } from './footage-files.js';
import { markDurable, type Place, placesAwaiting } from './footage-view.js';
import type { Holder, InFlight } from './in-flight.js';
import { unmarkTake } from './lost-footage.js';
import { RecentInits } from './recent-inits.js';

/** Synced when this many bytes are written, or after this time, or when a stopped recording is complete. */
const SETTLE_BYTES = 16 * 1024 * 1024;
const SETTLE_MS = 1000;

export interface FootageIntakeOptions {
  store: JournalStore;
  files: FootageFiles;
  inFlight: InFlight;
  log: Logger;
  nowMs: () => number;
  count: (counted: Counted) => void;
  /** A piece was completed, or given up. */
  onPiece: (sha256: string, outcome: 'written' | 'given up') => void;
  /** The bytes at these places became durable, and are marked so. */
  onDurable: (places: readonly Place[]) => void;
  /** These places were durable, and their file is gone: they are awaited again. */
  onLost: (places: readonly Place[]) => void;
  /** The store failed: it takes nothing more until it was opened again. */
  reopen: () => Promise<void>;
  /** Whether a recording would be complete if all that is written were durable. */
  isComplete: (recording: number, written: readonly Place[]) => boolean;
}

/** A piece that the device was asked for. */
export interface Asked {
  bytes: number;
  /** Where it goes, as far as was looked at: one that is not among them will be asked for again. */
  places: Place[];
}

/** A piece of which something has come. */
interface Begun {
  assembly: Assembly;
  touchedMs: number;
  /** Absent: to be looked up. */
  places: readonly Place[] | undefined;
}

/** Takes one device's chunks, checks what they add up to, and writes it where the journal says. */
export class FootageIntake implements Holder {
  readonly #options: FootageIntakeOptions;
  /** What the device was asked for last, by hash: chunks of it need no look into the store. */
  #expected = new Map<string, Asked>();
  #settles = 0;
  readonly #assemblies = new Map<string, Begun>();
  /** Complete, and not marked durable yet. */
  readonly #writing = new Set<string>();
  #writingBytes = 0;
  readonly #inits = new RecentInits();
  #unsettled: Place[] = [];
  #unsettledBytes = 0;
  #settleTimer: NodeJS.Timeout | undefined;
  #lane: Promise<void> = Promise.resolve();
  /** The length of this device's full chunks, as far as seen. */
  #grid = 0;

  constructor(options: FootageIntakeOptions) {
    this.#options = options;
  }

  /** Whether chunks of this hash can be added without asking the store. */
  knows(sha256: string): boolean {
    return this.#assemblies.has(sha256) || this.#writing.has(sha256) || this.#expected.has(sha256);
  }

  /** How often written footage was marked durable. */
  get settles(): number {
    return this.#settles;
  }

  /**
   * Says what the device was asked for; replaces what was said before. `settles` is from before the store was read for it: what was
   * read is not relied on when some of it may have become durable meanwhile.
   */
  expect(asked: ReadonlyMap<string, Asked>, settles: number): void {
    this.#expected = new Map(settles === this.#settles ? asked : []);
  }

  /** Of complete pieces that are still in memory. */
  get writingBytes(): number {
    return this.#writingBytes;
  }

  /** Whether all of this hash has come and is on its way to the disk. */
  isWriting(sha256: string): boolean {
    return this.#writing.has(sha256);
  }

  /**
   * Writes an init that came lately wherever it is awaited by now; false when it has to come again. The device would be asked in
   * vain for a while: it has just sent it.
   */
  repeatInit(sha256: string): boolean {
    const bytes = this.#inits.get(sha256);
    if (bytes === undefined) return false;
    if (this.#writing.has(sha256)) return true;
    this.#writing.add(sha256);
    void this.#inLane(async () => {
      const written = await this.#write(sha256, bytes.length, [bytes], undefined);
      if (!written) this.#options.onPiece(sha256, 'given up');
      else await this.#settleWhenDue();
    });
    return true;
  }

  /** Whether some of this hash is in memory, and not all. */
  hasPart(sha256: string): boolean {
    return (this.#assemblies.get(sha256)?.assembly.cost ?? 0) > 0;
  }

  /** Offsets of what is missing of a piece that has partly come; empty when none or all of it is. */
  missing(sha256: string, max: number): number[] {
    const found = this.#assemblies.get(sha256);
    return found === undefined || this.#grid === 0 ? [] : found.assembly.missing(this.#grid, max);
  }

  /** Begins a piece when the journal names its hash and it is not here; false otherwise. */
  async begin(sha256: string): Promise<boolean> {
    if (this.knows(sha256)) return true;
    for await (const { bytes } of placesAwaiting(this.#options.store, sha256)) {
      this.#begin(sha256, bytes, undefined);
      return true;
    }
    return false;
  }

  #begin(sha256: string, bytes: number, places: Begun['places']): Begun {
    const assembly = new Assembly(sha256, bytes, this.#options.inFlight.memory);
    const begun = { assembly, touchedMs: this.#options.nowMs(), places };
    this.#assemblies.set(sha256, begun);
    return begun;
  }

  /** Adds a copy of a chunk to a known piece; returns what it counts as where it was not taken. */
  add(sha256: string, offset: number, chunk: Buffer): Counted | undefined {
    const { nowMs } = this.#options;
    const found = this.#found(sha256);
    if (typeof found === 'string') return found;
    if (chunk.length === 0 || chunk.length > MAX_CHUNK_BYTES) return 'bad-chunk';
    const { assembly } = found;
    const cost = assembly.costOf(offset, chunk.length);
    if (cost === undefined) return 'bad-chunk';
    if (cost === 0) return 'duplicate';
    if (!this.#take(assembly, cost)) return 'no-memory';
    this.#grid = Math.max(this.#grid, chunk.length);
    found.touchedMs = nowMs();
    assembly.add(offset, chunk);
    if (assembly.isComplete) this.#finish(found);
    return undefined;
  }

  #found(sha256: string): Begun | Counted {
    const begun = this.#assemblies.get(sha256);
    if (begun !== undefined) return begun;
    if (this.#writing.has(sha256)) return 'duplicate';
    const expected = this.#expected.get(sha256);
    if (expected === undefined) return 'unwanted-footage';
    // An init is often that of many recordings, more than were asked for: it goes wherever it is awaited by then.
    const isInit = expected.places.some(({ index }) => index === 'init');
    return this.#begin(sha256, expected.bytes, isInit ? undefined : expected.places);
  }

  giveUpStalest(): number {
    let stalest: Begun | undefined;
    for (const each of this.#assemblies.values()) {
      const isShared = each.assembly.cost > 0 && !this.#options.inFlight.isLarge(each.assembly.size);
      if (isShared && each.touchedMs < (stalest?.touchedMs ?? Number.POSITIVE_INFINITY)) {
        stalest = each;
      }
    }
    return stalest === undefined ? 0 : this.#giveUp(stalest.assembly);
  }

  /** Gives up what has not got a byte for `idleMs`: its device may be gone for ever. */
  giveUpIdle(idleMs: number): void {
    const limit = this.#options.nowMs() - idleMs;
    for (const { assembly, touchedMs } of [...this.#assemblies.values()]) {
      if (touchedMs < limit) this.#giveUp(assembly);
    }
  }

  /** Makes durable what is written. */
  settle(): Promise<void> {
    return this.#inLane(() => this.#settle());
  }

  async stop(): Promise<void> {
    for (const { assembly } of [...this.#assemblies.values()]) this.#giveUp(assembly);
    await this.settle();
    clearTimeout(this.#settleTimer);
  }

  #take(assembly: Assembly, cost: number): boolean {
    const { inFlight } = this.#options;
    return inFlight.isLarge(assembly.size) ? inFlight.takeLarge(assembly, cost) : inFlight.take(this, cost);
  }

  #release(assembly: Assembly): void {
    const { inFlight } = this.#options;
    if (inFlight.isLarge(assembly.size)) inFlight.releaseLarge(assembly);
    else inFlight.release(this, assembly.cost);
    assembly.free();
  }

  #giveUp(assembly: Assembly): number {
    this.#assemblies.delete(assembly.sha256);
    this.#release(assembly);
    this.#options.onPiece(assembly.sha256, 'given up');
    return assembly.cost;
  }

  #finish({ assembly, places }: Begun): void {
    this.#assemblies.delete(assembly.sha256);
    this.#expected.delete(assembly.sha256);
    this.#writing.add(assembly.sha256);
    this.#writingBytes += assembly.cost;
    void this.#inLane(async () => {
      const { onPiece, count } = this.#options;
      const matches = assembly.matches();
      if (!matches) count('wrong-hash');
      const { sha256, size } = assembly;
      const written = matches && (await this.#write(sha256, size, assembly.bytes(), places));
      if (!matches) this.#writing.delete(sha256);
      this.#release(assembly);
      this.#writingBytes -= assembly.cost;
      onPiece(assembly.sha256, written ? 'written' : 'given up');
      if (written) await this.#settleWhenDue();
    });
  }

  /** False when the disk would not take it. */
  async #write(
    sha256: string,
    size: number,
    bytes: readonly Buffer[],
    places: Begun['places'],
  ): Promise<boolean> {
    const { store, files, count, log } = this.#options;
    let isAwaited = false;
    try {
      for await (const place of places ?? placesAwaiting(store, sha256)) {
        if (place.bytes !== size) continue;
        if (!(await files.has(place))) await this.#unmarkTake(place);
        await files.write(place, bytes);
        isAwaited = true;
        this.#unsettled.push(place);
        this.#unsettledBytes += place.bytes;
        if (place.index === 'init') this.#inits.remember(sha256, bytes);
      }
      if (!isAwaited) this.#writing.delete(sha256);
      return true;
    } catch (error) {
      this.#writing.delete(sha256);
      count('storage');
      log.error({ sha256, error: messageOf(error) }, 'footage could not be written');
      return false;
    }
  }

  async #unmarkTake({ recording, take }: Place): Promise<void> {
    const lost = await unmarkTake(this.#options.store, recording, take);
    if (lost.length > 0) this.#options.onLost(lost);
  }

  async #settleWhenDue(): Promise<void> {
    const recordings = new Set(this.#unsettled.map(({ recording }) => recording));
    const isDue =
      this.#unsettledBytes >= SETTLE_BYTES ||
      [...recordings].some((recording) => this.#options.isComplete(recording, this.#unsettled));
    if (isDue) return await this.#settle();
    this.#settleTimer ??= setTimeout(() => void this.settle(), SETTLE_MS);
  }

  async #settle(): Promise<void> {
    clearTimeout(this.#settleTimer);
    this.#settleTimer = undefined;
    const places = this.#unsettled;
    this.#unsettled = [];
    this.#unsettledBytes = 0;
    if (places.length === 0) return;
    const { store, files, count, log, onDurable, reopen } = this.#options;
    try {
      await files.sync();
      this.#settles++;
      await markDurable(store, places);
      this.#settles++;
    } catch (error) {
      count('storage');
      log.error({ error: messageOf(error) }, 'footage could not be made durable');
      for (const { sha256 } of places) {
        this.#writing.delete(sha256);
        this.#options.onPiece(sha256, 'given up');
      }
      return await reopen();
    }
    for (const { sha256 } of places) this.#writing.delete(sha256);
    onDurable(places);
    // Where it came to be awaited while it was being written, nobody asked for it.
    for (const { sha256, index } of places) if (index === 'init') this.repeatInit(sha256);
  }

  #inLane(work: () => Promise<void>): Promise<void> {
    this.#lane = this.#lane.then(work).catch((error: unknown) => {
      this.#options.log.error({ error: messageOf(error) }, 'footage');
    });
    return this.#lane;
  }
}
