import { LiuhenError } from '../../config/errors.js';
import { EMPTY_ROOT, HASH_BYTES, nodeHash, subtreeHash } from './merkle.js';
import { MAX_NOTE_BYTES } from './note.js';
import { type ReadHashes, TILE_WIDTH } from './tiles.js';

/** Longer than any path in a tree of up to 2^53 entries; a longer one is refused before it is looked into. */
export const MAX_PATH = 64;
/** What travels beside a proof: room for the entry itself. */
export const MAX_EXTRA_BYTES = 64 * 1024;

/** That entry `index` with leaf hash `leaf` is in the tree of `size` entries with root `root`. */
export interface Inclusion {
  index: number;
  leaf: Buffer;
  size: number;
  root: Buffer;
  /** From the leaf's sibling up to the root's child. */
  path: readonly Buffer[];
}

/** That the tree of `toSize` entries begins with the tree of `fromSize` entries. */
export interface Consistency {
  fromSize: number;
  fromRoot: Buffer;
  toSize: number;
  toRoot: Buffer;
  path: readonly Buffer[];
}

/** Builds the path of RFC 6962 §2.1.1 for entry `index` in the tree of `size` entries; reads O(log n) runs of hashes. */
export async function inclusionPath(index: number, size: number, read: ReadHashes): Promise<Buffer[]> {
  if (!isSize(size) || !isSize(index) || index >= size) {
    throw broken('inclusion', `an index below the size, got ${index} of ${size}`);
  }
  const path: Buffer[] = [];
  let from = 0;
  let to = size;
  while (to - from > 1) {
    const middle = from + splitOf(to - from);
    if (index < middle) {
      path.push(await rangeHash(middle, to, read));
      to = middle;
    } else {
      path.push(await rangeHash(from, middle, read));
      from = middle;
    }
  }
  return path.reverse();
}

/** Builds the path of RFC 6962 §2.1.2 from the tree of `fromSize` entries, at least one, to that of `toSize`. */
export async function consistencyPath(fromSize: number, toSize: number, read: ReadHashes): Promise<Buffer[]> {
  if (!isSize(fromSize) || !isSize(toSize) || fromSize < 1 || fromSize > toSize) {
    throw broken('consistency', `sizes 1 <= from <= to, got ${fromSize} and ${toSize}`);
  }
  const path: Buffer[] = [];
  let from = 0;
  let to = toSize;
  while (to !== fromSize) {
    const middle = from + splitOf(to - from);
    if (fromSize <= middle) {
      path.push(await rangeHash(middle, to, read));
      to = middle;
    } else {
      path.push(await rangeHash(from, middle, read));
      from = middle;
    }
  }
  // A verifier knows this subtree already when it is the whole of the older tree.
  if (from > 0) path.push(await rangeHash(from, to, read));
  return path.reverse();
}

/** Throws LIUHEN_TREE unless the path leads from the leaf to the root (RFC 9162 §2.1.3.2). */
export function verifyInclusion({ index, leaf, size, root, path }: Inclusion): void {
  const what = 'inclusion';
  if (!isSize(size) || !isSize(index) || index >= size) {
    throw broken(what, `an index below the size, got ${index} of ${size}`);
  }
  requireHashes(what, [leaf, root, ...requirePath(what, path)]);
  let node = index;
  let last = size - 1;
  let hash = leaf;
  for (const sibling of path) {
    if (last === 0) throw broken(what, `a path that ends at the root, got ${path.length} hashes`);
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(sibling, hash);
      [node, last] = skipLeftEdge(node, last);
    } else {
      hash = nodeHash(hash, sibling);
    }
    node = half(node);
    last = half(last);
  }
  if (last !== 0) throw broken(what, `a path that reaches the root, got ${path.length} hashes`);
  requireRoot(what, size, root, hash);
}

/**
 * Throws LIUHEN_TREE unless the path leads to both roots (RFC 9162 §2.1.4.2). An empty tree is refused as the older one
 * of two: every tree begins with it, so that such a proof says nothing about the newer root.
 */
export function verifyConsistency({ fromSize, fromRoot, toSize, toRoot, path }: Consistency): void {
  const what = 'consistency';
  if (!isSize(fromSize) || !isSize(toSize) || fromSize > toSize || (fromSize === 0 && toSize > 0)) {
    throw broken(what, `sizes 1 <= from <= to, got ${fromSize} and ${toSize}`);
  }
  requireHashes(what, [fromRoot, toRoot, ...requirePath(what, path)]);
  if (fromSize === toSize) {
    if (path.length > 0) throw broken(what, `no path between equal sizes, got ${path.length} hashes`);
    if (fromSize === 0) requireRoot(what, 0, fromRoot, EMPTY_ROOT);
    requireRoot(what, toSize, toRoot, fromRoot);
    return;
  }
  let node = fromSize - 1;
  let last = toSize - 1;
  while (node % 2 === 1) {
    node = half(node);
    last = half(last);
  }
  // The older tree is one complete subtree of the newer: then its own root is where the path starts.
  const [start, ...rest] = node === 0 ? [fromRoot, ...path] : path;
  if (start === undefined || path.length === 0) throw broken(what, 'a path, got none');
  let fromHash = start;
  let toHash = start;
  for (const sibling of rest) {
    if (last === 0) throw broken(what, `a path that ends at the root, got ${path.length} hashes`);
    if (node % 2 === 1 || node === last) {
      fromHash = nodeHash(sibling, fromHash);
      toHash = nodeHash(sibling, toHash);
      [node, last] = skipLeftEdge(node, last);
    } else {
      toHash = nodeHash(toHash, sibling);
    }
    node = half(node);
    last = half(last);
  }
  if (last !== 0) throw broken(what, `a path that reaches the root, got ${path.length} hashes`);
  requireRoot(what, fromSize, fromRoot, fromHash);
  requireRoot(what, toSize, toRoot, toHash);
}

/** What a C2SP tlog-proof file holds. Nothing in it is verified, and `extra` is covered by no signature. */
export interface Proof {
  index: number;
  path: Buffer[];
  /** The checkpoint as its log issued it, cosignatures included. */
  checkpoint: string;
  extra?: Buffer;
}

const HEADER = 'c2sp.org/tlog-proof@v1';
const INDEX = /^index (0|[1-9][0-9]{0,15})$/;
const MAX_PROOF_BYTES = MAX_NOTE_BYTES + MAX_PATH * 45 + Math.ceil(MAX_EXTRA_BYTES / 3) * 4 + 256;

/** Renders an inclusion proof with its checkpoint as C2SP tlog-proof text. */
export function formatProof(
  index: number,
  path: readonly Buffer[],
  checkpoint: string,
  extra?: Uint8Array,
): string {
  const about = extra === undefined ? [] : [`extra ${Buffer.from(extra).toString('base64')}`];
  const lines = [HEADER, ...about, `index ${index}`, ...path.map((hash) => hash.toString('base64'))];
  const text = `${lines.join('\n')}\n\n${checkpoint}`;
  parseProof(text);
  return text;
}

/** Parses C2SP tlog-proof text; throws LIUHEN_TREE. The checkpoint is handed on as text, for `parseCheckpoint`. */
export function parseProof(text: string): Proof {
  const fail = (expected: string) => new LiuhenError('LIUHEN_TREE', `tlog-proof: expected ${expected}`);
  if (Buffer.byteLength(text) > MAX_PROOF_BYTES) throw fail(`at most ${MAX_PROOF_BYTES} bytes`);
  const end = text.indexOf('\n\n');
  if (end < 0 || text.length === end + 2) throw fail('a checkpoint behind an empty line');
  const [header, ...lines] = text.slice(0, end).split('\n');
  if (header !== HEADER) throw fail(`the line ${HEADER}`);
  const extraLine = lines[0]?.startsWith('extra ') ? lines.shift()?.slice('extra '.length) : undefined;
  const extra = extraLine === undefined ? undefined : fromBase64(extraLine);
  if (extraLine !== undefined && (extra === undefined || extra.length > MAX_EXTRA_BYTES)) {
    throw fail(`at most ${MAX_EXTRA_BYTES} bytes of extra data in base64`);
  }
  const index = Number(INDEX.exec(lines.shift() ?? '')?.[1] ?? Number.NaN);
  if (!isSize(index)) throw fail('a line "index <n>"');
  if (lines.length > MAX_PATH) throw fail(`at most ${MAX_PATH} hashes, got ${lines.length}`);
  const path = lines.map((line) => {
    const hash = fromBase64(line);
    if (hash?.length !== HASH_BYTES) throw fail(`a hash in base64, got ${JSON.stringify(line.slice(0, 60))}`);
    return hash;
  });
  const proof = { index, path, checkpoint: text.slice(end + 2) };
  return extra === undefined ? proof : { ...proof, extra };
}

/** The hash of the entries [from, to) of the tree, where `from` is where a subtree of that many entries can begin. */
async function rangeHash(from: number, to: number, read: ReadHashes): Promise<Buffer> {
  const count = to - from;
  const left = splitOf(count);
  const isComplete = count === 1 || count === left * 2;
  if (!isComplete) {
    return nodeHash(await rangeHash(from, from + left, read), await rangeHash(from + left, to, read));
  }
  let level = 0;
  let width = count;
  while (width >= TILE_WIDTH) {
    width /= TILE_WIDTH;
    level++;
  }
  const hashes = await read(level, from / TILE_WIDTH ** level, width);
  if (hashes.length !== width) {
    throw new LiuhenError(
      'LIUHEN_TREE',
      `tree: expected ${width} hashes of level ${level}, got ${hashes.length}`,
    );
  }
  return subtreeHash(hashes);
}

/** The largest power of two below `count`. Divides and doubles: JavaScript's bit operators stop at 2^31. */
function splitOf(count: number): number {
  let split = 1;
  while (split * 2 < count) split *= 2;
  return split;
}

function half(value: number): number {
  return Math.floor(value / 2);
}

/** At the right edge a node without a sibling stands for its parent: climb until it is a right child, or the root. */
function skipLeftEdge(node: number, last: number): [node: number, last: number] {
  let [at, end] = [node, last];
  while (at % 2 === 0 && at !== 0) {
    at = half(at);
    end = half(end);
  }
  return [at, end];
}

function isSize(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function fromBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

function requirePath(what: string, path: readonly Buffer[]): readonly Buffer[] {
  if (path.length > MAX_PATH) throw broken(what, `at most ${MAX_PATH} hashes, got ${path.length}`);
  return path;
}

function requireHashes(what: string, hashes: readonly Buffer[]): void {
  const odd = hashes.find(({ length }) => length !== HASH_BYTES);
  if (odd !== undefined) throw broken(what, `hashes of ${HASH_BYTES} bytes, got one of ${odd.length}`);
}

function requireRoot(what: string, size: number, expected: Buffer, got: Buffer): void {
  if (!got.equals(expected)) {
    throw broken(what, `root ${expected.toString('hex')} at size ${size}, got ${got.toString('hex')}`);
  }
}

function broken(what: string, expected: string): LiuhenError {
  return new LiuhenError('LIUHEN_TREE', `${what} proof: expected ${expected}`);
}
