import { type Image, readImage } from '../disclosure/kinds/image.js';

/**
 * A picture of verified content as a data URL; its type and size are looked at again, since this is the last step before a decoder.
 * Undefined for what is no small JPEG or PNG.
 */
export function photoUrl({ type, data }: Image): string | undefined {
  const bytes = Buffer.from(data, 'base64');
  return readImage(bytes)?.type === type ? `data:${type};base64,${bytes.toString('base64')}` : undefined;
}
