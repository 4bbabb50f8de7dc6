import { createHash } from 'node:crypto';
import type { Clock } from '../../drivers/clock.js';

/** Journalled at once, and then one for each pause: whoever floods a kiosk with rubbish must not fill its journal. */
const BURST = 20;
const PAUSE_MS = 30_000;
/** The same message comes again at every connection; so many are remembered. */
const MAX_REMEMBERED = 1000;

/** Which refusals are worth a journal entry: each message once, and not too many. */
export class Seldom {
  readonly #clock: Clock;
  readonly #seen = new Set<string>();
  #tokens = BURST;
  #filledAtMonoMs: number;
  #suppressed = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#filledAtMonoMs = clock.read().monoMs;
  }

  /** Undefined when this one is not to be written; else how many different ones were not since the last. */
  admit(refusal: string, bytes: Uint8Array): { suppressed: number } | undefined {
    const name = `${refusal} ${createHash('sha256').update(bytes).digest('base64')}`;
    if (this.#seen.has(name)) return undefined;
    if (this.#seen.size >= MAX_REMEMBERED) this.#seen.delete(this.#seen.values().next().value ?? '');
    this.#seen.add(name);
    const { monoMs } = this.#clock.read();
    const filled = Math.floor((monoMs - this.#filledAtMonoMs) / PAUSE_MS);
    if (filled > 0) {
      this.#tokens = Math.min(BURST, this.#tokens + filled);
      this.#filledAtMonoMs += filled * PAUSE_MS;
    }
    if (this.#tokens === 0) {
      this.#suppressed++;
      return undefined;
    }
    this.#tokens--;
    const suppressed = this.#suppressed;
    this.#suppressed = 0;
    return { suppressed };
  }
}
