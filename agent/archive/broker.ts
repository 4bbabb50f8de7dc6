import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, TLSSocket, type Server as TlsServer } from 'node:tls';
import { Aedes, type Client, type PublishPacket } from 'aedes';
import type { Logger } from 'pino';
import { LiuhenError, messageOf } from '../../config/errors.js';
import { isDeviceId } from '../../config/identity.js';
import { boundPackets } from '../link/packet-bound.js';
import { parseUpTopic, TOPIC_PREFIX } from '../uplink/topics.js';
import { type BrokerFiles, WatchedBrokerFiles } from './broker-files.js';

/** A topic and a header on top of the largest payload. */
const PACKET_OVERHEAD_BYTES = 1024;
const MAX_CONNECTIONS = 4096;
/** Retained messages stay in memory: only device states and signed content for kiosks are kept, and only so many. */
const MAX_RETAINED = 4096;
/** Commands prove themselves as content does; who asks for an answer knows the id that nobody else does. */
const COMMAND_TOPIC = /^liuhen\/1\/[a-z0-9-]{1,64}\/(?:command|trust)$/;
const RESULT_TOPIC = /^liuhen\/1\/[a-z0-9-]{1,64}\/result\/[a-z0-9-]{16,64}$/;
const RECEIPT_TOPIC = /^liuhen\/1\/[a-z0-9-]{1,64}\/receipt$/;
/** What devices and their authority say of certificates: only where certificates are asked for. */
const ENROL_TOPIC = /^liuhen\/1\/(?:enrol\/[0-9a-f]{16}\/(?:request|answer)|[a-z0-9-]{1,64}\/renew(?:ed)?)$/;
const TOKEN_ID = /^[0-9a-f]{16}$/;
/** What may not be said is acknowledged and goes there, where nobody hears it: as mosquitto does it. */
const NOWHERE = 'liuhen/nowhere';
const REFRESH_MS = 1000;
const HANDSHAKE_MS = 10_000;
const BOARD_TOPIC = /^liuhen\/1\/board\/[a-z0-9-]{1,64}\/[a-z-]{1,32}\/[a-z0-9-]{1,64}$/;
const MAX_CONTENT = 16_384;
const MAX_CONTENT_BYTES = 256 * 1024 * 1024;

export interface BrokerOptions {
  host: string;
  /** 0: the kernel picks one. */
  port: number;
  /** With it devices show certificates, and the rules of its files say who may do what. */
  tls?: BrokerFiles | undefined;
  /** Where devices without a certificate enrol by token; with `tls` only. */
  enrolPort?: number | undefined;
  maxPayloadBytes: number;
  log: Logger;
  /** Something was refused. */
  onRefused: (reason: 'bad-topic' | 'too-large') => void;
}

/** A broker inside this process, MQTT 3.1.1. Without certificates it asks nobody for a password: what devices send proves itself. */
export interface EmbeddedBroker {
  /** The ports it really listens on. */
  port: number;
  enrolPort: number | undefined;
  /** Where devices connect. */
  url: string;
  /** For the archive's own connection, which alone may listen to everybody and send receipts. */
  credentials: { url: string; username: string; password: string };
  stop(): Promise<void>;
}

/** By which door somebody came in, and so what they have to show. */
type Door = 'open' | 'archive' | 'certificate' | 'token';

/** Who is connected: the archive of this process, anybody, one with a certificate, one with a token. */
type Who = { is: 'archive' | 'anybody' } | { is: 'named'; name: string } | { is: 'token'; id: string };

/** Starts the broker; resolves once it listens. Throws LIUHEN_LINK when it cannot, LIUHEN_NOT_FOUND and LIUHEN_CONFIG for the files of `tls`. */
export async function startBroker(options: BrokerOptions): Promise<EmbeddedBroker> {
  const { host, maxPayloadBytes, log, onRefused } = options;
  const password = randomBytes(32);
  const doors = new WeakMap<object, Door>();
  const known = new WeakMap<Client, Who>();
  const retained = new Set<string>();
  const content = new RetainedContent();
  const files =
    options.tls === undefined ? undefined : new WatchedBrokerFiles(options.tls, log, () => changed());
  const whoIs = (client: Client | null): Who => (client && known.get(client)) || { is: 'anybody' };

  /** Undefined: may not come in. */
  const admitted = (client: Client, username: string | undefined, given: Buffer): Who | undefined => {
    const door = doors.get(client.conn);
    if (door === 'token') return TOKEN_ID.test(client.id) ? { is: 'token', id: client.id } : undefined;
    if (door === 'certificate') {
      files?.refresh();
      const name = nameOf(client);
      return name === undefined || files?.rules.isShutOut(name) !== false ? undefined : { is: 'named', name };
    }
    if (username !== OWN_NAME) return door === 'open' ? { is: 'anybody' } : undefined;
    const offered = Buffer.from(given.toString(), 'hex');
    const isOwn = offered.length === password.length && timingSafeEqual(offered, password);
    return isOwn ? { is: 'archive' } : undefined;
  };
  const mayWrite = (who: Who, topic: string): boolean => {
    if (who.is === 'named') return files?.rules.mayWrite(who.name, topic) === true;
    if (who.is === 'token') return topic === `${TOPIC_PREFIX}/enrol/${who.id}/request`;
    return who.is === 'archive' || !RECEIPT_TOPIC.test(topic);
  };
  const mayRead = (who: Who, topic: string): boolean => {
    if (who.is === 'named') return files?.rules.mayRead(who.name, topic) === true;
    if (who.is === 'token') return topic === `${TOPIC_PREFIX}/enrol/${who.id}/answer`;
    return true;
  };

  const aedes = await Aedes.createBroker({
    preConnect(_client, packet, done) {
      // A session that outlives its connection would let anybody queue messages in memory without end.
      packet.clean = true;
      done(null, true);
    },
    authenticate(client, username, given, done) {
      const who = admitted(client, username?.toString(), Buffer.from(given ?? ''));
      if (who !== undefined) known.set(client, who);
      done(null, who !== undefined);
    },
    authorizePublish(client, packet, done) {
      const who = whoIs(client);
      if ((who.is === 'named' || who.is === 'token') && !mayWrite(who, packet.topic)) {
        onRefused('bad-topic');
        sendNowhere(packet);
        return done(null);
      }
      const up = parseUpTopic(packet.topic);
      const isContent = BOARD_TOPIC.test(packet.topic) || COMMAND_TOPIC.test(packet.topic);
      const isOther =
        (RECEIPT_TOPIC.test(packet.topic) && mayWrite(who, packet.topic)) ||
        RESULT_TOPIC.test(packet.topic) ||
        (files !== undefined && ENROL_TOPIC.test(packet.topic));
      if (up === undefined && !isContent && !isOther) {
        onRefused('bad-topic');
        return done(new LiuhenError('LIUHEN_MESSAGE', `topic ${JSON.stringify(packet.topic.slice(0, 120))}`));
      }
      if (packet.payload.length > maxPayloadBytes) {
        onRefused('too-large');
        return done(
          new LiuhenError(
            'LIUHEN_MESSAGE',
            `payload: expected at most ${maxPayloadBytes}, got ${packet.payload.length}`,
          ),
        );
      }
      if (isContent) {
        packet.retain &&= content.admits(packet.topic, packet.payload.length);
        return done(null);
      }
      if (
        packet.retain &&
        up?.kind === 'state' &&
        (retained.has(packet.topic) || retained.size < MAX_RETAINED)
      ) {
        retained.add(packet.topic);
      } else {
        packet.retain = false;
      }
      done(null);
    },
    authorizeSubscribe(client, subscription, done) {
      const who = whoIs(client);
      // What may be read is looked at again when it is delivered: a filter may cover more than its subscriber is to hear.
      if (who.is !== 'anybody') return done(null, subscription);
      const [liuhen, version, device = '', kind, ...rest] = subscription.topic.split('/');
      const isDown =
        `${liuhen}/${version}` === TOPIC_PREFIX &&
        isDeviceId(device) &&
        (kind === 'receipt' || kind === 'command' || kind === 'trust') &&
        rest.length === 0;
      // Content for the screens of a hall is public, and signed.
      const isBoard =
        (device === 'board' && isDeviceId(kind ?? '') && rest.join('/') === '#') ||
        BOARD_TOPIC.test(subscription.topic);
      // Null grants nothing and keeps the connection: footage is not for every ear.
      done(null, isDown || isBoard || RESULT_TOPIC.test(subscription.topic) ? subscription : null);
    },
    authorizeForward: (client, packet) => (mayRead(whoIs(client), packet.topic) ? packet : null),
  });
  const clients = new Map<Client, string>();
  aedes.on('clientReady', (client) => {
    const who = whoIs(client);
    if (who.is === 'named') clients.set(client, who.name);
  });
  aedes.on('clientDisconnect', (client) => clients.delete(client));
  aedes.on('clientError', (client, error) => {
    log.debug({ client: client.id, error: messageOf(error) }, 'broker: client');
  });
  aedes.on('connectionError', (_client, error) => {
    log.debug({ error: messageOf(error) }, 'broker: connection');
  });

  const listeners = new Listeners();
  const enter = (door: Door) => (socket: Socket) => {
    socket.setNoDelay(true);
    boundPackets(socket, maxPayloadBytes + PACKET_OVERHEAD_BYTES, () => onRefused('too-large'));
    doors.set(socket, door);
    aedes.handle(socket);
  };
  const secured = (door: 'certificate' | 'token') => {
    const asks = door === 'certificate';
    const server = createTlsServer(
      { ...files?.secure, requestCert: asks, rejectUnauthorized: asks, handshakeTimeout: HANDSHAKE_MS },
      enter(door),
    );
    server.on('tlsClientError', (error) => log.debug({ error: messageOf(error) }, 'broker: TLS'));
    return server;
  };
  const changed = () => {
    for (const server of listeners.secured) server.setSecureContext(files?.secure ?? {});
    for (const [client, name] of clients) if (files?.rules.isShutOut(name) === true) client.close();
    log.info({}, 'broker: its rules and certificates were read again');
  };
  const refresh = setInterval(() => files?.refresh(), REFRESH_MS);
  const stop = async () => {
    clearInterval(refresh);
    const closed = listeners.close();
    await closeBroker(aedes);
    listeners.cut();
    await closed;
  };
  try {
    const listen = (server: Server, at: string, port: number) => listeners.add(server, at, port);
    const door = files === undefined ? createServer(enter('open')) : secured('certificate');
    const port = await listen(door, host, options.port);
    const { enrolPort } = options;
    const isEnrolling = files !== undefined && enrolPort !== undefined;
    const enrolAt = isEnrolling ? await listen(secured('token'), host, enrolPort) : undefined;
    // The archive's own connection shows no certificate: it is of this process.
    const inner =
      files === undefined ? undefined : await listen(createServer(enter('archive')), '127.0.0.1', 0);
    return {
      port,
      enrolPort: enrolAt,
      url: `${files === undefined ? 'mqtt' : 'mqtts'}://${reachable(host)}:${port}`,
      credentials: {
        url: inner === undefined ? `mqtt://${reachable(host)}:${port}` : `mqtt://127.0.0.1:${inner}`,
        username: OWN_NAME,
        password: password.toString('hex'),
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The name in the certificate that the other side has shown. */
function nameOf({ conn }: Client): string | undefined {
  if (!(conn instanceof TLSSocket) || !conn.authorized) return undefined;
  const { subject } = conn.getPeerCertificate();
  return typeof subject?.CN === 'string' ? subject.CN : undefined;
}

function sendNowhere(packet: PublishPacket): void {
  packet.topic = NOWHERE;
  packet.payload = Buffer.alloc(0);
  packet.retain = false;
}

/** The ports of the broker, and who is connected to them. */
class Listeners {
  readonly secured: TlsServer[] = [];
  readonly #servers: Server[] = [];
  readonly #connections = new Set<Socket>();

  /** Resolves with the port. Throws LIUHEN_LINK. */
  async add(server: Server, host: string, port: number): Promise<number> {
    server.maxConnections = MAX_CONNECTIONS;
    server.on('connection', (socket) => {
      this.#connections.add(socket);
      socket.on('close', () => this.#connections.delete(socket));
    });
    try {
      const at = await listen(server, host, port);
      this.#servers.push(server);
      if ('setSecureContext' in server) this.secured.push(server as TlsServer);
      return at;
    } catch (error) {
      throw new LiuhenError('LIUHEN_LINK', `broker on ${host}:${port}: ${messageOf(error)}`, {
        cause: error,
        next: 'choose another port, or stop the broker that has it',
      });
    }
  }

  /** Resolves when nobody is connected any more. */
  async close(): Promise<void> {
    const closed = this.#servers.map(
      (server) => new Promise<void>((resolve) => server.close(() => resolve())),
    );
    await Promise.all(closed);
  }

  /** Those that never said CONNECT are no clients yet, and would keep the server open. */
  cut(): void {
    for (const connection of this.#connections) connection.destroy();
  }
}

const OWN_NAME = 'liuhen-archive';

/** How much content is retained, by topic. What is not admitted still reaches who listens now. */
class RetainedContent {
  readonly #bytes = new Map<string, number>();
  #total = 0;

  admits(topic: string, bytes: number): boolean {
    const before = this.#bytes.get(topic);
    const total = this.#total - (before ?? 0) + bytes;
    if (total > MAX_CONTENT_BYTES || (before === undefined && this.#bytes.size >= MAX_CONTENT)) return false;
    this.#total = total;
    // An empty one clears its topic (MQTT 3.1.1 §3.3.1.3).
    if (bytes === 0) this.#bytes.delete(topic);
    else this.#bytes.set(topic, bytes);
    return true;
  }
}

function closeBroker(aedes: Aedes): Promise<void> {
  return new Promise((resolve) => aedes.close(() => resolve()));
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

/** Where a listener on `host` is reached from this machine. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
