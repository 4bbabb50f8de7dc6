import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { LiuhenError, messageOf } from '../../config/errors.js';
import { brokerSocket, readCredentials } from './broker-socket.js';
import { type BrokerLimits, Connection, type ConnectionOptions } from './connection.js';
import type { Bulk } from './packet-reader.js';
import { type Payload, payloadBytes } from './publisher.js';
import { PublishRefused, VersionRefused } from './refusal.js';
import type { BrokerSettings } from './settings.js';
import { backoffCapMs, backoffMs, type Cancel, type Timers } from './timers.js';
import { type Lane, Window } from './window.js';

/** What a link needs of a logger; pino has it. */
export interface LinkLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface LinkOptions extends BrokerSettings {
  protocol: 4 | 5;
  /** Of a broker inside this process; any other's comes from `passwordFile`. */
  password?: string | undefined;
  keepaliveMs: number;
  backoff: { minMs: number; maxMs: number };
  /** Bulk bytes that may be unacknowledged. */
  windowBytes: number;
  connectTimeoutMs?: number;
  /** Of a device it is read from the disk. */
  clientId: string | Promise<string>;
  will?: { topic: string; payload: Buffer };
  subscriptions: readonly string[];
  /** Without these the connection goes on: each that the broker does not grant is told to `onNotGranted`. */
  optionalSubscriptions?: readonly string[];
  onNotGranted?: (topic: string, error: LiuhenError) => void;
  maxIncomingBytes: number;
  /** Publications that are not emitted as `message`. */
  bulk?: Bulk;
  /** The broker refused a publication; the connection goes on. */
  onRefused: (error: PublishRefused) => void;
  log: LinkLog;
  timers: Timers;
  random: () => number;
}

interface LinkEvents {
  /** Connected and subscribed. */
  up: [limits: BrokerLimits];
  /** The connection has gone, or could not be made. */
  down: [reason: LiuhenError];
  message: [topic: string, payload: Buffer, retained: boolean];
}

const CONNECT_TIMEOUT_MS = 10_000;
const GRACE_MS = 2000;

/**
 * Keeps one connection to the broker: a fresh client and session each time, exponential backoff with full jitter between them.
 * It keeps nothing for a later connection; what was not acknowledged is the sender's to decide about.
 */
export class Link extends EventEmitter<LinkEvents> {
  readonly #options: LinkOptions;
  readonly #window: Window;
  #protocol: 4 | 5;
  #connection: Connection | undefined;
  #upSinceMs: number | undefined;
  #wasUp = false;
  #lastError: LiuhenError | undefined;
  #sentBytes = 0;
  #stopped = false;
  #wake: () => void = () => {};
  #socket: Socket | undefined;
  #ran: Promise<void> = Promise.resolve();

  constructor(options: LinkOptions) {
    super();
    this.#options = options;
    this.#protocol = options.protocol;
    this.#window = new Window(options.windowBytes);
  }

  get up(): boolean {
    return this.#connection !== undefined;
  }

  /** On the timers' clock. */
  get upSinceMs(): number | undefined {
    return this.#upSinceMs;
  }

  get lastError(): LiuhenError | undefined {
    return this.#lastError;
  }

  /** Payload bytes that brokers acknowledged. */
  get sentBytes(): number {
    return this.#sentBytes;
  }

  /** Footage bytes sent and not acknowledged. */
  get inFlightBytes(): number {
    return this.#window.bulkBytes;
  }

  start(): void {
    this.#ran = this.#run();
  }

  /**
   * Publishes with QoS 1 once the window has room. Resolves on PUBACK; rejects with LIUHEN_LINK when the connection goes first
   * or the broker refuses (counted). `onSent` is called when the message leaves.
   */
  async publish(
    topic: string,
    payload: Payload,
    lane: Lane,
    options: { retain?: boolean; onSent?: () => void } = {},
  ) {
    const connection = this.#connection;
    if (connection === undefined) throw new LiuhenError('LIUHEN_LINK', 'not connected to the broker');
    const bytes = payloadBytes(payload);
    await this.#window.admission(bytes, lane);
    if (connection !== this.#connection) throw await connection.closed;
    const sentAtMs = this.#options.timers.nowMs();
    options.onSent?.();
    try {
      await connection.publish(topic, payload, options.retain ?? false);
      this.#sentBytes += bytes;
    } catch (error) {
      if (error instanceof PublishRefused) this.#options.onRefused(error);
      throw error;
    } finally {
      if (connection === this.#connection) {
        this.#window.release(bytes, lane, sentAtMs, this.#options.timers.nowMs());
      }
    }
  }

  /** Has the broker send again what it retains on these topics, of those that are subscribed. Rejects with LIUHEN_LINK. */
  async subscribeAgain(topics: readonly string[]): Promise<void> {
    const connection = this.#connection;
    if (connection === undefined) throw new LiuhenError('LIUHEN_LINK', 'not connected to the broker');
    await connection.subscribeAgain(topics);
  }

  /** Sends a farewell (retained) if there is one and it can, disconnects, and stays down. */
  async stop(farewell?: { topic: string; payload: Buffer }): Promise<void> {
    this.#stopped = true;
    this.#wake();
    const connection = this.#connection;
    if (connection !== undefined) {
      if (farewell !== undefined) {
        const cut = setTimeout(() => connection.destroy(), GRACE_MS);
        await connection.publish(farewell.topic, farewell.payload, true).catch(() => {});
        clearTimeout(cut);
      }
      await connection.end();
    } else this.#socket?.destroy();
    await this.#ran;
    this.removeAllListeners();
  }

  async #run(): Promise<void> {
    const { backoff, random, timers } = this.#options;
    let otherVersionNext = false;
    for (let attempt = 0; !this.#stopped; attempt++) {
      const startedAtMs = timers.nowMs();
      const error = await this.#connectOnce();
      if (this.#stopped) break;
      const isNews = error.message !== this.#lastError?.message || this.#wasUp;
      this.#wasUp = false;
      this.#lastError = error;
      this.emit('down', error);
      // A connection that lasted longer than the wait before it starts the series anew.
      if (timers.nowMs() - startedAtMs > backoffCapMs(attempt, backoff)) attempt = 0;
      otherVersionNext = error instanceof VersionRefused && !otherVersionNext;
      const delayMs = otherVersionNext ? 0 : backoffMs(attempt, backoff, random);
      // The other version is asked for at once: nothing is wrong yet.
      this.#tell(error, { delayMs: Math.round(delayMs), attempt }, isNews && !otherVersionNext);
      await this.#pause(delayMs);
    }
  }

  /** A broker may be away for weeks: what is not news is told more quietly. */
  #tell(error: LiuhenError, attempt: { delayMs: number; attempt: number }, isNews: boolean): void {
    const { log, section } = this.#options;
    const { code, message, next } = error;
    const fields = { code, ...attempt, ...(next === undefined ? {} : { next }) };
    if (isNews) log.warn(fields, `${section}: ${message}`);
    else log.info(fields, `${section}: ${message}`);
  }

  /** Connects and stays until the connection has gone; returns why. */
  async #connectOnce(): Promise<LiuhenError> {
    let connection: Connection;
    try {
      connection = await Connection.open(await this.#connectionOptions());
    } catch (error) {
      // A 3.1.1 broker and one that only speaks 5 are both met by trying the other, once an attempt.
      if (error instanceof VersionRefused) this.#protocol = this.#protocol === 5 ? 4 : 5;
      if (error instanceof LiuhenError) return error;
      return new LiuhenError('LIUHEN_LINK', `connection to the broker: ${messageOf(error)}`, {
        cause: error,
      });
    }
    if (this.#stopped) {
      await connection.end();
      return await connection.closed;
    }
    this.#connection = connection;
    this.#wasUp = true;
    this.#upSinceMs = this.#options.timers.nowMs();
    this.#window.open(connection.limits.messages);
    this.emit('up', connection.limits);
    const error = await connection.closed;
    this.#connection = undefined;
    this.#upSinceMs = undefined;
    this.#window.shut(error);
    return error;
  }

  async #connectionOptions(): Promise<ConnectionOptions> {
    const { will, password, connectTimeoutMs } = this.#options;
    const credentials = await readCredentials(this.#options);
    return {
      ...this.#options,
      makeSocket: (onread) => {
        this.#socket = brokerSocket(this.#options, credentials.tls, onread);
        return this.#socket;
      },
      protocol: this.#protocol,
      clientId: await this.#options.clientId,
      password: credentials.password ?? password,
      connectTimeoutMs: connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
      will,
      onMessage: (topic: string, payload: Buffer, retained: boolean) => {
        this.emit('message', topic, payload, retained);
      },
    };
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      let cancel: Cancel = () => {};
      this.#wake = () => {
        cancel();
        resolve();
      };
      cancel = this.#options.timers.after(delayMs, resolve);
    });
  }
}
