import { type FileHandle, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { LiuhenError, systemCodeOf } from '../../config/errors.js';
import { MAX_ENTRY_BYTES } from '../journal/entry.js';
import { HASH_BYTES } from '../journal/merkle.js';
import { entriesPath, splitEntryBundle, splitTile, TILE_WIDTH, tilePath } from '../journal/tiles.js';

const MAX_SMALL_BYTES = 64 * 1024;
const MAX_BUNDLE_BYTES = TILE_WIDTH * (2 + MAX_ENTRY_BYTES);
/** A partial tile is replaced by a wider one while it is looked for; each time round the archive has moved on. */
const ATTEMPTS = 16;

/** The whole of a file, undefined when there is none; throws LIUHEN_BUNDLE when it is larger than `maxBytes`. */
export async function readSmall(path: string, maxBytes = MAX_SMALL_BYTES): Promise<Buffer | undefined> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    const code = systemCodeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
  try {
    const { size } = await file.stat();
    if (size > maxBytes) {
      throw new LiuhenError('LIUHEN_BUNDLE', `${path}: expected at most ${maxBytes} bytes, got ${size}`);
    }
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/**
 * Reads the tlog-tiles below a log's folder while their writer may be replacing partial tiles. A tile only ever grows at its
 * end, so any that is wide enough has the hashes asked for.
 */
export class PublishedTiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async readHashes(level: number, from: number, count: number): Promise<Buffer[]> {
    const hashes: Buffer[] = [];
    for (let at = from; at < from + count; ) {
      const index = Math.floor(at / TILE_WIDTH);
      const end = Math.min(from + count, (index + 1) * TILE_WIDTH);
      const needed = end - index * TILE_WIDTH;
      const { bytes, width } = await this.#read(
        (width) => tilePath({ level, index, width }),
        needed,
        TILE_WIDTH * HASH_BYTES,
      );
      hashes.push(...splitTile(bytes, { level, index, width }).slice(at - index * TILE_WIDTH, needed));
      at = end;
    }
    return hashes;
  }

  async *entries(from: number, to: number): AsyncGenerator<Buffer> {
    for (let at = from; at < to; ) {
      const index = Math.floor(at / TILE_WIDTH);
      const end = Math.min(to, (index + 1) * TILE_WIDTH);
      const needed = end - index * TILE_WIDTH;
      const { bytes, width } = await this.#read(
        (width) => entriesPath(index, width),
        needed,
        MAX_BUNDLE_BYTES,
      );
      yield* splitEntryBundle(bytes, index, width).slice(at - index * TILE_WIDTH, needed);
      at = end;
    }
  }

  /** The full tile, or else the widest partial one that is wide enough. */
  async #read(
    pathOf: (width: number) => string,
    needed: number,
    maxBytes: number,
  ): Promise<{ bytes: Buffer; width: number }> {
    const full = join(this.#folder, pathOf(TILE_WIDTH));
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const whole = await readSmall(full, maxBytes);
      if (whole !== undefined) return { bytes: whole, width: TILE_WIDTH };
      const width = Math.max(0, ...(await partialWidths(`${full}.p`)));
      if (width < needed) continue;
      const bytes = await readSmall(join(this.#folder, pathOf(width)), maxBytes);
      if (bytes !== undefined) return { bytes, width };
    }
    throw new LiuhenError(
      'LIUHEN_JOURNAL_INCONSISTENT',
      `${pathOf(TILE_WIDTH)}: expected a tile at least ${needed} wide, got none`,
    );
  }
}

async function partialWidths(folder: string): Promise<number[]> {
  try {
    const names = await readdir(folder);
    return names
      .filter((name) => /^[1-9][0-9]{0,2}$/.test(name))
      .map(Number)
      .filter((width) => width < TILE_WIDTH);
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return [];
    throw error;
  }
}
