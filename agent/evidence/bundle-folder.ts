import { createHash, randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { LiuhenError, messageOf, systemCodeOf } from '../../config/errors.js';
import { syncFolder } from '../journal/epoch-keys.js';

/** A file of a bundle as its manifest lists it. */
export interface WrittenFile {
  path: string;
  bytes: number;
  sha256: string;
}

/**
 * A bundle while it is written: a folder `<name>.partial-<random>` beside the place it will have. It gets its name only when
 * every byte of it is on disk, so whatever carries the name is whole; `discard` leaves nothing.
 */
export class BundleFolder {
  readonly #target: string;
  readonly #partial: string;
  readonly #folders = new Set<string>();

  private constructor(target: string, partial: string) {
    this.#target = target;
    this.#partial = partial;
    this.#folders.add(partial);
  }

  /** Throws LIUHEN_BUNDLE when something stands at `folder` already, or where it is to stand does not exist. */
  static async create(folder: string): Promise<BundleFolder> {
    const target = resolve(folder);
    const names = await readdir(target).catch((error: unknown) => {
      if (systemCodeOf(error) === 'ENOENT') return [];
      throw writeError(target, error);
    });
    if (names.length > 0) {
      throw new LiuhenError(
        'LIUHEN_BUNDLE',
        `${target}: expected a new or empty folder, got one that holds ${names[0]}`,
        {
          next: 'name a folder that does not exist yet; an export never writes over another',
        },
      );
    }
    const partial = `${target}.partial-${randomBytes(4).toString('hex')}`;
    await mkdir(partial).catch((error: unknown) => {
      throw writeError(dirname(target), error);
    });
    return new BundleFolder(target, partial);
  }

  /** The folder on whose disk the bundle will be. */
  get parent(): string {
    return dirname(this.#target);
  }

  /** Writes a small file; when this resolves its bytes are on disk. */
  async write(path: string, content: string | Buffer): Promise<WrittenFile> {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    const file = await this.open(path);
    try {
      await file.write(bytes);
    } finally {
      await file.close();
    }
    return { path, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
  }

  /** Begins a file that is written piece by piece. */
  async open(path: string): Promise<BundleFile> {
    const full = join(this.#partial, path);
    try {
      if (!this.#folders.has(dirname(full))) {
        await mkdir(dirname(full), { recursive: true });
        for (let at = dirname(full); at !== this.#partial; at = dirname(at)) this.#folders.add(at);
      }
      return new BundleFile(path, await open(full, 'wx'));
    } catch (error) {
      throw writeError(path, error);
    }
  }

  /** Gives the bundle its name. When this resolves, all of it survives a power cut. */
  async publish(): Promise<void> {
    try {
      for (const folder of this.#folders) await syncFolder(folder);
      await rename(this.#partial, this.#target);
      await syncFolder(dirname(this.#target));
    } catch (error) {
      throw writeError(basename(this.#target), error);
    }
  }

  async discard(): Promise<void> {
    await rm(this.#partial, { recursive: true, force: true });
  }
}

/** A file of a bundle, open for writing. */
export class BundleFile {
  readonly #path: string;
  readonly #file: FileHandle;

  constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  async write(bytes: Buffer): Promise<void> {
    try {
      await this.#file.writeFile(bytes);
    } catch (error) {
      throw writeError(this.#path, error);
    }
  }

  /** When this resolves, what was written is on disk. */
  async close(): Promise<void> {
    try {
      await this.#file.sync();
    } catch (error) {
      throw writeError(this.#path, error);
    } finally {
      await this.#file.close();
    }
  }
}

function writeError(what: string, error: unknown): LiuhenError {
  const code = systemCodeOf(error);
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') {
    return new LiuhenError('LIUHEN_STORAGE_FULL', `bundle, ${what}: ${messageOf(error)}`, {
      cause: error,
      next: 'export to a disk with more free space',
    });
  }
  const next =
    code === 'ENOENT'
      ? 'make that folder first, or mount the disk that it is on'
      : code === 'ENOTDIR'
        ? 'name a folder that does not exist yet'
        : 'check that the disk is writable, or export to another place';
  return new LiuhenError('LIUHEN_BUNDLE', `bundle, ${what}: ${messageOf(error)}`, { cause: error, next });
}
