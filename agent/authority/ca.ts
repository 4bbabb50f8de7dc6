import { createPublicKey, randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { newTlsKey, webKeys } from '../provision/tls-key.js';
import { ALGORITHM, DAY_MS, SECOND_MS, x509 } from '../provision/x509.js';
import type { CaKey } from './ca-key.js';

const CA_DAYS = 20 * 365;
/** Certificates begin earlier than they are made: the clocks of devices on a bench are not right. */
const BACKDATED_MS = DAY_MS;

export interface Issue {
  name: string;
  /** DER (SubjectPublicKeyInfo). */
  publicKey: Buffer;
  days: number;
  nowMs: number;
  /** Host names and addresses: then it is for a server, and otherwise only for a client. */
  hosts?: readonly string[];
}

/** A new CA for this authority's devices and brokers: a key, and a certificate that nothing can be delegated from. */
export async function createCa(domain: string, nowMs: number): Promise<CaKey> {
  const key = newTlsKey();
  const keys = await webKeys(key);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerial(),
    name: [{ CN: [`Liuhen CA of ${domain}`] }],
    ...times(nowMs, CA_DAYS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: pemOf(certificate), key };
}

/** Signs a certificate (RFC 5280), PEM: of a client, whose name the broker takes from it, or of a server. */
export async function issue(ca: CaKey, { name, publicKey, days, nowMs, hosts }: Issue): Promise<string> {
  const issuer = new x509.X509Certificate(ca.certificate);
  const { serverAuth, clientAuth } = x509.ExtendedKeyUsage;
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: newSerial(),
    subject: [{ CN: [name] }],
    issuer: issuer.subjectName,
    ...times(nowMs, days),
    signingAlgorithm: ALGORITHM,
    publicKey,
    signingKey: (await webKeys(ca.key)).privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([hosts === undefined ? clientAuth : serverAuth], true),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
      ...(hosts === undefined ? [] : [new x509.SubjectAlternativeNameExtension(hosts.map(hostName))]),
    ],
  });
  return pemOf(certificate);
}

/** A revocation list of these serial numbers, PEM. It names no next update: one that is late must not stop every device. */
export async function revocationList(
  ca: CaKey,
  revoked: readonly { serial: string; atMs: number }[],
  nowMs: number,
): Promise<string> {
  const list = await x509.X509CrlGenerator.create({
    issuer: new x509.X509Certificate(ca.certificate).subjectName,
    thisUpdate: new Date(nowMs),
    signingAlgorithm: ALGORITHM,
    signingKey: (await webKeys(ca.key)).privateKey,
    entries: revoked.map(({ serial, atMs }) => ({
      serialNumber: serial,
      revocationDate: new Date(atMs),
      reason: x509.X509CrlReason.privilegeWithdrawn,
    })),
  });
  // The library's own PEM says `CRL`, which OpenSSL does not read (RFC 7468 §6).
  const base64 = Buffer.from(list.rawData)
    .toString('base64')
    .replace(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN X509 CRL-----\n${base64}\n-----END X509 CRL-----\n`;
}

/** A key and a certificate for it in one text, so that a file of both can be replaced at once. */
export async function newIdentity(ca: CaKey, asked: Omit<Issue, 'publicKey'>): Promise<string> {
  const key = newTlsKey();
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' });
  return `${key}${await issue(ca, { ...asked, publicKey })}`;
}

function times(nowMs: number, days: number): { notBefore: Date; notAfter: Date } {
  const fromMs = Math.floor(nowMs / SECOND_MS) * SECOND_MS;
  return { notBefore: new Date(fromMs - BACKDATED_MS), notAfter: new Date(fromMs + days * DAY_MS) };
}

/** RFC 5280 §4.1.2.2: positive, at most 20 octets; random, so that nobody counts the devices. */
function newSerial(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString('hex');
}

function hostName(host: string): { type: 'ip' | 'dns'; value: string } {
  return { type: isIP(host) === 0 ? 'dns' : 'ip', value: host };
}

function pemOf(certificate: { toString(format: 'pem'): string }): string {
  return `${certificate.toString('pem').trim()}\n`;
}
