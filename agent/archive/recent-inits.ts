/** A larger init is no init of a camera, and comes over the line each time. */
const MAX_INIT_BYTES = 64 * 1024;
const MAX_INITS = 4;

/** The inits of one device that came last: all recordings of a camera begin with the same one. */
export class RecentInits {
  /** By hash; the one used last at the end. */
  readonly #inits = new Map<string, Buffer>();

  get(sha256: string): Buffer | undefined {
    return this.#inits.get(sha256);
  }

  /** Keeps a copy, in place of the oldest where there are too many. */
  remember(sha256: string, pieces: readonly Buffer[]): void {
    const bytes = this.#inits.get(sha256) ?? Buffer.concat(pieces);
    if (bytes.length > MAX_INIT_BYTES) return;
    this.#inits.delete(sha256);
    this.#inits.set(sha256, bytes);
    const [oldest] = this.#inits.keys();
    if (this.#inits.size > MAX_INITS && oldest !== undefined) this.#inits.delete(oldest);
  }
}
