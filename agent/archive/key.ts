import { open } from 'node:fs/promises';
import { LiuhenError, messageOf, systemCodeOf } from '../../config/errors.js';
import { isOrigin, ORIGIN_EXPECTED } from '../../config/identity.js';
import { newSeed, publicKeyOf, SEED_BYTES } from '../journal/ed25519.js';
import type { Signer } from '../journal/note.js';
import { receiptKeyOf } from '../journal/receipt.js';
import { formatVkey, SignatureType, vkeyOf } from '../journal/vkey.js';
import { createSecretDurably, makeFolder, writeDurably } from './durable-file.js';
import { keyFile, witnessFile } from './layout.js';

/** The archive's one key in its two uses. Who holds it can witness and receipt in the archive's name. */
export interface ArchiveKey {
  /** Cosigns checkpoints, type 0x04: what devices and verifiers pin. */
  witness: Signer;
  /** Signs receipts, type 0x01. */
  receipts: Signer;
}

const MAX_KEY_BYTES = 1024;

/** Makes an archive's key in `<data>/archive.key` (0600) and returns its witness vkey; a key that exists is never replaced. */
export async function initArchive(data: string, name: string): Promise<string> {
  if (!isOrigin(name)) {
    throw new LiuhenError('LIUHEN_ORIGIN', `${ORIGIN_EXPECTED}, got ${JSON.stringify(name.slice(0, 80))}`);
  }
  await makeFolder(data, 0o750);
  const seed = newSeed();
  const content = `${JSON.stringify({ name, seed: seed.toString('base64') })}\n`;
  try {
    await createSecretDurably(keyFile(data), content);
  } catch (error) {
    if (systemCodeOf(error) !== 'EEXIST') throw error;
    const existing = formatVkey((await readArchiveKey(data)).witness.vkey);
    throw new LiuhenError('LIUHEN_STATE', `there is an archive in ${data} already: ${existing}`, {
      next: 'use it as it is, or choose another folder',
    });
  }
  const witness = formatVkey(keyOf(name, seed).witness.vkey);
  await publishWitness(data, witness);
  return witness;
}

/** Writes the witness vkey to `<data>/witness`, for those who export bundles and must not read the key. */
export async function publishWitness(data: string, witness: string): Promise<void> {
  await writeDurably(witnessFile(data), `${witness}\n`);
}

/** Reads the key. Throws LIUHEN_NOT_FOUND without one, LIUHEN_KEY when it is malformed or readable by others. */
export async function readArchiveKey(data: string): Promise<ArchiveKey> {
  const path = keyFile(data);
  const file = await open(path, 'r').catch((error: unknown) => {
    if (systemCodeOf(error) !== 'ENOENT') {
      throw new LiuhenError('LIUHEN_KEY', `archive key: ${messageOf(error)}`, { cause: error });
    }
    throw new LiuhenError('LIUHEN_NOT_FOUND', `there is no archive in ${data}`, {
      next: `liuhen archive init --data ${data} --name <authority domain>/archive`,
    });
  });
  try {
    const { mode, size } = await file.stat();
    if ((mode & 0o077) !== 0) {
      const found = (mode & 0o777).toString(8).padStart(4, '0');
      throw new LiuhenError('LIUHEN_KEY', `${path}: expected mode 0600, got ${found}`, {
        next: `chmod 600 ${path}, and find out who could read it`,
      });
    }
    return parseKey(path, size > MAX_KEY_BYTES ? '' : await file.readFile('utf8'));
  } finally {
    await file.close();
  }
}

function parseKey(path: string, text: string): ArchiveKey {
  let value: { name?: unknown; seed?: unknown } | undefined;
  try {
    value = JSON.parse(text) as typeof value;
  } catch {}
  const { name, seed } = value ?? {};
  const bytes = Buffer.from(typeof seed === 'string' ? seed : '', 'base64');
  if (typeof name !== 'string' || !isOrigin(name) || bytes.length !== SEED_BYTES) {
    throw new LiuhenError('LIUHEN_KEY', `${path}: expected a name and a seed of ${SEED_BYTES} bytes`);
  }
  return keyOf(name, bytes);
}

function keyOf(name: string, seed: Buffer): ArchiveKey {
  const vkey = vkeyOf(name, SignatureType.cosignature, publicKeyOf(seed));
  return { witness: { vkey, seed }, receipts: { vkey: receiptKeyOf(vkey), seed } };
}
