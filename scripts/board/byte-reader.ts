import type { Readable } from 'node:stream';

/** Reads a stream by exact lengths. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #maxBytes: number;
  #rest: Buffer = Buffer.alloc(0);

  constructor(stream: Readable, maxBytes: number) {
    this.#chunks = stream[Symbol.asyncIterator]();
    this.#maxBytes = maxBytes;
  }

  /** So many bytes, or undefined when the stream ends before. Throws RangeError when more is asked for than is allowed. */
  async read(length: number): Promise<Buffer | undefined> {
    if (length > this.#maxBytes) {
      throw new RangeError(`expected at most ${this.#maxBytes} bytes, got a length of ${length}`);
    }
    const parts = [this.#rest];
    let have = this.#rest.length;
    while (have < length) {
      const next = await this.#chunks.next().catch(() => ({ done: true as const, value: undefined }));
      if (next.done === true || next.value === undefined) return undefined;
      parts.push(next.value);
      have += next.value.length;
    }
    const all = parts.length === 1 ? this.#rest : Buffer.concat(parts);
    this.#rest = all.subarray(length);
    return all.subarray(0, length);
  }
}
