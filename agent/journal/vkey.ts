import { createHash } from 'node:crypto';
import { LiuhenError } from '../../config/errors.js';
import { PUBLIC_KEY_BYTES } from './ed25519.js';

/** The signature types of C2SP signed-note that are used here. */
export const SignatureType = { ed25519: 0x01, cosignature: 0x04 } as const;
export type SignatureType = (typeof SignatureType)[keyof typeof SignatureType];

/** A verifier key of C2SP signed-note: `<name>+<key id, 8 hex digits>+<base64 of type and public key>`. */
export interface Vkey {
  name: string;
  id: number;
  type: SignatureType;
  publicKey: Buffer;
}

const NAME = /^[^\s+\p{Cc}\p{Z}]{1,255}$/u;
const VKEY = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/;

export function isKeyName(name: string): boolean {
  return NAME.test(name);
}

export function vkeyOf(name: string, type: SignatureType, publicKey: Uint8Array): Vkey {
  if (!isKeyName(name)) {
    throw new LiuhenError(
      'LIUHEN_NOTE',
      `key name: expected no space and no plus, got ${JSON.stringify(name.slice(0, 80))}`,
    );
  }
  const id = createHash('sha256')
    .update(`${name}\n`)
    .update(Buffer.of(type))
    .update(publicKey)
    .digest()
    .readUInt32BE(0);
  return { name, id, type, publicKey: Buffer.from(publicKey) };
}

/** The same key and name for another signature type; its key id differs, so signatures cannot be confused. */
export function vkeyWithType(vkey: Vkey, type: SignatureType): Vkey {
  return vkeyOf(vkey.name, type, vkey.publicKey);
}

export function formatVkey(vkey: Vkey): string {
  const material = Buffer.concat([Buffer.of(vkey.type), vkey.publicKey]);
  return `${vkey.name}+${vkey.id.toString(16).padStart(8, '0')}+${material.toString('base64')}`;
}

/** Reads a vkey; only Ed25519 keys (0x01) and Ed25519 cosigner keys (0x04) are accepted. */
export function parseVkey(text: string): Vkey {
  const shown = JSON.stringify(text.slice(0, 160));
  const match = text.length <= 512 ? VKEY.exec(text) : null;
  if (match === null) {
    throw new LiuhenError(
      'LIUHEN_NOTE',
      `vkey: expected <name>+<8 hex digits>+<base64 of type and key>, got ${shown}`,
    );
  }
  const [, name = '', id = '', base64 = ''] = match;
  const material = Buffer.from(base64, 'base64');
  const type = material[0];
  if (
    material.length !== 1 + PUBLIC_KEY_BYTES ||
    material.toString('base64') !== base64 ||
    (type !== SignatureType.ed25519 && type !== SignatureType.cosignature)
  ) {
    throw new LiuhenError('LIUHEN_NOTE', `vkey: expected an Ed25519 key of type 01 or 04, got ${shown}`);
  }
  const vkey = vkeyOf(name, type, material.subarray(1));
  if (vkey.id !== Number.parseInt(id, 16)) {
    throw new LiuhenError(
      'LIUHEN_NOTE',
      `vkey: expected key id ${vkey.id.toString(16).padStart(8, '0')}, got ${id} in ${shown}`,
    );
  }
  return vkey;
}

export function sameVkey(a: Vkey, b: Vkey): boolean {
  return a.name === b.name && a.type === b.type && a.publicKey.equals(b.publicKey);
}
