import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCodeOf } from '../../config/errors.js';
import { takesOf } from '../archive/footage-view.js';
import { deviceFolder, recordingFolder } from '../archive/layout.js';
import { listDevices } from '../archive/registry.js';
import { listRecordings } from '../buffer/recordings.js';
import { parseCheckpoint } from '../journal/checkpoint.js';
import { takeFileName } from '../journal/manifest.js';
import type { JournalStore } from '../journal/store.js';
import { compactRangeAt, entriesPath, tilePath, tilesFor } from '../journal/tiles.js';
import type { Words } from '../words/words.js';
import { few } from './archive-devices.js';
import { type Finding, fault, ok, skipped, warning } from './check.js';
import type { ExaminedArchive } from './examined-archive.js';

const HASH_BYTES = 32;
/** More of one device say nothing new. */
const ENOUGH = 8;

/**
 * Whether what others read of each device is what the store holds: the checkpoint and every tile under it, the receipts, and the length of
 * each receipted recording's files. Hashes of footage are not read: `liuhen export` and `verify` do.
 */
export async function publishedFinding(archive: ExaminedArchive, { doctor }: Words): Promise<Finding> {
  const { data } = archive.config;
  const problems: string[] = [];
  let checked = 0;
  let behind = 0;
  for (const device of await listDevices(data)) {
    const store = await archive.store(device);
    if (store === undefined) return skipped(doctor.archiveNeverRan);
    const stored = await store.cosigned();
    if (stored === undefined) continue;
    checked++;
    const folder = deviceFolder(data, device);
    const found = await treeProblems(store, folder, stored, doctor);
    behind += found.behind;
    for (const problem of [...found.problems, ...(await footageProblems(store, folder, doctor))]) {
      problems.push(`${device}: ${problem}`);
    }
  }
  if (problems.length > 0) return fault(few(problems, doctor.andMore), doctor.publishedNext);
  // One that runs publishes every few seconds.
  if (behind > 0 && archive.running === undefined) {
    return warning(doctor.publishedBehind(behind), doctor.publishedBehindNext);
  }
  return ok(doctor.publishedAll(checked));
}

async function treeProblems(store: JournalStore, folder: string, stored: string, doctor: Words['doctor']) {
  const text = await textOf(join(folder, 'checkpoint'));
  const { size } = parseCheckpoint(stored);
  if (text === undefined) return { problems: [], behind: size };
  const published = parseCheckpoint(text);
  if (published.size > size) return { problems: [doctor.publishedAhead(published.size, size)], behind: 0 };
  const root = (await compactRangeAt(published.size, store.readHashes)).root();
  if (!root.equals(published.root)) return { problems: [doctor.publishedRoot(published.size)], behind: 0 };
  const problems: string[] = [];
  for (const tile of tilesFor(published.size, 0, published.size)) {
    const paths = [[tilePath(tile), tile.width * HASH_BYTES] as const];
    if (tile.level === 0) paths.push([entriesPath(tile.index, tile.width), -1]);
    for (const [path, bytes] of paths) {
      const found = await sizeOf(join(folder, path));
      if (found === undefined || (bytes >= 0 && found !== bytes)) problems.push(doctor.publishedLacks(path));
    }
  }
  return { problems, behind: size - published.size };
}

async function footageProblems(
  store: JournalStore,
  folder: string,
  doctor: Words['doctor'],
): Promise<string[]> {
  const problems: string[] = [];
  for await (const { recording, receipt } of listRecordings(store)) {
    if (receipt === undefined) continue;
    const place = recordingFolder(folder, recording);
    if ((await textOf(join(place, 'archived'))) !== receipt) {
      problems.push(doctor.publishedLacks(`recordings/${recording}/archived`));
    }
    for await (const { take, bytes } of takesOf(store, recording)) {
      const name = takeFileName(take);
      const found = await sizeOf(join(place, name));
      if (found === bytes) continue;
      problems.push(doctor.publishedFootage(`recordings/${recording}/${name}`, found ?? 0, bytes));
    }
    if (problems.length > ENOUGH) break;
  }
  return problems;
}

async function textOf(path: string): Promise<string | undefined> {
  return await readFile(path, 'utf8').catch((error: unknown) => {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
}

async function sizeOf(path: string): Promise<number | undefined> {
  return await stat(path).then(
    ({ size }) => size,
    (error: unknown) => {
      if (systemCodeOf(error) === 'ENOENT') return undefined;
      throw error;
    },
  );
}
