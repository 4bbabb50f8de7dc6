import { createHash } from 'node:crypto';

/* Bytes that lie in several buffers, one after another. */

/** The bytes from `from` to `to` of what these buffers are one after another; no byte is copied. */
export function slices(buffers: readonly Buffer[], from: number, to: number): Buffer[] {
  const found: Buffer[] = [];
  let at = 0;
  for (const buffer of buffers) {
    const slice = buffer.subarray(Math.max(0, from - at), Math.max(0, Math.min(buffer.length, to - at)));
    if (slice.length > 0) found.push(slice);
    at += buffer.length;
  }
  return found;
}

/** How many bytes they are. */
export function lengthOf(buffers: readonly Buffer[]): number {
  return buffers.reduce((sum, { length }) => sum + length, 0);
}

/** Their SHA-256 in hex. */
export function sha256Of(buffers: readonly Buffer[]): string {
  const hash = createHash('sha256');
  for (const buffer of buffers) hash.update(buffer);
  return hash.digest('hex');
}
