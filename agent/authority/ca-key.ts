import { createECDH, createPrivateKey, X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { LiuhenError } from '../../config/errors.js';
import { createSecretDurably } from '../archive/durable-file.js';
import { readOwnersFile } from '../provision/secret-file.js';
import { openSeed, type ScryptCost, sealedSeedSchema, sealSeed } from './sealed-seed.js';

const FORMAT = 'liuhen/authority-ca/1';
/** Of a scalar of P-256, which is what its private key is. */
const SCALAR_BYTES = 32;

const fileSchema = z.strictObject({
  format: z.literal(FORMAT),
  certificate: z.string().max(8192),
  /** Under a passphrase, or in the clear. */
  key: z.union([sealedSeedSchema, z.strictObject({ clear: z.string().max(64) })]),
});

/** The certificate of the authority's CA and its private key, PEM. */
export interface CaKey {
  certificate: string;
  key: string;
}

/**
 * Writes `ca.key`, mode 0600: certificate and key in one file, so that there is never the one without the other. Without a passphrase the key stands in the
 * clear. Rejects with EEXIST where there is one.
 */
export async function createCaKey(
  path: string,
  { certificate, key }: CaKey,
  passphrase: string | undefined,
  cost?: ScryptCost,
): Promise<void> {
  const scalar = Buffer.from(createPrivateKey(key).export({ format: 'jwk' }).d ?? '', 'base64url');
  const kept =
    passphrase === undefined
      ? { clear: scalar.toString('base64') }
      : await sealSeed(scalar, passphrase, boundTo(certificate), cost);
  scalar.fill(0);
  await createSecretDurably(path, `${JSON.stringify({ format: FORMAT, certificate, key: kept }, null, 2)}\n`);
}

/** Opens it; the passphrase is asked only where there is one. Throws LIUHEN_NOT_FOUND, LIUHEN_KEY, LIUHEN_AUTHORITY_KEY. */
export async function openCaKey(path: string, passphrase: () => Promise<string>): Promise<CaKey> {
  const { certificate, key } = await read(path);
  const scalar =
    'clear' in key
      ? Buffer.from(key.clear, 'base64')
      : await openSeed(key, await passphrase(), boundTo(certificate));
  if (scalar === undefined) {
    throw unusable(path, 'the passphrase is another one, or the file was changed');
  }
  const pem = scalar.length === SCALAR_BYTES ? pemOf(scalar) : '';
  scalar.fill(0);
  if (pem === '' || !new X509Certificate(certificate).checkPrivateKey(createPrivateKey(pem))) {
    throw unusable(path, 'its certificate and its private key do not belong together');
  }
  return { certificate, key: pem };
}

async function read(path: string): Promise<z.infer<typeof fileSchema>> {
  const text = await readOwnersFile(path);
  if (text === undefined) {
    throw new LiuhenError('LIUHEN_NOT_FOUND', `there is no authority at ${path}`, {
      next: 'name its folder with --dir, or make one with liuhen authority init',
    });
  }
  try {
    const value = fileSchema.parse(JSON.parse(text));
    new X509Certificate(value.certificate);
    return value;
  } catch (cause) {
    throw unusable(path, 'expected a file as liuhen authority init writes it', cause);
  }
}

function pemOf(scalar: Buffer): string {
  const pair = createECDH('prime256v1');
  pair.setPrivateKey(scalar);
  const point = pair.getPublicKey();
  const base64url = (bytes: Buffer) => bytes.toString('base64url');
  const jwk = { d: base64url(scalar), x: base64url(point.subarray(1, 33)), y: base64url(point.subarray(33)) };
  const key = createPrivateKey({ key: { kty: 'EC', crv: 'P-256', ...jwk }, format: 'jwk' });
  return key.export({ type: 'pkcs8', format: 'pem' }) as string;
}

function boundTo(certificate: string): string {
  return `${FORMAT}\n${certificate}`;
}

function unusable(path: string, why: string, cause?: unknown): LiuhenError {
  return new LiuhenError('LIUHEN_AUTHORITY_KEY', `${path}: ${why}`, cause === undefined ? {} : { cause });
}
