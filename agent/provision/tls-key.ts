import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  webcrypto,
} from 'node:crypto';
import { LiuhenError, messageOf } from '../../config/errors.js';
import { ALGORITHM, x509 } from './x509.js';

/** A new private key for TLS, PEM (PKCS #8). */
export function newTlsKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: ALGORITHM.namedCurve });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
}

/** Throws LIUHEN_KEY for anything that is no such key. */
export function parseTlsKey(pem: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw new Error('expected a P-256 key');
    return key;
  } catch (error) {
    throw new LiuhenError('LIUHEN_KEY', `TLS key: ${messageOf(error)}`, { cause: error });
  }
}

/** The public half, DER (SubjectPublicKeyInfo). */
export function tlsPublicKey(pem: string): Buffer {
  return createPublicKey(parseTlsKey(pem)).export({ type: 'spki', format: 'der' });
}

/** A key pair as WebCrypto, and so @peculiar/x509, has it. */
export async function webKeys(pem: string): Promise<webcrypto.CryptoKeyPair> {
  const { subtle } = webcrypto;
  const pkcs8 = parseTlsKey(pem).export({ type: 'pkcs8', format: 'der' });
  const privateKey = await subtle.importKey('pkcs8', pkcs8, ALGORITHM, true, ['sign']);
  const publicKey = await subtle.importKey('spki', tlsPublicKey(pem), ALGORITHM, true, ['verify']);
  return { privateKey, publicKey };
}

/** A certificate request (PKCS #10, RFC 2986) for this device, DER. It shows that who sends it has the key. */
export async function certificateRequest(pem: string, device: string): Promise<Buffer> {
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: [device] }],
    keys: await webKeys(pem),
    signingAlgorithm: ALGORITHM,
  });
  return Buffer.from(request.rawData);
}

/** What a request asks for; undefined when it is not one, or not signed by the key in it. */
export async function readCertificateRequest(
  der: Buffer,
): Promise<{ device: string; publicKey: Buffer } | undefined> {
  try {
    const request = new x509.Pkcs10CertificateRequest(der);
    const [device, ...others] = request.subjectName.getField('CN');
    const publicKey = Buffer.from(request.publicKey.rawData);
    const isOurs = createPublicKey({ key: publicKey, format: 'der', type: 'spki' }).asymmetricKeyDetails;
    if (device === undefined || others.length > 0 || isOurs?.namedCurve !== 'prime256v1') return undefined;
    return (await request.verify()) ? { device, publicKey } : undefined;
  } catch {
    return undefined;
  }
}
