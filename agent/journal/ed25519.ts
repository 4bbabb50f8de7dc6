import { createHash, createPublicKey, randomBytes, verify as verifyWithOpenSsl } from 'node:crypto';
import { getPublicKey, hashes, sign, verify } from '@noble/ed25519';

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

/**
 * Strict RFC 8032 / FIPS 186-5 verification, by noble and by OpenSSL, which both must agree to: ZIP-215's leniency would let one
 * signature have several spellings, and with noble's cofactored equation alone a key's holder could make a signature that
 * we accept and a court's openssl refuses.
 */
export function verifyBytes(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  return verifyAgain(signature, message, publicKey) && verifyWithNoble(signature, message, publicKey);
}

/**
 * By OpenSSL alone, ten times as fast: for reading back what `verifyBytes` took before. A signature that passes only here was made by the key's holder, too,
 * in a spelling that `verifyBytes` would not have taken.
 */
export function verifyAgain(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  try {
    const key = createPublicKey({
      key: Buffer.concat([SPKI_PREFIX, publicKey]),
      format: 'der',
      type: 'spki',
    });
    return verifyWithOpenSsl(null, message, key, signature);
  } catch {
    return false;
  }
}

function verifyWithNoble(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  try {
    return verify(signature, message, publicKey, { zip215: false });
  } catch {
    return false;
  }
}
