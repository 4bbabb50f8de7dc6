import { createHash } from 'node:crypto';

/** Hashes of RFC 6962 §2.1 with SHA-256. */
export const HASH_BYTES = 32;
const LEAF = Buffer.of(0x00);
const NODE = Buffer.of(0x01);

export const EMPTY_ROOT: Buffer = createHash('sha256').digest();

export function leafHash(entry: Uint8Array): Buffer {
  return createHash('sha256').update(LEAF).update(entry).digest();
}

export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  return createHash('sha256').update(NODE).update(left).update(right).digest();
}

/** The hash of a complete subtree whose leaves (a power of two of them) are given as hashes. */
export function subtreeHash(hashes: readonly Buffer[]): Buffer {
  const range = new CompactRange();
  for (const hash of hashes) range.append(hash);
  return range.root();
}

/**
 * The right edge of a growing tree: one hash for every complete subtree, largest first, as in RFC 9162's "compact range".
 * Appending costs O(1) amortised, the root O(log n); memory is O(log n).
 */
export class CompactRange {
  #size = 0;
  /** Index: binary level. An entry is set exactly where `size` has that bit. */
  readonly #complete: (Buffer | undefined)[] = [];

  get size(): number {
    return this.#size;
  }

  /** Appends one leaf hash; `onComplete` hears of every subtree that it completes (level 0, the leaf, included). */
  append(hash: Buffer, onComplete?: (level: number, index: number, hash: Buffer) => void): void {
    this.appendSubtree(0, hash, onComplete);
  }

  /** Appends a complete subtree of 2^level leaves; the size so far must be a multiple of that. */
  appendSubtree(
    level: number,
    hash: Buffer,
    onComplete?: (level: number, index: number, hash: Buffer) => void,
  ) {
    // Sizes may pass 2^31, where JavaScript's bit operators stop: divide instead.
    let index = this.#size / 2 ** level;
    if (!Number.isInteger(index)) throw new RangeError(`subtree of level ${level} at size ${this.#size}`);
    let at = level;
    let carried = hash;
    onComplete?.(at, index, carried);
    while (index % 2 === 1) {
      carried = nodeHash(this.#complete[at] as Buffer, carried);
      this.#complete[at] = undefined;
      at++;
      index = (index - 1) / 2;
      onComplete?.(at, index, carried);
    }
    this.#complete[at] = carried;
    this.#size += 2 ** level;
  }

  root(): Buffer {
    let root: Buffer | undefined;
    for (const hash of this.#complete) {
      if (hash !== undefined) root = root === undefined ? hash : nodeHash(hash, root);
    }
    return root ?? EMPTY_ROOT;
  }

  clone(): CompactRange {
    const copy = new CompactRange();
    copy.#size = this.#size;
    copy.#complete.push(...this.#complete);
    return copy;
  }
}
