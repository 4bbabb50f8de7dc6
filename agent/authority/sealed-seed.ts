import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';
import { z } from 'zod';
import { SEED_BYTES } from '../journal/ed25519.js';

/** scrypt (RFC 7914): `N` doubles both time and memory, of which 128 · N · r bytes are taken. */
export interface ScryptCost {
  N: number;
  r: number;
  p: number;
}

/** 128 MiB and some tenths of a second for each guess, as OWASP advises for scrypt. */
export const USUAL_COST: ScryptCost = { N: 2 ** 17, r: 8, p: 1 };

const SALT_BYTES = 16;
const IV_BYTES = 12;
const TAG_BYTES = 16;

const base64 = (bytes: number) =>
  z
    .string()
    .max(Math.ceil(bytes / 3) * 4)
    .refine((text) => {
      const decoded = Buffer.from(text, 'base64');
      return decoded.length === bytes && decoded.toString('base64') === text;
    });

/** The bounds keep a key file from making this machine give all its memory and time to scrypt. */
export const sealedSeedSchema = z.strictObject({
  kdf: z.strictObject({
    name: z.literal('scrypt'),
    N: z.union([14, 15, 16, 17, 18, 19, 20].map((power) => z.literal(2 ** power))),
    r: z.literal(8),
    p: z.int().min(1).max(4),
    salt: base64(SALT_BYTES),
  }),
  cipher: z.strictObject({ name: z.literal('aes-256-gcm'), iv: base64(IV_BYTES) }),
  sealed: base64(SEED_BYTES + TAG_BYTES),
});

export type SealedSeed = z.infer<typeof sealedSeedSchema>;

/** Encrypts a seed under a passphrase. `bound` is not secret: it must be the same when the seed is opened. */
export async function sealSeed(
  seed: Uint8Array,
  passphrase: string,
  bound: string,
  cost: ScryptCost = USUAL_COST,
): Promise<SealedSeed> {
  const salt = randomBytes(SALT_BYTES);
  const iv = randomBytes(IV_BYTES);
  const key = await derived(passphrase, salt, cost);
  try {
    const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(bound));
    const sealed = Buffer.concat([cipher.update(seed), cipher.final(), cipher.getAuthTag()]);
    return {
      kdf: { name: 'scrypt', ...cost, r: 8, salt: salt.toString('base64') },
      cipher: { name: 'aes-256-gcm', iv: iv.toString('base64') },
      sealed: sealed.toString('base64'),
    };
  } finally {
    key.fill(0);
  }
}

/** The seed; undefined when the passphrase is another one, or anything was changed. */
export async function openSeed(
  { kdf, cipher, sealed }: SealedSeed,
  passphrase: string,
  bound: string,
): Promise<Buffer | undefined> {
  const key = await derived(passphrase, Buffer.from(kdf.salt, 'base64'), kdf);
  const bytes = Buffer.from(sealed, 'base64');
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(cipher.iv, 'base64'))
      .setAAD(Buffer.from(bound))
      .setAuthTag(bytes.subarray(SEED_BYTES));
    return Buffer.concat([decipher.update(bytes.subarray(0, SEED_BYTES)), decipher.final()]);
  } catch {
    return undefined;
  } finally {
    key.fill(0);
  }
}

/** One passphrase has several spellings in Unicode, and keyboards differ in which they send: NFC makes them one. */
function derived(passphrase: string, salt: Buffer, { N, r, p }: ScryptCost): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize('NFC'), salt, 32, { N, r, p, maxmem: 256 * N * r }, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}
