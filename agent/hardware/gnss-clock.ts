import type { Clock, ClockReading } from '../../drivers/clock.js';
import type { Fix } from '../../drivers/gnss.js';

/** The machine's clock counts as the satellites' while it differs by no more: a sentence comes up to a second after its time. */
const AGREE_MS = 1000;
/** Nearer than this, the machine's clock is used again after it had been wrong. */
const AGREE_AGAIN_MS = 200;
/** Fixes that must agree with one another before their time is good. */
const FIXES = 3;
/** How long the satellites' time is carried on without a fix; a quartz of 50 ppm is 30 ms off by then. */
const HOLD_MS = 600_000;

/**
 * A clock that GNSS vouches for or corrects. While the machine's wall clock agrees with the satellites it is read with source
 * `gnss`; where it does not, the wall time is theirs, carried on by the monotonic clock. The machine's clock itself is never set.
 */
export class GnssClock implements Clock {
  readonly #base: Clock;
  /** Wall minus monotonic, by the satellites. */
  #offsetMs: number | undefined;
  #goodAtMono = Number.NEGATIVE_INFINITY;
  #candidate: { offsetMs: number; fixes: number } | undefined;
  #corrects = false;

  constructor(base: Clock) {
    this.#base = base;
  }

  /** Takes the time of a fix, if it has one. */
  take({ utcMs, atMonoMs }: Pick<Fix, 'utcMs' | 'atMonoMs'>): void {
    if (utcMs === undefined) return;
    const offsetMs = utcMs - atMonoMs;
    if (this.#offsetMs !== undefined && Math.abs(offsetMs - this.#offsetMs) <= AGREE_MS) {
      this.#candidate = undefined;
      this.#goodAtMono = atMonoMs;
      return;
    }
    const same = this.#candidate !== undefined && Math.abs(offsetMs - this.#candidate.offsetMs) <= AGREE_MS;
    const candidate = { offsetMs, fixes: same ? (this.#candidate?.fixes ?? 0) + 1 : 1 };
    this.#candidate = candidate;
    if (candidate.fixes < FIXES) return;
    this.#offsetMs = offsetMs;
    this.#goodAtMono = atMonoMs;
    this.#candidate = undefined;
  }

  read(): ClockReading {
    const base = this.#base.read();
    if (this.#offsetMs === undefined || base.monoMs - this.#goodAtMono > HOLD_MS) return base;
    const wallMs = Math.round(base.monoMs + this.#offsetMs);
    const offMs = Math.abs(base.wallMs - wallMs);
    this.#corrects = offMs > (this.#corrects ? AGREE_AGAIN_MS : AGREE_MS);
    return { ...base, wallMs: this.#corrects ? wallMs : base.wallMs, source: 'gnss' };
  }
}
