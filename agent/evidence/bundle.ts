import { LiuhenError } from '../../config/errors.js';
import { freeBytes } from '../buffer/free-space.js';
import { renderManifest } from '../journal/manifest.js';
import { BundleFolder, type WrittenFile } from './bundle-folder.js';
import { type WrittenFootage, writeFootage } from './bundle-footage.js';
import { renderPolicy } from './bundle-policy.js';
import { findRange, type RecordingRange } from './bundle-range.js';
import { renderReadme } from './bundle-readme.js';
import { writeTiles } from './bundle-tiles.js';
import type { EvidenceSource } from './source.js';

/** What an export wrote, and what it could not. */
export interface BundleSummary {
  folder: string;
  device: string;
  origin: string;
  recording: number;
  /** False while the recording went on: the bundle ends where the checkpoint does. */
  stopped: boolean;
  journal: { from: number; to: number; size: number };
  /** Cosignature lines on the checkpoint; whether they are good is for the verifier to say. */
  cosignatures: number;
  archived: boolean;
  takes: number;
  fragments: number;
  /** Bytes of footage in the bundle. */
  bytes: number;
  /** Fragments the journal names and this bundle lacks, by take; `to` is exclusive. */
  absent: { take: number; from: number; to: number }[];
  absentFragments: number;
  /** Of all pieces, those that the source held with other bytes than were sealed. */
  wrong: WrittenFootage['wrong'];
  wrongPieces: number;
}

export interface BundleOptions {
  /** Of footage bytes; also called for bytes that turn out to be absent. */
  onProgress?: (bytesDone: number, bytesTotal: number) => void;
  /** Aborting ends the export with the signal's reason and leaves nothing. */
  signal?: AbortSignal;
  /** Awaited when everything is on disk and nothing has its name yet; if it rejects, the bundle is discarded. */
  beforePublish?: (summary: BundleSummary) => Promise<void>;
}

/** Room for tiles, entries and everything else beside the footage: entries are small next to the seconds they seal. */
const OTHER_BYTES = 64 * 1024 * 1024;

/**
 * Writes a recording's bundle into `folder`, which must not exist or be empty. When this resolves the bundle is whole and on
 * disk; when it rejects there is none. Memory does not grow with the footage. Throws LIUHEN_NOT_FOUND for a recording that is
 * not there, LIUHEN_BUNDLE and LIUHEN_STORAGE_FULL where it cannot be written.
 */
export async function writeBundle(
  source: EvidenceSource,
  recording: number,
  folder: string,
  options: BundleOptions = {},
): Promise<BundleSummary> {
  const { signal } = options;
  signal?.throwIfAborted();
  const range = await findRange(source, recording, signal);
  const bundle = await BundleFolder.create(folder);
  try {
    await requireSpace(bundle.parent, range.footageBytes + OTHER_BYTES);
    let bytesDone = 0;
    const footage = await writeFootage(
      source,
      range,
      bundle,
      (bytes) => {
        bytesDone += bytes;
        options.onProgress?.(bytesDone, range.footageBytes);
      },
      signal,
    );
    const files = await writeProof(source, range, bundle, signal);
    await bundle.write('README.txt', renderReadme(source, range));
    const manifest = renderManifest({
      format: 'liuhen/bundle/1',
      device: source.device,
      origin: source.origin,
      recording,
      journal: { from: range.from, to: range.to },
      software: range.started.software ?? '',
      takes: footage.takes,
      files: files.sort((a, b) => (a.path < b.path ? -1 : 1)),
    });
    await bundle.write('manifest.json', manifest);
    const archived = files.some(({ path }) => path === 'archived');
    const summary = summarise(source, range, footage, folder, archived);
    signal?.throwIfAborted();
    await options.beforePublish?.(summary);
    await bundle.publish();
    return summary;
  } catch (error) {
    await bundle.discard();
    throw error;
  }
}

async function writeProof(
  source: EvidenceSource,
  range: RecordingRange,
  bundle: BundleFolder,
  signal: AbortSignal | undefined,
): Promise<WrittenFile[]> {
  const files = await writeTiles(source, range, bundle, signal);
  files.push(await bundle.write('checkpoint', range.checkpointText));
  files.push(await bundle.write('keys', range.keyNotes.join('')));
  files.push(await bundle.write('policy', renderPolicy(source.rootVkey, source.witnesses)));
  const receipt = await source.receipt(range.from);
  if (receipt !== undefined) files.push(await bundle.write('archived', receipt));
  return files;
}

async function requireSpace(folder: string, expected: number): Promise<void> {
  const free = await freeBytes(folder);
  if (free >= expected) return;
  throw new LiuhenError('LIUHEN_STORAGE_FULL', `${folder}: expected ${expected} free bytes, got ${free}`, {
    next: 'export to a disk with more free space',
  });
}

function summarise(
  source: EvidenceSource,
  range: RecordingRange,
  { takes, wrong, wrongPieces }: WrittenFootage,
  folder: string,
  archived: boolean,
): BundleSummary {
  const { from, to, checkpoint } = range;
  const absent = takes.flatMap(({ take, absent }) => absent.map((run) => ({ take, ...run })));
  return {
    folder,
    device: source.device,
    origin: source.origin,
    recording: from,
    stopped: range.stopped,
    journal: { from, to, size: checkpoint.size },
    cosignatures: checkpoint.note.signatures.filter(({ name }) => name !== source.origin).length,
    archived,
    takes: takes.length,
    fragments: takes.reduce((sum, { fragments }) => sum + fragments, 0),
    bytes: takes.reduce((sum, { bytes }) => sum + bytes, 0),
    absent,
    absentFragments: absent.reduce((sum, run) => sum + run.to - run.from, 0),
    wrong,
    wrongPieces,
  };
}
