import { open } from 'node:fs/promises';
import { z } from 'zod';
import { LiuhenError, messageOf, systemCodeOf } from '../../config/errors.js';
import { isOrigin } from '../../config/identity.js';
import { createSecretDurably } from '../archive/durable-file.js';
import { newSeed, publicKeyOf } from '../journal/ed25519.js';
import type { Signer } from '../journal/note.js';
import { formatVkey, parseVkey, SignatureType, vkeyOf } from '../journal/vkey.js';
import { openSeed, type ScryptCost, sealedSeedSchema, sealSeed } from './sealed-seed.js';

/** What a key is for. `root` signs trust documents and nothing else; the others are what a trust document may give. */
export const KEY_ROLES = ['root', 'publisher', 'reviewer', 'dispatcher', 'technician'] as const;
export type KeyRole = (typeof KEY_ROLES)[number];

/** What a key file shows to whoever may read it. */
export interface KeyFile {
  role: KeyRole;
  vkey: string;
}

const FORMAT = 'liuhen/authority-key/1';
const MAX_KEY_BYTES = 4096;
export const MIN_PASSPHRASE_CHARS = 10;

const keyFileSchema = z.strictObject({
  format: z.literal(FORMAT),
  role: z.enum(KEY_ROLES),
  vkey: z.string().max(512),
  seed: sealedSeedSchema,
});

/**
 * Makes a key in a file of its own, mode 0600, its seed encrypted under the passphrase; durable when it resolves. A file that exists
 * is never replaced. Returns its vkey. Throws LIUHEN_USAGE, LIUHEN_STATE.
 */
export async function createKeyFile(
  path: string,
  { role, name, passphrase, cost }: { role: KeyRole; name: string; passphrase: string; cost?: ScryptCost },
): Promise<string> {
  if (!isOrigin(name)) {
    const shown = JSON.stringify(name.slice(0, 80));
    throw new LiuhenError(
      'LIUHEN_USAGE',
      `key name: expected <authority domain>/<name of a-z, 0-9, ->, got ${shown}`,
      {
        next: `such as liuhen.example/${role}-1`,
      },
    );
  }
  checkPassphrase(passphrase);
  const seed = newSeed();
  const vkey = formatVkey(vkeyOf(name, SignatureType.ed25519, publicKeyOf(seed)));
  const sealed = await sealSeed(seed, passphrase, boundTo({ role, vkey }), cost);
  seed.fill(0);
  try {
    await createSecretDurably(
      path,
      `${JSON.stringify({ format: FORMAT, role, vkey, seed: sealed }, null, 2)}\n`,
    );
  } catch (error) {
    if (systemCodeOf(error) !== 'EEXIST') throw unusable(path, messageOf(error), error);
    throw new LiuhenError('LIUHEN_STATE', `${path} exists, and a key is never written over`, {
      next: 'name another file with --out',
    });
  }
  return vkey;
}

/** Throws LIUHEN_USAGE for a passphrase that would protect nothing. */
export function checkPassphrase(passphrase: string): void {
  const chars = [...passphrase].length;
  if (chars >= MIN_PASSPHRASE_CHARS) return;
  throw new LiuhenError(
    'LIUHEN_USAGE',
    `passphrase: expected at least ${MIN_PASSPHRASE_CHARS} characters, got ${chars}`,
    { next: 'four or five words that do not belong together are long and can be remembered' },
  );
}

/** What stands in a key file in the clear. Throws LIUHEN_NOT_FOUND, LIUHEN_AUTHORITY_KEY. */
export async function readKeyFile(path: string): Promise<KeyFile> {
  const { role, vkey } = await read(path);
  return { role, vkey };
}

/**
 * Opens a key for one of these roles; the caller wipes `seed`. `passphrase` is asked only when the file is sound and of the role. Throws
 * LIUHEN_NOT_FOUND, LIUHEN_AUTHORITY_KEY.
 */
export async function openKeyFile(
  path: string,
  roles: readonly KeyRole[],
  passphrase: (shown: KeyFile) => Promise<string> | string,
): Promise<Signer & { role: KeyRole }> {
  const { role, vkey: text, seed: sealed } = await read(path);
  if (!roles.includes(role)) {
    throw new LiuhenError(
      'LIUHEN_AUTHORITY_KEY',
      `${path}: expected a key of role ${roles.join(' or ')}, got ${role}`,
    );
  }
  const vkey = parseVkey(text);
  const seed = await openSeed(sealed, await passphrase({ role, vkey: text }), boundTo({ role, vkey: text }));
  if (seed === undefined) {
    throw new LiuhenError(
      'LIUHEN_AUTHORITY_KEY',
      `${path}: the passphrase is another one, or the file was changed`,
      {
        next: 'try again; without its passphrase a key is lost, and the root signs a trust document without it',
      },
    );
  }
  if (!publicKeyOf(seed).equals(vkey.publicKey)) {
    throw unusable(path, 'its private and its public key do not belong together');
  }
  return { role, vkey, seed };
}

/** The role and the public key are authenticated with the seed: nobody turns a publisher's file into a reviewer's. */
function boundTo({ role, vkey }: KeyFile): string {
  return `${FORMAT}\n${role}\n${vkey}\n`;
}

async function read(path: string): Promise<z.infer<typeof keyFileSchema>> {
  const file = await open(path, 'r').catch((error: unknown) => {
    if (systemCodeOf(error) !== 'ENOENT') throw unusable(path, messageOf(error), error);
    throw new LiuhenError('LIUHEN_NOT_FOUND', `there is no key file ${path}`, {
      next: 'make one with liuhen sign key',
    });
  });
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw unusable(path, 'expected a plain file');
    if ((stats.mode & 0o077) !== 0) {
      const found = (stats.mode & 0o777).toString(8).padStart(4, '0');
      throw new LiuhenError('LIUHEN_AUTHORITY_KEY', `${path}: expected mode 0600, got ${found}`, {
        next: `chmod 600 ${path}, and find out who could read it`,
      });
    }
    if (stats.size > MAX_KEY_BYTES) {
      throw unusable(path, `expected at most ${MAX_KEY_BYTES} bytes, got ${stats.size}`);
    }
    return parse(path, await file.readFile('utf8'));
  } finally {
    await file.close();
  }
}

function parse(path: string, text: string): z.infer<typeof keyFileSchema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {}
  const parsed = keyFileSchema.safeParse(value);
  if (!parsed.success) throw unusable(path, 'expected a key file as liuhen sign key writes it');
  return parsed.data;
}

function unusable(path: string, why: string, cause?: unknown): LiuhenError {
  return new LiuhenError('LIUHEN_AUTHORITY_KEY', `${path}: ${why}`, cause === undefined ? {} : { cause });
}
