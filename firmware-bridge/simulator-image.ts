import { createHash } from 'node:crypto';
import { IMAGE_HEADER_BYTES, IMAGE_MAGIC } from './image.js';
import { TLV_INFO_MAGIC, TLV_PROTECTED_MAGIC, TLV_TYPE, type Tlv, writeTlvArea } from './image-tlv.js';

export interface ImageParts {
  /** `1.2.3` or `1.2.3.7`. */
  version: string;
  payload: Uint8Array;
  flags?: number;
  headerBytes?: number;
  protectedTlvs?: readonly Tlv[];
}

/**
 * The bytes of an MCUboot image with its hash. `sign` gives what follows the hash TLV, such as a signature: it gets the hash
 * and the bytes that the hash covers.
 */
export function layOutImage(parts: ImageParts, sign: (hash: Buffer, signed: Buffer) => Tlv[] = () => []) {
  const { payload, flags = 0, headerBytes = IMAGE_HEADER_BYTES, protectedTlvs = [] } = parts;
  const protectedArea =
    protectedTlvs.length === 0 ? Buffer.alloc(0) : writeTlvArea(TLV_PROTECTED_MAGIC, protectedTlvs);
  const [major = 0, minor = 0, revision = 0, build = 0] = parts.version.split('.').map(Number);
  const header = Buffer.alloc(headerBytes);
  header.writeUInt32LE(IMAGE_MAGIC, 0);
  header.writeUInt16LE(headerBytes, 8);
  header.writeUInt16LE(protectedArea.length, 10);
  header.writeUInt32LE(payload.length, 12);
  header.writeUInt32LE(flags, 16);
  header.writeUInt8(major, 20);
  header.writeUInt8(minor, 21);
  header.writeUInt16LE(revision, 22);
  header.writeUInt32LE(build, 24);
  const signed = Buffer.concat([header, payload, protectedArea]);
  const hash = createHash('sha256').update(signed).digest();
  const tlvs = [{ type: TLV_TYPE.sha256, value: hash }, ...sign(hash, signed)];
  return Buffer.concat([signed, writeTlvArea(TLV_INFO_MAGIC, tlvs)]);
}

/** What an empty simulated board comes with: an image that nobody signed, the same one every time. */
export function factoryImage(): Buffer {
  const payload = Buffer.alloc(24 * 1024);
  for (let at = 0; at < payload.length; at++) payload[at] = (at * 31 + (at >> 8)) & 0xff;
  return layOutImage({ version: '1.0.0', payload });
}
