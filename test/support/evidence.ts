import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { digestOf, writeReceipt } from '../../agent/buffer/recordings.js';
import { cosign, parseCheckpoint } from '../../agent/journal/checkpoint.js';
import { publicKeyOf } from '../../agent/journal/ed25519.js';
import { type Manifest, parseManifest } from '../../agent/journal/manifest.js';
import { leafHash } from '../../agent/journal/merkle.js';
import { signReceipt } from '../../agent/journal/receipt.js';
import {
  compactRangeAt,
  encodeEntryBundle,
  entriesPath,
  hashesAtLevel,
  splitEntryBundle,
  TILE_WIDTH,
  tilePath,
  tileWidth,
} from '../../agent/journal/tiles.js';
import { formatVkey, SignatureType, vkeyOf, vkeyWithType } from '../../agent/journal/vkey.js';
import type { TestDevice, TestFootage } from './device.js';

const SEED = Buffer.alloc(32, 7);
const WITNESS = {
  vkey: vkeyOf('liuhen.example/archive', SignatureType.cosignature, publicKeyOf(SEED)),
  seed: SEED,
};

/** The vkey of the archive that `witness` and `archiveReceipt` sign as. */
export const WITNESS_VKEY = formatVkey(WITNESS.vkey);

/** Cosigns the journal as it stands, and gives it to the device. */
export async function witness(device: TestDevice, timeSec: number): Promise<void> {
  const text = cosign(parseCheckpoint(device.journal.checkpoint), WITNESS, timeSec);
  await device.journal.witness(parseCheckpoint(text), text);
}

/** The archive's receipt for a stopped recording, put where the device keeps it. */
export async function archiveReceipt(
  device: TestDevice,
  recording: number,
  stopped: number,
): Promise<string> {
  const { fragments, digest } = await digestOf(device.store, { recording, stopped: { n: stopped } });
  const signer = { vkey: vkeyWithType(WITNESS.vkey, SignatureType.ed25519), seed: SEED };
  const receipt = signReceipt({ origin: device.origin, recording, fragments, digest }, signer);
  await writeReceipt(device.store, recording, receipt);
  return receipt;
}

/** Writes a device's journal as an archive publishes it, replacing what was published before. */
export async function publishJournal(device: TestDevice, data: string): Promise<string> {
  const folder = join(data, 'devices', device.id);
  const text = cosign(parseCheckpoint(device.journal.checkpoint), WITNESS, 1_772_440_000);
  const { size } = parseCheckpoint(text);
  await rm(join(folder, 'tile'), { recursive: true, force: true });
  for (let level = 0; hashesAtLevel(size, level) > 0; level++) {
    for (let index = 0; tileWidth(size, level, index) > 0; index++) {
      const width = tileWidth(size, level, index);
      const hashes = await device.store.readHashes(level, index * TILE_WIDTH, width);
      await put(join(folder, tilePath({ level, index, width })), Buffer.concat(hashes));
      if (level > 0) continue;
      const from = index * TILE_WIDTH;
      const entries = await all(device.store.entries(from, from + width));
      await put(join(folder, entriesPath(index, width)), encodeEntryBundle(entries));
    }
  }
  await put(join(folder, 'root'), `${device.rootVkey}\n`);
  await put(join(folder, 'keys'), (await all(device.store.keyNotes(1))).join(''));
  await put(join(folder, 'checkpoint'), text);
  await put(join(data, 'witness'), `${WITNESS_VKEY}\n`);
  return folder;
}

/** Writes a take as an archive keeps it: every piece at its place, a hole (zeros) where one has not come yet. */
export async function publishTake(
  folder: string,
  recording: number,
  file: string,
  pieces: readonly (TestFootage | { missing: number })[],
): Promise<void> {
  const bytes = pieces.map((piece) => ('missing' in piece ? Buffer.alloc(piece.missing) : piece.bytes));
  await put(join(folder, 'recordings', String(recording), file), Buffer.concat(bytes));
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

export async function put(path: string, content: string | Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}

/** All files below a folder, as sorted paths. */
export async function filesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  return names
    .filter((name) => name.isFile())
    .map((name) => join(name.parentPath, name.name).slice(folder.length + 1))
    .sort();
}

export interface ReadBundle {
  manifest: Manifest;
  checkpoint: ReturnType<typeof parseCheckpoint>;
  /** Every entry in the bundle by its index, each proven to be in the checkpoint's tree. */
  entries: Map<number, { type: string; size?: number }>;
}

/** Reads a bundle by its manifest; throws when a file is not what it says, or the entries do not lead to the checkpoint. */
export async function readBundle(folder: string): Promise<ReadBundle> {
  const manifest = parseManifest(await readFile(join(folder, 'manifest.json'), 'utf8'));
  const takes = manifest.takes.filter(({ bytes }) => bytes > 0).map(({ file }) => file);
  const expected = [
    'README.txt',
    'manifest.json',
    ...takes,
    ...manifest.files.map(({ path }) => path),
  ].sort();
  const found = await filesIn(folder);
  if (found.join() !== expected.join()) throw new Error(`files: ${found.join()} against ${expected.join()}`);
  for (const { path, bytes, sha256 } of manifest.files) {
    const content = await readFile(join(folder, path));
    const actual = createHash('sha256').update(content).digest('hex');
    if (content.length !== bytes || actual !== sha256)
      throw new Error(`${path} is not what the manifest says`);
  }
  const checkpoint = parseCheckpoint(await readFile(join(folder, 'checkpoint'), 'utf8'));
  const { size } = checkpoint;
  const read = async (level: number, from: number, count: number): Promise<Buffer[]> => {
    const index = Math.floor(from / TILE_WIDTH);
    const tile = await readFile(
      join(folder, tilePath({ level, index, width: tileWidth(size, level, index) })),
    );
    return Array.from({ length: count }, (_, at) => {
      const start = ((from % TILE_WIDTH) + at) * 32;
      return tile.subarray(start, start + 32);
    });
  };
  const root = (await compactRangeAt(size, read)).root();
  if (!root.equals(checkpoint.root)) throw new Error('the right edge does not lead to the checkpoint');
  const entries: ReadBundle['entries'] = new Map();
  for (const { path } of manifest.files.filter((file) => file.path.startsWith('tile/entries/'))) {
    const index = Number((path.split('.p/')[0] ?? '').replace('tile/entries/', '').replaceAll(/[x/]/g, ''));
    const width = tileWidth(size, 0, index);
    const bundle = splitEntryBundle(await readFile(join(folder, path)), index, width);
    const leaves = await read(0, index * TILE_WIDTH, width);
    for (const [at, entry] of bundle.entries()) {
      if (!leafHash(entry).equals(leaves[at] as Buffer)) throw new Error(`entry ${index * TILE_WIDTH + at}`);
      entries.set(index * TILE_WIDTH + at, JSON.parse(entry.toString()));
    }
    const above = await compactRangeAt(width, async (level, from, count) =>
      level === 0 ? leaves.slice(from, from + count) : await read(level, index, count),
    );
    if (width === TILE_WIDTH) {
      const [parent] = await read(1, index, 1);
      if (!above.root().equals(parent as Buffer)) throw new Error(`tile 0/${index} is not below its parent`);
    }
  }
  return { manifest, checkpoint, entries };
}
