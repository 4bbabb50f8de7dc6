import { EventEmitter, on, once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { checkDevice } from '../../agent/buffer/check.js';
import { Database } from '../../agent/buffer/database.js';
import type { DeviceStores } from '../../agent/buffer/open.js';
import { allRecordings, type RecordingState, RecordingsView } from '../../agent/buffer/recordings.js';
import { createJournal } from '../../agent/journal/create.js';
import { decodeEntry, type Entry, type EntryOf, type EntryType } from '../../agent/journal/entry.js';
import { EpochKeyFiles } from '../../agent/journal/epoch-keys.js';
import { Journal } from '../../agent/journal/journal.js';
import { CameraFeed, type FeedEvent } from '../../agent/recorder/camera-feed.js';
import { Recorder, type RecorderSettings, type RecorderState } from '../../agent/recorder/recorder.js';
import type { Camera } from '../../drivers/camera-port.js';
import { type Clock, systemClock } from '../../drivers/clock.js';
import type { Position } from '../../drivers/nmea.js';
import { ScriptedCamera, type ScriptedRun } from './camera.js';
import { ManualClock } from './device.js';
import { WatchedFootageStore, WatchedJournalStore } from './stores.js';

const MiB = 1024 * 1024;

/** Says when the recorder is done with what the camera gave. */
class TappedFeed extends CameraFeed {
  readonly taken = new EventEmitter<Record<FeedEvent['type'], []>>();

  override pump(take: (event: FeedEvent) => Promise<void>): Promise<void> {
    return super.pump(async (event) => {
      await take(event);
      this.taken.emit(event.type);
    });
  }
}

export interface RecorderRigOptions {
  settings?: Partial<RecorderSettings>;
  /** Where the data is; absent: a temporary folder. Deleted when the test is over. */
  folder?: string;
  camera?: Camera;
  clock?: Clock;
  freeBytes?: () => Promise<number>;
}

/** A recorder with a scripted camera on real stores. */
export class RecorderRig {
  readonly camera: ScriptedCamera;
  readonly clock: ManualClock;
  readonly stores: DeviceStores & { store: WatchedJournalStore; footage: WatchedFootageStore };
  readonly journal: Journal;
  readonly recorder: Recorder;
  readonly warnings: { fields: object; message: string }[] = [];
  /** Bytes free, as the recorder is told. */
  freeBytes = async (): Promise<number> => Number.MAX_SAFE_INTEGER;
  /** Where the device is, as the recorder is told. */
  position: Position | undefined;
  readonly #feed: TappedFeed;
  readonly #view: RecordingsView;

  private constructor(
    options: RecorderRigOptions,
    stores: RecorderRig['stores'],
    clock: Clock,
    journal: Journal,
    view: RecordingsView,
  ) {
    this.camera = new ScriptedCamera();
    this.clock = clock as ManualClock;
    this.stores = stores;
    this.journal = journal;
    this.#view = view;
    if (options.freeBytes !== undefined) this.freeBytes = options.freeBytes;
    this.#feed = new TappedFeed(options.camera ?? this.camera, { restartInitialMs: 1, restartMaxMs: 1 });
    this.recorder = new Recorder(
      {
        feed: this.#feed,
        journal,
        footage: stores.footage,
        recordings: view,
        clock,
        freeBytes: () => this.freeBytes(),
        software: 'test',
        position: () => this.position,
        log: { info: () => {}, warn: (fields, message) => this.warnings.push({ fields, message }) },
      },
      {
        preRecordMs: 30_000,
        preRecordBytes: 64 * MiB,
        fragmentMs: 1000,
        inFlightBytes: 32 * MiB,
        reserveBytes: 0,
        ...options.settings,
      },
    );
  }

  static async open(t: ExecutionContext, options: RecorderRigOptions = {}): Promise<RecorderRig> {
    const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'liuhen-recorder-')));
    const journalDb = await Database.open(join(folder, 'journal'), { compression: true });
    const footageDb = await Database.open(join(folder, 'footage'), { compression: false });
    const store = new WatchedJournalStore(journalDb);
    const footage = new WatchedFootageStore(footageDb);
    const keys = new EpochKeyFiles(join(folder, 'keys'));
    const close = async () => {
      await journalDb.close();
      await footageDb.close();
    };
    await createJournal(store, keys, 'liuhen.example/recorder-0001');
    const clock = options.clock ?? new ManualClock();
    const view = new RecordingsView();
    const journal = await Journal.open({
      store,
      keys,
      clock,
      view,
      clockJumpMs: 2000,
      witnessNoteMs: 10_000,
    });
    const rig = new RecorderRig(options, { folder, store, footage, keys, close }, clock, journal, view);
    t.teardown(async () => {
      await rig.recorder.close('test over');
      await journal.close();
      await close();
      await rm(folder, { recursive: true, force: true });
    });
    return rig;
  }

  /** A rig whose camera runs and has given its init segment. */
  static async running(
    t: ExecutionContext,
    options: RecorderRigOptions = {},
  ): Promise<{ rig: RecorderRig; run: ScriptedRun }> {
    const rig = await RecorderRig.open(t, options);
    rig.recorder.open();
    return { rig, run: await rig.nextRun() };
  }

  /** The camera's next run, with its init segment given and taken. */
  async nextRun(): Promise<ScriptedRun> {
    const run = await this.camera.nextRun();
    await this.after('init', () => run.init());
    return run;
  }

  /** Does something and waits until the recorder has taken what the camera gave because of it. */
  async after(type: FeedEvent['type'], act: () => void): Promise<void> {
    const taken = once(this.#feed.taken, type);
    act();
    await taken;
  }

  /** Lets a second pass, at the end of which the camera gives a fragment; `count` times. */
  async film(run: ScriptedRun, count = 1, options: { bytes?: number } = {}): Promise<void> {
    for (let i = 0; i < count; i++) {
      if (this.clock instanceof ManualClock) this.clock.advance(1000);
      await this.after('fragment', () => run.fragment(options));
      // The disk has its turn also where nothing else waits for one.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Resolves when the recorder is in this state. */
  async reaches(state: RecorderState): Promise<void> {
    if (this.recorder.state === state) return;
    for await (const [next] of on(this.recorder, 'state')) if (next === state) return;
  }

  async entries(): Promise<Entry[]> {
    const entries: Entry[] = [];
    for await (const encoded of this.stores.store.entries(0, this.journal.size)) {
      entries.push(decodeEntry(encoded, entries.length) as Entry);
    }
    return entries;
  }

  async entriesOf<T extends EntryType>(type: T): Promise<EntryOf<T>[]> {
    return (await this.entries()).filter((entry): entry is EntryOf<T> => entry.type === type);
  }

  /** The journal in few words: types, with take and index where there are any. */
  async story(): Promise<string[]> {
    return (await this.entries()).map((entry) => {
      if (entry.type === 'take-started') return `take ${entry.take}`;
      if (entry.type === 'fragment') return `${entry.take}/${entry.index}`;
      if (entry.type === 'gap' || entry.type === 'recording-stopped') return `${entry.type} ${entry.reason}`;
      return entry.type;
    });
  }

  recordings(): Promise<RecordingState[]> {
    return allRecordings(this.stores.store);
  }

  get open(): number | undefined {
    return this.#view.open?.recording;
  }

  async problems(): Promise<string[]> {
    const { invariants } = await checkDevice(this.stores);
    return invariants.flatMap(({ number, problems }) => problems.map((problem) => `${number}: ${problem}`));
  }
}

export { systemClock };
