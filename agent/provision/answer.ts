import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { LiuhenError } from '../../config/errors.js';
import { isBrokerUrl, isVkey } from '../../config/shapes.js';
import { fromCarrier } from './carrier.js';
import { tlsPublicKey } from './tls-key.js';

/** What the authority answers: the device's certificate, whom to trust, and where to send. No part of it is secret. */
const FORMAT = 'liuhen/enrol-answer/1';

const pem = z.string().max(8192).startsWith('-----BEGIN CERTIFICATE-----\n');

const answerSchema = z.strictObject({
  format: z.literal(FORMAT),
  device: z.string().regex(/^[a-z0-9-]{1,64}$/),
  rootVkey: z.string().max(512),
  certificate: pem,
  /** Who signed it, and the broker's. */
  ca: pem,
  broker: z.string().max(512).refine(isBrokerUrl),
  /** The archive's vkey. */
  witness: z.string().max(512).refine(isVkey).optional(),
  /** Of a kiosk. */
  hall: z
    .string()
    .regex(/^[a-z0-9-]{1,64}$/)
    .optional(),
  /** The authority's root key: whose content and commands count. */
  root: z.string().max(512).refine(isVkey).optional(),
});

export type EnrolAnswer = z.infer<typeof answerSchema>;

export function makeAnswer(answer: Omit<EnrolAnswer, 'format'>): EnrolAnswer {
  return { format: FORMAT, ...answer };
}

/** Reads an answer from a file, a line or a message; whether it fits a device is for `checkAnswer`. Throws LIUHEN_ENROL. */
export function readAnswer(text: string): EnrolAnswer {
  const parsed = answerSchema.safeParse(fromCarrier('answer', text));
  if (parsed.success) return parsed.data;
  throw refused(`malformed: ${z.prettifyError(parsed.error).slice(0, 200)}`);
}

export interface Expected {
  device: string;
  rootVkey: string;
  /** PEM of the key the certificate must be for. */
  tlsKey: string;
  nowMs: number;
  /** SHA-256 of the CA's certificate, hex, where it is known from elsewhere. */
  caSha256?: string | undefined;
}

/** Throws LIUHEN_ENROL unless the answer is for this device and its keys, signed by the CA in it, and in its time. */
export function checkAnswer(answer: EnrolAnswer, expected: Expected): void {
  const { device, rootVkey } = expected;
  if (answer.device !== device) throw refused(`it is for ${answer.device}, and this is ${device}`);
  if (answer.rootVkey !== rootVkey)
    throw refused(`it is for another ${device}, whose root key is ${answer.rootVkey}`);
  const certificate = parsed(answer.certificate);
  const ca = parsed(answer.ca);
  if (expected.caSha256 !== undefined && caFingerprint(answer.ca) !== expected.caSha256) {
    throw refused(`its CA is ${caFingerprint(answer.ca)}, and the answers file expects ${expected.caSha256}`);
  }
  if (!ca.ca || !certificate.checkIssued(ca) || !certificate.verify(ca.publicKey)) {
    throw refused('its certificate is not signed by its CA');
  }
  if (certificate.subject !== `CN=${device}`) throw refused(`its certificate is for ${certificate.subject}`);
  const key = certificate.publicKey.export({ type: 'spki', format: 'der' });
  if (!key.equals(tlsPublicKey(expected.tlsKey)))
    throw refused('its certificate is for a key that this device does not have');
  const { nowMs } = expected;
  if (nowMs < Date.parse(certificate.validFrom) || nowMs >= Date.parse(certificate.validTo)) {
    throw new LiuhenError(
      'LIUHEN_ENROL',
      `answer: its certificate is valid from ${certificate.validFrom} to ${certificate.validTo}, and here it is ${new Date(nowMs).toISOString()}`,
      { next: "set this machine's clock, or ask the authority for a new one" },
    );
  }
}

/** SHA-256 of a certificate, hex. */
export function caFingerprint(certificate: string): string {
  return parsed(certificate).fingerprint256.replaceAll(':', '').toLowerCase();
}

/** Serial number as OpenSSL prints it, in lower case and without leading zeros. */
export function serialOf(certificate: string): string {
  return parsed(certificate).serialNumber.toLowerCase();
}

/** When a certificate ends, ms since the epoch. */
export function validToMs(certificate: string): number {
  return Date.parse(parsed(certificate).validTo);
}

function parsed(certificate: string): X509Certificate {
  try {
    return new X509Certificate(certificate);
  } catch {
    throw refused('its certificate cannot be read');
  }
}

function refused(why: string): LiuhenError {
  return new LiuhenError('LIUHEN_ENROL', `answer: ${why}`, {
    next: "take the answer to this device's own request; liuhen provision --request prints that again",
  });
}
