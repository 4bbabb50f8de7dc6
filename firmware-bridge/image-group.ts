import { createHash } from 'node:crypto';
import { encode } from 'cborg';
import { z } from 'zod';
import { LiuhenError } from '../config/errors.js';
import type { RequestOptions, SmpRequester } from './client.js';
import { GROUP } from './smp-error.js';
import { readFields } from './smp-fields.js';
import { HEADER_BYTES, type SmpData } from './smp-message.js';

/** Commands of Zephyr's "Application/software image management group". */
export const IMAGE_COMMAND = { state: 0, upload: 1, erase: 5 } as const;

/** One slot of the bootloader. */
export interface ImageSlot {
  image: number;
  /** 0 is run from; 1 is where an update waits. */
  slot: number;
  version: string;
  /** SHA-256 of header and body, as in the image's own TLV: not that of the file. */
  hash: Uint8Array | undefined;
  bootable: boolean;
  /** Will be swapped in at the next start. */
  pending: boolean;
  /** Will stay after the next start. */
  confirmed: boolean;
  /** Runs now. */
  active: boolean;
  /** Pending, and without a trial. */
  permanent: boolean;
}

export interface UploadOptions {
  /** Which image, where the microcontroller has several. Default 0. */
  image?: number;
  /** Has the server refuse a version that is not higher than the running one. */
  upgradeOnly?: boolean;
  signal?: AbortSignal;
  /** Bytes that the server holds now, of all. It may begin above 0 (resumed) and go back (the server was reset). */
  onProgress?: (offset: number, total: number) => void;
}

const flag = z.boolean().default(false);
const small = z.int().min(0).max(255);
const stateSchema = z.object({
  images: z
    .array(
      z.object({
        image: small.default(0),
        slot: small,
        version: z.string().max(40),
        hash: z.instanceof(Uint8Array).optional(),
        bootable: flag,
        pending: flag,
        confirmed: flag,
        active: flag,
        permanent: flag,
      }),
    )
    .max(32),
});
const uploadSchema = z.object({ off: z.int().min(0), match: z.boolean().optional() });

/** Erasing a slot keeps a server from answering for many seconds; meanwhile it may lose what is sent. */
const ERASE: RequestOptions = { timeoutMs: 5000, attempts: 8 };
/** So often may an upload fail to advance (chunk lost in flash, server reset) before it is given up. */
const MAX_SETBACKS = 8;

/** Images in the microcontroller's slots. Methods throw what {@link SmpRequester.request} throws. */
export class ImageGroup {
  readonly #smp: SmpRequester;

  constructor(smp: SmpRequester) {
    this.#smp = smp;
  }

  async state(options?: RequestOptions): Promise<ImageSlot[]> {
    return slotsOf(await this.#smp.request('read', GROUP.image, IMAGE_COMMAND.state, {}, options));
  }

  /** Has the image with this hash run once after the next reset; unless it is confirmed then, the one before comes back. */
  async test(hash: Uint8Array, options?: RequestOptions): Promise<ImageSlot[]> {
    return this.#setState({ hash, confirm: false }, options);
  }

  /** Makes an image stay: the running one, or the one with this hash. */
  async confirm(hash?: Uint8Array, options?: RequestOptions): Promise<ImageSlot[]> {
    return this.#setState({ confirm: true, ...(hash === undefined ? {} : { hash }) }, options);
  }

  /** Erases a slot that is neither running nor waiting to be tested. Default 1. */
  async erase(slot?: number, options: RequestOptions = {}): Promise<void> {
    const data = slot === undefined ? {} : { slot };
    await this.#smp.request('write', GROUP.image, IMAGE_COMMAND.erase, data, { ...ERASE, ...options });
  }

  /**
   * Sends a whole image file into the free slot. Begun anew with the same bytes it goes on where it was cut off, as long as the server
   * has not been reset. Resolves when the server holds every byte and, if it compares, found them the same.
   */
  async upload(image: Uint8Array, options: UploadOptions = {}): Promise<void> {
    if (image.length === 0) throw refused('expected an image, got no bytes');
    const sha = createHash('sha256').update(image).digest();
    let offset = 0;
    for (let setbacks = 0; setbacks <= MAX_SETBACKS; ) {
      const answer = await this.#sendChunk(image, sha, offset, options);
      if (answer.off > image.length)
        throw malformed(`expected an offset of at most ${image.length}, got ${answer.off}`);
      if (answer.off <= offset) setbacks++;
      offset = answer.off;
      options.onProgress?.(offset, image.length);
      if (offset < image.length) continue;
      if (answer.match === false)
        throw refused('what the microcontroller holds does not match what was sent');
      return;
    }
    throw refused(`the upload did not advance, stopped at ${offset} of ${image.length} bytes`);
  }

  async #sendChunk(image: Uint8Array, sha: Uint8Array, offset: number, options: UploadOptions) {
    // Length and hash open a session, so they must come with every chunk at 0, also when the server falls back to it.
    const fields: SmpData = {
      ...(offset === 0 && options.image !== undefined ? { image: options.image } : {}),
      ...(offset === 0 ? { len: image.length } : {}),
      off: offset,
      ...(offset === 0 ? { sha } : {}),
      ...(offset === 0 && options.upgradeOnly === true ? { upgrade: true } : {}),
    };
    const room = chunkBytes(this.#smp.maxRequestBytes, fields);
    const data = image.subarray(offset, offset + room);
    const request: RequestOptions = {
      ...(offset === 0 ? ERASE : {}),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    };
    const answer = await this.#smp.request(
      'write',
      GROUP.image,
      IMAGE_COMMAND.upload,
      { ...fields, data },
      request,
    );
    return readFields('image upload', uploadSchema, answer);
  }

  async #setState(data: SmpData, options?: RequestOptions): Promise<ImageSlot[]> {
    return slotsOf(await this.#smp.request('write', GROUP.image, IMAGE_COMMAND.state, data, options));
  }
}

/**
 * How many bytes of `data` fit beside these fields into a message of at most `maxBytes`: a CBOR byte string has a head of one byte, and of
 * one or two more when it is longer than 23 or 255 bytes.
 * @throws LiuhenError LIUHEN_FIRMWARE_MESSAGE when not even one byte fits.
 */
export function chunkBytes(maxBytes: number, fields: SmpData): number {
  const room = maxBytes - HEADER_BYTES - encode({ ...fields, data: new Uint8Array() }).length;
  if (room < 1)
    throw malformed(`expected room for data beside ${Object.keys(fields).join(', ')}, got ${maxBytes} bytes`);
  if (room <= 23) return room;
  return room - 1 <= 255 ? Math.max(23, room - 1) : Math.max(255, room - 2);
}

function slotsOf(data: SmpData): ImageSlot[] {
  return readFields('image state', stateSchema, data).images.map((slot) => ({ ...slot, hash: slot.hash }));
}

function malformed(what: string): LiuhenError {
  return new LiuhenError('LIUHEN_FIRMWARE_MESSAGE', `image ${what}`);
}

function refused(what: string): LiuhenError {
  return new LiuhenError('LIUHEN_FIRMWARE', `image upload: ${what}`);
}
