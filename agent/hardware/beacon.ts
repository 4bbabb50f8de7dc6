import type { Timers } from '../../drivers/timers.js';

const EVERY_MS = 2000;

/** Blinks and beeps every two seconds, so that a device is found among forty, or under a seat. */
export class Beacon {
  readonly #signals: { attract(): void };
  readonly #timers: Timers;
  #leftMs = 0;
  #cancel = () => {};

  constructor(signals: { attract(): void }, timers: Timers) {
    this.#signals = signals;
    this.#timers = timers;
  }

  /** Begins at once; one that is under way goes on for so long instead. */
  begin(durationMs: number): void {
    this.end();
    this.#leftMs = durationMs;
    this.#step();
  }

  end(): void {
    this.#cancel();
    this.#cancel = () => {};
  }

  #step(): void {
    this.#signals.attract();
    this.#leftMs -= EVERY_MS;
    if (this.#leftMs > 0) this.#cancel = this.#timers.start(EVERY_MS, () => this.#step());
  }
}
