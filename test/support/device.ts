import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database } from '../../agent/buffer/database.js';
import { type FootageRef, FootageStore } from '../../agent/buffer/footage.js';
import { LevelJournalStore } from '../../agent/buffer/level-journal.js';
import { RecordingsView } from '../../agent/buffer/recordings.js';
import { createJournal, SUITE } from '../../agent/journal/create.js';
import type { EntryOf } from '../../agent/journal/entry.js';
import { EpochKeyFiles } from '../../agent/journal/epoch-keys.js';
import { Journal } from '../../agent/journal/journal.js';
import type { Clock, ClockReading } from '../../drivers/clock.js';

/** A clock that stands still until it is told to go on. */
export class ManualClock implements Clock {
  wallMs = Date.parse('2026-03-02T08:00:00.000Z');
  monoMs = 1000;
  boot = 'boot-1';

  read(): ClockReading {
    return { wallMs: this.wallMs, monoMs: this.monoMs, boot: this.boot, source: 'ntp' };
  }

  advance(ms: number): void {
    this.wallMs += ms;
    this.monoMs += ms;
  }
}

export interface TestDeviceOptions {
  /** Device id; the origin is `liuhen.example/<id>`. */
  id?: string;
  /** A data folder to open again; absent: a fresh one, which `remove` deletes. */
  folder?: string;
  clock?: Clock;
  clockJumpMs?: number;
  witnessNoteMs?: number;
}

export interface TestRecordingOptions {
  fragments?: number;
  /** Bytes of each fragment. */
  bytes?: number;
  initBytes?: number;
  behaviour?: string;
  wholeProcess?: boolean;
  /** Leave the recording open: no `recording-stopped`. */
  open?: boolean;
  /** Called before each fragment, by its index. */
  beforeFragment?: (index: number) => Promise<void> | void;
}

/** A piece of footage as it was stored and sealed. */
export interface TestFootage {
  ref: FootageRef;
  bytes: Buffer;
  sha256: string;
}

export interface TestRecording {
  recording: number;
  /** Inits and fragments in journal order. */
  footage: TestFootage[];
}

type DeviceParts = Pick<
  TestDevice,
  'id' | 'folder' | 'clock' | 'store' | 'footage' | 'keys' | 'view' | 'journal' | 'rootVkey'
>;

/**
 * A device without a camera: a real journal and real LevelDB stores in a temporary folder, filled with recordings whose
 * footage is random bytes. The order is the recorder's: bytes first, then the entry.
 */
export class TestDevice {
  readonly id: string;
  readonly folder: string;
  readonly clock: Clock;
  readonly store: LevelJournalStore;
  readonly footage: FootageStore;
  readonly keys: EpochKeyFiles;
  readonly view: RecordingsView;
  readonly journal: Journal;
  readonly rootVkey: string;

  private constructor(parts: DeviceParts) {
    this.id = parts.id;
    this.folder = parts.folder;
    this.clock = parts.clock;
    this.store = parts.store;
    this.footage = parts.footage;
    this.keys = parts.keys;
    this.view = parts.view;
    this.journal = parts.journal;
    this.rootVkey = parts.rootVkey;
  }

  /** Opens the device in `folder`, having made and provisioned it (entry `journal-started`) when it is new. */
  static async open(options: TestDeviceOptions = {}): Promise<TestDevice> {
    const id = options.id ?? 'recorder-0001';
    const origin = `liuhen.example/${id}`;
    const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'liuhen-device-')));
    const clock = options.clock ?? new ManualClock();
    const store = new LevelJournalStore(await Database.open(join(folder, 'journal'), { compression: true }));
    const footage = new FootageStore(await Database.open(join(folder, 'footage'), { compression: false }));
    const keys = new EpochKeyFiles(join(folder, 'keys'));
    const identity = await store.identity();
    const rootVkey = identity?.rootVkey ?? (await createJournal(store, keys, origin));
    const view = new RecordingsView();
    const { clockJumpMs = 2000, witnessNoteMs = 10_000 } = options;
    const journal = await Journal.open({ store, keys, clock, view, clockJumpMs, witnessNoteMs });
    if (identity === undefined) {
      await journal.append({ type: 'journal-started', origin, device: id, software: 'test', suite: SUITE });
    }
    return new TestDevice({ id, folder, clock, store, footage, keys, view, journal, rootVkey });
  }

  get origin(): string {
    return this.journal.origin;
  }

  /** Records `fragments` fragments of random bytes, all sealed when this resolves. */
  async record(options: TestRecordingOptions = {}): Promise<TestRecording> {
    const { fragments = 3, bytes = 2000, initBytes = 200, open = false, beforeFragment } = options;
    const { recording } = await this.start(options);
    const footage = [await this.take(recording, 0, randomBytes(initBytes))];
    for (let index = 0; index < fragments; index++) {
      await beforeFragment?.(index);
      footage.push(await this.fragment({ recording, take: 0, index }, randomBytes(bytes)));
    }
    if (!open) await this.stop(recording, footage);
    return { recording, footage };
  }

  async start({
    behaviour,
    wholeProcess = false,
  }: TestRecordingOptions = {}): Promise<{ recording: number }> {
    const draft = { type: 'recording-started', trigger: 'button', preRecordMs: 0, wholeProcess } as const;
    const { n } = await this.journal.append({ ...draft, ...(behaviour === undefined ? {} : { behaviour }) });
    return { recording: n };
  }

  async take(recording: number, take: number, bytes: Buffer): Promise<TestFootage> {
    const ref = { recording, take, index: 'init' } as const;
    const sha256 = sha256Of(bytes);
    await this.footage.put(ref, bytes);
    const init = { sha256, bytes: bytes.length };
    await this.journal.append({ type: 'take-started', recording, take, init, codecs: 'avc1.64001f' });
    return { ref, bytes, sha256 };
  }

  async fragment(
    ref: { recording: number; take: number; index: number },
    bytes: Buffer,
  ): Promise<TestFootage> {
    const sha256 = sha256Of(bytes);
    await this.footage.put(ref, bytes);
    const media = { start: ref.index * 90_000, duration: 90_000, timescale: 90_000 };
    await this.journal.append({ type: 'fragment', ...ref, sha256, bytes: bytes.length, media });
    return { ref, bytes, sha256 };
  }

  async stop(recording: number, footage: readonly TestFootage[]): Promise<EntryOf<'recording-stopped'>> {
    const fragments = footage.filter(({ ref }) => ref.index !== 'init').length;
    const bytes = footage.reduce((sum, piece) => sum + piece.bytes.length, 0);
    const draft = { type: 'recording-stopped', recording, fragments, bytes, reason: 'button' } as const;
    return (await this.journal.append(draft)) as EntryOf<'recording-stopped'>;
  }

  /** Closes journal and stores; the folder can be opened again. */
  async close(): Promise<void> {
    await this.journal.close();
    await this.store.close();
    await this.footage.close();
  }

  /** Closes, and deletes the folder. */
  async remove(): Promise<void> {
    await this.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
