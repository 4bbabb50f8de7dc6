import { randomBytes } from 'node:crypto';
import type { OnReadOpts, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { LiuhenError, systemCodeOf } from '../../config/errors.js';
import { printable } from '../../config/printable.js';
import { brokerSocket, isSecure, portOf, readCredentials } from '../link/broker-socket.js';
import { Connection } from '../link/connection.js';
import { VersionRefused } from '../link/refusal.js';
import type { BrokerSettings } from '../link/settings.js';
import {
  enrolTopics,
  MAX_MESSAGE_BYTES,
  type Outcome,
  openAnswer,
  sealRequest,
  type Token,
} from './token.js';

/** A broker that acknowledged may have had nobody to pass it to, and the authority may be starting: asked again so often. */
const ASK_EVERY_MS = 5000;
export const ANSWER_MS = 30_000;
const OVERHEAD_BYTES = 1024;
/** A broker that was started in the same breath may not listen yet. */
const REACH_MS = 10_000;
const REACH_AGAIN_MS = 500;

interface Asked {
  connect: (onread: OnReadOpts) => Socket;
  settings: BrokerSettings;
  password?: string | undefined;
  clientId: string;
  topics: { ask: string; answer: string };
  payload: string;
  /** What a message says; undefined for one that is not an answer to this. */
  read: (message: string) => Outcome | undefined;
  waitMs: number;
  signal?: AbortSignal | undefined;
}

/**
 * Asks the authority over MQTT with a one-time token and returns the answer's JSON. Throws LIUHEN_LINK without a broker or an answer, LIUHEN_TOKEN when the
 * authority refuses. The broker's certificate is not checked: the token authenticates what is said.
 */
export async function enrolOnline(token: Token, request: string, waitMs = ANSWER_MS): Promise<string> {
  const settings: BrokerSettings = { section: 'uplink', broker: token.broker };
  const url = new URL(token.broker);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return onceItListens({
    settings,
    connect: (onread) => {
      if (!isSecure(settings)) return brokerSocket(settings, undefined, onread);
      const target = { host, port: portOf(url, 8883), onread };
      return connectTls({ ...target, rejectUnauthorized: false }).setNoDelay(true);
    },
    clientId: token.id,
    topics: { ask: enrolTopics.request(token.id), answer: enrolTopics.answer(token.id) },
    payload: sealRequest(token, request),
    read: (message) => openAnswer(token, request, message),
    waitMs,
  });
}

/** Asks for a new certificate over mutual TLS with the old one; what comes is to be checked with `checkAnswer`. */
export async function renewOnline(
  settings: BrokerSettings,
  device: string,
  request: string,
  { waitMs = ANSWER_MS, signal }: { waitMs?: number | undefined; signal?: AbortSignal | undefined } = {},
): Promise<string> {
  const { tls, password } = await readCredentials(settings);
  return ask({
    signal,
    settings,
    connect: (onread) => brokerSocket(settings, tls, onread),
    password,
    clientId: `liuhen-renew-${randomBytes(5).toString('hex')}`,
    topics: { ask: enrolTopics.renew(device), answer: enrolTopics.renewed(device) },
    payload: request,
    read: (message) => {
      try {
        const { outcome, text } = JSON.parse(message) as Partial<Outcome>;
        const isOne = (outcome === 'enrolled' || outcome === 'refused') && typeof text === 'string';
        return isOne ? { outcome, text } : undefined;
      } catch {
        return undefined;
      }
    },
    waitMs,
  });
}

/** Connects once with what the settings name and lets go again: throws LIUHEN_LINK unless the broker took the certificate and `subscription`. */
export async function proveConnection(settings: BrokerSettings, subscription: string): Promise<void> {
  const { tls, password } = await readCredentials(settings);
  const connection = await open({
    settings,
    connect: (onread) => brokerSocket(settings, tls, onread),
    password,
    clientId: `liuhen-prove-${randomBytes(5).toString('hex')}`,
    subscription,
    onMessage: () => {},
  });
  await connection.end();
}

async function onceItListens(asked: Asked): Promise<string> {
  const untilMs = performance.now() + Math.min(REACH_MS, asked.waitMs);
  for (;;) {
    try {
      return await ask(asked);
    } catch (error) {
      const isRefused = error instanceof LiuhenError && systemCodeOf(error.cause) === 'ECONNREFUSED';
      if (!isRefused || performance.now() >= untilMs) throw error;
      await sleep(REACH_AGAIN_MS);
    }
  }
}

async function ask({ topics, payload, read, waitMs, signal, ...how }: Asked): Promise<string> {
  let heard: (outcome: Outcome) => void = () => {};
  const answered = new Promise<Outcome>((resolve) => {
    heard = resolve;
  });
  const connection = await open({
    ...how,
    subscription: topics.answer,
    onMessage: (message) => {
      const outcome = message.length <= 2 * MAX_MESSAGE_BYTES ? read(message.toString()) : undefined;
      if (outcome !== undefined) heard(outcome);
    },
  });
  const stops: (() => void)[] = [];
  const broken = new Promise<never>((_, reject) => {
    const send = () => void connection.publish(topics.ask, Buffer.from(payload)).catch(reject);
    const again = setInterval(send, ASK_EVERY_MS);
    const enough = setTimeout(() => reject(silence(waitMs)), waitMs);
    const give = () => reject(signal?.reason);
    signal?.addEventListener('abort', give);
    stops.push(
      () => clearInterval(again),
      () => clearTimeout(enough),
      () => signal?.removeEventListener('abort', give),
    );
    connection.closed.then(reject);
    if (signal?.aborted === true) give();
    send();
  });
  try {
    const { outcome, text } = await Promise.race([answered, broken]);
    if (outcome === 'enrolled') return text;
    throw new LiuhenError('LIUHEN_TOKEN', `the authority refused: ${printable(text.slice(0, 300))}`, {
      next: 'put right what it names; liuhen authority token DEVICE makes a new token',
    });
  } finally {
    for (const stop of stops) stop();
    broken.catch(() => {});
    await connection.end();
  }
}

interface OpenAsked extends Pick<Asked, 'connect' | 'settings' | 'password' | 'clientId'> {
  subscription: string;
  onMessage: (payload: Buffer) => void;
}

/** A broker that does not speak MQTT 5 is asked in 3.1.1. */
async function open({
  connect,
  settings,
  password,
  clientId,
  subscription,
  onMessage,
}: OpenAsked): Promise<Connection> {
  const openAs = (protocol: 4 | 5) =>
    Connection.open({
      ...settings,
      makeSocket: connect,
      protocol,
      clientId,
      password,
      keepaliveMs: 30_000,
      connectTimeoutMs: 10_000,
      will: undefined,
      subscriptions: [subscription],
      maxIncomingBytes: 2 * MAX_MESSAGE_BYTES + OVERHEAD_BYTES,
      onMessage: (_topic, payload, retained) => {
        if (!retained) onMessage(payload);
      },
    });
  try {
    return await openAs(5);
  } catch (error) {
    if (!(error instanceof VersionRefused)) throw error;
    return await openAs(4);
  }
}

function silence(waitMs: number): LiuhenError {
  return new LiuhenError('LIUHEN_LINK', `no answer from the authority in ${waitMs / 1000} s`, {
    next: 'see that liuhen authority serve runs, and that the token is of this authority and has not been withdrawn',
  });
}
