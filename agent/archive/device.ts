import type { Logger } from 'pino';
import { LiuhenError, messageOf } from '../../config/errors.js';
import type { Clock } from '../../drivers/clock.js';
import type { Database } from '../buffer/database.js';
import { LevelJournalStore } from '../buffer/level-journal.js';
import { placesOf, readRecording } from '../buffer/recordings.js';
import { formatVkey, type Vkey } from '../journal/vkey.js';
import { decodeJournal, decodeState, decodeTelemetry, type ReceiptMessage } from '../uplink/messages.js';
import type { UpTopic } from '../uplink/topics.js';
import type { ArchivedOptions } from './archived.js';
import { receiptIfComplete } from './archived.js';
import { chunkCost } from './assembly.js';
import type { Counted } from './counters.js';
import { FootageFiles } from './footage-files.js';
import { FootageIntake } from './footage-intake.js';
import { type Place, pendingPlaces, unreceipted } from './footage-view.js';
import { listForks } from './forks.js';
import type { InFlight } from './in-flight.js';
import { JournalIntake } from './journal-intake.js';
import type { ArchiveKey } from './key.js';
import { Lane } from './lane.js';
import { deviceFolder } from './layout.js';
import { Publication } from './publication.js';
import { type Committed, ReceivedJournal, sameRoot } from './received-journal.js';
import type { SeldomLog } from './seldom-log.js';
import type { Staging } from './staging.js';
import { Wanted } from './wanted.js';

/** Work from the wire that may wait for one device; beyond it messages are dropped and asked for again. */
const MAX_WAITING = 1024;
/** A piece that gets no byte for this long leaves memory. */
const IDLE_PIECE_MS = 60_000;

export interface DeviceTimes {
  /** Silence after which wanted footage is asked for again. */
  reaskMs: number;
  /** The least time between two refreshes of the published folder. */
  publishMs: number;
}

/** What a device's end needs of the archive around it. */
export interface DeviceOptions {
  device: string;
  root: Vkey;
  data: string;
  database: Database;
  key: ArchiveKey;
  inFlight: InFlight;
  staging: Staging;
  clock: Clock;
  log: Logger;
  seldom: SeldomLog;
  times: DeviceTimes;
  count: (counted: Counted) => void;
  send: (message: ReceiptMessage) => void;
  /** Whether the disk has room for footage. */
  hasRoom: () => boolean;
  /** The database failed; when this resolves it is open again, or will be tried again. */
  reopen: () => Promise<void>;
  onCosigned: (size: number) => void;
  onArchived: (recording: number) => void;
  onFork: () => void;
}

export interface DeviceStatus {
  device: string;
  size: number;
  online: boolean;
  /** Proofs of forks that are kept. */
  forks: number;
  /** Footage named and not durable here. */
  pending: number;
}

/** One device as the archive sees it. Its journal is gone through strictly in sequence. */
export class Device {
  readonly #options: DeviceOptions;
  readonly #store: LevelJournalStore;
  readonly #folder: string;
  readonly #lane: Lane;
  /** Receipts and what is published with them are a dozen syncs, behind which no question for more footage has to wait. */
  readonly #receipts: Lane;
  readonly #journals: JournalIntake;
  readonly #footage: FootageIntake;
  readonly #wanted: Wanted;
  readonly #publication: Publication;
  /** Undefined until loaded, and after the database failed. */
  #journal: ReceivedJournal | undefined;
  /** Pending places by recording. */
  readonly #pending = new Map<number, number>();
  #forks = 0;
  #isOnline = false;
  #willAsk = false;
  #isStale = true;
  #publishedAtMs = Number.NEGATIVE_INFINITY;

  private constructor(options: DeviceOptions) {
    const { device, data, database, log, count, inFlight, times } = options;
    const nowMs = () => options.clock.read().monoMs;
    this.#options = options;
    this.#store = new LevelJournalStore(database, `d!${device}!`);
    this.#folder = deviceFolder(data, device);
    this.#lane = new Lane((error) => this.#failed(error));
    this.#receipts = new Lane((error) => this.#failed(error));
    this.#publication = new Publication(this.#store, this.#folder);
    this.#journals = new JournalIntake({
      folder: this.#folder,
      log,
      seldom: options.seldom,
      nowMs,
      wallMs: () => options.clock.read().wallMs,
      count,
      onCommitted: (committed) => this.#committed(committed),
      onFork: () => {
        this.#forks++;
        options.onFork();
      },
    });
    this.#footage = new FootageIntake({
      store: this.#store,
      files: new FootageFiles(this.#folder, options.staging),
      inFlight,
      log,
      nowMs,
      count,
      onPiece: (sha256, outcome) => this.#piece(sha256, outcome),
      onDurable: (places) => this.#durable(places),
      onLost: (places) => this.#lost(places),
      reopen: options.reopen,
      isComplete: (recording, written) => this.#isComplete(recording, written),
    });
    this.#wanted = new Wanted({
      store: this.#store,
      intake: this.#footage,
      inFlight,
      nowMs,
      reaskMs: times.reaskMs,
    });
  }

  /** Loads the device and finishes what a crash interrupted: cosignature, receipts, published files. */
  static async open(options: DeviceOptions): Promise<Device> {
    const device = new Device(options);
    const identity = await device.#store.identity();
    if (identity === undefined) {
      const { name: origin } = options.root;
      await device.#store.setIdentity({ origin, rootVkey: formatVkey(options.root) });
    } else if (!sameRoot(identity.rootVkey, options.root)) {
      throw new LiuhenError(
        'LIUHEN_STATE',
        `${options.device}: the journal here began under ${identity.rootVkey}, registered is ${formatVkey(options.root)}`,
        { next: 'restore the file root of this device, and register the new key under another id' },
      );
    }
    device.#forks = (await listForks(device.#folder)).length;
    await device.#loaded();
    await device.#publication.recover();
    for (const recording of await unreceipted(device.#store)) void device.#receiptIfComplete(recording);
    return device;
  }

  status(): DeviceStatus {
    return {
      device: this.#options.device,
      size: this.#journal?.size ?? 0,
      online: this.#isOnline,
      forks: this.#forks,
      pending: [...this.#pending.values()].reduce((sum, each) => sum + each, 0),
    };
  }

  /**
   * Takes a message that is no larger than the archive's bound, and keeps nothing of a payload of footage but copies; returns what
   * it counts as where it was dropped. Throws LIUHEN_MESSAGE when it is malformed.
   */
  receive(topic: UpTopic, payload: Buffer): Counted | undefined {
    if (this.#lane.waiting >= MAX_WAITING) return 'overload';
    switch (topic.kind) {
      case 'journal':
        if (!this.#journals.push(decodeJournal(payload), payload.length)) return 'overload';
        this.#isOnline = true;
        void this.#lane.run(() => this.#drain());
        return undefined;
      case 'footage':
        this.#isOnline = true;
        return this.#chunk(topic.sha256, topic.offset, payload);
      case 'state': {
        const wasOnline = this.#isOnline;
        this.#isOnline = decodeState(payload).online;
        if (this.#isOnline && !wasOnline) void this.#lane.run(() => this.#answer(true));
        return undefined;
      }
      case 'telemetry': {
        const { backlog } = decodeTelemetry(payload);
        if (backlog.unreceipted.length > 0) void this.#lane.run(() => this.#repeat(backlog.unreceipted));
        if (this.#wanted.prefer(backlog.urgent ?? [])) this.#ask();
        return undefined;
      }
    }
  }

  /** Called about every second. */
  tick(): void {
    this.#footage.giveUpIdle(IDLE_PIECE_MS);
    if (this.#isOnline && this.#wanted.isOverdue()) this.#ask();
    const { monoMs } = this.#options.clock.read();
    if (monoMs - this.#publishedAtMs >= this.#options.times.publishMs && this.#isStale) {
      this.#isStale = false;
      this.#publishedAtMs = Number.POSITIVE_INFINITY;
      void this.#publish().finally(() => {
        this.#publishedAtMs = this.#options.clock.read().monoMs;
      });
    }
  }

  /** The database was closed and opened again: what memory says of the journal may be wrong. The lane loads it anew. */
  forgetJournal(): void {
    this.#journal = undefined;
  }

  /** Waits for what is under way, makes written footage durable and publishes. */
  async stop(): Promise<void> {
    await this.#footage.stop();
    await this.#lane.run(async () => {});
    await this.#receipts.run(async () => {});
    await this.#publish();
  }

  async #loaded(): Promise<ReceivedJournal> {
    if (this.#journal !== undefined) return this.#journal;
    const { root, key, clock } = this.#options;
    const nowMs = () => clock.read().wallMs;
    this.#journal = await ReceivedJournal.load({ store: this.#store, root, witness: key.witness, nowMs });
    this.#pending.clear();
    for await (const { recording } of pendingPlaces(this.#store)) this.#addPending(recording, 1);
    return this.#journal;
  }

  async #drain(): Promise<void> {
    const { answer, asked } = await this.#journals.drain(await this.#loaded());
    if (answer) await this.#answer(asked);
  }

  #committed({ entries, places }: Committed): void {
    this.#isStale = true;
    for (const { recording } of places) this.#addPending(recording, 1);
    for (const entry of entries) {
      if (entry.type === 'recording-started') this.#publication.change(entry.n);
      if (entry.type !== 'recording-stopped') continue;
      this.#publication.change(entry.recording);
      void this.#receiptIfComplete(entry.recording);
    }
    this.#options.onCosigned(this.#journal?.size ?? 0);
  }

  async #answer(asked: boolean): Promise<void> {
    const { cosigned } = await this.#loaded();
    if (cosigned !== undefined) this.#options.send({ cosigned });
    await this.#want(asked);
  }

  /** Asks for footage when the lane comes to it: once, for however many reasons. */
  #ask(): void {
    if (this.#willAsk) return;
    this.#willAsk = true;
    void this.#lane.run(async () => {
      this.#willAsk = false;
      await this.#want(false);
    });
  }

  async #want(anew: boolean): Promise<void> {
    const journal = this.#journals.wantedFrom(await this.#loaded());
    const footage = this.#options.hasRoom() ? await this.#wanted.compose(anew) : [];
    this.#options.send({ want: { journal, footage } });
  }

  #chunk(sha256: string, offset: number, chunk: Buffer): Counted | undefined {
    const { count, hasRoom, inFlight } = this.#options;
    if (!hasRoom()) return 'storage';
    if (this.#footage.knows(sha256)) {
      this.#wanted.progress();
      return this.#footage.add(sha256, offset, chunk);
    }
    // The entry that names it may still be on its way through the lane.
    const cost = chunkCost(chunk.length);
    if (!inFlight.take(this.#footage, cost)) return 'no-memory';
    const kept = Buffer.from(chunk);
    void this.#lane.run(async () => {
      inFlight.release(this.#footage, cost);
      const isWanted = await this.#footage.begin(sha256);
      if (isWanted) this.#wanted.progress();
      const counted = isWanted ? this.#footage.add(sha256, offset, kept) : await this.#whyUnwanted(sha256);
      if (counted !== undefined) count(counted);
    });
    return undefined;
  }

  async #whyUnwanted(sha256: string): Promise<Counted> {
    for await (const _ of placesOf(this.#store, sha256)) return 'duplicate';
    return 'unwanted-footage';
  }

  #piece(sha256: string, outcome: 'written' | 'given up'): void {
    if (outcome === 'given up') this.#wanted.suspend(sha256);
    if (this.#wanted.written(sha256)) this.#ask();
  }

  #durable(places: readonly Place[]): void {
    const recordings = new Set(places.map(({ recording }) => recording));
    for (const { recording } of places) this.#addPending(recording, -1);
    this.#isStale = true;
    for (const recording of recordings) {
      this.#publication.change(recording);
      if (this.#journal?.recordings.open?.recording !== recording) void this.#receiptIfComplete(recording);
    }
  }

  /** Somebody removed what had been made durable. The device keeps footage until its receipt, so it can be had again. */
  #lost(places: readonly Place[]): void {
    const { log, count } = this.#options;
    const [first] = places;
    count('lost-footage');
    log.error(
      { recording: first?.recording, pieces: places.length },
      'footage is gone and will be asked for again',
    );
    for (const { recording } of places) {
      this.#addPending(recording, 1);
      this.#publication.change(recording);
    }
    this.#isStale = true;
    void this.#lane.run(() => this.#want(true));
  }

  #isComplete(recording: number, written: readonly Place[]): boolean {
    if (this.#journal?.recordings.open?.recording === recording) return false;
    return written.filter((place) => place.recording === recording).length === this.#pending.get(recording);
  }

  #addPending(recording: number, change: number): void {
    const count = (this.#pending.get(recording) ?? 0) + change;
    if (count > 0) this.#pending.set(recording, count);
    else this.#pending.delete(recording);
  }

  #receiptIfComplete(recording: number): Promise<void> {
    return this.#receipts.run(async () => {
      const { key, root, log, send, onArchived } = this.#options;
      const options: ArchivedOptions = {
        store: this.#store,
        origin: root.name,
        folder: this.#folder,
        receipts: key.receipts,
        publication: this.#publication,
        log,
        onArchived: (id, archived) => {
          send({ archived });
          onArchived(id);
        },
        onLost: (places) => this.#lost(places),
      };
      await receiptIfComplete(options, recording);
    });
  }

  async #repeat(recordings: readonly number[]): Promise<void> {
    for (const recording of recordings) {
      const state = await readRecording(this.#store, recording);
      if (state?.receipt !== undefined) this.#options.send({ archived: state.receipt });
    }
  }

  async #publish(): Promise<void> {
    try {
      await this.#publication.refresh(await this.#store.cosigned());
    } catch (error) {
      this.#isStale = true;
      this.#options.log.error({ error: messageOf(error) }, 'could not publish');
    }
  }

  async #failed(error: unknown): Promise<void> {
    const { log, count, reopen } = this.#options;
    count('storage');
    log.error(
      { error: messageOf(error) },
      'storage failed; what was not made durable will be asked for again',
    );
    this.#journal = undefined;
    await reopen();
  }
}
