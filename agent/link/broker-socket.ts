import { open } from 'node:fs/promises';
import { connect as connectTcp, isIP, type OnReadOpts, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext, type SecureContext } from 'node:tls';
import { LiuhenError, messageOf, systemCodeOf } from '../../config/errors.js';
import { readSecret } from '../../config/file.js';
import type { BrokerSettings } from './settings.js';

/** What one connection is made with, read from the files that the settings name. */
export interface Credentials {
  password: string | undefined;
  /** Absent: not over TLS. */
  tls: SecureContext | undefined;
}

const MAX_PEM_BYTES = 1024 * 1024;

/**
 * Reads password and certificates; for each connection anew, as they are renewed. Throws LIUHEN_NOT_FOUND and LIUHEN_CONFIG,
 * which name setting and file and nothing that stands in it.
 */
export async function readCredentials(settings: BrokerSettings): Promise<Credentials> {
  const { section, passwordFile } = settings;
  return {
    password: passwordFile === undefined ? undefined : readSecret(passwordFile, `${section}.passwordFile`),
    tls: isSecure(settings) ? await secureContext(settings) : undefined,
  };
}

export function isSecure({ broker }: Pick<BrokerSettings, 'broker'>): boolean {
  return new URL(broker).protocol === 'mqtts:';
}

/** Begins to connect. The broker's certificate must be for the host that the URL names. It reads into the buffer of `onread`. */
export function brokerSocket(
  { broker }: BrokerSettings,
  secureContext: SecureContext | undefined,
  onread: OnReadOpts,
): Socket {
  const url = new URL(broker);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (secureContext === undefined) {
    return connectTcp({ host, port: portOf(url, 1883), noDelay: true, onread });
  }
  const servername = isIP(host) === 0 ? { servername: host } : {};
  const target = { host, port: portOf(url, 8883), ...servername, onread };
  return connectTls({ ...target, secureContext, rejectUnauthorized: true }).setNoDelay(true);
}

/** The port in a URL, or the usual one. */
export function portOf({ port }: URL, standard: number): number {
  return port === '' ? standard : Number(port);
}

async function secureContext({ section, tls }: BrokerSettings): Promise<SecureContext> {
  const ca = await readPem(tls?.caFile, `${section}.tls.caFile`);
  const cert = await readPem(tls?.certFile, `${section}.tls.certFile`);
  const key = await readPem(tls?.keyFile, `${section}.tls.keyFile`);
  try {
    return createSecureContext({ ca, cert, key, minVersion: 'TLSv1.2' });
  } catch (error) {
    throw new LiuhenError('LIUHEN_CONFIG', `${section}.tls: ${messageOf(error)}`, {
      cause: error,
      next: 'expected PEM files, and the key of just that certificate',
    });
  }
}

async function readPem(path: string | undefined, key: string): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      if (size > MAX_PEM_BYTES) throw new RangeError(`expected at most ${MAX_PEM_BYTES} bytes, got ${size}`);
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (error) {
    const code = systemCodeOf(error) === 'ENOENT' ? 'LIUHEN_NOT_FOUND' : 'LIUHEN_CONFIG';
    throw new LiuhenError(code, `${key}: ${path}: ${messageOf(error)}`, { cause: error });
  }
}
