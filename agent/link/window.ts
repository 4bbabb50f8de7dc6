import type { LiuhenError } from '../../config/errors.js';

/** `first` is for the small and urgent (journal, telemetry): it counts as a message, but does not wait for footage. */
export type Lane = 'first' | 'bulk';

interface Waiting {
  bytes: number;
  lane: Lane;
  admit: () => void;
  refuse: (error: LiuhenError) => void;
}

/** A wait for an acknowledgement beyond this means that the link, not the broker, is the bottleneck. */
const ACK_TARGET_MS = 2000;
const FLOOR_BYTES = 256 * 1024;

/**
 * What has been sent and not acknowledged. Bulk is bounded in bytes, because mqtt.js is not bounded at all; both lanes are bounded
 * in messages by the broker's Receive Maximum, and bulk leaves one of them free. Where acknowledgements take long, the bytes
 * are cut down by themselves, so that a journal entry does not queue behind half a minute of footage.
 */
export class Window {
  readonly #maxBytes: number;
  #maxMessages = 0;
  #targetBytes: number;
  #bulkBytes = 0;
  #messages = 0;
  #shrunkAtMs = Number.NEGATIVE_INFINITY;
  #waiting: Waiting[] = [];

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.#targetBytes = Math.min(maxBytes, FLOOR_BYTES);
  }

  /** Bulk bytes in flight. */
  get bulkBytes(): number {
    return this.#bulkBytes;
  }

  get messages(): number {
    return this.#messages;
  }

  /** A connection is there, and its broker takes so many messages at once. */
  open(maxMessages: number): void {
    this.#maxMessages = Math.max(1, maxMessages);
    this.#targetBytes = Math.min(this.#maxBytes, FLOOR_BYTES);
    this.#admitWaiting();
  }

  /** The connection has gone: nothing is in flight any more, and whoever waits is told. */
  shut(error: LiuhenError): void {
    this.#maxMessages = 0;
    this.#bulkBytes = 0;
    this.#messages = 0;
    for (const { refuse } of this.#waiting.splice(0)) refuse(error);
  }

  /** Resolves once there is room; what is larger than the window goes alone. */
  admission(bytes: number, lane: Lane): Promise<void> {
    return new Promise((admit, refuse) => {
      const waiting = { bytes, lane, admit, refuse };
      if (lane === 'bulk') this.#waiting.push(waiting);
      else {
        const behind = this.#waiting.findIndex((other) => other.lane === 'bulk');
        this.#waiting.splice(behind < 0 ? this.#waiting.length : behind, 0, waiting);
      }
      this.#admitWaiting();
    });
  }

  /** Something admitted was acknowledged, or refused by the broker, at `nowMs`. */
  release(bytes: number, lane: Lane, admittedAtMs: number, nowMs: number): void {
    this.#messages--;
    if (lane === 'bulk') {
      this.#bulkBytes -= bytes;
      this.#adapt(bytes, admittedAtMs, nowMs);
    }
    this.#admitWaiting();
  }

  #adapt(bytes: number, admittedAtMs: number, nowMs: number): void {
    if (nowMs - admittedAtMs <= ACK_TARGET_MS) {
      this.#targetBytes = Math.min(this.#maxBytes, this.#targetBytes + bytes);
    } else if (admittedAtMs >= this.#shrunkAtMs) {
      // Only what was admitted after the last cut can tell whether that cut was enough.
      this.#shrunkAtMs = nowMs;
      this.#targetBytes = Math.min(this.#maxBytes, Math.max(FLOOR_BYTES, this.#targetBytes / 2));
    }
  }

  #admitWaiting(): void {
    for (let next = this.#waiting[0]; next !== undefined && this.#fits(next); next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#messages++;
      if (next.lane === 'bulk') this.#bulkBytes += next.bytes;
      next.admit();
    }
  }

  #fits({ bytes, lane }: Waiting): boolean {
    if (lane === 'first') return this.#messages < this.#maxMessages;
    if (this.#messages >= Math.max(1, this.#maxMessages - 1) || this.#maxMessages === 0) return false;
    return this.#bulkBytes === 0 || this.#bulkBytes + bytes <= this.#targetBytes;
  }
}
