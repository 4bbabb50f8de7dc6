import type { Socket } from 'node:net';
import { type IPublishPacket, MqttClient, Store } from 'mqtt';
import { LiuhenError, messageOf } from '../../config/errors.js';
import { boundPackets } from './packet-bound.js';
import { type Ending, PublishRefused, reasonOf } from './refusal.js';
import type { BrokerSettings } from './settings.js';

export interface ConnectionOptions extends BrokerSettings {
  makeSocket: () => Socket;
  /** 4 is MQTT 3.1.1. */
  protocol: 4 | 5;
  clientId: string;
  password: string | undefined;
  keepaliveMs: number;
  connectTimeoutMs: number;
  /** What the broker says, retained, when this connection dies. */
  will: { topic: string; payload: Buffer } | undefined;
  subscriptions: readonly string[];
  /** The broker is told not to send larger packets (MQTT 5 only). */
  maxIncomingBytes: number;
  onMessage: (topic: string, payload: Buffer, retained: boolean) => void;
}

/** What the broker said in its CONNACK (MQTT 5), or nothing. */
export interface BrokerLimits {
  /** QoS 1 messages that may be unacknowledged. */
  messages: number;
  /** The largest packet, header included. */
  packetBytes: number;
}

const MAX_PACKET_BYTES = 268_435_455;
const GRACE_MS = 2000;
/** A packet beyond this, or beyond what the broker was told if that is more, ends the connection. */
const MIN_GATHERED_BYTES = 4 * 1024 * 1024;

/** mqtt.js clones and keeps what is not acknowledged, to send it again on a later connection; here there is none. */
class NoStore extends Store {
  override put(_packet: unknown, done?: (error?: Error) => void): this {
    done?.();
    return this;
  }

  override del(packet: Parameters<Store['del']>[0], done: Parameters<Store['del']>[1]): this {
    done?.(undefined, packet as never);
    return this;
  }
}

/** One MQTT connection with a session of its own. Once it has closed it is of no more use. */
export class Connection {
  readonly limits: BrokerLimits;
  /** Resolves, never rejects, when the connection has gone. */
  readonly closed: Promise<LiuhenError>;
  readonly #client: MqttClient;
  readonly #unsettled = new Set<(error: LiuhenError) => void>();
  #gone: LiuhenError | undefined;

  private constructor(client: MqttClient, limits: BrokerLimits, closed: Promise<LiuhenError>) {
    this.#client = client;
    this.limits = limits;
    this.closed = closed.then((error) => {
      this.#gone = error;
      for (const reject of this.#unsettled) reject(error);
      this.#unsettled.clear();
      return error;
    });
  }

  /** Resolves once connected and subscribed; rejects with LIUHEN_LINK, and leaves nothing open. */
  static async open(options: ConnectionOptions): Promise<Connection> {
    const client = new MqttClient(() => boundedSocket(options), {
      protocolId: 'MQTT',
      protocolVersion: options.protocol,
      clientId: options.clientId,
      clean: true,
      reconnectPeriod: 0,
      resubscribe: false,
      queueQoSZero: false,
      keepalive: Math.max(1, Math.round(options.keepaliveMs / 1000)),
      connectTimeout: options.connectTimeoutMs,
      outgoingStore: new NoStore(),
      ...(options.will === undefined ? {} : { will: { ...options.will, qos: 1, retain: true } }),
      ...(options.username === undefined ? {} : { username: options.username }),
      ...(options.password === undefined ? {} : { password: options.password }),
      ...(options.protocol === 5 ? { properties: { maximumPacketSize: options.maxIncomingBytes } } : {}),
    });
    const onMessage = (topic: string, payload: Buffer, { retain }: IPublishPacket) => {
      options.onMessage(topic, payload, retain);
    };
    client.on('message', onMessage);
    const closed = closingOf(client, options, () => client.off('message', onMessage));
    const failed = closed.then((error): never => {
      throw error;
    });
    const limits = await Promise.race([connected(client), failed]);
    try {
      await Promise.race([subscribed(client, options.subscriptions), failed]);
    } catch (error) {
      client.end(true);
      throw error;
    }
    return new Connection(client, limits, closed);
  }

  /** QoS 1. Resolves on PUBACK, which says that the broker has it and nothing more. */
  publish(topic: string, payload: Buffer, retain = false): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#gone !== undefined) {
        reject(this.#gone);
        return;
      }
      this.#unsettled.add(reject);
      this.#client.publish(topic, payload, { qos: 1, retain }, (error) => {
        if (!this.#unsettled.delete(reject)) return;
        if (error === undefined || error === null) resolve();
        else reject(publishError(topic, error));
      });
    });
  }

  /** Says goodbye, so that the broker does not publish the last will; cuts the line when that takes too long. */
  async end(): Promise<void> {
    const force = setTimeout(() => this.destroy(), GRACE_MS);
    this.#client.end(false);
    await this.closed;
    clearTimeout(force);
  }

  destroy(): void {
    this.#client.stream.destroy();
  }
}

function boundedSocket({ makeSocket, maxIncomingBytes }: ConnectionOptions): Socket {
  const socket = makeSocket();
  boundPackets(socket, Math.max(MIN_GATHERED_BYTES, maxIncomingBytes));
  return socket;
}

function connected(client: MqttClient): Promise<BrokerLimits> {
  return new Promise((resolve) => {
    client.once('connect', ({ properties }) => {
      resolve({
        messages: properties?.receiveMaximum ?? 65_535,
        packetBytes: properties?.maximumPacketSize ?? MAX_PACKET_BYTES,
      });
    });
  });
}

/** Rejects with LIUHEN_LINK when the broker does not grant all of them. */
async function subscribed(client: MqttClient, subscriptions: readonly string[]): Promise<void> {
  const names = subscriptions.join(', ');
  try {
    const granted = await client.subscribeAsync([...subscriptions], { qos: 1 });
    // SUBACK, 3.1.1 §3.9.3 and 5 §3.9.3.
    const refused = granted.filter(({ qos }) => qos >= 0x80);
    if (refused.length > 0) throw new Error(`not granted: ${refused.map(({ topic }) => topic).join(', ')}`);
  } catch (error) {
    throw new LiuhenError('LIUHEN_LINK', `subscription to ${names}: ${messageOf(error)}`, { cause: error });
  }
}

/** Resolves when the client's stream has closed, with the first thing that went wrong; the client is ended for good. */
function closingOf(client: MqttClient, options: ConnectionOptions, forget: () => void): Promise<LiuhenError> {
  const ending: Ending = {
    cause: undefined,
    protocol: options.protocol,
    serverReason: undefined,
    accepted: false,
    encrypted: false,
  };
  // mqtt.js may still emit errors after the end: the listener stays, and only the client holds it.
  client.on('error', (error) => {
    ending.cause ??= error;
    client.stream.destroy();
  });
  client.stream.on('error', (error) => {
    ending.cause ??= error;
  });
  client.stream.once('secureConnect', () => {
    ending.encrypted = true;
  });
  client.once('connect', () => {
    ending.accepted = true;
  });
  client.on('disconnect', ({ reasonCode }) => {
    ending.serverReason = reasonCode;
  });
  return new Promise((resolve) => {
    client.once('close', () => {
      forget();
      client.end(true);
      resolve(reasonOf(options, ending));
    });
  });
}

function publishError(topic: string, error: Error): LiuhenError {
  const { code } = error as { code?: unknown };
  if (typeof code === 'number' && code >= 0x80) return new PublishRefused(topic, code, error.message);
  return new LiuhenError('LIUHEN_LINK', `publish to ${topic}: ${error.message}`, { cause: error });
}
