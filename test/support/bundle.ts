import { createHash, randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cosign, parseCheckpoint, signCheckpoint } from '../../agent/journal/checkpoint.js';
import { newSeed, publicKeyOf } from '../../agent/journal/ed25519.js';
import { type At, type EntryDraft, encodeEntry } from '../../agent/journal/entry.js';
import { signKeyNote } from '../../agent/journal/key-chain.js';
import { type Manifest, renderManifest, takeFileName } from '../../agent/journal/manifest.js';
import { CompactRange, leafHash } from '../../agent/journal/merkle.js';
import type { Signer } from '../../agent/journal/note.js';
import { RecordingDigest, receiptKeyOf, signReceipt } from '../../agent/journal/receipt.js';
import {
  appendLeaves,
  compactRangeAt,
  encodeEntryBundle,
  entriesPath,
  TILE_WIDTH,
  tilePath,
  tilesFor,
  tileWidth,
} from '../../agent/journal/tiles.js';
import { formatVkey, SignatureType, vkeyOf } from '../../agent/journal/vkey.js';

export function newSigner(name: string, type: SignatureType): Signer {
  const seed = newSeed();
  return { vkey: vkeyOf(name, type, publicKeyOf(seed)), seed };
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A journal in memory, written straight from the format's primitives: no store, no writer, and it can lie. */
export class PaperJournal {
  readonly origin: string;
  /** One signer an epoch. */
  readonly signers: Signer[];
  readonly keyNotes: string[] = [];
  readonly entries: Buffer[] = [];
  readonly #hashes: Buffer[][] = [];
  readonly #tree = new CompactRange();
  /** Milliseconds from one entry to the next. */
  stepMs = 1000;

  constructor(origin = 'a.example/r') {
    this.origin = origin;
    this.signers = [newSigner(origin, SignatureType.ed25519)];
  }

  get size(): number {
    return this.entries.length;
  }

  get epoch(): number {
    return this.signers.length - 1;
  }

  get rootVkey(): string {
    return formatVkey(this.#signer(0).vkey);
  }

  add(draft: EntryDraft): number {
    return this.addBytes(encodeEntry(draft, this.size, this.#at()));
  }

  /** Adds what need not be an entry at all. */
  addBytes(bytes: Buffer): number {
    this.entries.push(bytes);
    for (const { level, hash } of appendLeaves(this.#tree, [leafHash(bytes)])) {
      this.#hashes[level] ??= [];
      this.#hashes[level].push(hash);
    }
    return this.size - 1;
  }

  rotate(): number {
    const old = this.#signer(this.epoch);
    const next = newSigner(this.origin, SignatureType.ed25519);
    const epoch = this.epoch + 1;
    this.keyNotes.push(signKeyNote(this.origin, epoch, next.vkey, old));
    this.signers.push(next);
    return this.add({ type: 'key-rotated', epoch, vkey: formatVkey(next.vkey) });
  }

  async checkpoint({ size = this.size, epoch = this.epoch } = {}): Promise<string> {
    const root = (await compactRangeAt(size, this.readHashes)).root();
    return signCheckpoint({ origin: this.origin, size, root }, this.#signer(epoch));
  }

  readonly readHashes = async (level: number, from: number, count: number): Promise<Buffer[]> =>
    (this.#hashes[level] ?? []).slice(from, from + count);

  #at(): At {
    const mono = this.size * this.stepMs;
    return { wall: new Date(1_772_000_000_000 + mono).toISOString(), mono, boot: 'b', source: 'ntp' };
  }

  #signer(epoch: number): Signer {
    return this.signers[epoch] as Signer;
  }
}

/** A recording on paper: which entries are its own, and its footage by take, the init segment first. */
export interface PaperRecording {
  recording: number;
  to: number;
  takes: Buffer[][];
}

export interface PaperPlan {
  /** Bytes of each fragment, by take. */
  takes?: number[][];
  /** Called before a fragment's entry, with its index in all takes. */
  before?: (index: number) => void;
  /** Undefined leaves the recording open. */
  reason?: string | undefined;
  /** Changes an entry before it is written. */
  edit?: (draft: EntryDraft) => EntryDraft;
}

/** Writes a recording's entries, with footage of random bytes behind a tiny init segment. */
export function record(journal: PaperJournal, plan: PaperPlan = {}): PaperRecording {
  const { takes: sizes = [[20, 24, 28]], before, edit = (draft: EntryDraft) => draft } = plan;
  const add = (draft: EntryDraft) => journal.add(edit(draft));
  const recording = add({
    type: 'recording-started',
    trigger: 'button',
    preRecordMs: 0,
    wholeProcess: false,
    software: 't',
  });
  const takes: Buffer[][] = [];
  let fragments = 0;
  for (const [take, lengths] of sizes.entries()) {
    const init = randomBytes(12);
    takes.push([init]);
    const named = { sha256: sha256(init), bytes: init.length };
    add({ type: 'take-started', recording, take, init: named, codecs: 'c' });
    for (const [index, length] of lengths.entries()) {
      before?.(fragments++);
      const bytes = randomBytes(length);
      takes[take]?.push(bytes);
      const media = { start: index, duration: 1, timescale: 1 };
      add({ type: 'fragment', recording, take, index, sha256: sha256(bytes), bytes: length, media });
    }
  }
  const reason = 'reason' in plan ? plan.reason : 'button';
  if (reason !== undefined) {
    const bytes = takes.flat().reduce((sum, piece) => sum + piece.length, 0);
    add({ type: 'recording-stopped', recording, fragments: sizes.flat().length, bytes, reason });
  }
  return { recording, to: journal.size, takes };
}

/** The digest that a receipt for this recording names. */
export function digestOf({ takes }: PaperRecording): string {
  const digest = new RecordingDigest();
  for (const piece of takes.flat()) digest.add(sha256(piece));
  return digest.finish();
}

/** An archive: cosigns checkpoints and signs receipts with one key. */
export class PaperWitness {
  readonly signer = newSigner('w.example', SignatureType.cosignature);

  get vkey(): string {
    return formatVkey(this.signer.vkey);
  }

  cosign(checkpoint: string, timeSec: number): string {
    const parsed = parseCheckpoint(checkpoint);
    const line = cosign(parsed, this.signer, timeSec);
    return line;
  }

  receipt(
    journal: PaperJournal,
    made: PaperRecording,
    changes: { fragments?: number; digest?: string } = {},
  ): string {
    const fragments = made.takes.reduce((sum, pieces) => sum + pieces.length - 1, 0);
    const { origin } = journal;
    const signer = { vkey: receiptKeyOf(this.signer.vkey), seed: this.signer.seed };
    return signReceipt(
      { origin, recording: made.recording, fragments, digest: digestOf(made), ...changes },
      signer,
    );
  }
}

export interface PaperBundle {
  checkpoint: string;
  keyNotes?: string[];
  policy: string;
  receipt?: string;
  /** Fragments left out of the files and declared absent, by take. */
  absent?: Record<number, { from: number; to: number }[]>;
  /** Changes the manifest before it is written. */
  edit?: (manifest: Manifest) => Manifest;
}

/** Lays out a bundle's files by path. `manifest.json` is made from them, unless `edit` makes it lie. */
export async function layOut(
  journal: PaperJournal,
  made: PaperRecording,
  {
    checkpoint,
    keyNotes = journal.keyNotes,
    policy,
    receipt,
    absent = {},
    edit = (same) => same,
  }: PaperBundle,
): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const { size } = parseCheckpoint(checkpoint);
  const { recording } = made;
  const to = Math.min(made.to, size);
  for (const tile of tilesFor(size, recording, to)) {
    const hashes = await journal.readHashes(tile.level, tile.index * TILE_WIDTH, tile.width);
    files.set(tilePath(tile), Buffer.concat(hashes));
  }
  for (let index = Math.floor(recording / TILE_WIDTH); index <= Math.floor((to - 1) / TILE_WIDTH); index++) {
    const width = tileWidth(size, 0, index);
    const entries = journal.entries.slice(index * TILE_WIDTH, index * TILE_WIDTH + width);
    files.set(entriesPath(index, width), encodeEntryBundle(entries));
  }
  files.set('checkpoint', Buffer.from(checkpoint));
  files.set('keys', Buffer.from(keyNotes.join('')));
  files.set('policy', Buffer.from(policy));
  if (receipt !== undefined) files.set('archived', Buffer.from(receipt));
  const listed = [...files].map(([path, bytes]) => ({ path, bytes: bytes.length, sha256: sha256(bytes) }));
  const takes = made.takes.map((pieces, take) => {
    const ranges = absent[take] ?? [];
    const isHere = (at: number) => !ranges.some(({ from, to }) => at - 1 >= from && at - 1 < to);
    const content = Buffer.concat(pieces.filter((_, at) => isHere(at)));
    const file = takeFileName(take);
    files.set(file, content);
    return { file, take, bytes: content.length, fragments: pieces.length - 1, absent: ranges };
  });
  const manifest: Manifest = {
    format: 'liuhen/bundle/1',
    device: journal.origin.slice(journal.origin.lastIndexOf('/') + 1),
    origin: journal.origin,
    recording,
    journal: { from: recording, to },
    software: 't',
    takes,
    files: listed.sort((a, b) => (a.path < b.path ? -1 : 1)),
  };
  files.set('manifest.json', Buffer.from(renderManifest(edit(manifest))));
  files.set('README.txt', Buffer.from('read me\n'));
  return files;
}

export async function writeFiles(folder: string, files: ReadonlyMap<string, Buffer>): Promise<void> {
  for (const [path, bytes] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
}

/** A small bundle with everything in it: a key rotation, a mark, a witnessed entry before it, a witness, a receipt. */
export interface SmallBundle {
  journal: PaperJournal;
  witness: PaperWitness;
  made: PaperRecording;
  checkpoint: string;
  receipt: string;
  /** Pins the root key and nothing else. */
  logOnly: string;
  /** Pins the root key and demands the witness. */
  withWitness: string;
  files: Map<string, Buffer>;
}

export async function smallBundle(plan: PaperPlan = {}): Promise<SmallBundle> {
  const journal = new PaperJournal();
  const witness = new PaperWitness();
  journal.add({ type: 'heartbeat' });
  const early = witness.cosign(await journal.checkpoint(), 1_771_000_000);
  journal.add({ type: 'witnessed', size: 1, checkpoint: early });
  const before = (index: number) => {
    if (index === 1) journal.rotate();
    const mark: EntryDraft = { type: 'mark', recording: 2, kind: 'm' };
    if (index === 2) journal.add(plan.edit?.(mark) ?? mark);
  };
  const made = record(journal, { before, ...plan });
  const checkpoint = witness.cosign(await journal.checkpoint(), 1_773_000_000);
  const receipt = witness.receipt(journal, made);
  const logOnly = `log ${journal.rootVkey}\nquorum none\n`;
  const withWitness = `log ${journal.rootVkey}\nwitness w ${witness.vkey}\nquorum w\n`;
  const files = await layOut(journal, made, { checkpoint, policy: withWitness, receipt });
  return { journal, witness, made, checkpoint, receipt, logOnly, withWitness, files };
}
