import { randomBytes } from 'node:crypto';
import { LiuhenError } from '../../config/errors.js';
import { MAX_ENVELOPE_BYTES } from '../disclosure/envelope.js';
import { brokerSocket, readCredentials } from '../link/broker-socket.js';
import { Connection } from '../link/connection.js';
import { VersionRefused } from '../link/refusal.js';
import type { BrokerSettings } from '../link/settings.js';

/** A retained message as it is to stand at a broker. */
export interface Publication {
  topic: string;
  payload: Buffer;
}

export type PublishSettings = Omit<BrokerSettings, 'section'>;

/** Of a topic and the fixed header; the rest of a packet is payload. */
const OVERHEAD_BYTES = 1024;
/** Publications that may be unacknowledged. */
const SENT_TOGETHER = 20;
const READ_BACK_MS = 10_000;
/** Topics in one SUBSCRIBE; some brokers take no more. */
const SUBSCRIBE_TOGETHER = 100;

export interface Incoming {
  subscriptions: readonly string[];
  onMessage: (topic: string, payload: Buffer, retained: boolean) => void;
}

/**
 * Publishes with QoS 1, retained. When this resolves the broker has acknowledged every one. They are sent in this order. Throws LIUHEN_LINK, and LIUHEN_CONTENT
 * for what is larger than the broker takes.
 */
export async function publishRetained(
  settings: PublishSettings,
  publications: readonly Publication[],
): Promise<void> {
  const connection = await connect(settings, { subscriptions: [], onMessage: () => {} });
  try {
    const { packetBytes, messages } = connection.limits;
    for (const { topic, payload } of publications) {
      if (payload.length + OVERHEAD_BYTES <= packetBytes) continue;
      throw new LiuhenError(
        'LIUHEN_CONTENT',
        `${topic}: expected at most ${packetBytes - OVERHEAD_BYTES} bytes, which this broker takes, got ${payload.length}`,
        { next: "make pictures smaller, or raise the broker's limit (mosquitto: max_packet_size)" },
      );
    }
    const together = Math.min(messages, SENT_TOGETHER);
    for (let at = 0; at < publications.length; at += together) {
      const some = publications.slice(at, at + together);
      await Promise.all(some.map(({ topic, payload }) => connection.publish(topic, payload, true)));
    }
  } finally {
    await connection.end();
  }
}

/**
 * Topics whose retained message at the broker is another than this, or is none: a broker acknowledges to an MQTT 3.1.1 client also what its access
 * rules then drop. Throws LIUHEN_LINK where it lets nobody read.
 */
export async function notRetained(
  settings: PublishSettings,
  publications: readonly Publication[],
): Promise<string[]> {
  const lacking = new Map(publications.map(({ topic, payload }) => [topic, payload]));
  for (let at = 0; at < publications.length; at += SUBSCRIBE_TOGETHER) {
    const topics = publications.slice(at, at + SUBSCRIBE_TOGETHER).map(({ topic }) => topic);
    await readRetained(settings, topics, (topic, payload) => {
      if (lacking.get(topic)?.equals(payload) === true) lacking.delete(topic);
      return topics.every((each) => !lacking.has(each));
    });
  }
  return [...lacking.keys()];
}

/**
 * Gives `take` what the broker retains on these topics, until it says that it has enough, or nothing has come for `quietMs`. Throws LIUHEN_LINK.
 */
export async function readRetained(
  settings: PublishSettings,
  subscriptions: readonly string[],
  take: (topic: string, payload: Buffer) => boolean,
  quietMs: number = READ_BACK_MS,
): Promise<void> {
  let done = () => {};
  const enough = new Promise<void>((resolve) => {
    done = resolve;
  });
  let timer = setTimeout(done, quietMs);
  try {
    const connection = await connect(settings, {
      subscriptions,
      onMessage: (topic, payload, retained) => {
        if (!retained) return;
        clearTimeout(timer);
        if (take(topic, payload)) done();
        else timer = setTimeout(done, quietMs);
      },
    });
    const broken = connection.closed.then((error) => Promise.reject(error));
    await Promise.race([enough, broken]).finally(() => {
      broken.catch(() => {});
      return connection.end();
    });
  } finally {
    clearTimeout(timer);
  }
}

/** Once, without coming back: who publishes by hand wants to know at once. A broker that does not speak MQTT 5 is asked in 3.1.1. */
export async function connect(settings: PublishSettings, incoming: Incoming): Promise<Connection> {
  const { password, tls } = await readCredentials({ ...settings, section: 'publish' });
  const open = (protocol: 4 | 5) =>
    Connection.open({
      ...settings,
      ...incoming,
      section: 'publish',
      makeSocket: (onread) => brokerSocket({ ...settings, section: 'publish' }, tls, onread),
      protocol,
      // 23 characters, which every broker takes.
      clientId: `liuhen-sign-${randomBytes(5).toString('hex')}`,
      password,
      keepaliveMs: 30_000,
      connectTimeoutMs: 10_000,
      will: undefined,
      maxIncomingBytes: MAX_ENVELOPE_BYTES + OVERHEAD_BYTES,
    });
  try {
    return await open(5);
  } catch (error) {
    if (!(error instanceof VersionRefused)) throw error;
    return await open(4);
  }
}
