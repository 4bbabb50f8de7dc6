import type { Command } from 'commander';
import { LiuhenError } from '../../config/errors.js';
import { openStores } from '../buffer/open.js';
import { allRecordings, type RecordingState } from '../buffer/recordings.js';
import { callAgent } from '../control/client.js';
import { asOwner } from '../provision/as-owner.js';
import { spoken } from '../words/spoken.js';
import { dataFolderOf, type PlaceOptions, placeOptions } from './data-folder.js';
import { bytesText, durationText, tableText } from './text.js';

/** `liuhen recordings`: what this device has recorded, and what became of it. */
export function registerRecordings(program: Command): void {
  placeOptions(program.command('recordings'))
    .description('list the recordings of this device')
    .option('--json', 'print JSON')
    .action(async ({ json, ...place }: PlaceOptions & { json?: boolean }) => {
      const { recordings, running } = await readRecordings(dataFolderOf(place));
      if (json === true) process.stdout.write(`${JSON.stringify(recordings)}\n`);
      else {
        const text = recordings.length === 0 ? spoken('no recordings yet') : table(recordings, running);
        process.stdout.write(`${text}\n`);
      }
    });
}

interface Recordings {
  recordings: RecordingState[];
  /** Whether an agent runs: without one nothing is being recorded, whatever has no end yet. */
  running: boolean;
}

/** From the agent that runs on the folder, or else from the folder itself. */
export async function readRecordings(folder: string): Promise<Recordings> {
  try {
    const recordings = (await callAgent(folder, 'GET', '/recordings')) as RecordingState[];
    return { recordings, running: true };
  } catch (error) {
    if (!(error instanceof LiuhenError) || error.code !== 'LIUHEN_NOT_RUNNING') throw error;
  }
  return { recordings: await asOwner(folder, () => recordingsIn(folder)), running: false };
}

async function recordingsIn(folder: string): Promise<RecordingState[]> {
  const stores = await openStores(folder);
  try {
    return await allRecordings(stores.store);
  } finally {
    await stores.close();
  }
}

function table(recordings: readonly RecordingState[], running: boolean): string {
  const head = [
    'RECORDING',
    'STARTED (UTC)',
    'LENGTH',
    'FRAGMENTS',
    'SIZE',
    'GAPS',
    'MARKS',
    'ENDED',
    'ARCHIVED',
    'FOOTAGE',
  ];
  const rows = recordings.map((each) => [
    String(each.recording),
    each.startedAt.wall.replace('T', ' ').slice(0, 19),
    durationText(each.durationMs),
    String(each.fragments),
    bytesText(each.bytes),
    String(each.gaps),
    String(each.marks),
    spoken(each.stopped?.reason ?? (running ? 'still recording' : 'cut off')),
    spoken(each.receipt === undefined ? 'no' : 'yes'),
    spoken(each.evicted === undefined ? 'here' : 'removed'),
  ]);
  return tableText([head.map((name) => spoken(name)), ...rows]);
}
