import type { Timers } from '../link/timers.js';
import type { Want } from './messages.js';

/** A fragment that the archive asked for: whole, or the pieces that begin at these offsets. */
export interface WantedFootage {
  sha256: string;
  offsets: readonly number[] | 'whole';
}

const MAX_FRAGMENTS = 1024;
const MAX_OFFSETS = 65_536;

interface Queued {
  whole: boolean;
  offsets: Set<number>;
  /** Undefined until somebody has looked. */
  urgency: number | undefined;
}

/** What the archive wants and has not been sent yet, in the order it asked unless some is urgent; each fragment and offset once, bounded. */
export class Wants {
  readonly #timers: Timers;
  readonly #holdMs: number;
  readonly #queue = new Map<string, Queued>();
  #offsets = 0;
  /** Pieces that left, and when the broker acknowledged them; in the order they left. */
  readonly #sent = new Map<string, number | 'in flight'>();
  #overflow = 0;

  /**
   * A piece that the broker acknowledged counts as on its way for `holdMs`: a want that crossed it on the line is no new want.
   */
  constructor(timers: Timers, holdMs: number) {
    this.#timers = timers;
    this.#holdMs = holdMs;
  }

  get empty(): boolean {
    return this.#queue.size === 0;
  }

  get fragments(): number {
    return this.#queue.size;
  }

  /** Wants not taken because too many were waiting: the archive asks again. */
  get overflow(): number {
    return this.#overflow;
  }

  add(footage: Want['footage']): void {
    for (const { sha256, offsets } of footage) {
      const queued = this.#queue.get(sha256) ?? {
        whole: false,
        offsets: new Set<number>(),
        urgency: undefined,
      };
      if (!this.#queue.has(sha256)) {
        if (this.#queue.size >= MAX_FRAGMENTS) {
          this.#overflow++;
          continue;
        }
        this.#queue.set(sha256, queued);
      }
      if (offsets.length === 0) queued.whole = true;
      for (const offset of offsets) {
        if (queued.offsets.has(offset)) continue;
        if (this.#offsets >= MAX_OFFSETS) this.#overflow++;
        else {
          queued.offsets.add(offset);
          this.#offsets++;
        }
      }
    }
  }

  /** Takes the most urgent fragment off the list, of several the one that was wanted first. */
  next(): WantedFootage | undefined {
    for (let next = this.#first(); next !== undefined; next = this.#first()) {
      const [sha256, { whole, offsets }] = next;
      this.#queue.delete(sha256);
      this.#offsets -= offsets.size;
      if (whole) return { sha256, offsets: 'whole' };
      if (offsets.size > 0) return { sha256, offsets: [...offsets].sort((a, b) => a - b) };
    }
    return undefined;
  }

  #first(): [string, Queued] | undefined {
    let first: [string, Queued] | undefined;
    for (const each of this.#queue) {
      if (first === undefined || (each[1].urgency ?? 0) > (first[1].urgency ?? 0)) first = each;
    }
    return first;
  }

  /** Those whose urgency nobody has told. */
  unranked(): string[] {
    return [...this.#queue].filter(([, { urgency }]) => urgency === undefined).map(([sha256]) => sha256);
  }

  /** Says how urgent a wanted fragment is: the higher, the sooner; 0 for the rest. */
  rank(sha256: string, urgency: number): void {
    const queued = this.#queue.get(sha256);
    if (queued !== undefined) queued.urgency = urgency;
  }

  forgetRanks(): void {
    for (const queued of this.#queue.values()) queued.urgency = undefined;
  }

  /** Whether the piece has to be sent: false while it is in flight, and for a while after. */
  mustSend(sha256: string, offset: number): boolean {
    this.#forgetOld();
    return !this.#sent.has(`${sha256}/${offset}`);
  }

  left(sha256: string, offset: number): void {
    this.#sent.set(`${sha256}/${offset}`, 'in flight');
  }

  acknowledged(sha256: string, offset: number): void {
    const piece = `${sha256}/${offset}`;
    // Set anew, so that the map stays in the order in which pieces may be forgotten.
    if (this.#sent.delete(piece)) this.#sent.set(piece, this.#timers.nowMs());
  }

  /** It never reached the broker. */
  failed(sha256: string, offset: number): void {
    this.#sent.delete(`${sha256}/${offset}`);
  }

  /** The connection has gone: what arrived the archive knows better, and says so on the next one. */
  clear(): void {
    this.#queue.clear();
    this.#sent.clear();
    this.#offsets = 0;
  }

  #forgetOld(): void {
    const before = this.#timers.nowMs() - this.#holdMs;
    for (const [piece, at] of this.#sent) {
      if (at === 'in flight') continue;
      if (at > before && this.#sent.size < MAX_OFFSETS) break;
      this.#sent.delete(piece);
    }
  }
}
