import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { LiuhenError, messageOf, systemCodeOf } from '../../config/errors.js';
import { brokerSocket, type Credentials, isSecure, readCredentials } from '../link/broker-socket.js';
import { Connection } from '../link/connection.js';
import { reasonOf, VersionRefused } from '../link/refusal.js';
import type { BrokerSettings } from '../link/settings.js';
import type { Words } from '../words/words.js';
import {
  type Check,
  type CheckId,
  check,
  type Finding,
  fault,
  faultOf,
  ok,
  skipped,
  warning,
} from './check.js';

const STEP_MS = 8000;
const MAX_INCOMING_BYTES = 512 * 1024;
const STEPS = ['dns', 'tcp', 'tls', 'mqtt'] as const;

/** As whom MQTT is tried: under a name of its own, so that a running agent or archive keeps its connection. */
export interface BrokerTrial {
  protocol: 4 | 5;
  keepaliveMs: number;
  clientId: string;
  subscriptions: readonly string[];
}

/**
 * The way to the broker, step by step, each tried for itself; what comes after a step that failed is not tried. Of a broker of our own (`own`) it is
 * seen whether it listens.
 */
export async function brokerChecks(
  words: Words,
  settings: BrokerSettings | undefined,
  trial: BrokerTrial | 'own',
): Promise<Check[]> {
  const title = (id: CheckId) => words.doctor.title[id];
  if (settings === undefined) {
    return STEPS.map((id) => ({ id, title: title(id), ...skipped(words.doctor.notConfigured) }));
  }
  const { broker } = settings;
  const tries: Record<(typeof STEPS)[number], () => Promise<Finding>> = {
    dns: () => dns(words, broker),
    tcp: () => tcp(words, broker),
    tls: () => tls(words, settings),
    mqtt: () => (trial === 'own' ? Promise.reject(new Error('ours')) : mqtt(words, settings, trial)),
  };
  const checks: Check[] = [];
  let failed: string | undefined;
  const steps = trial === 'own' ? (['tcp'] as const) : STEPS;
  for (const id of steps) {
    const reached = failed;
    const look = reached === undefined ? tries[id] : () => skipped(words.doctor.notReached(reached));
    const done = await check(words, id, look);
    if (done.result === 'fault') failed ??= done.title;
    checks.push(done);
  }
  return checks;
}

async function dns({ doctor: words }: Words, broker: string): Promise<Finding> {
  const { host } = target(broker);
  if (isIP(host) !== 0) return ok(words.dnsAddress(host));
  try {
    const found = await within(lookup(host, { all: true }));
    return ok(words.dnsFound(host, found.map(({ address }) => address).join(', ')));
  } catch (error) {
    return fault(words.dnsFailed(host, systemCodeOf(error) ?? messageOf(error)), words.dnsNext(host));
  }
}

async function tcp({ doctor: words }: Words, broker: string): Promise<Finding> {
  const { host, port } = target(broker);
  const where = `${host}:${port}`;
  const startedMs = performance.now();
  const socket = connect({ host, port });
  try {
    await within(once(socket, 'connect'));
    return ok(words.tcpOpen(where, tookText(startedMs)));
  } catch (error) {
    return fault(words.tcpFailed(where, systemCodeOf(error) ?? messageOf(error)), words.tcpNext(host, port));
  } finally {
    socket.destroy();
  }
}

async function tls(words: Words, settings: BrokerSettings): Promise<Finding> {
  const { doctor } = words;
  if (!isSecure(settings)) return warning(doctor.tlsNone, doctor.tlsNoneNext);
  const { tls: secureContext } = await readCredentials(settings);
  const { host, port } = target(settings.broker);
  const servername = isIP(host) === 0 ? { servername: host } : {};
  const socket: TLSSocket = connectTls({
    host,
    port,
    ...servername,
    secureContext,
    rejectUnauthorized: true,
  });
  try {
    await within(once(socket, 'secureConnect'));
    const { valid_to: until } = socket.getPeerCertificate();
    return ok(doctor.tlsOpen(socket.getProtocol() ?? 'TLS', new Date(until).toISOString().slice(0, 10)));
  } catch (error) {
    const ending = { cause: error, protocol: 5, serverReason: undefined, accepted: false, encrypted: false };
    const { message, next } = reasonOf(settings, ending);
    const advice = words.language === 'en' ? next : undefined;
    return fault(doctor.tlsFailed(message), advice ?? doctor.tlsNext);
  } finally {
    socket.destroy();
  }
}

async function mqtt(words: Words, settings: BrokerSettings, trial: BrokerTrial): Promise<Finding> {
  const { doctor } = words;
  const credentials = await readCredentials(settings);
  const startedMs = performance.now();
  let level = trial.protocol;
  const open = (protocol: 4 | 5) => connectMqtt(settings, credentials, { ...trial, protocol });
  try {
    const connection = await open(level).catch((error: unknown) => {
      if (!(error instanceof VersionRefused)) throw error;
      level = level === 5 ? 4 : 5;
      return open(level);
    });
    const value = doctor.mqttOpen(level, tookText(startedMs));
    await connection.end();
    return ok(value);
  } catch (error) {
    if (!(error instanceof LiuhenError)) return faultOf(words, error, doctor.mqttNext);
    const advice = words.language === 'en' ? error.next : undefined;
    return fault(doctor.mqttFailed(error.message), advice ?? doctor.mqttNext);
  }
}

function connectMqtt(
  settings: BrokerSettings,
  { tls: secureContext, password }: Credentials,
  trial: BrokerTrial,
): Promise<Connection> {
  return Connection.open({
    ...settings,
    ...trial,
    password,
    makeSocket: (onread): Socket => brokerSocket(settings, secureContext, onread),
    connectTimeoutMs: STEP_MS,
    will: undefined,
    maxIncomingBytes: MAX_INCOMING_BYTES,
    onMessage: () => {},
  });
}

function target(broker: string): { host: string; port: number } {
  const { hostname, port, protocol } = new URL(broker);
  const standard = protocol === 'mqtts:' ? 8883 : 1883;
  return { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: port === '' ? standard : Number(port) };
}

async function within<T>(promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = Object.assign(new Error(`no answer within ${STEP_MS} ms`), { code: 'ETIMEDOUT' });
    timer = setTimeout(() => reject(error), STEP_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

function tookText(startedMs: number): string {
  return (performance.now() - startedMs).toFixed(0);
}
