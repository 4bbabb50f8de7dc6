import { closeSync } from 'node:fs';
import { takeFileName } from '../../journal/manifest.js';
import { type AbsentRanges, type DeclaredTake, isAbsent } from './declared.js';
import type { Findings } from './findings.js';
import type { BundleFolder } from './folder.js';
import type { HashPool } from './hash-pool.js';
import { INIT, nameOf, type Piece } from './piece.js';
import type { Timeline } from './timeline.js';

/** Pieces are handed to the hash pool in groups of this many bytes, or this many pieces. */
const GROUP_BYTES = 8 * 1024 * 1024;
const GROUP_PIECES = 256;
/** Groups under way at once: enough for every worker to have its next one waiting. */
const MAX_GROUPS = 6;
/** Mismatches whose bytes are looked for elsewhere in the recording. */
export const MAX_SOUGHT = 16;

/** A take's file, as it must be and as it is. */
export interface TakeFile {
  take: number;
  file: string;
  /** Bytes that the entries so far account for. */
  bytes: number;
  fragments: number;
  absent: AbsentRanges;
}

interface OpenTake extends TakeFile {
  declared: DeclaredTake | undefined;
  fd: number | undefined;
  actualBytes: number;
  /** Where in `declared.absent` the walk has come to. */
  cursor: number;
  isShort: boolean;
  last: Piece;
  entry: number;
}

/** A piece at its place in its file. */
export interface Placed {
  piece: Piece;
  file: string;
  offset: number;
  /** Known without hashing, or left to the hash. */
  state?: 'absent' | 'altered';
}

/** A piece whose bytes are others than its entry says. */
export interface Mismatch extends Placed {
  actualSha256: string;
}

interface Group {
  take: OpenTake;
  placed: Placed[];
  bytes: number;
  start: number;
  ended: boolean;
}

/**
 * Lays the pieces of the journal over the MP4 files and compares: each file must be its init segment and its fragments, and
 * nothing before, between or behind. Pieces come and are judged in journal order; a bounded number is in memory.
 */
export class Footage {
  readonly takes: TakeFile[] = [];
  /** The first mismatches: their findings are left to who can say what the bytes are. */
  readonly mismatches: Mismatch[] = [];
  /** By take, the first entry whose bytes lie behind the end of its file. */
  readonly shortFrom = new Map<number, number>();
  /** Bytes of the files that were compared with an entry. */
  judgedBytes = 0;
  readonly #folder: BundleFolder;
  readonly #declared: ReadonlyMap<number, DeclaredTake>;
  readonly #pool: HashPool;
  readonly #findings: Findings;
  readonly #timeline: Timeline;
  readonly #onProgress: (bytes: number) => void;
  #open: OpenTake | undefined;
  #group: Group | undefined;
  readonly #pending: { group: Group; digests: Promise<Uint8Array> }[] = [];

  constructor(parts: {
    folder: BundleFolder;
    declared: ReadonlyMap<number, DeclaredTake>;
    pool: HashPool;
    findings: Findings;
    timeline: Timeline;
    onProgress: (bytes: number) => void;
  }) {
    this.#folder = parts.folder;
    this.#declared = parts.declared;
    this.#pool = parts.pool;
    this.#findings = parts.findings;
    this.#timeline = parts.timeline;
    this.#onProgress = parts.onProgress;
  }

  /** Takes the next piece. Waits when enough is under way. */
  async take(piece: Piece): Promise<void> {
    if (piece.index === INIT) {
      await this.#endTake(true);
      this.#beginTake(piece);
    }
    const take = this.#open;
    if (take === undefined) return;
    const group = this.#group ?? { take, placed: [], bytes: 0, start: take.bytes, ended: false };
    this.#group = group;
    const placed = this.#place(take, piece);
    group.placed.push(placed);
    if (placed.state === undefined) group.bytes += piece.bytes;
    if (group.bytes >= GROUP_BYTES || group.placed.length >= GROUP_PIECES) await this.#sendGroup();
  }

  /** Judges what is under way. `complete` says that no piece of the last take is missing, so that its file must end. */
  async end(complete: boolean): Promise<void> {
    await this.#endTake(complete);
    while (this.#pending.length > 0) await this.#settleOldest();
  }

  /** Closes what is open, also after an error. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#pending.map(({ digests }) => digests));
    for (const { group } of this.#pending) closeTake(group.take);
    if (this.#open !== undefined) closeTake(this.#open);
  }

  #beginTake(piece: Piece): void {
    const file = takeFileName(piece.take);
    const declared = this.#declared.get(piece.take);
    const opened = this.#folder.openFile(file);
    if (opened === undefined && !this.#folder.occupied(file)) {
      const { entry, fromSec } = piece;
      const actual = declared?.bytes === 0 ? 'the exporter did not have it' : 'no such file';
      const expected = `the footage of take ${piece.take}`;
      this.#findings.add({
        verdict: 'incomplete',
        kind: 'missing-file',
        file,
        entry,
        mediaSec: fromSec,
        expected,
        actual,
      });
    }
    this.#open = {
      take: piece.take,
      file,
      bytes: 0,
      fragments: 0,
      absent: [],
      declared,
      fd: opened?.fd,
      actualBytes: opened?.bytes ?? 0,
      cursor: 0,
      isShort: false,
      last: piece,
      entry: piece.entry,
    };
    this.takes.push(this.#open);
  }

  #place(take: OpenTake, piece: Piece): Placed {
    const offset = take.bytes;
    const { file, declared } = take;
    take.last = piece;
    if (piece.index !== INIT) take.fragments = Math.max(take.fragments, piece.index + 1);
    if (piece.index === INIT ? declared?.bytes === 0 : isAbsent(declared, piece.index, take)) {
      if (piece.index !== INIT) addAbsent(take.absent, piece.index);
      return { piece, file, offset, state: 'absent' };
    }
    take.bytes += piece.bytes;
    if (take.fd === undefined) return { piece, file, offset, state: 'absent' };
    if (take.bytes <= take.actualBytes && !take.isShort) return { piece, file, offset };
    if (!take.isShort) {
      take.isShort = true;
      this.shortFrom.set(take.take, piece.entry);
      this.#findings.add({
        verdict: 'altered',
        kind: 'footage-short',
        file,
        entry: piece.entry,
        mediaSec: piece.fromSec,
        expected: `${nameOf(piece)} in the bytes ${offset} to ${take.bytes}`,
        actual: `the file ends at byte ${take.actualBytes}`,
      });
    }
    return { piece, file, offset, state: 'altered' };
  }

  async #endTake(complete: boolean): Promise<void> {
    const take = this.#open;
    this.#open = undefined;
    if (take === undefined) return;
    this.#group ??= { take, placed: [], bytes: 0, start: take.bytes, ended: false };
    this.#group.ended = true;
    await this.#sendGroup();
    if (!complete || take.actualBytes <= take.bytes) return;
    this.#findings.add({
      verdict: 'altered',
      kind: 'footage-extra',
      file: take.file,
      entry: take.last.entry,
      mediaSec: take.last.toSec,
      expected: `${take.bytes} bytes, up to the end of ${nameOf(take.last)}`,
      actual: `${take.actualBytes} bytes`,
    });
  }

  async #sendGroup(): Promise<void> {
    const group = this.#group;
    if (group === undefined) return;
    this.#group = undefined;
    const hashed = group.placed.filter(({ state }) => state === undefined);
    const lengths = Float64Array.from(hashed, ({ piece }) => piece.bytes);
    const fd = group.take.fd;
    const isEmpty = fd === undefined || lengths.length === 0;
    const digests = isEmpty
      ? Promise.resolve(new Uint8Array())
      : this.#pool.hash({ fd, start: group.start, lengths });
    // Awaited in its turn; until then a failure must not count as unhandled.
    digests.catch(() => {});
    this.#pending.push({ group, digests });
    while (this.#pending.length >= MAX_GROUPS) await this.#settleOldest();
  }

  async #settleOldest(): Promise<void> {
    const [oldest] = this.#pending;
    if (oldest === undefined) return;
    const { group } = oldest;
    const digests = await oldest.digests;
    this.#pending.shift();
    let at = 0;
    for (const placed of group.placed) {
      const { piece } = placed;
      let { state }: { state?: 'absent' | 'altered' | 'authentic' } = placed;
      if (state === undefined) {
        const actual = Buffer.from(digests.subarray(at, at + 32)).toString('hex');
        at += 32;
        state = actual === piece.sha256 ? 'authentic' : 'altered';
        if (state === 'altered') this.#mismatch({ ...placed, actualSha256: actual });
      }
      if (piece.index !== INIT) this.#timeline.fragment(piece, state);
    }
    this.judgedBytes += group.bytes;
    this.#onProgress(group.bytes);
    if (group.ended) closeTake(group.take);
  }

  #mismatch(mismatch: Mismatch): void {
    if (this.mismatches.length < MAX_SOUGHT) this.mismatches.push(mismatch);
    else this.#findings.add(mismatchFinding(mismatch, ''));
  }
}

/** The finding for bytes that are others than the entry says; `about` says what they are, where that is known. */
export function mismatchFinding({ piece, file, offset, actualSha256 }: Mismatch, about: string) {
  return {
    verdict: 'altered' as const,
    kind: 'footage-hash',
    file,
    entry: piece.entry,
    mediaSec: piece.fromSec,
    expected: `${nameOf(piece)} with sha256 ${piece.sha256} in the bytes ${offset} to ${offset + piece.bytes}`,
    actual: `sha256 ${actualSha256}${about}`,
  };
}

function closeTake(take: OpenTake): void {
  if (take.fd !== undefined) closeSync(take.fd);
  take.fd = undefined;
}

function addAbsent(absent: AbsentRanges, index: number): void {
  const last = absent.at(-1);
  if (last !== undefined && last.to === index) last.to = index + 1;
  else absent.push({ from: index, to: index + 1 });
}
