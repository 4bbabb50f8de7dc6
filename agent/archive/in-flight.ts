/** Footage bytes of one device that wait in memory for the disk. */
export interface Holder {
  /** Gives up the piece that has waited longest without a new byte; returns the bytes released, 0 when there is none. */
  giveUpStalest(): number;
}

/**
 * The bound on footage in memory, shared fairly: while there is room anyone may take it, and where there is none, whoever is
 * above an equal share gives up pieces to those below. What is given up will be asked for again.
 */
export class InFlight {
  readonly maxBytes: number;
  readonly #held = new Map<Holder, number>();
  readonly #wanting = new Set<Holder>();
  #total = 0;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  get total(): number {
    return this.#total;
  }

  /** Says whether a holder has asked its device for footage. */
  wants(holder: Holder, isWanting: boolean): void {
    if (isWanting) this.#wanting.add(holder);
    else this.#wanting.delete(holder);
  }

  /** What one device may be asked for, so that all that is asked for has room. */
  shareOfWanting(): number {
    return this.share(this.#wanting.size);
  }

  /** What one of `holders` devices may hold when all of them want memory. */
  share(holders = this.#held.size): number {
    return Math.floor(this.maxBytes / Math.max(1, holders));
  }

  /** Takes `bytes` for a holder; false when there is no room, and then nothing was taken. */
  take(holder: Holder, bytes: number): boolean {
    const held = this.#held.get(holder) ?? 0;
    const share = this.share(this.#held.size + (held === 0 ? 1 : 0));
    while (this.#total + bytes > this.maxBytes) {
      if (held + bytes > share) return false;
      const [greediest] = [...this.#held]
        .filter(([other, amount]) => other !== holder && amount > share)
        .sort(([, a], [, b]) => b - a);
      if (greediest === undefined || greediest[0].giveUpStalest() === 0) return false;
    }
    this.#held.set(holder, held + bytes);
    this.#total += bytes;
    return true;
  }

  release(holder: Holder, bytes: number): void {
    const left = (this.#held.get(holder) ?? 0) - bytes;
    if (left > 0) this.#held.set(holder, left);
    else this.#held.delete(holder);
    this.#total -= bytes;
  }
}
