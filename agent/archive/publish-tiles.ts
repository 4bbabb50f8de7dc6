import { readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { systemCodeOf } from '../../config/errors.js';
import { HASH_BYTES } from '../journal/merkle.js';
import type { JournalStore } from '../journal/store.js';
import {
  encodeEntryBundle,
  entriesPath,
  hashesAtLevel,
  TILE_WIDTH,
  type Tile,
  tilePath,
  tileWidth,
} from '../journal/tiles.js';
import { writeDurably } from './durable-file.js';

/**
 * Writes the tiles and entry bundles of C2SP tlog-tiles that a tree of `size` entries has and one of `from` entries does not
 * have whole. With `from` 0 everything is looked at, and only what is missing or of another length is written. Durable when it
 * resolves.
 */
export async function writeTiles(
  store: JournalStore,
  folder: string,
  from: number,
  size: number,
): Promise<void> {
  for (const tile of changedTiles(from, size)) {
    const { level, index, width } = tile;
    const path = join(folder, tilePath(tile));
    if (from > 0 || (await sizeOf(path)) !== width * HASH_BYTES) {
      const hashes = await store.readHashes(level, index * TILE_WIDTH, width);
      await writeDurably(path, Buffer.concat(hashes));
    }
    const bundle = join(folder, entriesPath(index, width));
    if (level > 0 || (from === 0 && (await sizeOf(bundle)) !== undefined)) continue;
    const entries: Buffer[] = [];
    const first = index * TILE_WIDTH;
    for await (const entry of store.entries(first, first + width)) entries.push(entry);
    await writeDurably(bundle, encodeEntryBundle(entries));
  }
}

/** Removes partial tiles of earlier sizes, whose place a wider or a full one has taken. */
export async function removeStaleTiles(folder: string, from: number, size: number): Promise<void> {
  for (const tile of changedTiles(from, size)) {
    const { level, index, width } = tile;
    const kept = [join(folder, tilePath(tile))];
    if (level === 0) kept.push(join(folder, entriesPath(index, width)));
    for (const path of kept) {
      if (width === TILE_WIDTH) await rm(`${path}.p`, { recursive: true, force: true });
      else await removeOthers(path);
    }
  }
}

function* changedTiles(from: number, size: number): Generator<Tile> {
  for (let level = 0; hashesAtLevel(size, level) > 0; level++) {
    const last = Math.floor((hashesAtLevel(size, level) - 1) / TILE_WIDTH);
    for (let index = Math.floor(hashesAtLevel(from, level) / TILE_WIDTH); index <= last; index++) {
      yield { level, index, width: tileWidth(size, level, index) };
    }
  }
}

async function removeOthers(path: string): Promise<void> {
  const folder = dirname(path);
  for (const name of await readdir(folder)) {
    const other = join(folder, name);
    if (other !== path) await rm(other, { force: true });
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT' || systemCodeOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}
