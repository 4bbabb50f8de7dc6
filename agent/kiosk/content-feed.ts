import { messageOf } from '../../config/errors.js';
import type { Accepted, Refused } from '../disclosure/refusal.js';

export interface ContentFeedParts {
  take(topic: string, payload: Buffer): Promise<Accepted | Refused>;
  /** Has the broker send again all that it retains. What is here already costs a hash each. */
  again(): Promise<void>;
  log: { warn(fields: object, message: string): void };
}

/** Content that may wait in memory to be verified; a broker hands out all that it retained at once. */
const MOST_WAITING_BYTES = 24 * 1024 * 1024;

/** Content from the broker on its way to the intake. What comes while too much waits is dropped and counted; it is retained, and asked for again when nothing waits any more. */
export class ContentFeed {
  readonly #parts: ContentFeedParts;
  #waitingBytes = 0;
  #dropped = 0;
  /** Something was dropped since all was asked for last. */
  #lacks = false;
  /** Something new was taken since then: what is refused, or finds the disk full, would come round for ever. */
  #moved = false;
  #failed = 0;

  constructor(parts: ContentFeedParts) {
    this.#parts = parts;
  }

  get counts(): { waitingBytes: number; dropped: number; failed: number } {
    return { waitingBytes: this.#waitingBytes, dropped: this.#dropped, failed: this.#failed };
  }

  push(topic: string, payload: Buffer): void {
    const { take, log } = this.#parts;
    if (this.#waitingBytes + payload.length > MOST_WAITING_BYTES) {
      if (this.#dropped++ === 0) log.warn({ topic: topic.slice(0, 256) }, 'kiosk: too much content at once');
      this.#lacks = true;
      return;
    }
    this.#waitingBytes += payload.length;
    take(topic, payload)
      .then((taken) => {
        this.#moved ||= taken.accepted && taken.fresh;
      })
      .catch((error: unknown) => {
        if (this.#failed++ === 0) log.warn({ err: messageOf(error) }, 'kiosk: content could not be stored');
      })
      .finally(() => {
        this.#waitingBytes -= payload.length;
        if (this.#waitingBytes === 0 && this.#lacks && this.#moved) this.#askAgain();
      });
  }

  /** Without a connection it comes with the next one. */
  #askAgain(): void {
    this.#lacks = false;
    this.#moved = false;
    this.#parts.again().catch(() => {});
  }
}
