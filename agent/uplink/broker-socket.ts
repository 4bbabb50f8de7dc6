import { open } from 'node:fs/promises';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { LiuhenError, messageOf } from '../../config/errors.js';

/** Files of the TLS connection, PEM, absolute paths. */
export interface TlsFiles {
  caFile?: string | undefined;
  certFile?: string | undefined;
  keyFile?: string | undefined;
}

const MAX_PEM_BYTES = 1024 * 1024;

/** Reads what a connection to `broker` (mqtt:// or mqtts://) needs; each connection anew, as certificates are renewed. */
export async function socketMaker(broker: string, tls: TlsFiles | undefined): Promise<() => Socket> {
  const url = new URL(broker);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const secure = url.protocol === 'mqtts:';
  const port = url.port === '' ? (secure ? 8883 : 1883) : Number(url.port);
  if (!secure) return () => connectTcp({ host, port, noDelay: true });
  const options: ConnectionOptions = {
    host,
    port,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(tls?.caFile === undefined ? {} : { ca: await readPem(tls.caFile) }),
    ...(tls?.certFile === undefined ? {} : { cert: await readPem(tls.certFile) }),
    ...(tls?.keyFile === undefined ? {} : { key: await readPem(tls.keyFile) }),
    minVersion: 'TLSv1.2',
    rejectUnauthorized: true,
  };
  return () => connectTls(options).setNoDelay(true);
}

async function readPem(path: string): Promise<string> {
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
    throw new LiuhenError('LIUHEN_LINK', `TLS file ${path}: ${messageOf(error)}`, { cause: error });
  }
}
