/** As many are told to the archive; older ones go back into the line. */
export const MAX_URGENT = 16;

/** Recordings whose footage goes before all other, the one called for last first. */
export class Urgent {
  /** By recording: the journal index at which it was called for last. */
  readonly #calledAt = new Map<number, number>();
  #changes = 0;

  get isEmpty(): boolean {
    return this.#calledAt.size === 0;
  }

  /** Grows whenever the order changes. */
  get changes(): number {
    return this.#changes;
  }

  /** Calls for a recording at journal index `n`; true when that is news. */
  call(recording: number, n: number): boolean {
    if (n <= this.rankOf(recording)) return false;
    this.#calledAt.set(recording, n);
    const oldest = this.newestFirst().at(MAX_URGENT);
    if (oldest !== undefined) this.#calledAt.delete(oldest);
    if (oldest === recording) return false;
    this.#changes++;
    return true;
  }

  /** All of it is archived. */
  forget(recording: number): void {
    if (this.#calledAt.delete(recording)) this.#changes++;
  }

  /** The higher, the sooner; 0 for what is not urgent. */
  rankOf(recording: number): number {
    return this.#calledAt.get(recording) ?? 0;
  }

  newestFirst(): number[] {
    return [...this.#calledAt].sort(([, a], [, b]) => b - a).map(([recording]) => recording);
  }
}
