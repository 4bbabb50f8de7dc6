import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { LiuhenError, systemCodeOf } from '../../config/errors.js';
import { isDeviceId } from '../../config/identity.js';
import { parseCheckpoint } from '../journal/checkpoint.js';
import { splitKeyNotes } from '../journal/key-chain.js';
import { parseVkey } from '../journal/vkey.js';
import { ArchivedFootage } from './archive-footage.js';
import { footageOf, readEntry } from './bundle-range.js';
import { PublishedTiles, readSmall } from './published-tiles.js';
import { notesUpToSigner } from './signing-epoch.js';
import type { ExportSource, ListedRecording } from './source.js';

const MAX_KEYS_BYTES = 512 * 1024 * 1024;
/** A checkpoint and the keys that lead to it are two files: the archive may write between reading one and the other. */
const ATTEMPTS = 8;

/**
 * One device in an archive's data folder as the source of bundles, read from the files that the archive publishes while it
 * may be running. Throws LIUHEN_UNKNOWN_DEVICE when the archive has no such device.
 */
export async function archiveSource(data: string, device: string): Promise<ExportSource> {
  const folder = join(data, 'devices', device);
  const root = isDeviceId(device) ? await readSmall(join(folder, 'root')) : undefined;
  if (root === undefined) {
    const known = (await namesIn(join(data, 'devices'))).filter(isDeviceId);
    throw new LiuhenError(
      'LIUHEN_UNKNOWN_DEVICE',
      `${JSON.stringify(device)} is not a device of this archive`,
      {
        next: known.length === 0 ? 'it holds no device yet' : `it holds ${known.slice(0, 40).join(', ')}`,
      },
    );
  }
  const rootVkey = root.toString().trim();
  const origin = parseVkey(rootVkey).name;
  const witness = (await readSmall(join(data, 'witness')))?.toString().trim();
  const tiles = new PublishedTiles(folder);
  const receipted = new Set<number>();
  const recordingFolder = (recording: number) => join(folder, 'recordings', String(recording));
  const receipt = async (recording: number) =>
    (await readSmall(join(recordingFolder(recording), 'archived')))?.toString();
  const footage = new ArchivedFootage(recordingFolder, async function* named(recording) {
    const { size } = parseCheckpoint((await published()).checkpoint);
    let n = recording;
    for await (const encoded of tiles.entries(recording, size)) {
      const entry = readEntry(encoded, n++);
      const piece = footageOf(entry, recording);
      if (piece !== undefined) yield piece;
      if (entry?.type === 'recording-stopped' && entry.recording === recording) return;
    }
  });

  async function published(): Promise<{ checkpoint: string; keyNotes: string[] }> {
    let last: { checkpoint: string; keyNotes: string[] } | undefined;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const checkpoint = (await readSmall(join(folder, 'checkpoint')))?.toString();
      const keys = (await readSmall(join(folder, 'keys'), MAX_KEYS_BYTES))?.toString() ?? '';
      if (checkpoint === undefined) continue;
      const all = splitKeyNotes(keys);
      const keyNotes = await notesUpToSigner(checkpoint, rootVkey, all);
      if (keyNotes !== undefined) return { checkpoint, keyNotes };
      last = { checkpoint, keyNotes: all };
    }
    if (last !== undefined) return last;
    throw new LiuhenError('LIUHEN_NOT_FOUND', `the archive has published no checkpoint of ${device} yet`);
  }

  return {
    device,
    origin,
    rootVkey,
    witnesses: witness === undefined || witness === '' ? [] : [witness],
    checkpoint: published,
    readHashes: (level, from, count) => tiles.readHashes(level, from, count),
    entries: (from, to) => tiles.entries(from, to),
    receipt,
    async footage({ recording, take, index }) {
      const found = await footage.read(recording, take, index);
      if (found === undefined) return undefined;
      // Until it is receipted, a hole in the file is footage that has not come yet; after that it is damage, to be told.
      if (!receipted.has(recording) && (await receipt(recording)) !== undefined) receipted.add(recording);
      if (receipted.has(recording)) return found.bytes;
      return createHash('sha256').update(found.bytes).digest('hex') === found.sha256
        ? found.bytes
        : undefined;
    },
    async *recordings(): AsyncGenerator<ListedRecording> {
      const ids = (await namesIn(join(folder, 'recordings')))
        .filter((name) => /^(0|[1-9][0-9]{0,14})$/.test(name))
        .map(Number)
        .sort((a, b) => b - a);
      for (const recording of ids) yield { recording, stopped: await isStopped(recording) };
    },
  };

  async function isStopped(recording: number): Promise<boolean> {
    if ((await receipt(recording)) !== undefined) return true;
    const { size } = parseCheckpoint((await published()).checkpoint);
    if (recording >= size) return false;
    let n = recording;
    for await (const encoded of tiles.entries(recording, size)) {
      const entry = readEntry(encoded, n++);
      if (entry?.type === 'recording-stopped' && entry.recording === recording) return true;
    }
    return false;
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return [];
    throw error;
  }
}
