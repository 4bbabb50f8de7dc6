const FIRST_STEP = 256;
const FACTOR = 16;
/** Once all of the journal was asked for, an answer at each message would go round in circles as fast as the link allows. */
const PAUSE_MS = 5000;

/**
 * Where to ask a device to begin again when what it sent does not fit: the further back each time, until it shows a checkpoint
 * over entries that are here. That checkpoint proves a fork, or clears the device and accuses the link.
 */
export class StepBack {
  #step = 0;
  #askedAtMs = Number.NEGATIVE_INFINITY;

  /** Entries and root of a message disagreed; returns whether to ask now. */
  mismatch(size: number, nowMs: number): boolean {
    const isAtStart = this.#step >= size;
    if (isAtStart && nowMs - this.#askedAtMs < PAUSE_MS) return false;
    this.#step = this.#step === 0 ? FIRST_STEP : Math.min(this.#step * FACTOR, Number.MAX_SAFE_INTEGER);
    this.#askedAtMs = nowMs;
    return true;
  }

  /** A checkpoint fitted, or proved a fork. */
  clear(): void {
    this.#step = 0;
  }

  /** The journal index to ask for. */
  from(size: number): number {
    return Math.max(0, size - this.#step);
  }
}
