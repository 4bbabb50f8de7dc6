import { EventEmitter } from 'node:events';
import { LiuhenError, messageOf } from '../../config/errors.js';
import type { Config } from '../../config/schema.js';
import type { Clock } from '../../drivers/clock.js';
import type { FootageStore } from '../buffer/footage.js';
import { cosignedAt } from '../journal/checkpoint.js';
import type { Journal } from '../journal/journal.js';
import type { JournalStore } from '../journal/store.js';
import { parseVkey, SignatureType, type Vkey } from '../journal/vkey.js';
import { Link } from '../link/link.js';
import { systemTimers, type Timers } from '../link/timers.js';
import { Backlog } from './backlog.js';
import { Bandwidth } from './bandwidth.js';
import { clientIdOf } from './client-id.js';
import type { FootageProblem } from './footage-lane.js';
import { MAX_RECEIPT_BYTES, type Telemetry } from './messages.js';
import { type Receipts, type Refusal, receipts } from './receipts.js';
import { OFFLINE, Reports } from './reports.js';
import { Sender } from './sender.js';
import { Tally, type UplinkLog } from './tally.js';
import { topics } from './topics.js';

export interface UplinkOptions {
  /** With `broker` and `witness` set. */
  config: Config['uplink'];
  /** Device id: the last part of the journal's origin. */
  device: string;
  software?: string;
  journal: Journal;
  store: JournalStore;
  footage: FootageStore;
  log: UplinkLog;
  clock: Clock;
  /** What telemetry says of the machine. */
  telemetry: () => Promise<Pick<Telemetry, 'disk' | 'battery'>>;
  /** What else this connection listens to: a kiosk's content comes by the same one. */
  alsoListen?: {
    topics: readonly string[];
    maxPayloadBytes: number;
    onMessage: (topic: string, payload: Buffer) => void;
  };
  timers?: Timers;
  random?: () => number;
  answerMs?: number;
  telemetryMs?: number;
}

/** What was counted: answers that did not count, and what went wrong on the way up. */
export type UplinkProblem =
  | Refusal
  | FootageProblem
  | 'refused-by-broker'
  | 'subscription-refused'
  | 'journal-send'
  | 'report'
  | 'store';

export interface UplinkStatus {
  connected: boolean;
  connectedForMs: number | undefined;
  /** Why the last connection ended or could not be made; stays when one is up again. */
  lastError: string | undefined;
  /** Payload bytes that brokers acknowledged since the start. */
  sentBytes: number;
  inFlightBytes: number;
  backlog: { entries: number; footageBytes: number; unreceipted: number; wantedFragments: number };
  /** The newest verified cosignature, Unix seconds. */
  witnessed: { size: number; timeSec: number } | undefined;
  /** Receipts verified since the start. */
  archived: number;
  counts: Partial<Record<UplinkProblem, number>>;
  /** Topics that the broker does not let this device listen to; evidence goes up all the same. */
  notGranted: readonly string[];
  /** The archive signed what contradicts this journal: nothing is sent any more. */
  fork: { message: string; wall: string } | undefined;
}

interface UplinkEvents {
  witnessed: [size: number, timeSec: number];
  archived: [recording: number];
  /** Connected, disconnected, something counted, or a fork. */
  state: [];
  /** Connected and subscribed. */
  connected: [];
}

export interface Uplink extends EventEmitter<UplinkEvents> {
  status(): UplinkStatus;
  /**
   * Sends the footage of this recording before all other that waits; of several, the one called for last goes first. SOS marks in the
   * journal do the same, also after a restart. Nothing for a recording that has its receipt.
   */
  prioritise(recording: number): void;
  /** Publishes a small message before any footage. Resolves when the broker has taken it; rejects with LIUHEN_LINK without a connection. */
  publish(topic: string, payload: Buffer): Promise<void>;
  /** Has the broker send again what it retains on the topics of `alsoListen`. Rejects with LIUHEN_LINK without a connection. */
  listenAgain(topics: readonly string[]): Promise<void>;
  /** Says goodbye to the broker. When this resolves, stores and journal are no longer read. */
  stop(): Promise<void>;
}

const ANSWER_MS = 10_000;
const TELEMETRY_MS = 30_000;
/** After which a topic that the broker did not grant is asked for again. */
const ASK_AGAIN_MS = 60_000;

/** Starts sending to the archive and goes on until stopped. Throws LIUHEN_CONFIG without a broker or a usable witness. */
export function startUplink(options: UplinkOptions): Uplink {
  return new RunningUplink(options);
}

class RunningUplink extends EventEmitter<UplinkEvents> implements Uplink {
  readonly #options: UplinkOptions;
  readonly #timers: Timers;
  readonly #tally: Tally<UplinkProblem>;
  readonly #backlog: Backlog;
  readonly #link: Link;
  readonly #sender: Sender;
  readonly #reports: Reports;
  readonly #receipts: Receipts;
  readonly #onSealed = () => this.#sealed();
  /** Topics that were not granted, with what ends the wait until each is asked for again. */
  readonly #notGranted = new Map<string, () => void>();
  #following = false;
  #stopped = false;
  #archived = 0;
  #witnessed: UplinkStatus['witnessed'];
  #fork: UplinkStatus['fork'];

  constructor(options: UplinkOptions) {
    super();
    const { config, device, journal, store, log } = options;
    const { broker, witness } = required(config);
    this.#options = options;
    const timers = options.timers ?? systemTimers;
    const random = options.random ?? Math.random;
    this.#timers = timers;
    this.#tally = new Tally(log, timers, () => this.emit('state'));
    const tally = this.#tally;
    this.#backlog = new Backlog(store);
    const backlog = this.#backlog;
    const link = new Link({
      ...config,
      section: 'uplink',
      broker,
      clientId: clientIdOf(store, device, (error) => tally.count('store', messageOf(error))),
      will: { topic: topics.state(device), payload: OFFLINE },
      subscriptions: [topics.receipt(device)],
      optionalSubscriptions: options.alsoListen?.topics ?? [],
      onNotGranted: (topic, error) => this.#onNotGranted(topic, error),
      maxIncomingBytes: Math.max(MAX_RECEIPT_BYTES, options.alsoListen?.maxPayloadBytes ?? 0) + 1024,
      onRefused: (error) => tally.count('refused-by-broker', error.message),
      log,
      timers,
      random,
    });
    this.#link = link;
    const answerMs = options.answerMs ?? ANSWER_MS;
    const { queryIntervalMs } = config;
    const shared = { timers, random, answerMs, queryIntervalMs };
    this.#sender = new Sender({
      ...shared,
      journal,
      backlog,
      journalLane: {
        ...shared,
        journal,
        store,
        tally,
        publish: (payload) => link.publish(topics.journal(device), payload, 'first'),
      },
      footageLane: {
        store,
        footage: options.footage,
        urgent: backlog.urgent,
        chunkBytes: config.chunkSizeBytes,
        bandwidth: new Bandwidth(config.bandwidthBitsPerSecond, config.chunkSizeBytes, timers),
        tally,
        timers,
        holdMs: answerMs,
        publish: (sha256, offset, chunk, onSent) =>
          link.publish(topics.footage(device, sha256, offset), chunk, 'bulk', { onSent }),
      },
    });
    this.#reports = new Reports({
      journal,
      backlog,
      clock: options.clock,
      software: options.software,
      machine: options.telemetry,
      publishState: (payload) => link.publish(topics.state(device), payload, 'first', { retain: true }),
      publishTelemetry: (payload) => link.publish(topics.telemetry(device), payload, 'first'),
      tally,
      timers,
      telemetryMs: options.telemetryMs ?? TELEMETRY_MS,
    });
    this.#receipts = receipts({
      journal,
      store,
      witness,
      tally,
      onCosigned: (size, timeSec, fresh) => this.#onCosigned(size, timeSec, fresh),
      onArchived: (recording) => this.#onArchived(recording),
      onWant: (want) => this.#sender.want(want),
      onFork: (error, proof) => this.#onFork(error, proof),
      onError: (error) => tally.count('store', messageOf(error)),
    });
    this.#witnessed = knownWitness(journal, witness);
    this.#begin();
  }

  status(): UplinkStatus {
    const { journal } = this.#options;
    const { upSinceMs } = this.#link;
    return {
      connected: this.#link.up,
      connectedForMs: upSinceMs === undefined ? undefined : this.#timers.nowMs() - upSinceMs,
      lastError: this.#link.lastError?.message,
      sentBytes: this.#link.sentBytes,
      inFlightBytes: this.#link.inFlightBytes,
      backlog: {
        entries: journal.size - (journal.cosigned?.size ?? 0),
        footageBytes: this.#backlog.footageBytes,
        unreceipted: this.#backlog.unreceiptedCount,
        wantedFragments: this.#sender.wantedFragments,
      },
      witnessed: this.#witnessed,
      archived: this.#archived,
      counts: this.#tally.counts(),
      notGranted: [...this.#notGranted.keys()],
      fork: this.#fork,
    };
  }

  prioritise(recording: number): void {
    this.#backlog.prioritise(recording, this.#options.journal.size).then(
      (isNews) => {
        if (isNews) this.#reports.send();
      },
      (error: unknown) => this.#tally.count('store', messageOf(error)),
    );
  }

  publish(topic: string, payload: Buffer): Promise<void> {
    return this.#link.publish(topic, payload, 'first');
  }

  listenAgain(topics: readonly string[]): Promise<void> {
    return this.#link.subscribeAgain(topics);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#askForNoneAgain();
    this.#options.journal.off('sealed', this.#onSealed);
    this.#sender.disconnected();
    this.#reports.disconnected();
    await this.#link.stop({ topic: topics.state(this.#options.device), payload: OFFLINE });
    await this.#receipts.settled();
    await this.#sender.settled();
    await this.#reports.settled();
    await this.#backlog.settled();
    this.removeAllListeners();
  }

  #begin(): void {
    const { journal, device } = this.#options;
    const receiptTopic = topics.receipt(device);
    this.#link.on('up', (limits) => {
      this.#reports.connected();
      if (this.#fork === undefined) this.#sender.connected(limits);
      this.emit('state');
      this.emit('connected');
    });
    this.#link.on('down', () => {
      this.#askForNoneAgain();
      this.#sender.disconnected();
      this.#reports.disconnected();
      this.emit('state');
    });
    this.#link.on('message', (topic, payload, retained) => {
      if (topic === receiptTopic) this.#receipts.take(payload, retained);
      else this.#options.alsoListen?.onMessage(topic, payload);
    });
    journal.on('sealed', this.#onSealed);
    this.#backlog.load(journal.size).then(
      () => this.#reports.send(),
      (error: unknown) => this.#tally.count('store', messageOf(error)),
    );
    this.#link.start();
  }

  /** The rules of a broker are put right without its connections being cut: what it refused is asked for again. */
  #onNotGranted(topic: string, error: LiuhenError): void {
    this.#tally.count(
      'subscription-refused',
      `the broker does not let this device listen to ${topic}: evidence goes up, but nothing comes from there (${error.message})`,
    );
    const ask = () =>
      this.#link.subscribeAgain([topic]).then(
        () => {
          this.#notGranted.delete(topic);
          this.emit('state');
        },
        (again: LiuhenError) => {
          if (this.#notGranted.has(topic)) this.#onNotGranted(topic, again);
        },
      );
    this.#notGranted.set(
      topic,
      this.#timers.after(ASK_AGAIN_MS, () => void ask()),
    );
    this.emit('state');
  }

  #askForNoneAgain(): void {
    for (const cancel of this.#notGranted.values()) cancel();
    this.#notGranted.clear();
  }

  /** Called within the recorder's commit: starts work and waits for none. */
  #sealed(): void {
    if (this.#fork === undefined) this.#sender.sealed();
    if (this.#following) return;
    this.#following = true;
    setImmediate(() => {
      this.#following = false;
      if (this.#stopped) return;
      this.#backlog.follow(this.#options.journal.size).then(
        (changed) => {
          if (changed) this.#reports.send();
        },
        (error: unknown) => this.#tally.count('store', messageOf(error)),
      );
    });
  }

  #onCosigned(size: number, timeSec: number, fresh: boolean): void {
    this.#sender.cosigned(size, fresh);
    if (!fresh) return;
    this.#witnessed = { size, timeSec };
    this.emit('witnessed', size, timeSec);
  }

  async #onArchived(recording: number): Promise<void> {
    await this.#backlog.receipted(recording);
    this.#archived++;
    this.#sender.archived();
    this.#reports.send();
    this.emit('archived', recording);
  }

  #onFork(error: LiuhenError, proof: string): void {
    if (this.#fork !== undefined) return;
    const { clock, journal, log } = this.#options;
    const { message, next } = error;
    this.#fork = { message, wall: new Date(clock.read().wallMs).toISOString() };
    this.#sender.disconnected();
    this.#reports.alarm('fork');
    log.error({ proof, next }, `uplink: ${message}`);
    journal
      .append({
        type: 'event',
        source: 'uplink',
        name: 'fork',
        value: { message, checkpoint: proof.slice(0, 2000) },
      })
      .catch((cause: unknown) => this.#tally.count('store', messageOf(cause)));
    this.emit('state');
  }
}

function required(settings: Config['uplink']): { broker: string; witness: Vkey } {
  const { broker } = settings;
  const witness = witnessOf(settings);
  if (broker === undefined || witness === undefined) {
    const missing = broker === undefined ? 'uplink.broker' : 'uplink.witness';
    throw new LiuhenError('LIUHEN_CONFIG', `uplink: expected ${missing} to be set`);
  }
  return { broker, witness };
}

/** The archive's key, where it is set. Throws LIUHEN_CONFIG for a key of another kind, and LIUHEN_NOTE for what is none. */
export function witnessOf({ witness }: Pick<Config['uplink'], 'witness'>): Vkey | undefined {
  if (witness === undefined) return undefined;
  const vkey = parseVkey(witness);
  if (vkey.type === SignatureType.cosignature) return vkey;
  throw new LiuhenError('LIUHEN_CONFIG', `uplink.witness: expected a cosigner key (type 04), got ${witness}`);
}

/** What the journal remembered from earlier; nothing when it was by another witness. */
function knownWitness({ cosigned }: Journal, witness: Vkey): UplinkStatus['witnessed'] {
  if (cosigned === undefined) return undefined;
  try {
    const timeSec = cosignedAt(cosigned, witness);
    return timeSec === undefined ? undefined : { size: cosigned.size, timeSec };
  } catch {
    return undefined;
  }
}
