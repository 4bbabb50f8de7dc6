import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCodeOf } from '../../config/errors.js';
import { takeFileName } from '../journal/manifest.js';
import type { NamedFootage } from './bundle-range.js';

/** A fragment is read into memory whole; what claims to be larger is not held here. */
const MAX_PIECE_BYTES = 512 * 1024 * 1024;

interface Cursor {
  recording: number;
  pieces: AsyncIterator<NamedFootage>;
  take: number;
  /** Where the next piece of the take begins. */
  offset: number;
}

/**
 * Reads inits and fragments out of an archive's MP4 files, where each stands at the sum of the sizes that the journal names
 * before it. Goes along with the journal: asked in its order, it reads the entries once.
 */
export class ArchivedFootage {
  readonly #folderOf: (recording: number) => string;
  readonly #piecesOf: (recording: number) => AsyncGenerator<NamedFootage>;
  #cursor: Cursor | undefined;

  constructor(
    folderOf: (recording: number) => string,
    piecesOf: (recording: number) => AsyncGenerator<NamedFootage>,
  ) {
    this.#folderOf = folderOf;
    this.#piecesOf = piecesOf;
  }

  /** The bytes at the place of this piece, whatever they are, with the hash they should have; undefined beyond the file's end. */
  async read(
    recording: number,
    take: number,
    index: number | 'init',
  ): Promise<{ bytes: Buffer; sha256: string } | undefined> {
    const place =
      (await this.#find(recording, take, index)) ?? (await this.#findAgain(recording, take, index));
    if (place === undefined || place.bytes > MAX_PIECE_BYTES) return undefined;
    const bytes = await readAt(
      join(this.#folderOf(recording), takeFileName(take)),
      place.offset,
      place.bytes,
    );
    return bytes === undefined ? undefined : { bytes, sha256: place.sha256 };
  }

  async #findAgain(recording: number, take: number, index: number | 'init') {
    await this.#cursor?.pieces.return?.();
    this.#cursor = undefined;
    return await this.#find(recording, take, index);
  }

  async #find(
    recording: number,
    take: number,
    index: number | 'init',
  ): Promise<(NamedFootage & { offset: number }) | undefined> {
    if (this.#cursor?.recording !== recording) {
      await this.#cursor?.pieces.return?.();
      this.#cursor = { recording, pieces: this.#piecesOf(recording), take: -1, offset: 0 };
    }
    const cursor = this.#cursor;
    for (;;) {
      const next = await cursor.pieces.next();
      if (next.done === true) return undefined;
      const piece = next.value;
      if (piece.index === 'init') {
        cursor.take = piece.take;
        cursor.offset = 0;
      }
      const { offset } = cursor;
      cursor.offset += piece.bytes;
      if (piece.take === take && piece.index === index) return { ...piece, offset };
    }
  }
}

async function readAt(path: string, offset: number, bytes: number): Promise<Buffer | undefined> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const { size } = await file.stat();
    if (offset + bytes > size) return undefined;
    const buffer = Buffer.allocUnsafe(bytes);
    let done = 0;
    while (done < bytes) {
      const { bytesRead } = await file.read(buffer, done, bytes - done, offset + done);
      if (bytesRead === 0) return undefined;
      done += bytesRead;
    }
    return buffer;
  } finally {
    await file.close();
  }
}
