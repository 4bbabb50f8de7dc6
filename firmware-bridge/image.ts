import { createHash } from 'node:crypto';
import {
  malformed,
  onlyTlv,
  readTlvArea,
  TLV_INFO_MAGIC,
  TLV_PROTECTED_MAGIC,
  TLV_TYPE,
  type Tlv,
} from './image-tlv.js';

/** `ih_magic` of an MCUboot image, little-endian like all of its header. */
export const IMAGE_MAGIC = 0x96f3b83d;
export const IMAGE_HEADER_BYTES = 32;
/** Larger than the flash of any microcontroller this talks to. */
export const MAX_IMAGE_BYTES = 16 * 1024 * 1024;
/** AES-128, AES-256: the hash is over what only the microcontroller can decrypt. */
const FLAGS_ENCRYPTED = 0x04 | 0x08;
const FLAG_NOT_BOOTABLE = 0x10;
const HASH_BYTES = 32;

/** `struct image_header` (MCUboot, bootutil/image.h). */
export interface ImageHeader {
  loadAddress: number;
  headerBytes: number;
  protectedTlvBytes: number;
  payloadBytes: number;
  flags: number;
  /** As imgtool and SMP write it: `1.2.3`, with `.7` behind it when there is a build number. */
  version: string;
}

/** A whole image whose parts fit together and whose hash is that of its content. Who signed it is another question. */
export interface FirmwareImage {
  header: ImageHeader;
  /** SHA-256 over header, payload and protected TLVs: what SMP calls the image's hash. */
  hash: Buffer;
  /** Those bytes. */
  signed: Buffer;
  /** The TLVs that the hash does not cover: hash, key and signature. */
  tlvs: Tlv[];
  bytes: Buffer;
}

/**
 * Reads an image as `imgtool sign` writes it.
 * @throws LiuhenError LIUHEN_FIRMWARE_IMAGE when it is not one, is cut short or longer than it says, is encrypted or not bootable,
 * or its content does not have the hash it carries.
 */
export function readFirmwareImage(file: Uint8Array): FirmwareImage {
  const { image, end } = readImageAt(file);
  if (end !== file.length) {
    throw malformed(
      `expected ${end} bytes as its header and TLVs say, got ${file.length}`,
      'an image for upload is made without --pad or --confirm of imgtool',
    );
  }
  return image;
}

/** The image at the start of a slot, whatever the slot holds behind it. Throws as {@link readFirmwareImage} does. */
export function readSlotImage(slot: Uint8Array): FirmwareImage {
  return readImageAt(slot).image;
}

function readImageAt(file: Uint8Array): { image: FirmwareImage; end: number } {
  if (file.length > MAX_IMAGE_BYTES) {
    throw malformed(`expected at most ${MAX_IMAGE_BYTES} bytes, got ${file.length}`);
  }
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.length);
  const header = readHeader(bytes);
  const payloadEnd = header.headerBytes + header.payloadBytes;
  const signedEnd = payloadEnd + header.protectedTlvBytes;
  if (signedEnd > bytes.length) {
    throw malformed(`expected at least ${signedEnd} bytes as its header says, got ${bytes.length}`);
  }
  if (header.protectedTlvBytes > 0) {
    const { end } = readTlvArea(bytes, payloadEnd, TLV_PROTECTED_MAGIC);
    if (end !== signedEnd) {
      throw malformed(`expected the protected TLV area to end at byte ${signedEnd}, got ${end}`);
    }
  }
  const { tlvs, end } = readTlvArea(bytes, signedEnd, TLV_INFO_MAGIC);
  const signed = bytes.subarray(0, signedEnd);
  const stated = onlyTlv(tlvs, TLV_TYPE.sha256);
  if (stated?.length !== HASH_BYTES) {
    throw malformed(
      `expected a SHA-256 TLV of ${HASH_BYTES} bytes, got ${stated === undefined ? 'none' : stated.length}`,
      'sign it with imgtool sign --sha 256',
    );
  }
  const hash = createHash('sha256').update(signed).digest();
  if (!hash.equals(stated)) {
    throw malformed(
      `expected content with hash ${stated.toString('hex')}, got ${hash.toString('hex')}`,
      'the file was damaged or changed after it was made: copy it again from where it was signed',
    );
  }
  return { image: { header, hash, signed, tlvs, bytes: bytes.subarray(0, end) }, end };
}

/** The header alone, as a server sees it when the first chunk of an upload comes. Throws LIUHEN_FIRMWARE_IMAGE. */
export function readHeader(bytes: Buffer): ImageHeader {
  if (bytes.length < IMAGE_HEADER_BYTES) {
    throw malformed(`expected a header of ${IMAGE_HEADER_BYTES} bytes, got ${bytes.length}`);
  }
  const magic = bytes.readUInt32LE(0);
  if (magic !== IMAGE_MAGIC) {
    throw malformed(
      `expected magic 0x${IMAGE_MAGIC.toString(16)}, got 0x${magic.toString(16).padStart(8, '0')}`,
      'give the .signed.bin of the build, not its ELF or HEX file',
    );
  }
  const header: ImageHeader = {
    loadAddress: bytes.readUInt32LE(4),
    headerBytes: bytes.readUInt16LE(8),
    protectedTlvBytes: bytes.readUInt16LE(10),
    payloadBytes: bytes.readUInt32LE(12),
    flags: bytes.readUInt32LE(16),
    version: versionText(bytes.subarray(20, 28)),
  };
  if (header.headerBytes < IMAGE_HEADER_BYTES) {
    throw malformed(
      `expected a header size of at least ${IMAGE_HEADER_BYTES} bytes, got ${header.headerBytes}`,
    );
  }
  if ((header.flags & FLAGS_ENCRYPTED) !== 0) {
    throw malformed('expected an image in the clear, got an encrypted one, which cannot be checked here');
  }
  if ((header.flags & FLAG_NOT_BOOTABLE) !== 0) {
    throw malformed('expected a bootable image, got one flagged as not bootable');
  }
  return header;
}

/** `struct image_version`: as Zephyr's servers write it. */
function versionText(bytes: Buffer): string {
  const build = bytes.readUInt32LE(4);
  const version = `${bytes[0]}.${bytes[1]}.${bytes.readUInt16LE(2)}`;
  return build === 0 ? version : `${version}.${build}`;
}
