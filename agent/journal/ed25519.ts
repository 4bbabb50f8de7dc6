import {
  createHash,
  createPublicKey,
  type KeyObject,
  randomBytes,
  verify as verifyWithOpenSsl,
} from 'node:crypto';
import { getPublicKey, hashes, Point, sign } from '@noble/ed25519';

// noble needs a SHA-512 for its synchronous calls; node's is native and several times faster than one in JavaScript.
hashes.sha512 = (message) => createHash('sha512').update(message).digest();

/** A 32-byte private seed, RFC 8032 §5.1.5. */
export const SEED_BYTES = 32;
export const PUBLIC_KEY_BYTES = 32;
export const SIGNATURE_BYTES = 64;

export function newSeed(): Buffer {
  return randomBytes(SEED_BYTES);
}

export function publicKeyOf(seed: Uint8Array): Buffer {
  return Buffer.from(getPublicKey(seed));
}

export function signBytes(message: Uint8Array, seed: Uint8Array): Buffer {
  return Buffer.from(sign(message, seed));
}

/** An Ed25519 public key's DER (RFC 8410) is this and the key. */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** Keys that were looked at; undefined for what may not be one. Each costs as much as ten verifications, and most sign many things. */
const seen = new Map<string, KeyObject | undefined>();
const MOST_SEEN = 256;

/**
 * Strict RFC 8032 / FIPS 186-5 verification: true for exactly what both OpenSSL and noble (`zip215: false`) accept. OpenSSL decides the
 * equation. Its is the cofactorless one, from which noble's cofactored one follows, and it compares R as bytes and bounds S, so that a signature has
 * one spelling; with noble's alone a key's holder could make a signature that we accept and a court's openssl refuses. What OpenSSL lets
 * pass and noble does not are keys: of small order, for which anybody can sign, and written in a second way. noble judges each key, once.
 */
export function verifyBytes(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  const key = keyObjectOf(publicKey);
  if (key === undefined) return false;
  try {
    return verifyWithOpenSsl(null, message, key, signature);
  } catch {
    return false;
  }
}

/** Undefined for bytes that strict verification takes no signature of. */
function keyObjectOf(publicKey: Uint8Array): KeyObject | undefined {
  const name = Buffer.from(publicKey).toString('latin1');
  if (seen.has(name)) return seen.get(name);
  const [oldest] = seen.keys();
  if (seen.size >= MOST_SEEN && oldest !== undefined) seen.delete(oldest);
  const key = strictKey(publicKey);
  seen.set(name, key);
  return key;
}

function strictKey(publicKey: Uint8Array): KeyObject | undefined {
  try {
    if (Point.fromBytes(publicKey, false).isSmallOrder()) return undefined;
    return createPublicKey({ key: Buffer.concat([SPKI_PREFIX, publicKey]), format: 'der', type: 'spki' });
  } catch {
    return undefined;
  }
}
