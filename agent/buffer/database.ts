import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Level } from 'level';
import { LiuhenError, messageOf, systemCodeOf } from '../../config/errors.js';
import { makeFolders } from '../../config/make-folders.js';

/** A LevelDB with text keys and raw values. */
export type RawLevel = Level<string, Buffer>;

export interface DatabaseOptions {
  /** Snappy. Off for footage, which is compressed already. */
  compression: boolean;
  /** LevelDB keeps up to two such buffers in memory before it writes a table. */
  writeBufferBytes?: number;
  cacheBytes?: number;
}

/** One LevelDB on disk, with its errors turned into ours. */
export class Database {
  /** For reading; writes go through `write`. */
  readonly level: RawLevel;
  readonly #path: string;
  #failed: { error: unknown } | undefined;

  private constructor(path: string, level: RawLevel) {
    this.#path = path;
    this.level = level;
  }

  /** Makes it where there is none. Throws LIUHEN_LOCKED, LIUHEN_STORAGE_FULL, LIUHEN_STORAGE_IO. */
  static async open(path: string, options: DatabaseOptions): Promise<Database> {
    await makeFolders(path, 0o700);
    requireWhole(path);
    const level: RawLevel = new Level<string, Buffer>(path, {
      keyEncoding: 'utf8',
      valueEncoding: 'buffer',
      compression: options.compression,
      writeBufferSize: options.writeBufferBytes ?? 4 * 1024 * 1024,
      cacheSize: options.cacheBytes ?? 2 * 1024 * 1024,
      maxOpenFiles: 64,
    });
    const database = new Database(path, level);
    await database.#open();
    return database;
  }

  /**
   * After one write failed all others fail until `reopen`. LevelDB would take them: a record that ENOSPC cut short leaves its log
   * out of step, and what it acknowledges behind that is dropped when the log is read again.
   */
  async write<T>(work: (level: RawLevel) => Promise<T>): Promise<T> {
    this.#requireSound();
    try {
      const result = await work(this.level);
      // Another write may have failed before this one in the same queue.
      this.#requireSound();
      return result;
    } catch (error) {
      this.#failed ??= { error };
      throw error;
    }
  }

  /** Closes and opens again, after which writes are taken. */
  async reopen(): Promise<void> {
    await this.level.close();
    await this.#open();
    this.#failed = undefined;
  }

  async close(): Promise<void> {
    await this.level.close();
  }

  #requireSound(): void {
    if (this.#failed !== undefined) throw this.#failed.error;
  }

  async #open(): Promise<void> {
    try {
      await this.level.open();
    } catch (error) {
      throw openError(this.#path, error);
    }
  }
}

/**
 * Whether a LevelDB was begun in a folder, even if it cannot be opened any more; opens none, so it works beside who has it open. True also where this
 * user may not look: that is told by opening it.
 */
export function hasDatabase(path: string): boolean {
  try {
    return hasCurrent(path) || oneWritten(path) !== undefined;
  } catch (error) {
    const code = systemCodeOf(error);
    return code !== 'ENOENT' && code !== 'ENOTDIR';
  }
}

/** LevelDB names in CURRENT what it has. Without that it begins anew, and removes all tables that it then does not know. */
function requireWhole(path: string): void {
  let written: string | undefined;
  try {
    written = hasCurrent(path) ? undefined : oneWritten(path);
  } catch (error) {
    throw storageError(`open ${path}`, error);
  }
  if (written === undefined) return;
  throw new LiuhenError('LIUHEN_STORAGE_IO', `${path}: expected CURRENT beside ${written}`, {
    next: 'nothing was written; keep the disk as it is, and begin anew in another data folder',
  });
}

function hasCurrent(path: string): boolean {
  return statSync(join(path, 'CURRENT'), { throwIfNoEntry: false }) !== undefined;
}

/** A table or a log; neither is made before CURRENT is. */
function oneWritten(path: string): string | undefined {
  return readdirSync(path).find((name) => /^\d{6,}\.(?:ldb|log)$/.test(name));
}

function openError(path: string, error: unknown): LiuhenError {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const { code } = cause as { code?: unknown };
  if (code === 'LEVEL_LOCKED') {
    return new LiuhenError('LIUHEN_LOCKED', `${path} is in use by another process`, {
      cause: error,
      next: 'an agent is running on this data folder: talk to it, or stop it first',
    });
  }
  return storageError(`open ${path}`, cause);
}

/** A failed read or write as LIUHEN_STORAGE_FULL or LIUHEN_STORAGE_IO. */
export function storageError(what: string, error: unknown): LiuhenError {
  const full = systemCodeOf(error) === 'ENOSPC' || /no space left/i.test(messageOf(error));
  return new LiuhenError(full ? 'LIUHEN_STORAGE_FULL' : 'LIUHEN_STORAGE_IO', `${what}: ${messageOf(error)}`, {
    cause: error,
    next: full ? 'free space on this disk; recording goes on by itself' : 'check the disk (dmesg, smartctl)',
  });
}

/** Numbers in keys, padded so that their order as text is their order. */
export function padded(n: number, digits = 16): string {
  return String(n).padStart(digits, '0');
}
