import { z } from 'zod';

/** Small enough for a broker's usual limits, large enough for a portrait at 3 m. */
export const MAX_IMAGE_BYTES = 384 * 1024;
/** A picture of more pixels is small as a file and huge in a browser's memory. */
export const MAX_IMAGE_SIDE = 4096;

/** A picture inside the content: nothing is ever loaded from elsewhere. */
export const image = z
  .strictObject({
    type: z.enum(['image/jpeg', 'image/png']),
    /** Base64, standard alphabet. At most 384 KiB, 4096 by 4096 pixels. */
    data: z.base64().max(Math.ceil(MAX_IMAGE_BYTES / 3) * 4),
  })
  .superRefine(({ type, data }, context) => {
    const found = readImage(Buffer.from(data, 'base64'));
    const message =
      found === undefined || found.type !== type
        ? `expected the bytes of ${type}, got ${found?.type ?? 'something else'}`
        : Math.max(found.width, found.height) > MAX_IMAGE_SIDE || Math.min(found.width, found.height) < 1
          ? `expected at most ${MAX_IMAGE_SIDE} pixels a side, got ${found.width} by ${found.height}`
          : undefined;
    if (message !== undefined) context.addIssue({ code: 'custom', path: ['data'], message });
  });

export type Image = z.infer<typeof image>;

export interface ImageFacts {
  type: 'image/jpeg' | 'image/png';
  width: number;
  height: number;
}

const PNG_SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
const PNG_IHDR = Buffer.from('0000000d49484452', 'hex');

/** Type and size of a picture from its own bytes; undefined when it is neither PNG nor JPEG, or cut off before its size. */
export function readImage(bytes: Buffer): ImageFacts | undefined {
  if (bytes.length > MAX_IMAGE_BYTES) return undefined;
  if (bytes.subarray(0, 8).equals(PNG_SIGNATURE)) {
    if (bytes.length < 24 || !bytes.subarray(8, 16).equals(PNG_IHDR)) return undefined;
    return { type: 'image/png', width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
  }
  return readJpeg(bytes);
}

/** Goes from marker to marker (ITU-T T.81 annex B) up to the first frame header. */
function readJpeg(bytes: Buffer): ImageFacts | undefined {
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xffd8) return undefined;
  let at = 2;
  while (at + 9 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) {
      at++;
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) {
      return { type: 'image/jpeg', height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
    }
    // A scan before any frame, or a marker that has no length here.
    if (marker < 0xc0 || (marker >= 0xd0 && marker <= 0xda)) return undefined;
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  return undefined;
}
