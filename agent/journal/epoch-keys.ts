import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LiuhenError, messageOf, systemCodeOf } from '../../config/errors.js';
import { SEED_BYTES } from './ed25519.js';

const MAX_FILE_BYTES = SEED_BYTES + 4096;

/**
 * The private keys of a journal's epochs: one file each, mode 0600, in a folder of their own and never in LevelDB, whose
 * log and tables keep what was deleted. Who holds the file of the current epoch can sign as the device from now on, but
 * nothing that came before it.
 */
export class EpochKeyFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Every epoch that has a private key on disk, ascending; one, except in the middle of a rotation. */
  async epochs(): Promise<number[]> {
    const names = await readdir(this.#folder).catch((error) => {
      if (systemCodeOf(error) === 'ENOENT') return [] as string[];
      throw error;
    });
    return names
      .map((name) => /^epoch-(\d{7})\.key(?:\.tmp)?$/.exec(name)?.[1])
      .filter((digits) => digits !== undefined)
      .map(Number)
      .filter((epoch, at, all) => all.indexOf(epoch) === at)
      .sort((a, b) => a - b);
  }

  /**
   * When this resolves, the seed is on disk and survives a power cut. `note` is the key note that leads to it, kept with it so that
   * the key before can be erased before the journal says so.
   */
  async write(epoch: number, seed: Uint8Array, note = ''): Promise<void> {
    const made = await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    if (made !== undefined) await syncFolder(dirname(this.#folder));
    const path = this.#path(epoch);
    const temporary = `${path}.tmp`;
    // What a write that was cut off left there may be a seed, and may have another mode.
    await eraseFile(temporary);
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(Buffer.concat([seed, Buffer.from(note)]));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await syncFolder(this.#folder);
  }

  /** The seed of this epoch and its note; throws LIUHEN_KEY when it is missing, of another size, or readable by others. */
  async read(epoch: number): Promise<{ seed: Buffer; note: string }> {
    const path = this.#path(epoch);
    let file: FileHandle;
    try {
      file = await open(path, 'r');
    } catch (error) {
      throw new LiuhenError('LIUHEN_KEY', `signing key of epoch ${epoch}: ${messageOf(error)}`, {
        cause: error,
        next: 'a device without its key cannot go on with its journal: export what it holds and provision it anew',
      });
    }
    try {
      const { mode, size } = await file.stat();
      if ((mode & 0o077) !== 0) {
        throw new LiuhenError(
          'LIUHEN_KEY',
          `${path}: expected mode 0600, got ${(mode & 0o777).toString(8)}`,
          {
            next: `chmod 600 ${path}, and find out who could read it`,
          },
        );
      }
      if (size < SEED_BYTES || size > MAX_FILE_BYTES) {
        throw new LiuhenError(
          'LIUHEN_KEY',
          `${path}: expected ${SEED_BYTES} to ${MAX_FILE_BYTES} bytes, got ${size}`,
        );
      }
      const bytes = await file.readFile();
      return { seed: bytes.subarray(0, SEED_BYTES), note: bytes.toString('utf8', SEED_BYTES) };
    } finally {
      await file.close();
    }
  }

  /** Overwrites, then unlinks. When this resolves, no file of this epoch is left. */
  async erase(epoch: number): Promise<void> {
    for (const path of [this.#path(epoch), `${this.#path(epoch)}.tmp`]) await eraseFile(path);
    await syncFolder(this.#folder);
  }

  #path(epoch: number): string {
    return join(this.#folder, `epoch-${String(epoch).padStart(7, '0')}.key`);
  }
}

/** Overwrites a file, as far as the medium lets it, then unlinks it; nothing where there is none. */
export async function eraseFile(path: string): Promise<void> {
  let file: FileHandle;
  try {
    file = await open(path, constants.O_WRONLY);
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return;
    throw error;
  }
  try {
    const { size } = await file.stat();
    await file.write(randomBytes(size), 0, size, 0);
    await file.sync();
  } finally {
    await file.close();
  }
  await unlink(path);
}

/** Makes renames and unlinks in a folder survive a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
