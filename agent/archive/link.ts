import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import type { Logger } from 'pino';
import { LiuhenError, messageOf } from '../../config/errors.js';
import { ARCHIVE_SUBSCRIPTIONS } from '../uplink/topics.js';

/** Receipts on their way to the broker; more are dropped, and devices ask again. */
const MAX_OUTGOING = 1024;
const CONNECT_TIMEOUT_MS = 30_000;

export interface LinkOptions {
  /** mqtt:// or mqtts://, without credentials. */
  url: string;
  protocol: 4 | 5;
  username?: string | undefined;
  password?: string | undefined;
  tls?:
    | { caFile?: string | undefined; certFile?: string | undefined; keyFile?: string | undefined }
    | undefined;
  keepaliveMs: number;
  backoff: { minMs: number; maxMs: number };
  maxPacketBytes: number;
  log: Logger;
}

interface LinkEvents {
  /** Connected and subscribed to every device. */
  online: [];
  offline: [];
  message: [topic: string, payload: Buffer];
}

/** The archive's own connection to a broker. It comes back by itself; what is sent while it is away is dropped. */
export class ArchiveLink extends EventEmitter<LinkEvents> {
  readonly #options: LinkOptions;
  readonly #mqttOptions: IClientOptions;
  #client: MqttClient | undefined;
  #isOnline = false;
  #failures = 0;
  /** Of the present connection; a new object with each. */
  #outgoing = { count: 0 };
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: LinkOptions) {
    super();
    this.#options = options;
    const { username, password, tls, protocol, keepaliveMs, maxPacketBytes } = options;
    this.#mqttOptions = {
      protocolVersion: protocol,
      clientId: `liuhen-archive-${randomBytes(6).toString('hex')}`,
      // Devices repeat what did not arrive: a session at the broker would only queue what is then sent twice.
      clean: true,
      reconnectPeriod: 0,
      connectTimeout: CONNECT_TIMEOUT_MS,
      keepalive: Math.max(1, Math.round(keepaliveMs / 1000)),
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      ...(protocol === 5 ? { properties: { maximumPacketSize: maxPacketBytes } } : {}),
      ...tlsFiles(tls),
    };
  }

  get isOnline(): boolean {
    return this.#isOnline;
  }

  start(): void {
    const client = connect(this.#options.url, { ...this.#mqttOptions });
    this.#client = client;
    client.on('error', (error) => this.#options.log.debug({ error: messageOf(error) }, 'link'));
    client.on('message', (topic, payload) => this.emit('message', topic, payload));
    client.on('connect', () => void this.#subscribe(client));
    client.once('close', () => this.#lost(client));
  }

  /** Sends at QoS 1; dropped while offline. */
  send(topic: string, payload: Buffer): void {
    const outgoing = this.#outgoing;
    if (!this.#isOnline || outgoing.count >= MAX_OUTGOING) return;
    outgoing.count++;
    this.#client?.publish(topic, payload, { qos: 1 }, () => {
      outgoing.count--;
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    const client = this.#client;
    if (client === undefined) return;
    this.#client = undefined;
    this.#setOffline();
    await client.endAsync(!client.connected);
  }

  async #subscribe(client: MqttClient): Promise<void> {
    try {
      const granted = await client.subscribeAsync(ARCHIVE_SUBSCRIPTIONS, { qos: 1 });
      const refused = granted.find(({ qos }) => qos >= 128);
      if (refused !== undefined) throw new LiuhenError('LIUHEN_LINK', `broker refused ${refused.topic}`);
      this.#failures = 0;
      this.#isOnline = true;
      this.#options.log.info({ broker: this.#options.url }, 'link up');
      this.emit('online');
    } catch (error) {
      this.#options.log.warn({ error: messageOf(error) }, 'broker took no subscription');
      client.end(true);
    }
  }

  #lost(client: MqttClient): void {
    client.removeAllListeners();
    client.on('error', () => {});
    client.end(true);
    this.#setOffline();
    if (this.#stopped) return;
    const { minMs, maxMs } = this.#options.backoff;
    const ceiling = Math.min(maxMs, minMs * 2 ** Math.min(this.#failures++, 30));
    const waitMs = ceiling / 2 + (Math.random() * ceiling) / 2;
    if (this.#failures === 1) this.#options.log.warn({ broker: this.#options.url }, 'link down');
    this.#timer = setTimeout(() => this.start(), waitMs);
  }

  #setOffline(): void {
    this.#outgoing = { count: 0 };
    if (!this.#isOnline) return;
    this.#isOnline = false;
    this.emit('offline');
  }
}

function tlsFiles(tls: LinkOptions['tls']): IClientOptions {
  const read = (path: string | undefined, name: string) => {
    if (path === undefined) return {};
    try {
      return { [name]: readFileSync(path) };
    } catch (error) {
      throw new LiuhenError('LIUHEN_CONFIG', `archive.tls: ${messageOf(error)}`, { cause: error });
    }
  };
  return { ...read(tls?.caFile, 'ca'), ...read(tls?.certFile, 'cert'), ...read(tls?.keyFile, 'key') };
}
