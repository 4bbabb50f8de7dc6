import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { systemCodeOf } from '../../config/errors.js';
import { lengthOf, slices } from '../buffer/pieces.js';
import { STAGING_BYTES, type Staging } from './staging.js';

/** What positions and lengths of writes past the page cache are multiples of: the largest block of common disks (open(2), O_DIRECT). */
const BLOCK_BYTES = 4096;
/** Less than this goes through the page cache, in one write instead of three. */
const DIRECT_FROM_BYTES = 256 * 1024;

/**
 * The file of one take, open for writing. What lies between block boundaries goes to the disk past the page cache, which an archive
 * would fill with what nobody is about to read: one copy less, and where a virtual machine has to ask its host for each fresh page, a
 * fifth of the processor time. Head and tail follow through the page cache, never beside the direct write, since both may share a page.
 */
export class FootageFile {
  readonly #cached: FileHandle;
  readonly #staging: Staging;
  /** Undefined where the file system has no O_DIRECT, or wants other blocks. */
  #direct: FileHandle | undefined;

  private constructor(cached: FileHandle, direct: FileHandle | undefined, staging: Staging) {
    this.#cached = cached;
    this.#direct = direct;
    this.#staging = staging;
  }

  /** Opens or makes a file; what is in it stays. */
  static async open(path: string, staging: Staging): Promise<FootageFile> {
    const cached = await open(path, constants.O_RDWR | constants.O_CREAT, 0o644);
    try {
      return new FootageFile(cached, await openDirect(path), staging);
    } catch (error) {
      await cached.close();
      throw error;
    }
  }

  /** Writes these bytes, one after another, from `position` on. Nothing is durable before `close`. */
  async write(bytes: readonly Buffer[], position: number): Promise<void> {
    const end = position + lengthOf(bytes);
    const from = Math.ceil(position / BLOCK_BYTES) * BLOCK_BYTES;
    const to = Math.floor(end / BLOCK_BYTES) * BLOCK_BYTES;
    const reached = to - from < DIRECT_FROM_BYTES ? from : await this.#writeDirect(bytes, position, from, to);
    if (reached === from) return await this.#writeCached(bytes, position);
    await this.#writeCached(slices(bytes, 0, from - position), position);
    await this.#writeCached(slices(bytes, reached - position, end - position), reached);
  }

  /** When this resolves, everything written survives a power cut, or it rejects; the file is closed either way. */
  async close(): Promise<void> {
    try {
      await this.#cached.datasync();
    } finally {
      await this.#direct?.close();
      await this.#cached.close();
    }
  }

  /** Writes the blocks from `from` to `to`; returns how far it came: what is left must go through the page cache. */
  #writeDirect(bytes: readonly Buffer[], position: number, from: number, to: number): Promise<number> {
    return this.#staging.lend(async (buffer) => {
      for (let at = from; at < to; ) {
        const length = Math.min(STAGING_BYTES, to - at);
        gather(slices(bytes, at - position, at - position + length), buffer);
        const written = await this.#tryDirect(buffer, length, at);
        at += written;
        if (written < length) return at - (at % BLOCK_BYTES);
      }
      return to;
    });
  }

  /** The bytes written; 0, now and from now on, where the disk wants other blocks. */
  async #tryDirect(buffer: Buffer, length: number, position: number): Promise<number> {
    if (this.#direct === undefined) return 0;
    try {
      return (await this.#direct.write(buffer, 0, length, position)).bytesWritten;
    } catch (error) {
      if (systemCodeOf(error) !== 'EINVAL') throw error;
      const direct = this.#direct;
      this.#direct = undefined;
      await direct.close();
      return 0;
    }
  }

  async #writeCached(bytes: readonly Buffer[], position: number): Promise<void> {
    let left = bytes;
    for (let at = position; left.length > 0; ) {
      const { bytesWritten } = await this.#cached.writev(left, at);
      at += bytesWritten;
      left = slices(left, bytesWritten, Number.POSITIVE_INFINITY);
    }
  }
}

async function openDirect(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, constants.O_WRONLY | constants.O_DIRECT);
  } catch (error) {
    if (systemCodeOf(error) === 'EINVAL') return undefined;
    throw error;
  }
}

function gather(buffers: readonly Buffer[], into: Buffer): void {
  let at = 0;
  for (const buffer of buffers) at += buffer.copy(into, at);
}
