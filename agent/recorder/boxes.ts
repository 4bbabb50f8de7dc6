import { LiuhenError } from '../../config/errors.js';

/** Most bytes a box header can take: 32-bit size, type, 64-bit size (ISO/IEC 14496-12, 4.2). */
export const MAX_HEADER_BYTES = 16;
const SHORT_HEADER_BYTES = 8;

export interface BoxHeader {
  /** The four-character code, one character per byte. */
  type: string;
  /** Bytes of the header itself: 8, or 16 with a 64-bit size. */
  headerBytes: number;
  /** Bytes of the whole box, its header included. */
  size: number;
}

/** A box inside a buffer; `start` and `end` bound its payload, both as indices into that buffer. */
export interface Box {
  type: string;
  start: number;
  end: number;
}

/** Bytes of one segment together with their place in the stream, which errors name. */
export interface Segment {
  bytes: Buffer;
  streamOffset: number;
}

/** LIUHEN_MEDIA_FORMAT naming the box, its offset in the stream, and what was expected and found. */
export function boxError(type: string, offset: number, expectedAndActual: string): LiuhenError {
  const printable = type.replace(
    /[^\x20-\x7e]/g,
    (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
  return new LiuhenError(
    'LIUHEN_MEDIA_FORMAT',
    `mp4 box '${printable}' at offset ${offset}: ${expectedAndActual}`,
    {
      next: 'the camera must give fragmented MP4; check its source with ffprobe',
    },
  );
}

/**
 * The header at `at`, or undefined when fewer than its 8 (or 16) bytes are there yet. Throws LIUHEN_MEDIA_FORMAT
 * for a size of 0 (to the end of the file: a live stream has none) and for one smaller than the header.
 */
export function readBoxHeader(
  bytes: Buffer,
  at: number,
  end: number,
  streamOffset: number,
): BoxHeader | undefined {
  if (end - at < SHORT_HEADER_BYTES) return undefined;
  const type = bytes.toString('latin1', at + 4, at + 8);
  const size = bytes.readUInt32BE(at);
  if (size === 0)
    throw boxError(type, streamOffset, 'expected a size, it runs to the end of the file (size 0)');
  if (size !== 1) {
    if (size >= SHORT_HEADER_BYTES) return { type, headerBytes: SHORT_HEADER_BYTES, size };
    throw boxError(type, streamOffset, `expected a size of at least ${SHORT_HEADER_BYTES}, found ${size}`);
  }
  if (end - at < MAX_HEADER_BYTES) return undefined;
  const largeSize = bytes.readBigUInt64BE(at + 8);
  if (largeSize < BigInt(MAX_HEADER_BYTES) || largeSize > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw boxError(
      type,
      streamOffset,
      `expected a 64-bit size from ${MAX_HEADER_BYTES} to ${Number.MAX_SAFE_INTEGER}, found ${largeSize}`,
    );
  }
  return { type, headerBytes: MAX_HEADER_BYTES, size: Number(largeSize) };
}

/** The boxes that fill `start` to `end`, one after another. Throws LIUHEN_MEDIA_FORMAT where one leaves that range. */
export function* boxesWithin(segment: Segment, start: number, end: number): Generator<Box> {
  const { bytes, streamOffset } = segment;
  for (let at = start; at < end; ) {
    const header = readBoxHeader(bytes, at, end, streamOffset + at);
    if (header === undefined) {
      throw boxError('????', streamOffset + at, `expected a box header, only ${end - at} bytes are left`);
    }
    if (header.size > end - at) {
      throw boxError(
        header.type,
        streamOffset + at,
        `expected at most the ${end - at} bytes its parent has left, found size ${header.size}`,
      );
    }
    yield { type: header.type, start: at + header.headerBytes, end: at + header.size };
    at += header.size;
  }
}

/** The first child of `box` that has this type. */
export function childOf(segment: Segment, box: Box, type: string): Box | undefined {
  for (const child of boxesWithin(segment, box.start, box.end)) if (child.type === type) return child;
  return undefined;
}

/** Reads big-endian fields of one box in order; a read past the box's end throws LIUHEN_MEDIA_FORMAT. */
export class BoxFields {
  readonly #segment: Segment;
  readonly #box: Box;
  #at: number;

  constructor(segment: Segment, box: Box) {
    this.#segment = segment;
    this.#box = box;
    this.#at = box.start;
  }

  get left(): number {
    return this.#box.end - this.#at;
  }

  u8(): number {
    return this.#segment.bytes.readUInt8(this.#take(1));
  }

  u16(): number {
    return this.#segment.bytes.readUInt16BE(this.#take(2));
  }

  u24(): number {
    return this.#segment.bytes.readUIntBE(this.#take(3), 3);
  }

  u32(): number {
    return this.#segment.bytes.readUInt32BE(this.#take(4));
  }

  /** A 64-bit count; throws when it is beyond 2^53 - 1, which no clock of a camera reaches. */
  u64(): number {
    const value = this.#segment.bytes.readBigUInt64BE(this.#take(8));
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw this.error(`expected a number up to ${Number.MAX_SAFE_INTEGER}, found ${value}`);
    }
    return Number(value);
  }

  fourcc(): string {
    const at = this.#take(4);
    return this.#segment.bytes.toString('latin1', at, at + 4);
  }

  skip(count: number): void {
    this.#take(count);
  }

  /** The rest of the box as a range that can be walked for child boxes. */
  rest(): Box {
    return { type: this.#box.type, start: this.#at, end: this.#box.end };
  }

  error(expectedAndActual: string): LiuhenError {
    return boxError(this.#box.type, this.#segment.streamOffset + this.#box.start, expectedAndActual);
  }

  #take(count: number): number {
    if (count > this.left) throw this.error(`expected ${count} more bytes, found ${this.left}`);
    const at = this.#at;
    this.#at += count;
    return at;
  }
}
