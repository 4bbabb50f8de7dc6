import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { Logger } from 'pino';
import { messageOf } from '../../config/errors.js';
import type { Config } from '../../config/schema.js';
import type { Clock } from '../../drivers/clock.js';
import { Database } from '../buffer/database.js';
import { freeBytes } from '../buffer/free-space.js';
import { LevelJournalStore } from '../buffer/level-journal.js';
import type { JournalStore } from '../journal/store.js';
import { formatVkey } from '../journal/vkey.js';
import { readCredentials } from '../link/broker-socket.js';
import { Link } from '../link/link.js';
import { PacketTooLong } from '../link/packet-bound.js';
import { systemTimers } from '../link/timers.js';
import {
  encodeReceipt,
  MAX_CHUNK_BYTES,
  MAX_JOURNAL_BYTES,
  type ReceiptMessage,
} from '../uplink/messages.js';
import { ARCHIVE_SUBSCRIPTIONS, isFootage, topics } from '../uplink/topics.js';
import { type EmbeddedBroker, startBroker } from './broker.js';
import { type Counted, type Counters, isRefusal } from './counters.js';
import { Device, type DeviceStatus, type DeviceTimes } from './device.js';
import { Devices, type Refusal } from './devices.js';
import { InFlight } from './in-flight.js';
import { publishWitness, readArchiveKey } from './key.js';
import { stateFolder } from './layout.js';
import { SeldomLog } from './seldom-log.js';
import { Staging } from './staging.js';

export { initArchive } from './key.js';
export { registerDevice } from './registry.js';

export interface ArchiveOptions {
  data: string;
  /** `archive` of a configuration: with `embeddedBroker`, or with `broker`. */
  settings: Config['archive'];
  /** Free space that footage never uses. */
  reserveBytes: number;
  log: Logger;
  clock: Clock;
  times?: Partial<DeviceTimes> & { tickMs?: number };
}

interface ArchiveEvents {
  /** Durable and witnessed: the device, and its journal's size. */
  cosigned: [device: string, size: number];
  archived: [device: string, recording: number];
  fork: [device: string];
  refused: [reason: Counted];
  /** Connected to the broker and listening to every device. */
  online: [];
  /** The connection has gone, or could not be made. */
  offline: [reason: string];
}

export interface ArchiveStatus {
  /** What devices and verifiers pin. */
  witness: string;
  broker: string;
  online: boolean;
  /** Why the last connection ended or could not be made; stays when one is up again. */
  lastError: string | undefined;
  devices: DeviceStatus[];
  counters: Counters;
  /** Footage bytes that wait in memory. */
  inFlightBytes: number;
  /** Who sent and is not registered, since the start. */
  refused: RefusedDevice[];
}

export interface RefusedDevice {
  device: string;
  messages: number;
  /** Wall time of the newest. */
  lastMs: number;
}

export interface Archive extends EventEmitter<ArchiveEvents> {
  status(): ArchiveStatus;
  /** A device's journal, to be read. */
  store(device: string): JournalStore;
  /** Makes durable what is under way, publishes, and lets go of everything. */
  stop(): Promise<void>;
}

/** A topic and a header on top of the largest payload. */
const PACKET_OVERHEAD_BYTES = 1024;
/** Answers on their way to the broker; more are dropped, and devices ask again. */
const MAX_OUTGOING = 1024;
/** Nothing but answers is sent, which the window of the link does not count in bytes. */
const WINDOW_BYTES = 1024 * 1024;
/** Anybody can make up names. */
const MAX_REFUSED = 256;
/** The device side holds a piece back for 10 s after the broker took it; asking sooner would be in vain. */
const TIMES = { reaskMs: 12_000, publishMs: 2000, tickMs: 1000 };

/**
 * Starts the receiving end on a folder that `initArchive` made. Resolves once devices are loaded and the embedded broker, if any,
 * listens; the connection to another broker comes up, and comes back, by itself. Throws LIUHEN_NOT_FOUND, LIUHEN_KEY, LIUHEN_LOCKED,
 * LIUHEN_CONFIG, LIUHEN_LINK.
 */
export async function startArchive(options: ArchiveOptions): Promise<Archive> {
  const { data, settings, log } = options;
  const { broker: url } = settings;
  // Later connections only report what is wrong with these files; who starts an archive should be told at once.
  if (url !== undefined) await readCredentials({ ...settings, section: 'archive', broker: url });
  const key = await readArchiveKey(data);
  const database = await Database.open(stateFolder(data), { compression: true });
  // The folder may have been made by hand, or by an older version.
  await publishWitness(data, formatVkey(key.witness.vkey));
  const undo: (() => Promise<unknown>)[] = [() => database.close()];
  try {
    const archive = new RunningArchive(options, database, formatVkey(key.witness.vkey));
    await archive.load(key);
    undo.unshift(() => archive.stopDevices());
    const { embeddedBroker } = settings;
    const broker =
      embeddedBroker === undefined
        ? undefined
        : await startBroker({
            ...embeddedBroker,
            maxPayloadBytes: maxPayload(settings),
            log,
            onRefused: (reason) => archive.count(reason),
          });
    if (broker !== undefined) undo.unshift(() => broker.stop());
    archive.connect(broker);
    return archive;
  } catch (error) {
    for (const each of undo) await each().catch(() => {});
    throw error;
  }
}

class RunningArchive extends EventEmitter<ArchiveEvents> implements Archive {
  readonly #options: ArchiveOptions;
  readonly #database: Database;
  readonly #witness: string;
  readonly #inFlight: InFlight;
  readonly #staging = new Staging();
  readonly #seldom: SeldomLog;
  readonly #counters: Counters = {};
  readonly #refusedDevices = new Map<string, RefusedDevice>();
  readonly #times: typeof TIMES;
  #devices: Devices | undefined;
  #link: Link | undefined;
  #outgoing = 0;
  #broker: EmbeddedBroker | undefined;
  #brokerUrl = '';
  #hasRoom = true;
  #ticker: NodeJS.Timeout | undefined;
  #reopening: Promise<void> | undefined;

  constructor(options: ArchiveOptions, database: Database, witness: string) {
    super();
    this.#options = options;
    this.#database = database;
    this.#witness = witness;
    this.#inFlight = new InFlight(options.settings.limits.inFlightBytes);
    this.#seldom = new SeldomLog(options.log, () => options.clock.read().monoMs);
    this.#times = { ...TIMES, ...options.times };
  }

  async load(key: Awaited<ReturnType<typeof readArchiveKey>>): Promise<void> {
    const { data, log, clock } = this.#options;
    await this.#measureRoom();
    this.#devices = new Devices(data, (device, root) => {
      const deviceLog = log.child({ device });
      return Device.open({
        device,
        root,
        data,
        database: this.#database,
        key,
        inFlight: this.#inFlight,
        staging: this.#staging,
        clock,
        log: deviceLog,
        seldom: new SeldomLog(deviceLog, () => clock.read().monoMs),
        times: this.#times,
        count: (counted) => this.count(counted),
        send: (message) => this.#send(device, message),
        hasRoom: () => this.#hasRoom,
        reopen: () => this.#reopen(),
        onCosigned: (size) => this.emit('cosigned', device, size),
        onArchived: (recording) => {
          deviceLog.info({ recording }, 'archived');
          this.emit('archived', device, recording);
        },
        onFork: () => this.emit('fork', device),
      });
    });
    await this.#devices.loadAll((device, error) => {
      log.error({ device, error: messageOf(error) }, 'device could not be loaded and is not served');
    });
  }

  connect(broker: EmbeddedBroker | undefined): void {
    const { settings, log } = this.#options;
    this.#broker = broker;
    this.#brokerUrl = broker?.url ?? settings.broker ?? '';
    this.#link = new Link({
      ...settings,
      ...(broker === undefined ? {} : { ...broker.credentials, protocol: 4, passwordFile: undefined }),
      section: 'archive',
      broker: broker?.credentials.url ?? this.#brokerUrl,
      windowBytes: WINDOW_BYTES,
      clientId: `liuhen-archive-${randomBytes(6).toString('hex')}`,
      subscriptions: ARCHIVE_SUBSCRIPTIONS,
      maxIncomingBytes: settings.limits.messageBytes + PACKET_OVERHEAD_BYTES,
      bulk: {
        takes: isFootage,
        maxBytes: Math.min(MAX_CHUNK_BYTES, settings.limits.messageBytes),
        onMessage: (topic, payload) => this.#receive(topic, payload),
      },
      onRefused: ({ message }) => {
        this.count('refused-by-broker');
        this.#seldom.warn('refused-by-broker', {}, message);
      },
      log,
      timers: systemTimers,
      random: Math.random,
    });
    this.#link.on('message', (topic, payload) => this.#receive(topic, payload));
    this.#link.on('up', () => {
      log.info({ broker: this.#brokerUrl }, 'link up');
      this.emit('online');
    });
    this.#link.on('down', (reason) => {
      if (reason instanceof PacketTooLong) this.count('too-large');
      this.emit('offline', reason.message);
    });
    this.#link.start();
    this.#ticker = setInterval(() => this.#tick(), this.#times.tickMs);
  }

  status(): ArchiveStatus {
    return {
      witness: this.#witness,
      broker: this.#brokerUrl,
      online: this.#link?.up ?? false,
      lastError: this.#link?.lastError?.message,
      devices: [...(this.#devices?.all() ?? [])].map((device) => device.status()),
      counters: { ...this.#counters },
      inFlightBytes: this.#inFlight.total,
      refused: [...this.#refusedDevices.values()],
    };
  }

  store(device: string): JournalStore {
    return new LevelJournalStore(this.#database, `d!${device}!`);
  }

  async stop(): Promise<void> {
    clearInterval(this.#ticker);
    await this.#link?.stop();
    await this.#broker?.stop();
    await this.stopDevices();
    await this.#reopening;
    await this.#database.close();
  }

  async stopDevices(): Promise<void> {
    await this.#devices?.stop();
  }

  count(counted: Counted): void {
    this.#counters[counted] = (this.#counters[counted] ?? 0) + 1;
    if (isRefusal(counted)) this.emit('refused', counted);
  }

  /** Dropped while offline, and when too many wait: devices ask again. */
  #send(device: string, message: ReceiptMessage): void {
    if (this.#link?.up !== true || this.#outgoing >= MAX_OUTGOING) return;
    this.#outgoing++;
    this.#link
      .publish(topics.receipt(device), encodeReceipt(message), 'first')
      .catch(() => {})
      .finally(() => this.#outgoing--);
  }

  #receive(topic: string, payload: Buffer): void {
    if (payload.length > maxPayload(this.#options.settings)) {
      this.count('too-large');
      return;
    }
    const received = this.#devices?.receive(topic, payload);
    if (received instanceof Promise) {
      void received.then((refusal) => {
        if (refusal !== undefined) this.#refused(topic, refusal);
      });
    } else if (received !== undefined) this.#refused(topic, received);
  }

  #refused(topic: string, { counted, device, error }: Refusal): void {
    if (counted === 'unknown-device') this.#remember(device);
    this.count(counted);
    if (counted === 'unknown-device') {
      const next =
        'liuhen archive add <root vkey of the device> --data <this folder>; liuhen init printed the key';
      const fields = { code: 'LIUHEN_UNKNOWN_DEVICE', device, next };
      this.#seldom.warn(`unknown/${device}`, fields, 'device is not registered: nothing of it is taken');
    } else if (isRefusal(counted)) {
      this.#seldom.warn(counted, { topic: topic.slice(0, 256), error }, `message refused: ${counted}`);
    }
  }

  #remember(device: string): void {
    const messages = (this.#refusedDevices.get(device)?.messages ?? 0) + 1;
    // The one that was heard longest ago gives way.
    this.#refusedDevices.delete(device);
    const [oldest] = this.#refusedDevices.keys();
    if (oldest !== undefined && this.#refusedDevices.size >= MAX_REFUSED) this.#refusedDevices.delete(oldest);
    this.#refusedDevices.set(device, { device, messages, lastMs: this.#options.clock.read().wallMs });
  }

  #tick(): void {
    for (const device of this.#devices?.all() ?? []) device.tick();
    void this.#measureRoom();
  }

  async #measureRoom(): Promise<void> {
    try {
      const free = await freeBytes(this.#options.data);
      this.#hasRoom = free > this.#options.reserveBytes + this.#inFlight.total;
      if (!this.#hasRoom) {
        const fields = {
          code: 'LIUHEN_STORAGE_FULL',
          freeBytes: free,
          next: 'free space, or add a larger disk',
        };
        this.#seldom.warn('room', fields, 'only the reserve is left: journals are taken, footage is not');
      }
    } catch (error) {
      this.#seldom.warn('room', { error: messageOf(error) }, 'free space could not be measured');
    }
  }

  /** LevelDB takes no write after one failed, until it is closed and opened again. At most once a tick. */
  #reopen(): Promise<void> {
    this.#reopening ??= (async () => {
      try {
        await this.#database.reopen();
      } catch (error) {
        this.#options.log.error({ error: messageOf(error) }, 'database could not be opened again');
      }
      for (const device of this.#devices?.all() ?? []) device.forgetJournal();
      setTimeout(() => {
        this.#reopening = undefined;
      }, this.#times.tickMs).unref();
    })();
    return this.#reopening;
  }
}

/** The configured bound; journal messages need no more than theirs. */
function maxPayload({ limits }: Config['archive']): number {
  return Math.min(limits.messageBytes, MAX_JOURNAL_BYTES);
}
