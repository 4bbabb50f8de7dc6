/** Capacities are multiples of this, so that chunks of nearly one length can take each other's place. */
const STEP_BYTES = 8192;

/**
 * Memory for chunks, used again and again: a buffer of a hundred kilobytes for each would be some thousand allocations a second, of
 * which V8 knows only when it collects garbage. What is idle is bounded.
 */
export class ChunkMemory {
  readonly #maxIdleBytes: number;
  readonly #idle = new Map<number, Buffer[]>();
  #idleBytes = 0;

  constructor(maxIdleBytes: number) {
    this.#maxIdleBytes = maxIdleBytes;
  }

  get idleBytes(): number {
    return this.#idleBytes;
  }

  /** A copy; `free` it when its bytes are no longer needed. */
  copy(bytes: Uint8Array): Buffer {
    const buffer = this.#buffer(bytes.length).subarray(0, bytes.length);
    buffer.set(bytes);
    return buffer;
  }

  /** Takes back what `copy` gave: its bytes may be another chunk's from now on. */
  free(copy: Buffer): void {
    const capacity = copy.buffer.byteLength;
    if (capacity < STEP_BYTES || this.#idleBytes + capacity > this.#maxIdleBytes) return;
    this.#idleBytes += capacity;
    const whole = Buffer.from(copy.buffer);
    const same = this.#idle.get(capacity);
    if (same === undefined) this.#idle.set(capacity, [whole]);
    else same.push(whole);
  }

  #buffer(bytes: number): Buffer {
    if (bytes < STEP_BYTES) return Buffer.allocUnsafeSlow(bytes);
    const capacity = Math.ceil(bytes / STEP_BYTES) * STEP_BYTES;
    const same = this.#idle.get(capacity);
    const idle = same?.pop();
    if (same?.length === 0) this.#idle.delete(capacity);
    if (idle === undefined) return Buffer.allocUnsafeSlow(capacity);
    this.#idleBytes -= capacity;
    return idle;
  }
}
