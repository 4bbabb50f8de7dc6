import crc16xmodem from 'crc/calculators/crc16xmodem';
import { LiuhenError } from '../config/errors.js';

/**
 * SMP over a serial console, as in Zephyr's "SMP Transport Specification": a message travels as lines of base64. The first line
 * begins with 06 09, each further one with 04 14, all end with a line feed. What is encoded is: length of what follows (two bytes, big-endian),
 * body, CRC-16/XMODEM over the body (two bytes, big-endian).
 */
const FIRST = 0x0609;
const CONTINUATION = 0x0414;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const MARKER_BYTES = 2;
const LENGTH_BYTES = 2;
const CRC_BYTES = 2;

/** Longest line with marker and line feed: what Zephyr sends, and what its receivers have room for. */
export const MAX_LINE_BYTES = 127;
/** Longest body that the two length bytes can announce. */
export const MAX_BODY_BYTES = 0xffff - CRC_BYTES;
/** What length and CRC add to a body in the buffer of a receiver such as Zephyr's. */
export const FRAME_OVERHEAD_BYTES = LENGTH_BYTES + CRC_BYTES;

/**
 * The lines that carry one body, ready to be written in order.
 * @throws LiuhenError LIUHEN_FIRMWARE_MESSAGE when the body is empty or over {@link MAX_BODY_BYTES}.
 */
export function encodeFrame(body: Uint8Array): Buffer[] {
  if (body.length === 0 || body.length > MAX_BODY_BYTES)
    throw new LiuhenError(
      'LIUHEN_FIRMWARE_MESSAGE',
      `smp frame: expected a body of 1 to ${MAX_BODY_BYTES} bytes, got ${body.length}`,
    );
  const packet = Buffer.alloc(LENGTH_BYTES + body.length + CRC_BYTES);
  packet.writeUInt16BE(body.length + CRC_BYTES, 0);
  packet.set(body, LENGTH_BYTES);
  packet.writeUInt16BE(crc16xmodem(body), LENGTH_BYTES + body.length);
  const rawBytes = Math.floor((MAX_LINE_BYTES - MARKER_BYTES - 1) / 4) * 3;
  const lines: Buffer[] = [];
  for (let from = 0; from < packet.length; from += rawBytes) {
    const base64 = packet.toString('base64', from, Math.min(from + rawBytes, packet.length));
    const line = Buffer.alloc(MARKER_BYTES + base64.length + 1);
    line.writeUInt16BE(from === 0 ? FIRST : CONTINUATION, 0);
    line.write(base64, MARKER_BYTES, 'latin1');
    line[line.length - 1] = LINE_FEED;
    lines.push(line);
  }
  return lines;
}

/** What a parser has seen since it was made. `text…` is log output between frames; all but it and `frames` is damage. */
export interface FrameCounters {
  frames: number;
  textBytes: number;
  /** Lines that were too long, cut off by the next marker, or not base64. */
  badLines: number;
  /** Continuation lines without a first one, or after one that was dropped. */
  strayLines: number;
  /** Frames that a new first line interrupted. */
  unfinished: number;
  /** Frames whose length field is impossible, over the bound, or not what came. */
  badLengths: number;
  badChecksums: number;
  /** Bytes of lines that led to no frame, for whatever reason above. */
  droppedBytes: number;
}

/**
 * Finds frames in a stream of bytes that may begin anywhere, contain log text and be damaged. Never throws; holds at most one line and
 * one body. A marker is recognised anywhere, since neither base64 nor text contains its control characters: so the next
 * good frame is found whatever came before it.
 */
export class SmpFrameParser {
  readonly counters: FrameCounters = {
    frames: 0,
    textBytes: 0,
    badLines: 0,
    strayLines: 0,
    unfinished: 0,
    badLengths: 0,
    badChecksums: 0,
    droppedBytes: 0,
  };
  readonly #maxBodyBytes: number;
  /** The base64 of the line being read; `#marker` says of which kind, undefined between lines. */
  readonly #line = Buffer.alloc(MAX_LINE_BYTES - MARKER_BYTES);
  #lineBytes = 0;
  #marker: number | undefined;
  /** The byte before this one, when it could be the first half of a marker. */
  #half: number | undefined;
  /** Body and CRC of the frame being read, and the length that its first line announced. */
  #pieces: Buffer[] = [];
  #pieceBytes = 0;
  #expectedBytes = 0;
  /** Wire bytes of the lines in `#pieces`, for the counter. */
  #wireBytes = 0;

  /** `maxBodyBytes`: frames that announce a longer body are dropped unread. */
  constructor(options: { maxBodyBytes?: number } = {}) {
    this.#maxBodyBytes = Math.min(options.maxBodyBytes ?? MAX_BODY_BYTES, MAX_BODY_BYTES);
  }

  /** The bodies of the frames that these bytes complete, in order. */
  push(bytes: Uint8Array): Buffer[] {
    const bodies: Buffer[] = [];
    for (let at = 0; at < bytes.length; at++) {
      if (this.#half !== undefined) {
        const pair = (this.#half << 8) | (bytes[at] ?? 0);
        if (pair === FIRST || pair === CONTINUATION) {
          this.#begin(pair);
          continue;
        }
        this.#take(Uint8Array.of(this.#half));
        this.#half = undefined;
      }
      const from = at;
      while (at < bytes.length && !isSpecial(bytes[at])) at++;
      if (at > from) this.#take(bytes.subarray(from, at));
      if (at === bytes.length) break;
      if (bytes[at] !== LINE_FEED) this.#half = bytes[at];
      else if (this.#marker === undefined) this.counters.textBytes++;
      else {
        const body = this.#endLine();
        if (body !== undefined) bodies.push(body);
      }
    }
    return bodies;
  }

  /** Forgets a half-read frame, as after the port was opened anew. */
  reset(): void {
    if (this.#marker !== undefined) this.#dropLine();
    if (this.#dropFrame()) this.counters.unfinished++;
    this.#half = undefined;
  }

  #take(span: Uint8Array): void {
    if (this.#marker === undefined) this.counters.textBytes += span.length;
    else if (this.#lineBytes + span.length <= this.#line.length) {
      this.#line.set(span, this.#lineBytes);
      this.#lineBytes += span.length;
    } else {
      this.#dropLine();
      this.counters.droppedBytes += span.length;
    }
  }

  #begin(marker: number): void {
    if (this.#marker !== undefined) this.#dropLine();
    this.#marker = marker;
    this.#half = undefined;
  }

  /** A bad line takes its frame with it. */
  #dropLine(): void {
    this.counters.badLines++;
    this.counters.droppedBytes += MARKER_BYTES + this.#lineBytes;
    this.#marker = undefined;
    this.#lineBytes = 0;
    this.#dropFrame();
  }

  #dropFrame(): boolean {
    const open = this.#expectedBytes > 0;
    this.counters.droppedBytes += this.#wireBytes;
    this.#pieces = [];
    this.#pieceBytes = this.#expectedBytes = this.#wireBytes = 0;
    return open;
  }

  #endLine(): Buffer | undefined {
    const decoded = this.#decodeLine();
    if (decoded === undefined) return undefined;
    const wireBytes = MARKER_BYTES + this.#lineBytes + 1;
    const marker = this.#marker;
    this.#marker = undefined;
    this.#lineBytes = 0;
    if (marker === CONTINUATION) {
      if (this.#expectedBytes === 0) {
        this.counters.strayLines++;
        this.counters.droppedBytes += wireBytes;
        return undefined;
      }
      this.#wireBytes += wireBytes;
      return this.#add(decoded);
    }
    if (this.#dropFrame()) this.counters.unfinished++;
    this.#wireBytes = wireBytes;
    const announced = decoded.length < LENGTH_BYTES ? 0 : decoded.readUInt16BE(0);
    if (announced <= CRC_BYTES || announced > this.#maxBodyBytes + CRC_BYTES) {
      this.counters.badLengths++;
      this.#dropFrame();
      return undefined;
    }
    this.#expectedBytes = announced;
    return this.#add(decoded.subarray(LENGTH_BYTES));
  }

  #decodeLine(): Buffer | undefined {
    const end = this.#line[this.#lineBytes - 1] === CARRIAGE_RETURN ? this.#lineBytes - 1 : this.#lineBytes;
    const base64 = this.#line.toString('latin1', 0, end);
    // Buffer.from skips what is not base64, so the form is checked first.
    if (base64.length > 0 && base64.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(base64))
      return Buffer.from(base64, 'base64');
    this.counters.droppedBytes++;
    this.#dropLine();
    return undefined;
  }

  #add(piece: Buffer): Buffer | undefined {
    this.#pieces.push(piece);
    this.#pieceBytes += piece.length;
    if (this.#pieceBytes < this.#expectedBytes) return undefined;
    const whole = Buffer.concat(this.#pieces);
    const expected = this.#expectedBytes;
    const bodyBytes = expected - CRC_BYTES;
    const body = whole.subarray(0, bodyBytes);
    if (whole.length !== expected) this.counters.badLengths++;
    else if (crc16xmodem(body) !== whole.readUInt16BE(bodyBytes)) this.counters.badChecksums++;
    else {
      this.#wireBytes = 0;
      this.#dropFrame();
      this.counters.frames++;
      return body;
    }
    this.#dropFrame();
    return undefined;
  }
}

/** A line feed, or the first half of a marker. */
function isSpecial(byte: number | undefined): boolean {
  return byte === LINE_FEED || byte === FIRST >> 8 || byte === CONTINUATION >> 8;
}
