/** What may wait in memory for a trust document; beyond it the oldest goes, and comes again with the next connection. */
const MAX_BYTES = 16 * 1024 * 1024;

/** A message by a key that is not trusted yet: a broker hands out what it retained in any order, and the trust document may come last. */
export interface EarlyMessage {
  topic: string | undefined;
  bytes: Uint8Array;
}

/** Messages that may be good once the next trust document is here. */
export class EarlyMessages {
  readonly #messages = new Map<string, EarlyMessage>();
  #bytes = 0;

  /** The newest under a topic replaces the one before. */
  add(message: EarlyMessage, sha256: string): void {
    const name = message.topic ?? sha256;
    this.#remove(name);
    if (message.bytes.length > MAX_BYTES) return;
    this.#messages.set(name, message);
    this.#bytes += message.bytes.length;
    while (this.#bytes > MAX_BYTES) this.#remove(this.#messages.keys().next().value ?? '');
  }

  /** All that wait, which then no longer do. */
  takeAll(): EarlyMessage[] {
    const all = [...this.#messages.values()];
    this.#messages.clear();
    this.#bytes = 0;
    return all;
  }

  #remove(name: string): void {
    const message = this.#messages.get(name);
    if (message === undefined) return;
    this.#messages.delete(name);
    this.#bytes -= message.bytes.length;
  }
}
