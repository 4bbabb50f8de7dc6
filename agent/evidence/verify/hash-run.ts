import { createHash } from 'node:crypto';
import { read } from 'node:fs';

export const READ_BYTES = 1024 * 1024;
const DIGEST_BYTES = 32;

/** Pieces that follow one another in an open file, from byte `start` on. */
export interface HashRun {
  fd: number;
  start: number;
  lengths: Float64Array;
}

/**
 * The SHA-256 of each piece, one after another in one array. Reads into the two buffers in turn, so that the next block is
 * read while this one is hashed. Where the file ends early, the pieces behind hash as what there is of them.
 */
export async function hashRun(
  { fd, start, lengths }: HashRun,
  buffers: readonly [Buffer, Buffer],
): Promise<Uint8Array> {
  const digests = new Uint8Array(lengths.length * DIGEST_BYTES);
  let left = lengths.reduce((sum, length) => sum + length, 0);
  let position = start;
  let turn = 0;
  const next = () => {
    const wanted = Math.min(left, READ_BYTES);
    const buffer = buffers[turn++ % 2] as Buffer;
    const got = wanted === 0 ? Promise.resolve(0) : readAt(fd, buffer, wanted, position);
    return got.then((bytes) => {
      position += bytes;
      left = bytes === 0 ? 0 : left - bytes;
      return buffer.subarray(0, bytes);
    });
  };

  let reading = next();
  let block: Buffer = Buffer.alloc(0);
  for (const [at, length] of lengths.entries()) {
    const hash = createHash('sha256');
    let missing = length;
    while (missing > 0) {
      if (block.length === 0) {
        block = await reading;
        if (block.length === 0) break;
        reading = next();
      }
      const part = block.subarray(0, missing);
      hash.update(part);
      missing -= part.length;
      block = block.subarray(part.length);
    }
    digests.set(hash.digest(), at * DIGEST_BYTES);
  }
  await reading;
  return digests;
}

export function newBuffers(): [Buffer, Buffer] {
  return [Buffer.allocUnsafeSlow(READ_BYTES), Buffer.allocUnsafeSlow(READ_BYTES)];
}

function readAt(fd: number, buffer: Buffer, bytes: number, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(fd, buffer, 0, bytes, position, (error, bytesRead) => {
      if (error === null) resolve(bytesRead);
      else reject(error);
    });
  });
}
