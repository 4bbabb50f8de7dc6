import type { Socket } from 'node:net';
import { type IPublishPacket, MqttClient, Store } from 'mqtt';
import { LiuhenError, messageOf } from '../../config/errors.js';
import { PacketBound } from './packet-bound.js';

export interface ConnectionOptions {
  makeSocket: () => Socket;
  /** 4 is MQTT 3.1.1. */
  protocol: 4 | 5;
  clientId: string;
  username?: string | undefined;
  password?: string | undefined;
  keepaliveMs: number;
  connectTimeoutMs: number;
  /** What the broker says, retained, when this connection dies. */
  will: { topic: string; payload: Buffer };
  subscription: string;
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

/** A PUBACK with a reason code of 0x80 or more, MQTT 5 §3.4.2.1. */
export class PublishRefused extends LiuhenError {
  constructor(topic: string, reason: number, message: string) {
    super('LIUHEN_LINK', `the broker refused ${topic}: ${message} (0x${reason.toString(16)})`);
  }
}

/** CONNACK: the broker does not speak this version (3.1.1: code 1, 5: code 0x84). */
export class VersionRefused extends LiuhenError {
  constructor(protocol: number, cause: unknown) {
    super('LIUHEN_LINK', `the broker does not speak MQTT protocol level ${protocol}`, { cause });
  }
}

const MAX_PACKET_BYTES = 268_435_455;
const GRACE_MS = 2000;
/** A packet beyond this ends the connection, whatever the broker was told: mqtt.js would gather it in memory. */
const MAX_GATHERED_BYTES = 4 * 1024 * 1024;

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
      will: { ...options.will, qos: 1, retain: true },
      ...(options.username === undefined ? {} : { username: options.username }),
      ...(options.password === undefined ? {} : { password: options.password }),
      ...(options.protocol === 5 ? { properties: { maximumPacketSize: options.maxIncomingBytes } } : {}),
    });
    const onMessage = (topic: string, payload: Buffer, { retain }: IPublishPacket) => {
      options.onMessage(topic, payload, retain);
    };
    client.on('message', onMessage);
    const closed = closingOf(client, options.protocol, () => client.off('message', onMessage));
    const failed = closed.then((error): never => {
      throw error;
    });
    const limits = await Promise.race([connected(client), failed]);
    try {
      const granted = await Promise.race([client.subscribeAsync(options.subscription, { qos: 1 }), failed]);
      if (granted.some(({ qos }) => qos === 128)) throw new Error('not authorised');
    } catch (error) {
      client.end(true);
      const reason = `subscription to ${options.subscription}: ${messageOf(error)}`;
      throw error instanceof LiuhenError ? error : new LiuhenError('LIUHEN_LINK', reason, { cause: error });
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

function boundedSocket({ makeSocket }: ConnectionOptions): Socket {
  const socket = makeSocket();
  const bound = new PacketBound(MAX_GATHERED_BYTES);
  socket.on('data', (chunk: Buffer) => {
    if (bound.accepts(chunk)) return;
    const message = `expected packets of at most ${MAX_GATHERED_BYTES} bytes from the broker`;
    socket.destroy(new LiuhenError('LIUHEN_LINK', message));
  });
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

/** Resolves when the client's stream has closed, with the first thing that went wrong; the client is ended for good. */
function closingOf(client: MqttClient, protocol: number, forget: () => void): Promise<LiuhenError> {
  let first: unknown;
  let serverReason: number | undefined;
  // mqtt.js may still emit errors after the end: the listener stays, and only the client holds it.
  client.on('error', (error) => {
    first ??= error;
    client.stream.destroy();
  });
  client.stream.on('error', (error) => {
    first ??= error;
  });
  client.on('disconnect', ({ reasonCode }) => {
    serverReason = reasonCode;
  });
  return new Promise((resolve) => {
    client.once('close', () => {
      forget();
      client.end(true);
      const { code } = (first ?? {}) as { code?: unknown };
      if (code === 1 || code === 0x84) resolve(new VersionRefused(protocol, first));
      else if (first instanceof LiuhenError) resolve(first);
      else if (first !== undefined)
        resolve(
          new LiuhenError('LIUHEN_LINK', `connection to the broker: ${messageOf(first)}`, { cause: first }),
        );
      else {
        const reason = serverReason === undefined ? '' : ` (reason 0x${serverReason.toString(16)})`;
        resolve(new LiuhenError('LIUHEN_LINK', `the connection to the broker was closed${reason}`));
      }
    });
  });
}

function publishError(topic: string, error: Error): LiuhenError {
  const { code } = error as { code?: unknown };
  if (typeof code === 'number' && code >= 0x80) return new PublishRefused(topic, code, error.message);
  return new LiuhenError('LIUHEN_LINK', `publish to ${topic}: ${error.message}`, { cause: error });
}
