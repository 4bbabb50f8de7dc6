import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { Aedes } from 'aedes';
import type { Logger } from 'pino';
import { LiuhenError, messageOf } from '../../config/errors.js';
import { isDeviceId } from '../../config/identity.js';
import { boundPackets } from '../link/packet-bound.js';
import { parseUpTopic, TOPIC_PREFIX } from '../uplink/topics.js';

/** A topic and a header on top of the largest payload. */
const PACKET_OVERHEAD_BYTES = 1024;
const MAX_CONNECTIONS = 4096;
/** Retained messages stay in memory: only device states and signed content for kiosks are kept, and only so many. */
const MAX_RETAINED = 4096;
/** Commands prove themselves as content does; who asks for an answer knows the id that nobody else does. */
const COMMAND_TOPIC = /^liuhen\/1\/[a-z0-9-]{1,64}\/(?:command|trust)$/;
const RESULT_TOPIC = /^liuhen\/1\/[a-z0-9-]{1,64}\/result\/[a-z0-9-]{16,64}$/;
const BOARD_TOPIC = /^liuhen\/1\/board\/[a-z0-9-]{1,64}\/[a-z-]{1,32}\/[a-z0-9-]{1,64}$/;
const MAX_CONTENT = 16_384;
const MAX_CONTENT_BYTES = 256 * 1024 * 1024;

export interface BrokerOptions {
  host: string;
  /** 0: the kernel picks one. */
  port: number;
  maxPayloadBytes: number;
  log: Logger;
  /** Something was refused. */
  onRefused: (reason: 'bad-topic' | 'too-large') => void;
}

/** A broker inside this process, MQTT 3.1.1. It asks devices for no password: what they send proves itself. */
export interface EmbeddedBroker {
  /** The port it really listens on. */
  port: number;
  /** For the archive's own connection, which alone may listen to everybody and send receipts. */
  credentials: { url: string; username: string; password: string };
  stop(): Promise<void>;
}

/** Starts the broker; resolves once it listens. Throws LIUHEN_LINK when it cannot. */
export async function startBroker(options: BrokerOptions): Promise<EmbeddedBroker> {
  const { host, maxPayloadBytes, log, onRefused } = options;
  const password = randomBytes(32);
  const own = new WeakSet<object>();
  const retained = new Set<string>();
  const content = new RetainedContent();

  const aedes = await Aedes.createBroker({
    preConnect(_client, packet, done) {
      // A session that outlives its connection would let anybody queue messages in memory without end.
      packet.clean = true;
      done(null, true);
    },
    authenticate(client, username, given, done) {
      if (username === OWN_NAME) {
        const offered = Buffer.from(given?.toString() ?? '', 'hex');
        const isOwn = offered.length === password.length && timingSafeEqual(offered, password);
        if (isOwn) own.add(client);
        return done(null, isOwn);
      }
      done(null, true);
    },
    authorizePublish(client, packet, done) {
      const up = parseUpTopic(packet.topic);
      const isReceipt = client !== null && own.has(client) && /^[^/]+\/1\/[^/]+\/receipt$/.test(packet.topic);
      const isContent = BOARD_TOPIC.test(packet.topic) || COMMAND_TOPIC.test(packet.topic);
      const isResult = RESULT_TOPIC.test(packet.topic);
      if (up === undefined && !isReceipt && !isContent && !isResult) {
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
      const [liuhen, version, device = '', kind, ...rest] = subscription.topic.split('/');
      const isDown =
        `${liuhen}/${version}` === TOPIC_PREFIX &&
        isDeviceId(device) &&
        (kind === 'receipt' || kind === 'command' || kind === 'trust') &&
        rest.length === 0;
      // Content for the screens of a hall is public, and signed.
      const isBoard = device === 'board' && isDeviceId(kind ?? '') && rest.join('/') === '#';
      // Null grants nothing and keeps the connection: footage is not for every ear.
      done(
        null,
        isDown || isBoard || RESULT_TOPIC.test(subscription.topic) || own.has(client) ? subscription : null,
      );
    },
  });
  aedes.on('clientError', (client, error) => {
    log.debug({ client: client.id, error: messageOf(error) }, 'broker: client');
  });
  aedes.on('connectionError', (_client, error) => {
    log.debug({ error: messageOf(error) }, 'broker: connection');
  });

  const connections = new Set<Socket>();
  const server = createServer((socket) => {
    socket.setNoDelay(true);
    boundPackets(socket, maxPayloadBytes + PACKET_OVERHEAD_BYTES, () => onRefused('too-large'));
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
    aedes.handle(socket);
  });
  server.maxConnections = MAX_CONNECTIONS;
  const port = await listen(server, host, options.port).catch(async (error: unknown) => {
    await closeBroker(aedes);
    throw new LiuhenError('LIUHEN_LINK', `broker on ${host}:${options.port}: ${messageOf(error)}`, {
      cause: error,
      next: 'choose another port, or stop the broker that has it',
    });
  });
  return {
    port,
    credentials: {
      url: `mqtt://${reachable(host)}:${port}`,
      username: OWN_NAME,
      password: password.toString('hex'),
    },
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await closeBroker(aedes);
      // Those that never said CONNECT are no clients yet, and would keep the server open.
      for (const connection of connections) connection.destroy();
      await closed;
    },
  };
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
