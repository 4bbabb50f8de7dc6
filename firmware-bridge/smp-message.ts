import { decode, encode } from 'cborg';
import { LiuhenError, messageOf } from '../config/errors.js';

/** What a message asks or answers: bits 0 to 2 of its first byte. */
export const SMP_OP = { read: 0, readResponse: 1, write: 2, writeResponse: 3 } as const;
export type SmpOp = (typeof SMP_OP)[keyof typeof SMP_OP];

/** Version 1 (0b00 in the header) answers errors as `rc`, version 2 (0b01) as `err {group, rc}`. */
export type SmpVersion = 1 | 2;

/** The eight bytes before the data, big-endian, as in Zephyr's "SMP Protocol Specification". */
export interface SmpHeader {
  version: SmpVersion;
  op: SmpOp;
  /** No flag is defined; sent as 0 when left out. */
  flags?: number;
  group: number;
  sequence: number;
  command: number;
}

export type SmpData = Record<string, unknown>;

export interface SmpMessage extends SmpHeader {
  data: SmpData;
}

export const HEADER_BYTES = 8;
const MAX_DATA_BYTES = 0xffff;

/** Header and CBOR map. Values are what cborg encodes: text, bytes as Uint8Array, safe integers, booleans, lists, maps. */
export function encodeMessage(message: SmpMessage): Buffer {
  return encodeRawMessage(message, encode(message.data, { ignoreUndefinedProperties: true }));
}

/** Header and data that is already encoded; the header's length field is the data's. */
export function encodeRawMessage(header: SmpHeader, data: Uint8Array): Buffer {
  if (data.length > MAX_DATA_BYTES)
    throw malformed(`expected at most ${MAX_DATA_BYTES} bytes of data, got ${data.length}`);
  const bytes = Buffer.alloc(HEADER_BYTES + data.length);
  bytes[0] = ((header.version - 1) << 3) | header.op;
  bytes[1] = header.flags ?? 0;
  bytes.writeUInt16BE(data.length, 2);
  bytes.writeUInt16BE(header.group, 4);
  bytes[6] = header.sequence;
  bytes[7] = header.command;
  bytes.set(data, HEADER_BYTES);
  return bytes;
}

/**
 * Reads one whole message; the bytes are bounded by the frame they came in. Data of length 0 reads as an empty map.
 * @throws LiuhenError LIUHEN_FIRMWARE_MESSAGE for a wrong length, a reserved bit, an unknown version or operation, or data that is not one
 * CBOR map with distinct text keys.
 */
export function decodeMessage(bytes: Uint8Array): SmpMessage {
  const header = decodeHeader(bytes);
  const data = bytes.subarray(HEADER_BYTES);
  return { ...header, data: data.length === 0 ? {} : decodeData(data) };
}

/** Only the header: a server answers with an error even where the data cannot be read. */
export function decodeHeader(bytes: Uint8Array): Required<SmpHeader> {
  if (bytes.length < HEADER_BYTES)
    throw malformed(`expected a header of ${HEADER_BYTES} bytes, got ${bytes.length}`);
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const first = view.readUInt8(0);
  const version = ((first >> 3) & 0b11) + 1;
  const op = first & 0b111;
  const length = view.readUInt16BE(2);
  if (first >> 5 !== 0) throw malformed(`expected reserved bits 0, got ${first >> 5}`);
  if (version !== 1 && version !== 2) throw malformed(`expected version 1 or 2, got ${version}`);
  if (!isOp(op)) throw malformed(`expected an operation of 0 to 3, got ${op}`);
  if (length !== bytes.length - HEADER_BYTES)
    throw malformed(
      `expected ${length} bytes of data as the header says, got ${bytes.length - HEADER_BYTES}`,
    );
  return {
    version,
    op,
    flags: view.readUInt8(1),
    group: view.readUInt16BE(4),
    sequence: view.readUInt8(6),
    command: view.readUInt8(7),
  };
}

/**
 * One CBOR map. Indefinite lengths are allowed because Zephyr's zcbor writes every map that way; all else is strict.
 * @throws LiuhenError LIUHEN_FIRMWARE_MESSAGE
 */
export function decodeData(data: Uint8Array): SmpData {
  let value: unknown;
  try {
    value = decode(data, {
      strict: true,
      allowIndefinite: true,
      allowUndefined: false,
      allowInfinity: false,
      allowNaN: false,
      allowBigInt: false,
      rejectDuplicateMapKeys: true,
    });
  } catch (error) {
    throw malformed(`expected strict CBOR (${messageOf(error)})`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Uint8Array)
    throw malformed('expected a CBOR map');
  return value as SmpData;
}

function isOp(op: number): op is SmpOp {
  return op <= SMP_OP.writeResponse;
}

function malformed(what: string): LiuhenError {
  return new LiuhenError('LIUHEN_FIRMWARE_MESSAGE', `smp message: ${what}`);
}
