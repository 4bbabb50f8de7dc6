import type { TreeHead } from '../../journal/checkpoint.js';
import { HASH_BYTES, leafHash, subtreeHash } from '../../journal/merkle.js';
import {
  compactRangeAt,
  entriesPath,
  type ReadHashes,
  rightEdge,
  splitEntryBundle,
  splitTile,
  TILE_WIDTH,
  type Tile,
  tilePath,
  tileWidth,
} from '../../journal/tiles.js';
import type { Findings } from './findings.js';
import type { BundleFolder } from './folder.js';

/** An entry's length is a uint16, so an entry bundle is never larger. */
export const MAX_ENTRIES_BYTES = TILE_WIDTH * (2 + 0xffff);
export const MAX_TILE_BYTES = TILE_WIDTH * HASH_BYTES;
/** Authenticated tiles kept: the path of one entry to the root is at most seven. */
const CACHED_TILES = 8;

/** Entries that are in the tree. They end before the first that is missing or is not in the tree. */
export interface AuthenticEntries {
  entries: Buffer[];
  complete: boolean;
}

/**
 * The journal's tree as far as the bundle holds it. Nothing leaves here that does not hash up to the checkpoint's root:
 * tiles through their parents up to the right edge, entries through the tiles of level 0.
 */
export class AuthenticTree {
  readonly #folder: BundleFolder;
  readonly #head: TreeHead;
  readonly #findings: Findings;
  readonly #edge = new Map<string, Buffer[]>();
  readonly #cache = new Map<string, Buffer[]>();
  /** Tiles that are missing or wrong; each has its finding. */
  readonly #bad = new Set<string>();

  constructor(folder: BundleFolder, head: TreeHead, findings: Findings) {
    this.#folder = folder;
    this.#head = head;
    this.#findings = findings;
  }

  /**
   * Computes the root from the right edge. A missing or wrong tile of level 0 is computed anew from its entries. False, with
   * a finding, when the root is not that of the checkpoint: nothing in the bundle can be tied to it then.
   */
  async checkRoot(): Promise<boolean> {
    const { size, root } = this.#head;
    const edge = rightEdge(size);
    for (const tile of edge) {
      const hashes = this.#readTile(tile);
      if (hashes !== undefined) this.#edge.set(tilePath(tile), hashes);
    }
    if (this.#edge.size === edge.length && (await this.#edgeRoot()).equals(root)) return true;
    const leaves = edge.find(({ level }) => level === 0);
    const derived = leaves === undefined ? undefined : this.#leavesFromEntries(leaves);
    if (leaves !== undefined && derived !== undefined) {
      const path = tilePath(leaves);
      this.#edge.set(path, derived);
      if (this.#edge.size === edge.length && (await this.#edgeRoot()).equals(root)) {
        this.#tileDiffers(path);
        return true;
      }
    }
    const isMissing = this.#edge.size < edge.length;
    this.#findings.add({
      verdict: isMissing ? 'untrusted' : 'altered',
      kind: 'tree-root',
      file: 'checkpoint',
      expected: `root ${root.toString('hex')} of ${size} entries`,
      actual: isMissing
        ? 'hash tiles are missing from which it is computed; nothing here can be tied to the checkpoint'
        : `root ${(await this.#edgeRoot()).toString('hex')} from ${[...this.#edge.keys()].join(', ')}`,
    });
    return false;
  }

  /** The hashes of a tile of this tree, authenticated; undefined, with a finding, when it is missing or wrong. */
  async tile(level: number, index: number): Promise<Buffer[] | undefined> {
    const tile = { level, index, width: tileWidth(this.#head.size, level, index) };
    const path = tilePath(tile);
    const known = this.#edge.get(path) ?? this.#cache.get(path);
    if (known !== undefined || tile.width === 0 || this.#bad.has(path)) return known;
    const expected = (await this.tile(level + 1, Math.floor(index / TILE_WIDTH)))?.[index % TILE_WIDTH];
    const fromFile = expected === undefined ? undefined : this.#readTile(tile);
    if (expected === undefined) {
      this.#bad.add(path);
      return undefined;
    }
    if (fromFile !== undefined && subtreeHash(fromFile).equals(expected)) return this.#keep(path, fromFile);
    const derived = level === 0 ? this.#leavesFromEntries(tile) : undefined;
    if (fromFile !== undefined) this.#tileDiffers(path);
    if (derived !== undefined && subtreeHash(derived).equals(expected)) return this.#keep(path, derived);
    this.#bad.add(path);
    return undefined;
  }

  /** The entries of a bundle as far as they are in the tree. */
  async entries(index: number): Promise<AuthenticEntries> {
    const width = tileWidth(this.#head.size, 0, index);
    const file = entriesPath(index, width);
    const first = index * TILE_WIDTH;
    const found = this.#readEntries(index, width);
    if (found === undefined) {
      if (!this.#folder.occupied(file) && !this.#findings.concern(file)) {
        const expected = `the entries ${first} to ${first + width - 1} of the journal`;
        this.#findings.add({
          verdict: 'incomplete',
          kind: 'missing-file',
          file,
          entry: first,
          expected,
          actual: 'no such file',
        });
      }
      return { entries: [], complete: false };
    }
    const leaves = await this.tile(0, index);
    if (leaves === undefined) return { entries: [], complete: false };
    const bad = found.findIndex((entry, at) => !leafHash(entry).equals(leaves[at] as Buffer));
    if (bad < 0) return { entries: found, complete: true };
    if (this.#findings.concern(file)) return { entries: found.slice(0, bad), complete: false };
    this.#findings.add({
      verdict: 'altered',
      kind: 'entry-hash',
      file,
      entry: first + bad,
      expected: `an entry with leaf hash ${leaves[bad]?.toString('hex')}`,
      actual: leafHash(found[bad] as Buffer).toString('hex'),
    });
    return { entries: found.slice(0, bad), complete: false };
  }

  /** The root that the tree had at `size`; undefined when the tiles for it are not in the bundle, without a finding. */
  async rootAt(size: number): Promise<Buffer | undefined> {
    const at = (level: number, from: number): Tile => {
      const index = Math.floor(from / TILE_WIDTH);
      return { level, index, width: tileWidth(this.#head.size, level, index) };
    };
    const isHere = (tile: Tile): boolean => {
      const path = tilePath(tile);
      if (this.#edge.has(path)) return true;
      return this.#folder.files.has(path) && isHere(at(tile.level + 1, tile.index));
    };
    if (!rightEdge(size).every(({ level, index }) => isHere(at(level, index * TILE_WIDTH)))) return undefined;
    const read: ReadHashes = async (level, from, count) => {
      const hashes = await this.tile(level, Math.floor(from / TILE_WIDTH));
      return hashes?.slice(from % TILE_WIDTH, (from % TILE_WIDTH) + count) ?? [];
    };
    return await compactRangeAt(size, read).then(
      (range) => range.root(),
      () => undefined,
    );
  }

  #edgeRoot(): Promise<Buffer> {
    return compactRangeAt(this.#head.size, async (level, from, count) => {
      const index = Math.floor(from / TILE_WIDTH);
      return this.#edge.get(tilePath({ level, index, width: count })) ?? [];
    }).then((range) => range.root());
  }

  #keep(path: string, hashes: Buffer[]): Buffer[] {
    this.#cache.set(path, hashes);
    const [oldest] = this.#cache.keys();
    if (this.#cache.size > CACHED_TILES && oldest !== undefined) this.#cache.delete(oldest);
    return hashes;
  }

  #readTile(tile: Tile): Buffer[] | undefined {
    const file = tilePath(tile);
    const expected = `${tile.width} hashes of level ${tile.level}, from ${tile.index * TILE_WIDTH} on`;
    const bytes = this.#folder.read(file, MAX_TILE_BYTES);
    if (bytes === undefined) {
      // A tile of level 0 follows from its entries; those above do not, and what they prove stays unproven.
      const verdict = tile.level === 0 ? 'incomplete' : 'untrusted';
      if (!this.#folder.occupied(file) && !this.#findings.concern(file)) {
        this.#findings.add({ verdict, kind: 'missing-file', file, expected, actual: 'no such file' });
      }
      return undefined;
    }
    try {
      return splitTile(bytes, tile);
    } catch (error) {
      this.#findings.malformed(file, expected, error);
      return undefined;
    }
  }

  #readEntries(index: number, width: number): Buffer[] | undefined {
    const file = entriesPath(index, width);
    const bytes = this.#folder.read(file, MAX_ENTRIES_BYTES);
    if (bytes === undefined) return undefined;
    try {
      return splitEntryBundle(bytes, index, width);
    } catch (error) {
      if (!this.#findings.concern(file)) this.#findings.malformed(file, `${width} entries`, error);
      return undefined;
    }
  }

  #leavesFromEntries({ index, width }: Tile): Buffer[] | undefined {
    return this.#readEntries(index, width)?.map(leafHash);
  }

  #tileDiffers(file: string): void {
    if (this.#findings.concern(file)) return;
    const [expected, actual] = ['hashes that lead to the checkpoint', 'other hashes'];
    this.#findings.add({ verdict: 'altered', kind: 'tile-hash', file, expected, actual });
  }
}
