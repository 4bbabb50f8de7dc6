import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { LiuhenError } from '../config/errors.js';
import type { FirmwareImage } from './image.js';
import { malformed, onlyTlv, TLV_TYPE } from './image-tlv.js';

/** The public half of the key that a board's bootloader trusts. */
export interface FirmwareKey {
  kind: 'Ed25519' | 'ECDSA P-256';
  key: KeyObject;
  /** SHA-256 over the key's SubjectPublicKeyInfo: what an image's key hash TLV must be. */
  hash: Buffer;
}

const MAX_PEM_CHARACTERS = 16 * 1024;

/**
 * Reads a public key in PEM, as `imgtool getpub --encoding pem` writes it.
 * @throws LiuhenError LIUHEN_FIRMWARE_IMAGE when it is private, or neither Ed25519 nor ECDSA P-256.
 */
export function parseFirmwareKey(pem: string): FirmwareKey {
  const next = 'write it with imgtool getpub --encoding pem';
  const refuse = (got: string) =>
    new LiuhenError(
      'LIUHEN_FIRMWARE_IMAGE',
      `firmware key: expected a public key in PEM, Ed25519 or ECDSA P-256, got ${got}`,
      { next },
    );
  if (pem.length > MAX_PEM_CHARACTERS) throw refuse(`${pem.length} characters`);
  // createPublicKey takes a private key too, but that one has no place on a device.
  if (pem.includes('PRIVATE KEY')) throw refuse('a private key');
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch {
    throw refuse('something else');
  }
  const curve = key.asymmetricKeyDetails?.namedCurve;
  const kind =
    key.asymmetricKeyType === 'ed25519'
      ? 'Ed25519'
      : key.asymmetricKeyType === 'ec' && curve === 'prime256v1'
        ? 'ECDSA P-256'
        : undefined;
  if (kind === undefined) throw refuse([key.asymmetricKeyType, curve].filter(Boolean).join(' '));
  const der = key.export({ type: 'spki', format: 'der' });
  return { kind, key, hash: createHash('sha256').update(der).digest() };
}

/**
 * Checks that this key signed the image: its key TLV names the key and the signature over its hash verifies.
 * @throws LiuhenError LIUHEN_FIRMWARE_IMAGE with what is missing or wrong.
 */
export function verifyFirmwareImage(image: FirmwareImage, key: FirmwareKey): void {
  const { tlvs } = image;
  const next = 'use an image signed with the key that this board trusts';
  const named = onlyTlv(tlvs, TLV_TYPE.keyHash);
  const carried = onlyTlv(tlvs, TLV_TYPE.publicKey);
  const keyHash = named ?? (carried && createHash('sha256').update(carried).digest());
  if (keyHash === undefined) throw malformed('expected a signature, got none', next);
  if (!keyHash.equals(key.hash)) {
    throw malformed(
      `expected a signature by key ${key.hash.toString('hex', 0, 8)}…, got one by ${keyHash.toString('hex', 0, 8)}…`,
      next,
    );
  }
  if (onlyTlv(tlvs, TLV_TYPE.signaturePure) !== undefined) {
    throw malformed(
      'expected a signature over the hash, got one over the whole image (imgtool --pure)',
      next,
    );
  }
  const signature = onlyTlv(tlvs, key.kind === 'Ed25519' ? TLV_TYPE.ed25519 : TLV_TYPE.ecdsa);
  if (signature === undefined) throw malformed(`expected a signature of kind ${key.kind}, got none`, next);
  const good =
    key.kind === 'Ed25519'
      ? verify(null, image.hash, key.key, signature)
      : verify('sha256', image.signed, key.key, withoutPadding(signature));
  if (!good) throw malformed(`expected a ${key.kind} signature that verifies, got one that does not`, next);
}

/** imgtool --pad-sig fills a DER signature up to its greatest length with zeros; DER itself says where it ends. */
function withoutPadding(der: Buffer): Buffer {
  const end = 2 + (der[1] ?? 0);
  return der.subarray(end).every((byte) => byte === 0) ? der.subarray(0, end) : der;
}
