/** As much goes to the disk in one write. */
export const STAGING_BYTES = 1024 * 1024;
/** As many writes are under way at once at most: as node has threads for files. */
const BUFFERS = 4;

/**
 * Memory that a disk can read from without the page cache between: it begins at a page. A few buffers for all devices, made when they
 * are needed and used again and again.
 */
export class Staging {
  readonly #idle: Buffer[] = [];
  readonly #waiting: ((buffer: Buffer) => void)[] = [];
  #made = 0;

  /** Lends a buffer of STAGING_BYTES until `use` settles. */
  async lend<T>(use: (buffer: Buffer) => Promise<T>): Promise<T> {
    const buffer = await this.#take();
    try {
      return await use(buffer);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#idle.push(buffer);
      else next(buffer);
    }
  }

  async #take(): Promise<Buffer> {
    const idle = this.#idle.pop();
    if (idle !== undefined) return idle;
    if (this.#made < BUFFERS) {
      this.#made++;
      return pageAligned(STAGING_BYTES);
    }
    return await new Promise((resolve) => this.#waiting.push(resolve));
  }
}

/** V8 maps the pages of a buffer that may grow by itself; any other buffer lies wherever malloc puts it. */
function pageAligned(bytes: number): Buffer {
  const Resizable = ArrayBuffer as new (bytes: number, options: { maxByteLength: number }) => ArrayBuffer;
  return Buffer.from(new Resizable(bytes, { maxByteLength: bytes }));
}
