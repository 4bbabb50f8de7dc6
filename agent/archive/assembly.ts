import { createHash } from 'node:crypto';
import type { ChunkMemory } from './chunk-memory.js';

/** Keeping a chunk costs more than its bytes; without this, one-byte chunks would hold a hundred times what they count. */
const MIN_CHUNK_COST = 1024;

/** What a chunk of this length counts for in the bound on memory. */
export function chunkCost(bytes: number): number {
  return Math.max(bytes, MIN_CHUNK_COST);
}

interface Piece {
  offset: number;
  bytes: Buffer;
}

/** An init or fragment while its chunks come in, in any order, overlapping or not. */
export class Assembly {
  readonly sha256: string;
  readonly size: number;
  readonly #memory: ChunkMemory;
  /** Over the first `#hashed` bytes: chunks that come in order are hashed while the processor still has them at hand. */
  readonly #hash = createHash('sha256');
  #hashed = 0;
  /** Sorted by offset, without overlap. */
  readonly #pieces: Piece[] = [];
  #received = 0;
  #cost = 0;

  constructor(sha256: string, size: number, memory: ChunkMemory) {
    this.sha256 = sha256;
    this.size = size;
    this.#memory = memory;
  }

  get cost(): number {
    return this.#cost;
  }

  get isComplete(): boolean {
    return this.#received === this.size;
  }

  /** What a chunk would add, in bytes that count: 0 when all of it is here, undefined when it reaches past the end. */
  costOf(offset: number, length: number): number | undefined {
    if (offset + length > this.size) return undefined;
    return this.#uncovered(offset, offset + length).reduce(
      (sum, [from, to]) => sum + chunkCost(to - from),
      0,
    );
  }

  /** Keeps a copy of those parts of the chunk that are not here yet. */
  add(offset: number, chunk: Buffer): void {
    for (const [from, to] of this.#uncovered(offset, offset + chunk.length)) {
      const bytes = this.#memory.copy(chunk.subarray(from - offset, to - offset));
      this.#pieces.splice(this.#firstFrom(from), 0, { offset: from, bytes });
      this.#hashFrom(from, bytes);
      this.#received += to - from;
      this.#cost += chunkCost(to - from);
    }
  }

  /** Where chunks are missing, on a grid of `grid` bytes; at most `max` of them. */
  missing(grid: number, max: number): number[] {
    const offsets: number[] = [];
    for (const [from, to] of this.#uncovered(0, this.size)) {
      let offset = from - (from % grid);
      if (offset === offsets.at(-1)) offset += grid;
      for (; offset < to; offset += grid) {
        if (offsets.length >= max) return offsets;
        offsets.push(offset);
      }
    }
    return offsets;
  }

  /** The bytes in order, until `free`. Call when complete. */
  bytes(): Buffer[] {
    return this.#pieces.map(({ bytes }) => bytes);
  }

  /** Whether the bytes have the hash that the journal says. Call when complete. */
  matches(): boolean {
    for (const { offset, bytes } of this.#pieces) this.#hashFrom(offset, bytes);
    return this.#hash.digest('hex') === this.sha256;
  }

  /** Gives its memory back: of no more use from here on. */
  free(): void {
    for (const { bytes } of this.#pieces) this.#memory.free(bytes);
    this.#pieces.length = 0;
  }

  #hashFrom(offset: number, bytes: Buffer): void {
    if (offset !== this.#hashed) return;
    this.#hash.update(bytes);
    this.#hashed += bytes.length;
  }

  #uncovered(from: number, to: number): [from: number, to: number][] {
    const gaps: [number, number][] = [];
    let at = from;
    for (let i = Math.max(0, this.#firstFrom(from) - 1); i < this.#pieces.length && at < to; i++) {
      const { offset, bytes } = this.#pieces[i] as Piece;
      if (offset > at) gaps.push([at, Math.min(offset, to)]);
      at = Math.max(at, offset + bytes.length);
    }
    if (at < to) gaps.push([at, to]);
    return gaps.filter(([start, end]) => start < end);
  }

  /** Index of the first piece that begins at `offset` or after it. */
  #firstFrom(offset: number): number {
    let low = 0;
    let high = this.#pieces.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#pieces[middle] as Piece).offset < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
