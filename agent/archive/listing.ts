import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCodeOf } from '../../config/errors.js';
import { cosignedAt, parseCheckpoint } from '../journal/checkpoint.js';
import { formatVkey, type Vkey } from '../journal/vkey.js';
import { listForks } from './forks.js';
import { deviceFolder } from './layout.js';
import { listDevices, readRoot } from './registry.js';

/** A device as its published folder shows it; also while an archive runs on it. */
export interface ListedDevice {
  device: string;
  rootVkey: string;
  /** Entries in the newest cosigned checkpoint. */
  size: number;
  /** When it was cosigned, RFC 3339; undefined when nothing has been. */
  cosigned: string | undefined;
  recordings: number;
  archived: number;
  forks: number;
}

/** All registered devices. Opens no database. */
export async function listArchive(data: string, witness: Vkey): Promise<ListedDevice[]> {
  const listed: ListedDevice[] = [];
  for (const device of await listDevices(data)) {
    const root = await readRoot(data, device);
    if (root === undefined) continue;
    const folder = deviceFolder(data, device);
    const text = await orUndefined(readFile(join(folder, 'checkpoint'), 'utf8'));
    const checkpoint = text === undefined ? undefined : parseCheckpoint(text);
    const timeSec = checkpoint === undefined ? undefined : cosignedAt(checkpoint, witness);
    const recordings = (await orUndefined(readdir(join(folder, 'recordings')))) ?? [];
    let archived = 0;
    for (const recording of recordings) {
      if (await orUndefined(stat(join(folder, 'recordings', recording, 'archived')))) archived++;
    }
    listed.push({
      device,
      rootVkey: formatVkey(root),
      size: checkpoint?.size ?? 0,
      cosigned: timeSec === undefined ? undefined : new Date(timeSec * 1000).toISOString(),
      recordings: recordings.length,
      archived,
      forks: (await listForks(folder)).length,
    });
  }
  return listed;
}

/** A trust policy of C2SP tlog-policy for one device: its root key, witnessed by this archive. */
export function trustPolicy(root: Vkey, witness: Vkey): string {
  return `log ${formatVkey(root)}\nwitness archive ${formatVkey(witness)}\nquorum archive\n`;
}

async function orUndefined<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
