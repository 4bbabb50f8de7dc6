import { createHash } from 'node:crypto';
import { leafHash } from '../../agent/journal/merkle.js';
import { appendLeaves, compactRangeAt, type ReadHashes } from '../../agent/journal/tiles.js';

/** The definitions of RFC 6962 §2.1 word for word: slow, and sharing no line with what is tested against them. */
const sha256 = (...parts: Uint8Array[]) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

function split(count: number): number {
  let k = 1;
  while (k * 2 < count) k *= 2;
  return k;
}

/** MTH(D[n]), RFC 6962 §2.1. */
export function treeHash(entries: readonly Uint8Array[]): Buffer {
  const [first] = entries;
  if (first === undefined) return sha256();
  if (entries.length === 1) return sha256(Buffer.of(0), first);
  const k = split(entries.length);
  return sha256(Buffer.of(1), treeHash(entries.slice(0, k)), treeHash(entries.slice(k)));
}

/** PATH(m, D[n]), RFC 6962 §2.1.1. */
export function auditPath(index: number, entries: readonly Uint8Array[]): Buffer[] {
  if (entries.length === 1) return [];
  const k = split(entries.length);
  return index < k
    ? [...auditPath(index, entries.slice(0, k)), treeHash(entries.slice(k))]
    : [...auditPath(index - k, entries.slice(k)), treeHash(entries.slice(0, k))];
}

/** PROOF(m, D[n]), RFC 6962 §2.1.2. */
export function consistencyProof(
  size: number,
  entries: readonly Uint8Array[],
  isWhole: boolean = true,
): Buffer[] {
  if (size === entries.length) return isWhole ? [] : [treeHash(entries)];
  const k = split(entries.length);
  return size <= k
    ? [...consistencyProof(size, entries.slice(0, k), isWhole), treeHash(entries.slice(k))]
    : [...consistencyProof(size - k, entries.slice(k), false), treeHash(entries.slice(0, k))];
}

export function numberedEntries(count: number): Buffer[] {
  return Array.from({ length: count }, (_, n) => Buffer.from(`entry ${n}`));
}

/** Hashes at tile levels as a journal stores them, in memory. Reading one that is not there gives a shorter answer. */
export class TreeInMemory {
  readonly #levels = new Map<string, Buffer>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  async append(entries: readonly Uint8Array[]): Promise<Buffer> {
    const range = await compactRangeAt(this.#size, this.read);
    for (const { level, index, hash } of appendLeaves(range, entries.map(leafHash))) {
      this.#levels.set(`${level}/${index}`, hash);
    }
    this.#size = range.size;
    return range.root();
  }

  readonly read: ReadHashes = async (level, from, count) =>
    Array.from({ length: count }, (_, at) => this.#levels.get(`${level}/${from + at}`)).filter(
      (hash) => hash !== undefined,
    );
}
