import { createHash } from 'node:crypto';
import { closeSync, readSync } from 'node:fs';
import type { Findings } from './findings.js';
import type { BundleFolder } from './folder.js';
import { type Footage, MAX_SOUGHT, type Mismatch, mismatchFinding } from './footage.js';
import { nameOf, type Piece } from './piece.js';

/** A recording with more pieces than this is not searched: it would take memory for each. */
const MAX_PIECES = 200_000;
/** Bytes read behind a mismatch to see what stands there. */
const MAX_LOOK_BYTES = 64 * 1024 * 1024;
const READ_BYTES = 1024 * 1024;

/** Names mismatched footage, and says of each whether it is other footage of the same recording that stands there. */
export async function reportMismatches(
  { mismatches, shortFrom }: Footage,
  pieces: AsyncIterable<Piece>,
  folder: BundleFolder,
  findings: Findings,
): Promise<void> {
  const bySha256 = new Map<string, Piece>();
  const lengths = new Set<number>();
  for await (const piece of pieces) {
    if (bySha256.size >= MAX_PIECES) break;
    bySha256.set(piece.sha256, piece);
    lengths.add(piece.bytes);
  }
  const ascending = [...lengths].filter((length) => length > 0).sort((a, b) => a - b);
  const away = new Set(mismatches.map(({ piece }) => piece.entry));
  for (const mismatch of mismatches) {
    const found = footageAt(mismatch, ascending, bySha256, folder);
    if (found === undefined) {
      findings.add(mismatchFinding(mismatch, ''));
      continue;
    }
    const where = `${nameOf(found)} (entry ${found.entry}) stands here`;
    const isAway =
      away.has(found.entry) || found.entry >= (shortFrom.get(found.take) ?? Number.POSITIVE_INFINITY);
    const isKnown = mismatches.length < MAX_SOUGHT || found.entry < (mismatches.at(-1)?.piece.entry ?? 0);
    const about = isAway
      ? `: ${where} and not in its own place; footage was swapped, moved or cut out`
      : isKnown
        ? `: ${where} and in its own place; it was repeated`
        : `: ${where}`;
    findings.add({ ...mismatchFinding(mismatch, about), kind: 'footage-moved' });
  }
}

/** The piece of the recording whose bytes begin at the mismatch, whatever its length. */
function footageAt(
  { file, offset, piece: expected }: Mismatch,
  lengths: readonly number[],
  bySha256: ReadonlyMap<string, Piece>,
  folder: BundleFolder,
): Piece | undefined {
  const opened = folder.openFile(file);
  if (opened === undefined) return undefined;
  try {
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    const hash = createHash('sha256');
    let hashed = 0;
    for (const length of lengths) {
      if (length > MAX_LOOK_BYTES || offset + length > opened.bytes) return undefined;
      while (hashed < length) {
        const wanted = Math.min(READ_BYTES, length - hashed);
        const bytesRead = readSync(opened.fd, buffer, 0, wanted, offset + hashed);
        if (bytesRead === 0) return undefined;
        hash.update(buffer.subarray(0, bytesRead));
        hashed += bytesRead;
      }
      const found = bySha256.get(hash.copy().digest('hex'));
      if (found !== undefined && found.entry !== expected.entry) return found;
    }
    return undefined;
  } finally {
    closeSync(opened.fd);
  }
}
