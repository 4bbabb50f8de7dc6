import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openStores } from '../../agent/buffer/open.js';
import { allRecordings, type RecordingState } from '../../agent/buffer/recordings.js';
import { parseCheckpoint } from '../../agent/journal/checkpoint.js';
import { decodeEntry, type Entry, type UnknownEntry } from '../../agent/journal/entry.js';
import { runLiuhen } from '../child.js';
import { RECORDER_FOLDER } from './board-recorder.js';
import type { VirtualBoard } from './virtual-board.js';

/** Gives a copy on the host of what the machine's kernel finds on its disk, since the host is quicker; no agent may be running. */
export async function withCopy<T>(
  board: VirtualBoard,
  name: string,
  use: (dataFolder: string) => Promise<T>,
): Promise<T> {
  const folder = join(board.outFolder, name);
  await mkdir(folder);
  try {
    // cp would stop at the socket that a killed agent has left.
    await board.must(`tar -C ${RECORDER_FOLDER} -cf - data | tar -C /out/${name} --no-same-owner -xf -`);
    return await use(join(folder, 'data'));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The whole journal. */
export async function entriesOf(dataFolder: string): Promise<(Entry | UnknownEntry)[]> {
  const stores = await openStores(dataFolder);
  try {
    const { size } = parseCheckpoint((await stores.store.checkpoint()) ?? '');
    const entries: (Entry | UnknownEntry)[] = [];
    for await (const encoded of stores.store.entries(0, size)) {
      entries.push(decodeEntry(encoded, entries.length));
    }
    return entries;
  } finally {
    await stores.close();
  }
}

export async function recordingsOf(dataFolder: string): Promise<RecordingState[]> {
  const stores = await openStores(dataFolder);
  try {
    return await allRecordings(stores.store);
  } finally {
    await stores.close();
  }
}

/** The verdict on a bundle: intact, incomplete, altered or untrusted. Throws when there is none. */
export async function verdictOn(bundle: string, trust: string): Promise<string> {
  const { status, stdout, stderr } = await runLiuhen('verify', bundle, '--trust', trust, '--json');
  if (status === null || status > 3) throw new Error(`verify ended with ${status}: ${stderr}`);
  return (JSON.parse(stdout) as { verdict: string }).verdict;
}
