import { ChunkMemory } from './chunk-memory.js';

/** Of what was freed, as much is kept to be used again. */
const MAX_IDLE_BYTES = 32 * 1024 * 1024;

/** Footage bytes of one device that wait in memory for the disk. */
export interface Holder {
  /** Gives up the piece that has waited longest without a new byte; returns the bytes released, 0 when there is none. */
  giveUpStalest(): number;
}

/** A piece while it comes in. */
export interface LargePiece {
  /** Of all of it, in bytes. */
  readonly size: number;
  /** Of what is here, in bytes that count. */
  readonly cost: number;
}

/**
 * The bound on footage in memory, shared fairly: while there is room anyone may take it, and where there is none, whoever is
 * above an equal share gives up pieces to those below. What is given up will be asked for again. A piece that is larger than
 * all of it would never come in: one such piece at a time is let in beside what is shared.
 */
export class InFlight {
  readonly maxBytes: number;
  /** Where the bytes lie. */
  readonly memory: ChunkMemory;
  readonly #held = new Map<Holder, number>();
  readonly #wanting = new Set<Holder>();
  #total = 0;
  #large: LargePiece | undefined;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
    this.memory = new ChunkMemory(Math.min(maxBytes / 2, MAX_IDLE_BYTES));
  }

  get total(): number {
    return this.#total + (this.#large?.cost ?? 0);
  }

  /** Whether a piece of this size never fits into what is shared. */
  isLarge(size: number): boolean {
    return size > this.maxBytes;
  }

  /** Whether no large piece is in memory. */
  get hasRoomForLarge(): boolean {
    return this.#large === undefined;
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

  /** Lets a large piece grow by `bytes`; false while there is another, and where it would cost far more than its size. */
  takeLarge(piece: LargePiece, bytes: number): boolean {
    if (this.#large !== undefined && this.#large !== piece) return false;
    if (piece.cost + bytes > piece.size + this.maxBytes) return false;
    this.#large = piece;
    return true;
  }

  releaseLarge(piece: LargePiece): void {
    if (this.#large === piece) this.#large = undefined;
  }

  release(holder: Holder, bytes: number): void {
    const left = (this.#held.get(holder) ?? 0) - bytes;
    if (left > 0) this.#held.set(holder, left);
    else this.#held.delete(holder);
    this.#total -= bytes;
  }
}
