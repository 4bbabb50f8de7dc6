import { entriesPath, type Tile, tilePath } from '../../journal/tiles.js';

/** A tile or an entry bundle, as its path says. */
export type TileName = Omit<Tile, 'level'> & { level: number | 'entries' };

const TILE = /^tile\/(entries|[0-6])\/((?:x[0-9]{3}\/)*[0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/;
const TILE_FOLDER = /^tile(?:\/(?:entries|[0-6])(?:\/x[0-9]{3}){0,6}(?:\/[0-9]{3}\.p)?)?$/;
const ROOT_FILE = /^(?:manifest\.json|checkpoint|keys|archived|policy|notice\.json|recording.*\.mp4)$/;

/** Reads the path of a tile or an entry bundle; undefined when it is none, or not the one spelling of it. */
export function parseTilePath(path: string): TileName | undefined {
  const match = TILE.exec(path);
  if (match === null) return undefined;
  const [, folder = '', digits = '', partial] = match;
  const index = Number(digits.replaceAll(/[x/]/g, ''));
  const width = partial === undefined ? 256 : Number(partial);
  if (!Number.isSafeInteger(index)) return undefined;
  const level = folder === 'entries' ? folder : Number(folder);
  const spelled = level === 'entries' ? entriesPath(index, width) : tilePath({ level, index, width });
  return spelled === path ? { level, index, width } : undefined;
}

/** Whether a file of this name is evidence, so that it must be what the manifest says. */
export function isBundleFile(path: string): boolean {
  return ROOT_FILE.test(path) || TILE.test(path);
}

/** Whether a folder of this name can hold evidence. */
export function isBundleFolder(path: string): boolean {
  return TILE_FOLDER.test(path);
}
