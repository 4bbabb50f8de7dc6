import { messageOf } from '../../config/errors.js';
import type { Accepted, Refused } from '../disclosure/refusal.js';

export interface ContentFeedParts {
  take(topic: string, payload: Buffer): Promise<Accepted | Refused>;
  log: { warn(fields: object, message: string): void };
}

/** Content that may wait in memory to be verified; a broker hands out all that it retained at once. */
const MOST_WAITING_BYTES = 96 * 1024 * 1024;

/** Content from the broker on its way to the intake. What comes while too much waits is dropped and counted; it is retained, and comes again with the next connection. */
export class ContentFeed {
  readonly #parts: ContentFeedParts;
  #waitingBytes = 0;
  #dropped = 0;
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
      return;
    }
    this.#waitingBytes += payload.length;
    take(topic, payload)
      .catch((error: unknown) => {
        if (this.#failed++ === 0) log.warn({ err: messageOf(error) }, 'kiosk: content could not be stored');
      })
      .finally(() => {
        this.#waitingBytes -= payload.length;
      });
  }
}
