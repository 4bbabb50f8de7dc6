import { createHash, type Hash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { LiuhenError } from '../../config/errors.js';
import { type BoxHeader, boxError, MAX_HEADER_BYTES, readBoxHeader } from './boxes.js';
import { type FragmentTiming, type MediaTime, type TrackClock, timingOf } from './media-time.js';
import { type Track, tracksOf } from './tracks.js';

export type { MediaTime } from './media-time.js';

/** The start of a take: everything up to and including `moov`, without which no fragment plays. */
export interface InitSegment {
  /** A buffer of its own, exactly as long as the segment. */
  bytes: Buffer;
  /** Lower-case hex over `bytes`. */
  sha256: string;
  /** RFC 6381 names of the tracks' codecs in their order, such as `avc1.64001f,mp4a.40.2`. */
  codecs: string;
}

/** Everything after the previous `mdat` (or the init segment) up to and including the next `mdat`. */
export interface Fragment {
  /** A buffer of its own, exactly as long as the fragment. */
  bytes: Buffer;
  /** Lower-case hex over `bytes`. */
  sha256: string;
  media: MediaTime;
  /** Whether playing can begin here. */
  keyframe: boolean;
  /** Pictures; of a source without pictures, samples of its sound. */
  samples: number;
}

export function durationMsOf({ media }: Pick<Fragment, 'media'>): number {
  return (media.duration / media.timescale) * 1000;
}

export type FragmentEvent = { type: 'init'; init: InitSegment } | { type: 'fragment'; fragment: Fragment };

/** The most bytes one segment may have. A splitter never holds more than one of each, plus the events it returned. */
export interface FragmentLimits {
  initBytes: number;
  fragmentBytes: number;
}

/** What a stream held after its last whole fragment, and what therefore is in no segment. */
export interface StreamEnd {
  /** Whole boxes that belong to no fragment, such as `mfra`. */
  trailingBytes: number;
  /** Bytes of a box or a fragment that was cut short. */
  partialBytes: number;
}

const DEFAULT_LIMITS: FragmentLimits = { initBytes: 1024 * 1024, fragmentBytes: 64 * 1024 * 1024 };
const SCRATCH_BYTES = 16 * 1024;

/** A fragment whose size is known, being filled from the stream. */
interface Filling {
  bytes: Buffer;
  filled: number;
  hash: Hash;
  timing: FragmentTiming;
}

/**
 * Cuts a fragmented MP4 byte stream (ISO/IEC 14496-12) into its init segment and fragments, whatever the sizes of the
 * chunks it comes in. Footage is copied once, out of the pipe's 64 KiB slabs (which a kept slice would pin) into one
 * buffer of the fragment's size; only what stands before `mdat`, some hundred bytes, waits elsewhere until the header
 * of `mdat` tells that size. The concatenation of all segments is the input less what `end` counts.
 */
export class FragmentSplitter {
  readonly #limits: FragmentLimits;
  /** The segment up to its `mdat`: whole boxes up to `#boxStart`, then the one being read. */
  #scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);
  #scratchLength = 0;
  #boxStart = 0;
  #box: BoxHeader | undefined;
  #segmentOffset = 0;
  #tracks: Track[] | undefined;
  readonly #clock: TrackClock = new Map();
  #timing: FragmentTiming | undefined;
  #filling: Filling | undefined;
  #failure: unknown;

  constructor(limits: Partial<FragmentLimits> = {}) {
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
  }

  /**
   * The segments that `chunk` completes, in order. Nothing of `chunk` is kept. Throws LIUHEN_MEDIA_FORMAT where the
   * stream breaks its bounds or is not fragmented MP4, and the same error ever after.
   */
  push(chunk: Buffer): FragmentEvent[] {
    if (this.#failure !== undefined) throw this.#failure;
    const events: FragmentEvent[] = [];
    try {
      for (let at = 0; at < chunk.length; ) {
        at += this.#filling ? this.#fill(this.#filling, chunk, at, events) : this.#gather(chunk, at, events);
      }
    } catch (error) {
      this.#failure = error;
      this.#filling = undefined;
      throw error;
    }
    return events;
  }

  /** Says what the stream ended with that is in no segment. */
  end(): StreamEnd {
    if (this.#filling) return { trailingBytes: 0, partialBytes: this.#filling.filled };
    if (this.#tracks === undefined || this.#timing)
      return { trailingBytes: 0, partialBytes: this.#scratchLength };
    return { trailingBytes: this.#boxStart, partialBytes: this.#scratchLength - this.#boxStart };
  }

  #fill(filling: Filling, chunk: Buffer, at: number, events: FragmentEvent[]): number {
    const count = Math.min(filling.bytes.length - filling.filled, chunk.length - at);
    const end = at + count;
    chunk.copy(filling.bytes, filling.filled, at, end);
    filling.hash.update(at === 0 && end === chunk.length ? chunk : chunk.subarray(at, end));
    filling.filled += count;
    if (filling.filled === filling.bytes.length) this.#completeFragment(filling, events);
    return count;
  }

  #completeFragment({ bytes, hash, timing }: Filling, events: FragmentEvent[]): void {
    const fragment = { bytes, sha256: hash.digest('hex'), ...timing };
    events.push({ type: 'fragment', fragment });
    this.#filling = undefined;
    this.#timing = undefined;
    this.#startSegment(bytes.length);
  }

  /** Takes bytes of a box header, or of a box that comes before `mdat`. */
  #gather(chunk: Buffer, at: number, events: FragmentEvent[]): number {
    const have = this.#scratchLength - this.#boxStart;
    const want = this.#box ? this.#box.size - have : (have < 8 ? 8 : MAX_HEADER_BYTES) - have;
    const count = Math.min(want, chunk.length - at);
    this.#reserve(this.#scratchLength + count);
    chunk.copy(this.#scratch, this.#scratchLength, at, at + count);
    this.#scratchLength += count;
    if (this.#box === undefined) this.#readHeader(events);
    if (this.#box && this.#scratchLength === this.#boxStart + this.#box.size)
      this.#completeBox(this.#box, events);
    return count;
  }

  #readHeader(events: FragmentEvent[]): void {
    const offset = this.#segmentOffset + this.#boxStart;
    const header = readBoxHeader(this.#scratch, this.#boxStart, this.#scratchLength, offset);
    if (header === undefined) return;
    const refused = this.#refusalOf(header.type);
    if (refused !== undefined) throw boxError(header.type, offset, refused);
    const [limit, name] = this.#tracks
      ? [this.#limits.fragmentBytes, 'fragment']
      : [this.#limits.initBytes, 'init segment'];
    if (header.size > limit - this.#boxStart) {
      throw boxError(
        header.type,
        offset,
        `expected a size of at most ${limit - this.#boxStart} (limit of ${limit} for one ${name}), found ${header.size}`,
      );
    }
    if (this.#timing && header.type === 'mdat') this.#startFilling(this.#timing, header, events);
    else this.#box = header;
  }

  /** Why a box of this type may not stand here, as "expected … found …". */
  #refusalOf(type: string): string | undefined {
    if (this.#tracks === undefined) {
      if (this.#segmentOffset + this.#boxStart === 0 && type !== 'ftyp') {
        return "expected 'ftyp' at the start of fragmented MP4, found another box";
      }
      const isMedia = type === 'moof' || type === 'mdat';
      return isMedia ? "expected 'moov' before any media, found none" : undefined;
    }
    if (type === 'ftyp' || type === 'moov') return 'expected one init segment, found the start of a second';
    if (type === 'moof' && this.#timing) return "expected 'mdat' after 'moof', found a second 'moof'";
    if (type === 'mdat' && !this.#timing) return "expected 'moof' before 'mdat', found none";
    return undefined;
  }

  #completeBox(header: BoxHeader, events: FragmentEvent[]): void {
    const box = {
      type: header.type,
      start: this.#boxStart + header.headerBytes,
      end: this.#boxStart + header.size,
    };
    const segment = { bytes: this.#scratch, streamOffset: this.#segmentOffset };
    this.#box = undefined;
    this.#boxStart = this.#scratchLength;
    if (this.#tracks && header.type === 'moof') {
      this.#timing = timingOf(segment, box, this.#tracks, this.#clock);
    } else if (header.type === 'moov') {
      this.#tracks = tracksOf(segment, box);
      events.push({ type: 'init', init: this.#initSegment(this.#tracks) });
      this.#startSegment(this.#scratchLength);
    }
  }

  #initSegment(tracks: readonly Track[]): InitSegment {
    const bytes = Buffer.allocUnsafeSlow(this.#scratchLength);
    this.#scratch.copy(bytes, 0, 0, this.#scratchLength);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return { bytes, sha256, codecs: tracks.flatMap((track) => track.codecs).join(',') };
  }

  /** Called with the header of `mdat` read: the fragment ends with it, so its size is known now. */
  #startFilling(timing: FragmentTiming, mdat: BoxHeader, events: FragmentEvent[]): void {
    const bytes = Buffer.allocUnsafeSlow(this.#boxStart + mdat.size);
    const filled = this.#scratch.copy(bytes, 0, 0, this.#scratchLength);
    const hash = createHash('sha256').update(bytes.subarray(0, filled));
    this.#filling = { bytes, filled, hash, timing };
    if (filled === bytes.length) this.#completeFragment(this.#filling, events);
  }

  #startSegment(previousBytes: number): void {
    this.#segmentOffset += previousBytes;
    this.#scratchLength = 0;
    this.#boxStart = 0;
    if (this.#scratch.length > SCRATCH_BYTES) this.#scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);
  }

  /** Grows the scratch with what has arrived, never with what a header merely claims. */
  #reserve(length: number): void {
    if (length <= this.#scratch.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(length, this.#scratch.length * 2));
    this.#scratch.copy(grown, 0, 0, this.#scratchLength);
    this.#scratch = grown;
  }
}

export interface FragmentsOptions {
  limits?: Partial<FragmentLimits>;
  /** Called once when the stream has ended by itself. */
  onEnd?(end: StreamEnd): void;
}

/**
 * The segments of a stream as they become complete. Reads no further than the consumer asks, so that a slow consumer
 * slows the camera's pipe; destroys the stream when the consumer leaves or the stream is refused. Throws
 * LIUHEN_MEDIA_FORMAT, and the stream's own error as the cause of LIUHEN_CAMERA.
 */
export async function* fragmentsOf(
  stream: Readable,
  options: FragmentsOptions = {},
): AsyncGenerator<FragmentEvent, void, undefined> {
  const splitter = new FragmentSplitter(options.limits);
  for await (const chunk of chunksOf(stream)) yield* splitter.push(chunk);
  options.onEnd?.(splitter.end());
}

async function* chunksOf(stream: Readable): AsyncGenerator<Buffer, void, undefined> {
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } catch (cause) {
    throw new LiuhenError('LIUHEN_CAMERA', 'camera: expected its stream to end, it broke off', { cause });
  }
}
