import { rename, rm } from 'node:fs/promises';
import { LiuhenError, messageOf } from '../../config/errors.js';
import type { Config } from '../../config/load.js';
import { syncFolder } from '../journal/epoch-keys.js';
import { topics } from '../uplink/topics.js';
import { checkAnswer, type EnrolAnswer, readAnswer, serialOf, validToMs } from './answer.js';
import { MAX_REQUEST_BYTES } from './carrier.js';
import type { Facts } from './device.js';
import { privateKeyIn } from './enrolled.js';
import { proveConnection, renewOnline } from './exchange.js';
import { certificateIn, files } from './files.js';
import { makeRequest, readRequest } from './request.js';
import { readOwnersFile, readSmallFile, replaceFile } from './secret-file.js';
import { newTlsKey, tlsPublicKey } from './tls-key.js';

/*
 * Renewal has two phases. In the first the device has a second key, asks with the first one's signature, and gets a certificate for it. In the second
 * it connects with that, and only when the broker has taken it does it replace the old one. Wherever it ends, one that works is in place.
 */

export interface Renewed {
  serial: string;
  expires: string;
}

/** The request for a new certificate; the same until that is in place. Works beside a running agent. Throws LIUHEN_STATE before an enrolment. */
export async function renewalRequest({ data }: Config, facts: Facts): Promise<string> {
  const old = await identityOf(data);
  const serial = serialOf(old.certificate);
  const begun = await readOwnersFile(files.nextKey(data));
  // A renewal that was cut off at its very end leaves the key that is in use by now: for that there is a certificate already.
  const isNew = begun !== undefined && !tlsPublicKey(begun).equals(tlsPublicKey(old.key));
  const tlsKey = isNew ? begun : newTlsKey();
  const kept = await readSmallFile(files.nextRequest(data));
  if (isNew && kept !== undefined && (await isRenewalOf(kept, serial, tlsKey))) return kept.trim();
  await replaceFile(files.nextKey(data), tlsKey);
  const first = await readSmallFile(files.request(data), MAX_REQUEST_BYTES);
  if (first === undefined) throw notEnrolled();
  const { rootVkey } = JSON.parse(first) as { rootVkey: string };
  const proof = { serial, key: old.key };
  const request = JSON.stringify(await makeRequest({ rootVkey, ...facts, tlsKey }, proof));
  await replaceFile(files.nextRequest(data), `${request}\n`, 0o644);
  return request;
}

/** Asks over the device's own connection to the broker. Throws LIUHEN_LINK, LIUHEN_TOKEN. */
export async function askRenewal(
  config: Config,
  request: string,
  waitMs?: number,
  signal?: AbortSignal,
): Promise<EnrolAnswer> {
  return readAnswer(await renewOnline(brokerOf(config), config.device.id, request, { waitMs, signal }));
}

/** Checks the new certificate, connects with it, and only then puts it in the old one's place. Throws, and the old one is still in place. */
export async function takeRenewal(config: Config, answer: EnrolAnswer, nowMs: number): Promise<Renewed> {
  const { data, device } = config;
  const first = await readSmallFile(files.nextRequest(data));
  const key = await readOwnersFile(files.nextKey(data));
  if (first === undefined || key === undefined) {
    throw new LiuhenError('LIUHEN_STATE', 'no renewal is under way', {
      next: 'liuhen provision --renew begins one',
    });
  }
  const { rootVkey } = JSON.parse(first) as { rootVkey: string };
  const ca = await readSmallFile(files.ca(data));
  checkAnswer(answer, { device: device.id, rootVkey, tlsKey: key, nowMs });
  if (answer.ca !== ca) {
    throw new LiuhenError('LIUHEN_ENROL', 'answer: its CA is another one than this device is enrolled with', {
      next: 'a device moves to another CA by a new enrolment, not by a renewal',
    });
  }
  await replaceFile(files.nextIdentity(data), `${key}${answer.certificate}`);
  const { tls } = brokerOf(config);
  const next = { ...tls, certFile: files.nextIdentity(data), keyFile: files.nextIdentity(data) };
  try {
    await proveConnection({ ...brokerOf(config), tls: next }, topics.receipt(device.id));
  } catch (error) {
    throw new LiuhenError(
      'LIUHEN_LINK',
      `the new certificate does not connect, so the old one stays: ${messageOf(error)}`,
      {
        cause: error,
        next: 'liuhen provision --renew tries again',
      },
    );
  }
  await rename(files.nextIdentity(data), files.identity(data));
  await syncFolder(files.folder(data));
  for (const done of [files.nextKey, files.nextRequest, files.renewalProblem]) {
    await rm(done(data), { force: true });
  }
  return {
    serial: serialOf(answer.certificate),
    expires: new Date(validToMs(answer.certificate)).toISOString(),
  };
}

/** When the certificate in use ends. Throws LIUHEN_STATE before an enrolment. */
export async function expiresMs({ data }: Config): Promise<number> {
  return validToMs((await identityOf(data)).certificate);
}

async function identityOf(data: string): Promise<{ key: string; certificate: string }> {
  const text = await readOwnersFile(files.identity(data));
  const certificate = text === undefined ? undefined : certificateIn(text);
  if (text === undefined || certificate === undefined) throw notEnrolled();
  return { key: privateKeyIn(text), certificate };
}

function brokerOf({ uplink }: Config) {
  const { broker, username, passwordFile, tls } = uplink;
  if (broker === undefined) {
    throw new LiuhenError('LIUHEN_STATE', 'uplink.broker is not set', { next: 'liuhen provision --check' });
  }
  return { section: 'uplink' as const, broker, username, passwordFile, tls };
}

/** Two that renew at the same time may leave the request of the one with the key of the other, to which no answer would ever fit. */
async function isRenewalOf(request: string, serial: string, tlsKey: string): Promise<boolean> {
  try {
    const { proof, publicKey } = await readRequest(request);
    return proof.by === 'certificate' && proof.serial === serial && publicKey.equals(tlsPublicKey(tlsKey));
  } catch {
    return false;
  }
}

function notEnrolled(): LiuhenError {
  return new LiuhenError('LIUHEN_STATE', 'this device is not enrolled: there is no certificate to renew', {
    next: 'liuhen provision --check says what is missing',
  });
}
