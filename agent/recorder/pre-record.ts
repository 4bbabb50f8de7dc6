import { LiuhenError } from '../../config/errors.js';
import type { Fragment, FragmentEvent, InitSegment } from './fragments.js';

/** When something came from the camera; a caller may carry more in it, and gets it back from `drain`. */
export interface Arrival {
  /** Milliseconds since boot. */
  monoMs: number;
}

/** Part of one take: fragments that play after `init`. The last group of a drain may be empty. */
export interface TakeGroup<A extends Arrival> {
  init: InitSegment;
  initArrival: A;
  fragments: { fragment: Fragment; arrival: A }[];
}

export interface PreRecordLimits {
  /** How much time before now to keep; 0 keeps the newest fragment only. */
  durationMs: number;
  /** The most bytes to keep, init segments included. */
  bytes: number;
}

/** A take with fragments in the ring, or the current one. */
interface Take<A> {
  init: InitSegment;
  initArrival: A;
  fragments: number;
}

interface Held<A> {
  take: Take<A>;
  fragment: Fragment;
  arrival: A;
  durationUs: number;
}

/**
 * The last seconds before a recording, while nobody records. Whole fragments leave at the front once what follows
 * them covers the time asked for, once they arrived that long ago, or when the bytes exceed their bound; the newest
 * stays, unless it alone exceeds that bound. Memory only: what is here does not survive the process.
 *
 * After `drain` the current take is remembered: fragments pushed later continue it. Init segments must be pushed also
 * while a recording runs, so that the ring knows the take that is current afterwards.
 */
export class PreRecordRing<A extends Arrival = Arrival> {
  readonly #limits: PreRecordLimits;
  /** Ordered by arrival; entries before `#head` have left and are cut off in bulk. */
  #held: (Held<A> | undefined)[] = [];
  #head = 0;
  #current: Take<A> | undefined;
  #bytes = 0;
  #durationUs = 0;

  constructor(limits: PreRecordLimits) {
    this.#limits = limits;
  }

  /** Bytes of the fragments held and of the init segments they and the current take need. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Media time of the fragments held. */
  get durationMs(): number {
    return this.#durationUs / 1000;
  }

  /**
   * Takes what the camera gave, in order: an init segment begins a new take. Throws LIUHEN_STATE for a fragment
   * before any init segment. O(1) amortised.
   */
  push(event: FragmentEvent, arrival: A): void {
    if (event.type === 'init') {
      this.#begin(event.init, arrival);
    } else {
      this.#append(event.fragment, arrival);
      this.#evictByTime(arrival.monoMs, 1);
    }
    this.#evictByBytes();
  }

  /**
   * What the ring holds, take by take in order, and leaves it empty. The last group is always the current take, with
   * or without fragments, for a recording to go on with; none comes back only before the first init segment. With
   * `now`, what has grown too old since the last push stays behind, the newest fragment included.
   */
  drain(now?: Arrival): TakeGroup<A>[] {
    if (now) this.#evictByTime(now.monoMs, 0);
    const groups: TakeGroup<A>[] = [];
    let last: Take<A> | undefined;
    const open = (take: Take<A>): void => {
      if (take !== last) groups.push({ init: take.init, initArrival: take.initArrival, fragments: [] });
      last = take;
    };
    for (const held of this.#held) {
      if (held === undefined) continue;
      open(held.take);
      groups.at(-1)?.fragments.push({ fragment: held.fragment, arrival: held.arrival });
    }
    if (this.#current) open(this.#current);
    this.#held = [];
    this.#head = 0;
    this.#durationUs = 0;
    this.#bytes = 0;
    if (this.#current) {
      this.#current.fragments = 0;
      this.#bytes = this.#current.init.bytes.length;
    }
    return groups;
  }

  get #count(): number {
    return this.#held.length - this.#head;
  }

  #begin(init: InitSegment, initArrival: A): void {
    const previous = this.#current;
    this.#current = { init, initArrival, fragments: 0 };
    this.#bytes += init.bytes.length;
    if (previous?.fragments === 0) this.#bytes -= previous.init.bytes.length;
  }

  #append(fragment: Fragment, arrival: A): void {
    const take = this.#current;
    if (take === undefined) {
      throw new LiuhenError('LIUHEN_STATE', 'pre-record: expected an init segment first, found a fragment');
    }
    // Whole microseconds, so that adding and subtracting for weeks leaves no rounding behind.
    const durationUs = Math.round((fragment.media.duration / fragment.media.timescale) * 1e6);
    this.#held.push({ take, fragment, arrival, durationUs });
    take.fragments++;
    this.#bytes += fragment.bytes.length;
    this.#durationUs += durationUs;
  }

  #evictByTime(nowMonoMs: number, keep: number): void {
    const { durationMs } = this.#limits;
    for (let front = this.#held[this.#head]; front && this.#count > keep; front = this.#held[this.#head]) {
      const arrivedTooLongAgo = front.arrival.monoMs <= nowMonoMs - durationMs;
      const restIsEnough = this.#durationUs - front.durationUs >= durationMs * 1000;
      if (!arrivedTooLongAgo && !restIsEnough) return;
      this.#evict(front);
    }
  }

  #evictByBytes(): void {
    for (let front = this.#held[this.#head]; front; front = this.#held[this.#head]) {
      const size = this.#count > 1 ? this.#bytes : front.fragment.bytes.length;
      if (size <= this.#limits.bytes) return;
      this.#evict(front);
    }
  }

  #evict(front: Held<A>): void {
    this.#held[this.#head++] = undefined;
    this.#bytes -= front.fragment.bytes.length;
    this.#durationUs -= front.durationUs;
    front.take.fragments--;
    if (front.take.fragments === 0 && front.take !== this.#current)
      this.#bytes -= front.take.init.bytes.length;
    if (this.#head >= 32 && this.#head * 2 >= this.#held.length) {
      this.#held.splice(0, this.#head);
      this.#head = 0;
    }
  }
}
