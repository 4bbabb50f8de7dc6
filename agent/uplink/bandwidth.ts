import type { Timers } from '../link/timers.js';

/** How much may be sent at once after a pause, as time at the full rate. */
const BURST_MS = 250;

/** A token bucket: bytes that leave never exceed the rate, but for one short burst. Without a rate it lets all through. */
export class Bandwidth {
  readonly #bytesPerMs: number;
  readonly #timers: Timers;
  readonly #capacity: number;
  #tokens: number;
  #filledAtMs: number;

  /** The bucket holds a quarter of a second, and at least one message of `messageBytes`. */
  constructor(bitsPerSecond: number | undefined, messageBytes: number, timers: Timers) {
    this.#bytesPerMs = bitsPerSecond === undefined ? Number.POSITIVE_INFINITY : bitsPerSecond / 8000;
    this.#timers = timers;
    this.#capacity = Math.max(this.#bytesPerMs * BURST_MS, messageBytes);
    this.#tokens = this.#capacity;
    this.#filledAtMs = timers.nowMs();
  }

  /** Takes the bytes and returns 0, or takes nothing and returns how many ms to wait before trying again. */
  take(bytes: number): number {
    if (this.#bytesPerMs === Number.POSITIVE_INFINITY) return 0;
    const nowMs = this.#timers.nowMs();
    this.#tokens = Math.min(
      this.#capacity,
      this.#tokens + Math.max(0, nowMs - this.#filledAtMs) * this.#bytesPerMs,
    );
    this.#filledAtMs = nowMs;
    const missing = Math.min(bytes, this.#capacity) - this.#tokens;
    if (missing > 0) return Math.max(1, Math.ceil(missing / this.#bytesPerMs));
    this.#tokens -= bytes;
    return 0;
  }
}
