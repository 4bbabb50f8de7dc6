import { LiuhenError } from '../config/errors.js';

/** One piece of an image's metadata: type (MCUboot's IMAGE_TLV_…), length and value, little-endian. */
export interface Tlv {
  type: number;
  value: Buffer;
}

/** Begins the TLV area that nothing protects but the signature it carries, and the one that the hash covers. */
export const TLV_INFO_MAGIC = 0x6907;
export const TLV_PROTECTED_MAGIC = 0x6908;
export const TLV_INFO_BYTES = 4;
const TLV_HEADER_BYTES = 4;

/** Types that we read; what they hold is in MCUboot's design document, "Image format". */
export const TLV_TYPE = {
  keyHash: 0x01,
  publicKey: 0x02,
  sha256: 0x10,
  ecdsa: 0x22,
  ed25519: 0x24,
  signaturePure: 0x25,
} as const;

/**
 * The area that begins at `from` and ends within `bytes`, and where it ends.
 * @throws LiuhenError LIUHEN_FIRMWARE_IMAGE when it does not begin with `magic` or an entry breaks the area's bounds.
 */
export function readTlvArea(bytes: Buffer, from: number, magic: number): { tlvs: Tlv[]; end: number } {
  const name = `TLV area 0x${magic.toString(16)}`;
  if (bytes.length < from + TLV_INFO_BYTES) {
    throw malformed(`expected ${name} at byte ${from}, got the end of the file at ${bytes.length}`);
  }
  const found = bytes.readUInt16LE(from);
  if (found !== magic) throw malformed(`expected ${name} at byte ${from}, got 0x${found.toString(16)}`);
  const total = bytes.readUInt16LE(from + 2);
  const end = from + total;
  if (total < TLV_INFO_BYTES || end > bytes.length) {
    throw malformed(`expected ${name} to end within ${bytes.length} bytes, got ${end}`);
  }
  const tlvs: Tlv[] = [];
  for (let at = from + TLV_INFO_BYTES; at < end; ) {
    const value = at + TLV_HEADER_BYTES;
    const next = value <= end ? value + bytes.readUInt16LE(at + 2) : Number.POSITIVE_INFINITY;
    if (next > end) throw malformed(`expected entry ${tlvs.length} of ${name} to end by byte ${end}`);
    tlvs.push({ type: bytes.readUInt16LE(at), value: bytes.subarray(value, next) });
    at = next;
  }
  return { tlvs, end };
}

/** The bytes of an area with these entries. */
export function writeTlvArea(magic: number, tlvs: readonly Tlv[]): Buffer {
  const entries = tlvs.map(({ type, value }) => Buffer.concat([u16(type), u16(value.length), value]));
  const total = entries.reduce((sum, entry) => sum + entry.length, TLV_INFO_BYTES);
  return Buffer.concat([u16(magic), u16(total), ...entries]);
}

/**
 * The value of the only entry of a type, undefined where there is none.
 * @throws LiuhenError LIUHEN_FIRMWARE_IMAGE when there are several: which of them a bootloader reads would be a guess.
 */
export function onlyTlv(tlvs: readonly Tlv[], type: number): Buffer | undefined {
  const [first, second] = tlvs.filter((tlv) => tlv.type === type);
  if (second !== undefined) throw malformed(`expected one TLV of type 0x${type.toString(16)}, got several`);
  return first?.value;
}

export function malformed(what: string, next?: string): LiuhenError {
  return new LiuhenError(
    'LIUHEN_FIRMWARE_IMAGE',
    `firmware image: ${what}`,
    next === undefined ? {} : { next },
  );
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}
