import { LiuhenError } from '../../config/errors.js';
import { parseCheckpoint } from '../journal/checkpoint.js';
import type { EntryOf } from '../journal/entry.js';
import { findNeighbours, type JournalRange, readEntry } from './bundle-range.js';
import type { EvidenceSource } from './source.js';

/** Which display: of what, and, where it hung more than once, the `displayed` entry with which it began. */
export interface NoticeWanted {
  kind: string;
  id: string;
  began?: number | undefined;
}

export interface NoticeRange extends JournalRange {
  began: EntryOf<'displayed'>;
  ceased: boolean;
}

interface Display {
  began: EntryOf<'displayed'>;
  ceased: number | undefined;
}

/** Only these entries are looked into; a journal of years is read through for them. */
const MARK = '"type":"displayed"';

/**
 * Finds a display in a journal, by default the newest of this content that has ceased, or else the newest. Throws LIUHEN_NOT_FOUND, with the
 * displays that there are.
 */
export async function findNotice(source: EvidenceSource, wanted: NoticeWanted): Promise<NoticeRange> {
  const newest = await source.checkpoint(Number.MAX_SAFE_INTEGER);
  const displays = await displaysOf(source, parseCheckpoint(newest.checkpoint).size, wanted);
  const found =
    wanted.began === undefined
      ? (displays.findLast(({ ceased }) => ceased !== undefined) ?? displays.at(-1))
      : displays.find(({ began }) => began.n === wanted.began);
  if (found === undefined) {
    const there = displays.slice(-20).map(({ began }) => began.n);
    const which = wanted.began === undefined ? '' : ` that began with entry ${wanted.began}`;
    throw new LiuhenError('LIUHEN_NOT_FOUND', `no display of ${wanted.kind}/${wanted.id}${which}`, {
      next:
        there.length === 0
          ? 'it never hung here'
          : `displays of it began with the entries ${there.join(', ')}`,
    });
  }
  const { began, ceased } = found;
  const chosen = ceased === undefined ? newest : await source.checkpoint(ceased + 1);
  const checkpoint = parseCheckpoint(chosen.checkpoint);
  const range = { from: began.n, to: ceased === undefined ? checkpoint.size : ceased + 1 };
  const around = await findNeighbours(source, range.from, range.to, checkpoint.size);
  const positions = [...around.positions, ...(await witnessedSizes(source, range))].filter(
    (position) => position < checkpoint.size,
  );
  return {
    ...range,
    began,
    ceased: ceased !== undefined,
    checkpointText: chosen.checkpoint,
    checkpoint,
    keyNotes: chosen.keyNotes,
    neighbours: { entries: around.entries, positions: [...new Set(positions)] },
  };
}

async function displaysOf(
  source: EvidenceSource,
  size: number,
  { kind, id }: NoticeWanted,
): Promise<Display[]> {
  const displays = new Map<number, Display>();
  let n = 0;
  for await (const encoded of source.entries(0, size)) {
    const entry = encoded.includes(MARK) ? readEntry(encoded, n) : undefined;
    n++;
    if (entry?.type !== 'displayed' || entry.kind !== kind || entry.id !== id) continue;
    if (entry.change === 'began') displays.set(entry.n, { began: entry, ceased: undefined });
    const display = entry.change === 'ceased' ? displays.get(entry.began ?? -1) : undefined;
    // It ceased once: one that could not be forgotten, on a disk that failed, is told again at the next start.
    if (display !== undefined) display.ceased ??= entry.n;
  }
  return [...displays.values()];
}

async function witnessedSizes(
  source: EvidenceSource,
  { from, to }: { from: number; to: number },
): Promise<number[]> {
  const sizes: number[] = [];
  let n = from;
  for await (const encoded of source.entries(from, to)) {
    const entry = encoded.includes('"type":"witnessed"') ? readEntry(encoded, n) : undefined;
    if (entry?.type === 'witnessed') sizes.push(entry.size);
    n++;
  }
  return sizes;
}
