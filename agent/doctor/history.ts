/** How much waited and how much was free, at one moment. */
export interface Sample {
  wallMs: number;
  backlogBytes: number;
  freeBytes: number;
}

const EVERY_MS = 60_000;
/** A day, and a bit for what the page shows of its edge. */
const KEPT_MS = 26 * 3_600_000;
const KEPT = KEPT_MS / EVERY_MS;
/** Each writing costs the disk's life a little; what a power cut takes is a gap of so many minutes. */
const SAMPLES_A_WRITING = 10;

/** Where samples are between runs. */
export interface HistoryKeeping {
  /** Of earlier runs, oldest first. */
  kept: readonly Sample[];
  /** Never rejects. */
  save(samples: readonly Sample[]): Promise<void>;
}

/** The last day of backlog and disk, a sample a minute; written down now and then, and at the end. */
export class History {
  readonly #samples: Sample[];
  readonly #read: () => Promise<Sample>;
  readonly #save: HistoryKeeping['save'];
  readonly #timer: NodeJS.Timeout;
  #unsaved = 0;
  #taking: Promise<void>;

  /** Takes the first sample at once. A sample that cannot be taken is missing. */
  constructor(
    read: () => Promise<Sample>,
    { kept, save }: HistoryKeeping = { kept: [], save: async () => {} },
    everyMs = EVERY_MS,
  ) {
    this.#read = read;
    this.#samples = kept.slice(-KEPT);
    this.#save = save;
    this.#timer = setInterval(() => {
      this.#taking = this.#taking.then(() => this.#take());
    }, everyMs);
    this.#timer.unref();
    this.#taking = this.#take();
  }

  get samples(): readonly Sample[] {
    return this.#samples;
  }

  /** Resolves when what was seen is written down. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#taking;
    if (this.#unsaved > 0) await this.#save(this.#samples);
  }

  async #take(): Promise<void> {
    const sample = await this.#read().catch(() => undefined);
    if (sample === undefined) return;
    this.#samples.push(sample);
    const isOld = ({ wallMs }: Sample) => sample.wallMs - wallMs > KEPT_MS;
    while (this.#samples.length > KEPT || (this.#samples[0] !== undefined && isOld(this.#samples[0]))) {
      this.#samples.shift();
    }
    if (++this.#unsaved < SAMPLES_A_WRITING) return;
    this.#unsaved = 0;
    await this.#save(this.#samples);
  }
}
