import { createHash } from 'node:crypto';
import { type Manifest, takeFileName } from '../journal/manifest.js';
import type { BundleFile, BundleFolder } from './bundle-folder.js';
import { footageOf, type NamedFootage, type RecordingRange, readEntry } from './bundle-range.js';
import type { EvidenceSource } from './source.js';

export type WrittenTake = Manifest['takes'][number];

/** What became of a recording's footage. */
export interface WrittenFootage {
  takes: WrittenTake[];
  /** Pieces that the source holds with other bytes than were sealed; they were left out. The first hundred. */
  wrong: { take: number; index: number | 'init'; expected: string; actual: string }[];
  /** How many there were. */
  wrongPieces: number;
}

const MAX_WRONG_LISTED = 100;

interface OpenTake extends WrittenTake {
  /** Undefined when the init segment is absent: without it nothing of the take is written. */
  out: BundleFile | undefined;
}

/** Writes one MP4 a take, piece by piece; memory holds one fragment at a time. `onPiece` hears of every piece's bytes. */
export async function writeFootage(
  source: EvidenceSource,
  range: RecordingRange,
  folder: BundleFolder,
  onPiece: (bytes: number) => void,
  signal?: AbortSignal,
): Promise<WrittenFootage> {
  const footage: WrittenFootage = { takes: [], wrong: [], wrongPieces: 0 };
  const { from: recording, to } = range;
  let take: OpenTake | undefined;
  const close = async () => {
    const ended = take;
    take = undefined;
    if (ended === undefined) return;
    await ended.out?.close();
    const { out: _, ...written } = ended;
    footage.takes.push(written);
  };
  try {
    let n = recording;
    for await (const encoded of source.entries(recording, to)) {
      signal?.throwIfAborted();
      const piece = footageOf(readEntry(encoded, n++), recording);
      if (piece === undefined) continue;
      if (piece.index === 'init') {
        await close();
        take = await openTake(source, recording, piece, folder, footage);
      } else if (take?.take === piece.take) {
        await addFragment(source, recording, piece, piece.index, take, footage);
      }
      onPiece(piece.bytes);
    }
  } finally {
    await close();
  }
  return footage;
}

async function openTake(
  source: EvidenceSource,
  recording: number,
  piece: NamedFootage,
  folder: BundleFolder,
  footage: WrittenFootage,
): Promise<OpenTake> {
  const file = takeFileName(piece.take);
  const init = await authentic(source, recording, piece, footage);
  if (init === undefined)
    return { file, take: piece.take, bytes: 0, fragments: 0, absent: [], out: undefined };
  const out = await folder.open(file);
  try {
    await out.write(init);
  } catch (error) {
    await out.close();
    throw error;
  }
  return { file, take: piece.take, bytes: init.length, fragments: 0, absent: [], out };
}

async function addFragment(
  source: EvidenceSource,
  recording: number,
  piece: NamedFootage,
  index: number,
  take: OpenTake,
  footage: WrittenFootage,
): Promise<void> {
  take.fragments++;
  const bytes = take.out === undefined ? undefined : await authentic(source, recording, piece, footage);
  if (take.out === undefined || bytes === undefined) {
    const last = take.absent.at(-1);
    if (last?.to === index) last.to++;
    else take.absent.push({ from: index, to: index + 1 });
    return;
  }
  await take.out.write(bytes);
  take.bytes += bytes.length;
}

/** The piece as it was sealed, or undefined: bytes that are not those are no evidence, and are never written. */
async function authentic(
  source: EvidenceSource,
  recording: number,
  { take, index, sha256, bytes }: NamedFootage,
  footage: WrittenFootage,
): Promise<Buffer | undefined> {
  const held = await source.footage({ recording, take, index, bytes });
  if (held === undefined) return undefined;
  const actual = createHash('sha256').update(held).digest('hex');
  if (actual === sha256 && held.length === bytes) return held;
  footage.wrongPieces++;
  if (footage.wrong.length < MAX_WRONG_LISTED) footage.wrong.push({ take, index, expected: sha256, actual });
  return undefined;
}
