import { LiuhenError } from '../../config/errors.js';
import { type Checkpoint, parseCheckpoint } from '../journal/checkpoint.js';
import { decodeEntry, type Entry, type EntryOf, type UnknownEntry } from '../journal/entry.js';
import type { EvidenceSource } from './source.js';

/** How far from a recording its neighbouring witness times are looked for, in entries. */
const NEIGHBOURHOOD = 4096;

/** A stretch of a journal and what it is proved under. */
export interface JournalRange {
  /** The entries [from, to). */
  from: number;
  to: number;
  checkpointText: string;
  checkpoint: Checkpoint;
  keyNotes: string[];
  /** Entries outside the range that say when it can have been made, and positions in the tree that they speak of. */
  neighbours: { entries: number[]; positions: number[] };
}

/** What of a journal a recording's bundle is made from: to behind `recording-stopped`, or to the checkpoint's size while it has not stopped. */
export interface RecordingRange extends JournalRange {
  started: EntryOf<'recording-started'>;
  stopped: boolean;
  /** Bytes of all inits and fragments that the entries name. */
  footageBytes: number;
}

/** Finds where a recording begins and ends and the checkpoint to prove it under. Throws LIUHEN_NOT_FOUND when there is none. */
export async function findRange(
  source: EvidenceSource,
  recording: number,
  signal?: AbortSignal,
): Promise<RecordingRange> {
  const newest = await source.checkpoint(Number.MAX_SAFE_INTEGER);
  const { size } = parseCheckpoint(newest.checkpoint);
  let started: EntryOf<'recording-started'> | undefined;
  let end: number | undefined;
  let footageBytes = 0;
  const witnessedSizes: number[] = [];
  let n = recording;
  if (recording < size) {
    for await (const encoded of source.entries(recording, size)) {
      signal?.throwIfAborted();
      const entry = readEntry(encoded, n++);
      if (started === undefined) {
        if (entry?.type !== 'recording-started') break;
        started = entry;
      } else if (entry?.type === 'recording-stopped' && entry.recording === recording) {
        end = n;
        break;
      } else if (entry?.type === 'witnessed') {
        witnessedSizes.push(entry.size);
      } else {
        footageBytes += footageOf(entry, recording)?.bytes ?? 0;
      }
    }
  }
  if (started === undefined) {
    throw new LiuhenError(
      'LIUHEN_NOT_FOUND',
      `recording ${recording}: no recording of ${source.device} begins at this entry of its journal`,
    );
  }
  const chosen = end === undefined ? newest : await source.checkpoint(end);
  const checkpoint = parseCheckpoint(chosen.checkpoint);
  const to = end ?? checkpoint.size;
  if (checkpoint.size < to) {
    throw new LiuhenError(
      'LIUHEN_BUNDLE',
      `recording ${recording}: expected a checkpoint of at least ${to} entries, got one of ${checkpoint.size}`,
    );
  }
  const around = await findNeighbours(source, recording, to, checkpoint.size);
  const positions = [...around.positions, ...witnessedSizes].filter(
    (position) => (position < recording || position >= to) && position < checkpoint.size,
  );
  return {
    started,
    from: recording,
    to,
    stopped: end !== undefined,
    checkpointText: chosen.checkpoint,
    checkpoint,
    keyNotes: chosen.keyNotes,
    footageBytes,
    neighbours: { entries: around.entries, positions: [...new Set(positions)] },
  };
}

/** A piece of footage that an entry of this recording names. */
export interface NamedFootage {
  take: number;
  index: number | 'init';
  sha256: string;
  bytes: number;
}

/** The init or fragment that an entry of this recording names; undefined for any other entry. */
export function footageOf(
  entry: Entry | UnknownEntry | undefined,
  recording: number,
): NamedFootage | undefined {
  if (entry?.type === 'take-started' && entry.recording === recording) {
    return { take: entry.take, index: 'init', sha256: entry.init.sha256, bytes: entry.init.bytes };
  }
  if (entry?.type === 'fragment' && entry.recording === recording) {
    const { take, index, sha256, bytes } = entry;
    return { take, index, sha256, bytes };
  }
  return undefined;
}

/** An entry, or undefined when it cannot be read: it is exported as it is, and the verifier names what is wrong with it. */
export function readEntry(encoded: Buffer, n: number): Entry | UnknownEntry | undefined {
  try {
    return decodeEntry(encoded, n);
  } catch {
    return undefined;
  }
}

/**
 * The nearest `witnessed` entry before the range, since what follows it is not older than its time; and those behind the
 * range up to the first whose tree holds all of it, since what is in that tree is not younger.
 */
export async function findNeighbours(
  source: EvidenceSource,
  from: number,
  to: number,
  size: number,
): Promise<{ entries: number[]; positions: number[] }> {
  const before: EntryOf<'witnessed'>[] = [];
  for await (const entry of witnessed(source, Math.max(0, from - NEIGHBOURHOOD), from)) before[0] = entry;
  const after: EntryOf<'witnessed'>[] = [];
  for await (const entry of witnessed(source, to, Math.min(size, to + NEIGHBOURHOOD))) {
    after.push(entry);
    if (entry.size >= to) break;
  }
  const found = [...before, ...after];
  return { entries: found.map(({ n }) => n), positions: found.map((entry) => entry.size) };
}

async function* witnessed(
  source: EvidenceSource,
  from: number,
  to: number,
): AsyncGenerator<EntryOf<'witnessed'>> {
  if (from >= to) return;
  let n = from;
  for await (const encoded of source.entries(from, to)) {
    const entry = encoded.includes('"type":"witnessed"') ? readEntry(encoded, n) : undefined;
    if (entry?.type === 'witnessed') yield entry;
    n++;
  }
}
