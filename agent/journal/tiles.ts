import { LiuhenError } from '../../config/errors.js';
import { CompactRange, HASH_BYTES } from './merkle.js';

/** Tiles of C2SP tlog-tiles: 256 hashes wide, eight binary levels high. */
export const TILE_WIDTH = 256;
export const TILE_HEIGHT = 8;
/** 256^7 entries are out of reach of a safe integer, so levels 0 to 6 are all there is. */
const MAX_LEVEL = 6;

/** Tile `index` of `level`, holding `width` hashes (256 when full). Level 0 holds leaf hashes. */
export interface Tile {
  level: number;
  index: number;
  width: number;
}

/** One hash of the tree at a tile level: the subtree of the 256^level entries from `index`·256^level on. */
export interface TileHash {
  level: number;
  index: number;
  hash: Buffer;
}

/** Reads `count` consecutive hashes of a tile level, from index `from` on. */
export type ReadHashes = (level: number, from: number, count: number) => Promise<Buffer[]>;

/** How many complete subtrees of 256^level entries a tree of `size` entries has. */
export function hashesAtLevel(size: number, level: number): number {
  return Math.floor(size / TILE_WIDTH ** level);
}

/** The width that tile `index` of `level` has in a tree of `size` entries; 0 when it does not exist. */
export function tileWidth(size: number, level: number, index: number): number {
  return Math.max(0, Math.min(TILE_WIDTH, hashesAtLevel(size, level) - index * TILE_WIDTH));
}

function pathOfIndex(index: number): string {
  const digits = String(index).padStart(Math.ceil(Math.max(1, String(index).length) / 3) * 3, '0');
  const groups = digits.match(/.{3}/g) ?? [];
  return groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join('/');
}

function suffix(width: number): string {
  return width === TILE_WIDTH ? '' : `.p/${width}`;
}

/** The tile's path below the log's prefix: `tile/<level>/x001/234[.p/<width>]`. */
export function tilePath({ level, index, width }: Tile): string {
  return `tile/${level}/${pathOfIndex(index)}${suffix(width)}`;
}

/** The path of the entry bundle beside a level-0 tile. */
export function entriesPath(index: number, width: number): string {
  return `tile/entries/${pathOfIndex(index)}${suffix(width)}`;
}

/** The partial tiles (and full ones without a parent yet) from which the root of a tree of `size` entries is computed. */
export function rightEdge(size: number): Tile[] {
  const tiles: Tile[] = [];
  for (let level = 0; level <= MAX_LEVEL && hashesAtLevel(size, level) > 0; level++) {
    const index = Math.floor(hashesAtLevel(size, level) / TILE_WIDTH);
    const width = tileWidth(size, level, index);
    if (width > 0) tiles.push({ level, index, width });
  }
  return tiles;
}

/** Every tile that proves the entries [from, to) in a tree of `size`: theirs, their ancestors, and the right edge. */
export function tilesFor(size: number, from: number, to: number): Tile[] {
  const tiles = new Map<string, Tile>();
  const add = (tile: Tile) => tiles.set(tilePath(tile), tile);
  for (const tile of rightEdge(size)) add(tile);
  for (let level = 0; level <= MAX_LEVEL; level++) {
    const span = TILE_WIDTH ** (level + 1);
    for (let index = Math.floor(from / span); index <= Math.floor((to - 1) / span); index++) {
      const width = tileWidth(size, level, index);
      if (width > 0) add({ level, index, width });
    }
    if (hashesAtLevel(size, level + 1) === 0) break;
  }
  return [...tiles.values()].sort((a, b) => a.level - b.level || a.index - b.index);
}

/** The right edge of the tree as it was at `size`, from hashes at tile levels: at most 255 reads a level. */
export async function compactRangeAt(size: number, read: ReadHashes): Promise<CompactRange> {
  const range = new CompactRange();
  for (const { level, index, width } of rightEdge(size).reverse()) {
    for (const hash of await read(level, index * TILE_WIDTH, width)) {
      range.appendSubtree(level * TILE_HEIGHT, hash);
    }
  }
  if (range.size !== size) {
    throw new LiuhenError('LIUHEN_TREE', `tree: expected hashes for ${size} entries, got ${range.size}`);
  }
  return range;
}

/** Appends leaf hashes to the range and returns what must be stored: every hash at a tile level that this completes. */
export function appendLeaves(range: CompactRange, leaves: readonly Buffer[]): TileHash[] {
  const stored: TileHash[] = [];
  for (const leaf of leaves) {
    range.append(leaf, (binaryLevel, index, hash) => {
      if (binaryLevel % TILE_HEIGHT === 0) stored.push({ level: binaryLevel / TILE_HEIGHT, index, hash });
    });
  }
  return stored;
}

/** Splits a tile's bytes into its hashes; throws unless it is exactly `width` hashes long. */
export function splitTile(bytes: Buffer, { level, index, width }: Tile): Buffer[] {
  if (bytes.length !== width * HASH_BYTES) {
    throw new LiuhenError(
      'LIUHEN_TREE',
      `tile ${level}/${index}: expected ${width * HASH_BYTES} bytes, got ${bytes.length}`,
    );
  }
  return Array.from({ length: width }, (_, at) => bytes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES));
}

/** An entry bundle: each entry behind its length as a big-endian uint16. */
export function encodeEntryBundle(entries: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    entries.flatMap((entry) => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(entry.length);
      return [length, entry];
    }),
  );
}

/** Splits an entry bundle; throws unless it holds exactly `width` entries and nothing else. */
export function splitEntryBundle(bytes: Buffer, index: number, width: number): Buffer[] {
  const entries: Buffer[] = [];
  let at = 0;
  while (at + 2 <= bytes.length && entries.length < width) {
    const end = at + 2 + bytes.readUInt16BE(at);
    if (end > bytes.length) break;
    entries.push(bytes.subarray(at + 2, end));
    at = end;
  }
  if (entries.length !== width || at !== bytes.length) {
    throw new LiuhenError(
      'LIUHEN_TREE',
      `entry bundle ${index}: expected ${width} entries in ${bytes.length} bytes, got ${entries.length} in ${at}`,
    );
  }
  return entries;
}
