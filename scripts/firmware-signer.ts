import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { TLV_TYPE } from '../firmware-bridge/image-tlv.js';
import { type ImageParts, layOutImage } from '../firmware-bridge/simulator-image.js';

/** A key pair that signs firmware for tests, measurements and the virtual board. */
export interface FirmwareSigner {
  /** PEM, for `hardware.board.firmwareKey` and the bootloader. */
  publicKey: string;
  image(parts: ImageParts): Buffer;
}

/** A new pair, or the one that `privateKey` (PEM) belongs to. What it makes is what `imgtool sign` makes. */
export function firmwareSigner(
  kind: 'ed25519' | 'ecdsa' = 'ed25519',
  privateKey: KeyObject = newKey(kind),
): FirmwareSigner {
  const publicKey = createPublicKey(privateKey);
  const der = publicKey.export({ type: 'spki', format: 'der' });
  const keyHash = createHash('sha256').update(der).digest();
  return {
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    image: (parts) =>
      layOutImage(parts, (hash, signed) => [
        { type: TLV_TYPE.keyHash, value: keyHash },
        kind === 'ed25519'
          ? { type: TLV_TYPE.ed25519, value: sign(null, hash, privateKey) }
          : { type: TLV_TYPE.ecdsa, value: sign('sha256', signed, privateKey) },
      ]),
  };
}

function newKey(kind: 'ed25519' | 'ecdsa'): KeyObject {
  return kind === 'ed25519'
    ? generateKeyPairSync('ed25519').privateKey
    : generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey;
}
