import type { OnReadOpts, Socket } from 'node:net';
import { type IPublishPacket, MqttClient } from 'mqtt';
import { writeToStream } from 'mqtt-packet';
import { LiuhenError, messageOf } from '../../config/errors.js';
import { type Bulk, PacketReader } from './packet-reader.js';
import { type Payload, Publisher } from './publisher.js';
import { type Ending, reasonOf } from './refusal.js';
import type { BrokerSettings } from './settings.js';

export interface ConnectionOptions extends BrokerSettings {
  makeSocket: (onread: OnReadOpts) => Socket;
  /** 4 is MQTT 3.1.1. */
  protocol: 4 | 5;
  clientId: string;
  password: string | undefined;
  keepaliveMs: number;
  connectTimeoutMs: number;
  /** What the broker says, retained, when this connection dies. */
  will: { topic: string; payload: Buffer } | undefined;
  /** Without all of these there is no connection. */
  subscriptions: readonly string[];
  /** Those it does not grant are told to `onNotGranted`, and the connection goes on without them. */
  optionalSubscriptions?: readonly string[] | undefined;
  onNotGranted?: ((topic: string, error: LiuhenError) => void) | undefined;
  /** The broker is told not to send larger packets (MQTT 5 only). */
  maxIncomingBytes: number;
  onMessage: (topic: string, payload: Buffer, retained: boolean) => void;
  /** What comes in mass, past `onMessage`. */
  bulk?: Bulk | undefined;
}

/** What the broker said in its CONNACK (MQTT 5), or nothing. */
export interface BrokerLimits {
  /** QoS 1 messages that may be unacknowledged. */
  messages: number;
  /** The largest packet, header included. */
  packetBytes: number;
}

// Otherwise mqtt.js keeps each of 65,536 numbers in a buffer of its own, 8 MB of them, so as not to write two bytes now and then.
writeToStream.cacheNumbers = false;

const MAX_PACKET_BYTES = 268_435_455;
const GRACE_MS = 2000;
/** A packet beyond this, or beyond what the broker was told if that is more, ends the connection. */
const MIN_GATHERED_BYTES = 4 * 1024 * 1024;

/**
 * One MQTT connection with a session of its own. Once it has closed it is of no more use. mqtt.js keeps the session; what comes in
 * mass goes past it, by `Publisher` and `PacketReader`.
 */
export class Connection {
  readonly limits: BrokerLimits;
  /** Resolves, never rejects, when the connection has gone. */
  readonly closed: Promise<LiuhenError>;
  readonly #client: MqttClient;
  readonly #publisher: Publisher;

  private constructor(
    client: MqttClient,
    publisher: Publisher,
    limits: BrokerLimits,
    closed: Promise<LiuhenError>,
  ) {
    this.#client = client;
    this.#publisher = publisher;
    this.limits = limits;
    this.closed = closed.then((error) => {
      publisher.close(error);
      return error;
    });
  }

  /** Resolves once connected and subscribed; rejects with LIUHEN_LINK, and leaves nothing open. */
  static async open(options: ConnectionOptions): Promise<Connection> {
    const publisher = new Publisher(options.protocol);
    const client = new MqttClient(() => readSocket(options, publisher), {
      protocolId: 'MQTT',
      protocolVersion: options.protocol,
      clientId: options.clientId,
      clean: true,
      reconnectPeriod: 0,
      resubscribe: false,
      queueQoSZero: false,
      keepalive: Math.max(1, Math.round(options.keepaliveMs / 1000)),
      connectTimeout: options.connectTimeoutMs,
      messageIdProvider: publisher.messageIds,
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
      await Promise.race([subscribedWhereGranted(client, options), failed]);
    } catch (error) {
      client.end(true);
      throw error;
    }
    return new Connection(client, publisher, limits, closed);
  }

  /** QoS 1. Resolves on PUBACK, which says that the broker has it and nothing more. */
  publish(topic: string, payload: Payload, retain = false): Promise<void> {
    return this.#publisher.publish(this.#client.stream as Socket, topic, payload, retain);
  }

  /** Has the broker send again what it retains on these topics (MQTT 3.1.1 §3.8.4, 5 §3.8.4). Rejects with LIUHEN_LINK. */
  subscribeAgain(topics: readonly string[]): Promise<void> {
    return subscribed(this.#client, topics);
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

function readSocket(options: ConnectionOptions, publisher: Publisher): Socket {
  const { makeSocket, maxIncomingBytes, bulk, protocol } = options;
  const reader = new PacketReader({
    protocol,
    maxPacketBytes: Math.max(MIN_GATHERED_BYTES, maxIncomingBytes),
    bulk,
    onAck: (messageId, reason) => publisher.acknowledged(messageId, reason),
  });
  const socket = makeSocket(reader.onread);
  reader.attach(socket);
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
  // Who only publishes.
  if (subscriptions.length === 0) return;
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

/** One SUBSCRIBE each: mqtt.js does not tell which of several a broker refused. */
async function subscribedWhereGranted(
  client: MqttClient,
  { optionalSubscriptions = [], onNotGranted }: ConnectionOptions,
): Promise<void> {
  for (const topic of optionalSubscriptions) {
    try {
      await subscribed(client, [topic]);
    } catch (error) {
      // Where the connection has gone, that is what is told.
      if (client.connected && error instanceof LiuhenError) onNotGranted?.(topic, error);
    }
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
