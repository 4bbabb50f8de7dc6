/** How much waited and how much was free, at one moment. */
export interface Sample {
  wallMs: number;
  backlogBytes: number;
  freeBytes: number;
}

const EVERY_MS = 60_000;
const KEPT = 24 * 60;

/** The last day of backlog and disk, a sample a minute, in memory: a restart begins anew. */
export class History {
  readonly #samples: Sample[] = [];
  readonly #read: () => Promise<Sample>;
  readonly #timer: NodeJS.Timeout;

  /** Takes the first sample at once. A sample that cannot be taken is missing. */
  constructor(read: () => Promise<Sample>) {
    this.#read = read;
    this.#timer = setInterval(() => void this.#take(), EVERY_MS);
    this.#timer.unref();
    void this.#take();
  }

  get samples(): readonly Sample[] {
    return this.#samples;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #take(): Promise<void> {
    const sample = await this.#read().catch(() => undefined);
    if (sample === undefined) return;
    this.#samples.push(sample);
    if (this.#samples.length > KEPT) this.#samples.shift();
  }
}
