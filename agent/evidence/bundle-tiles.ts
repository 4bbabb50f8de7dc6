import {
  encodeEntryBundle,
  entriesPath,
  TILE_WIDTH,
  type Tile,
  tilePath,
  tilesFor,
  tileWidth,
} from '../journal/tiles.js';
import type { BundleFolder, WrittenFile } from './bundle-folder.js';
import type { JournalRange } from './bundle-range.js';
import type { EvidenceSource } from './source.js';

/** Writes the hash tiles and entry bundles that prove a range, with the widths they have at its checkpoint's size. */
export async function writeTiles(
  source: EvidenceSource,
  range: JournalRange,
  folder: BundleFolder,
  signal?: AbortSignal,
): Promise<WrittenFile[]> {
  const { size } = range.checkpoint;
  const written: WrittenFile[] = [];
  for (const tile of tilesOf(range)) {
    signal?.throwIfAborted();
    const { level, index, width } = tile;
    const hashes = await source.readHashes(level, index * TILE_WIDTH, width);
    written.push(await folder.write(tilePath(tile), Buffer.concat(hashes)));
  }
  for (const index of entryBundlesOf(range)) {
    signal?.throwIfAborted();
    const width = tileWidth(size, 0, index);
    const entries: Buffer[] = [];
    const from = index * TILE_WIDTH;
    for await (const entry of source.entries(from, from + width)) entries.push(entry);
    written.push(await folder.write(entriesPath(index, width), encodeEntryBundle(entries)));
  }
  return written;
}

function tilesOf({ from, to, checkpoint: { size }, neighbours }: JournalRange): Tile[] {
  const tiles = new Map<string, Tile>();
  const add = (first: number, behind: number) => {
    for (const tile of tilesFor(size, first, behind)) tiles.set(tilePath(tile), tile);
  };
  add(from, to);
  for (const entry of neighbours.entries) add(entry, entry + 1);
  // From the tiles above a position the root of the tree that ended there is computed.
  for (const position of neighbours.positions) add(position, position + 1);
  return [...tiles.values()];
}

function entryBundlesOf({ from, to, neighbours }: JournalRange): number[] {
  const indexes = new Set(neighbours.entries.map((entry) => Math.floor(entry / TILE_WIDTH)));
  for (let at = Math.floor(from / TILE_WIDTH); at <= Math.floor((to - 1) / TILE_WIDTH); at++) indexes.add(at);
  return [...indexes].sort((a, b) => a - b);
}
