import { messageOf } from '../../config/errors.js';
import type { FootageStore } from '../buffer/footage.js';
import { lengthOf, sha256Of, slices } from '../buffer/pieces.js';
import { type FootagePlace, placesOf } from '../buffer/recordings.js';
import type { JournalStore } from '../journal/store.js';
import type { Cancel, Timers } from '../link/timers.js';
import type { Bandwidth } from './bandwidth.js';
import type { Want } from './messages.js';
import type { Counter } from './tally.js';
import type { Urgent } from './urgent.js';
import { type WantedFootage, Wants } from './wants.js';

export interface FootageLaneOptions {
  store: JournalStore;
  footage: FootageStore;
  /** What goes first of all that is wanted. */
  urgent: Urgent;
  chunkBytes: number;
  bandwidth: Bandwidth;
  /** Waits for room; `onSent` when the chunk leaves; resolves on PUBACK, rejects when it did not reach the broker. */
  publish: (sha256: string, offset: number, chunk: readonly Buffer[], onSent: () => void) => Promise<void>;
  tally: Counter<FootageProblem>;
  timers: Timers;
  /** How long a piece that the broker acknowledged is not sent again. */
  holdMs: number;
  /** Something was sent or acknowledged. */
  onActivity: () => void;
}

/** `unknown-footage`: wanted, but not of this journal. `lost-footage`: ours, but gone or no longer what was sealed. */
export type FootageProblem = 'unknown-footage' | 'lost-footage' | 'footage-send' | 'too-many-wants';

interface Found {
  place: FootagePlace;
  pieces: Buffer[];
}

/** A want whose bytes are being read, for the connection on which it came. */
interface Begun {
  wanted: WantedFootage;
  connection: number;
  read: Promise<Found | undefined>;
}

/** Of pieces of footage that have been sent, as many are remembered: more than an archive asks for before it repeats itself. */
const MAX_SENT = 4096;
/** MQTT header, topic and message id. */
const OVERHEAD_BYTES = 256;

/** Sends what the archive asked for and nothing else, one fragment after another, as window and bandwidth allow. */
export class FootageLane {
  readonly #options: FootageLaneOptions;
  readonly #wants: Wants;
  /** Hashes, cut to 48 bits, of what has been sent since the start; oldest first. */
  readonly #sent = new Set<number>();
  #live = false;
  #chunkBytes: number;
  #pumping = false;
  #work: Promise<void> = Promise.resolve();
  #inFlight = 0;
  #connection = 0;
  #rankedAt = 0;
  #wake: () => void = () => {};

  constructor(options: FootageLaneOptions) {
    this.#options = options;
    this.#chunkBytes = options.chunkBytes;
    this.#wants = new Wants(options.timers, options.holdMs);
  }

  /** Nothing is wanted and nothing on its way. */
  get idle(): boolean {
    return this.#wants.empty && !this.#pumping && this.#inFlight === 0;
  }

  /** Fragments wanted and not begun. */
  get wanted(): number {
    return this.#wants.fragments;
  }

  connected(maxPacketBytes: number): void {
    this.#live = true;
    this.#connection++;
    this.#chunkBytes = Math.max(1, Math.min(this.#options.chunkBytes, maxPacketBytes - OVERHEAD_BYTES));
  }

  disconnected(): void {
    this.#live = false;
    this.#connection++;
    this.#wants.clear();
    this.#wake();
  }

  want(footage: Want['footage']): void {
    if (!this.#live) return;
    const before = this.#wants.overflow;
    this.#wants.add(footage);
    if (this.#wants.overflow > before) {
      this.#options.tally.count('too-many-wants', 'the archive wants more at once than is remembered');
    }
    if (this.#pumping) return;
    this.#pumping = true;
    this.#work = this.#pump();
  }

  /** Resolves when no footage is being read any more; after `disconnected`. */
  settled(): Promise<void> {
    return this.#work;
  }

  /** Sends one fragment and reads the next meanwhile. */
  async #pump(): Promise<void> {
    do {
      for (let next = await this.#begin(); next !== undefined; ) {
        const { wanted, connection, read } = next;
        let following: Promise<Begun | undefined> | undefined;
        try {
          const found = await read;
          following = this.#begin();
          if (found !== undefined) {
            this.#remember(wanted.sha256);
            await this.#sendFragment(wanted, found.pieces, connection);
            if (connection === this.#connection) this.#options.footage.sent(found.place);
          }
        } catch (error) {
          this.#options.tally.count('footage-send', `footage ${wanted.sha256}: ${messageOf(error)}`);
        }
        next = (await following) ?? (await this.#begin());
      }
      // A want may have come between the last look and here.
    } while (!this.#wants.empty);
    this.#pumping = false;
    this.#options.onActivity();
  }

  /** Takes the next want and starts to read what it names. */
  async #begin(): Promise<Begun | undefined> {
    await this.#rankWants();
    const wanted = this.#wants.next();
    if (wanted === undefined) return undefined;
    const { sha256, offsets } = wanted;
    // A want that crossed the pieces on the line must not cost a read of the disk.
    const starts = offsets === 'whole' ? [0] : offsets;
    const isNews = starts.some((offset) => this.#wants.mustSend(sha256, offset));
    const read = isNews ? this.#read(sha256) : Promise.resolve(undefined);
    // A failure reaches `#pump` when it is this fragment's turn; until then it must only not be unheard.
    read.catch(() => {});
    return { wanted, connection: this.#connection, read };
  }

  /** Looks up which of what is wanted belongs to an urgent recording. */
  async #rankWants(): Promise<void> {
    const { urgent, store, tally } = this.#options;
    if (this.#rankedAt !== urgent.changes) this.#wants.forgetRanks();
    this.#rankedAt = urgent.changes;
    if (urgent.isEmpty) return;
    try {
      for (const sha256 of this.#wants.unranked()) {
        let rank = 0;
        for await (const { recording } of placesOf(store, sha256)) {
          rank = Math.max(rank, urgent.rankOf(recording));
        }
        this.#wants.rank(sha256, rank);
      }
    } catch (error) {
      tally.count('footage-send', `footage in order: ${messageOf(error)}`);
    }
  }

  async #sendFragment(
    { sha256, offsets }: WantedFootage,
    fragment: readonly Buffer[],
    connection: number,
  ): Promise<void> {
    const bytes = lengthOf(fragment);
    const chunks = this.#chunksOf(bytes, offsets).filter(({ from }) => this.#wants.mustSend(sha256, from));
    const wantedBytes = chunks.reduce((sum, { from, to }) => sum + to - from, 0);
    // A slice of what was kept in memory keeps all of it there until it is acknowledged: fine for most of it, not for a corner.
    const corner = fragment.length === 1 && wantedBytes * 2 < bytes;
    for (const { from, to } of chunks) {
      await this.#bandwidth(to - from);
      if (connection !== this.#connection) return;
      const chunk = slices(fragment, from, to);
      await this.#sendChunk(sha256, from, corner ? [Buffer.concat(chunk)] : chunk);
    }
  }

  /** Resolves when the chunk has left, or will not. */
  #sendChunk(sha256: string, offset: number, chunk: readonly Buffer[]): Promise<void> {
    return new Promise((left) => {
      this.#inFlight++;
      const onSent = () => {
        this.#wants.left(sha256, offset);
        left();
      };
      this.#options
        .publish(sha256, offset, chunk, onSent)
        .then(
          () => this.#wants.acknowledged(sha256, offset),
          () => this.#wants.failed(sha256, offset),
        )
        .finally(() => {
          this.#inFlight--;
          this.#options.onActivity();
          left();
        });
    });
  }

  /** From the wanted offsets to the next chunk boundary each. */
  #chunksOf(length: number, offsets: WantedFootage['offsets']): { from: number; to: number }[] {
    const step = this.#chunkBytes;
    const starts =
      offsets === 'whole'
        ? Array.from({ length: Math.ceil(length / step) }, (_, at) => at * step)
        : offsets.filter((offset) => offset < length);
    return starts.map((from) => ({ from, to: Math.min(length, (Math.floor(from / step) + 1) * step) }));
  }

  /**
   * The bytes. LevelDB does not check what it reads, and the archive hashes whatever it gets: only what it asks for again is hashed
   * here, so that footage that has rotted is found and told of instead of being sent for ever.
   */
  async #read(sha256: string): Promise<Found | undefined> {
    const { store, footage, tally } = this.#options;
    const isAgain = this.#sent.has(brief(sha256));
    let known = false;
    for await (const place of placesOf(store, sha256)) {
      known = true;
      const pieces = await footage.get(place, place.bytes);
      if (pieces !== undefined && (!isAgain || sha256Of(pieces) === sha256)) return { place, pieces };
    }
    if (known) tally.count('lost-footage', `footage ${sha256} is gone or altered on this disk`);
    else tally.count('unknown-footage', `the archive wants ${sha256}, which is not in this journal`);
    return undefined;
  }

  #remember(sha256: string): void {
    const key = brief(sha256);
    this.#sent.delete(key);
    this.#sent.add(key);
    if (this.#sent.size <= MAX_SENT) return;
    const [oldest] = this.#sent;
    if (oldest !== undefined) this.#sent.delete(oldest);
  }

  async #bandwidth(bytes: number): Promise<void> {
    for (let waitMs = this.#options.bandwidth.take(bytes); waitMs > 0 && this.#live; ) {
      await new Promise<void>((resolve) => {
        let cancel: Cancel = () => {};
        this.#wake = () => {
          cancel();
          resolve();
        };
        cancel = this.#options.timers.after(waitMs, resolve);
      });
      waitMs = this.#options.bandwidth.take(bytes);
    }
  }
}

/** Two pieces that share it are hashed more often than needed, and nothing else. */
function brief(sha256: string): number {
  return Number.parseInt(sha256.slice(0, 12), 16);
}
