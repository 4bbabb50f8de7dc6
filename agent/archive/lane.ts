/** Runs work one piece after another, in the order it came. A piece that fails goes to `onError`; the next one runs. */
export class Lane {
  readonly #onError: (error: unknown) => Promise<void> | void;
  #tail: Promise<void> = Promise.resolve();
  #waiting = 0;

  constructor(onError: (error: unknown) => Promise<void> | void) {
    this.#onError = onError;
  }

  /** Pieces that have not ended. */
  get waiting(): number {
    return this.#waiting;
  }

  run(work: () => Promise<void>): Promise<void> {
    this.#waiting++;
    this.#tail = this.#tail
      .then(work)
      .catch((error: unknown) => this.#onError(error))
      .finally(() => {
        this.#waiting--;
      });
    return this.#tail;
  }
}
