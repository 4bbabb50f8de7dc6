import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { syncFolder } from '../journal/epoch-keys.js';
import { takeFileName } from '../journal/manifest.js';
import { exists, makeFolder } from './durable-file.js';
import type { Place } from './footage-view.js';
import { recordingFolder } from './layout.js';

/** The MP4 files of one device, one a take. They are sparse until every fragment is there. */
export class FootageFiles {
  readonly #deviceFolder: string;
  readonly #open = new Map<string, FileHandle>();

  constructor(deviceFolder: string) {
    this.#deviceFolder = deviceFolder;
  }

  /** Whether a take's file is there; one that is open counts, whatever its folder says. */
  async has({ recording, take }: Pick<Place, 'recording' | 'take'>): Promise<boolean> {
    const path = this.#pathOf(recording, take);
    return this.#open.has(path) || (await exists(path));
  }

  /** Writes a piece at its place. Nothing is durable before `sync`; writing it again changes nothing. */
  async write({ recording, take, offset }: Place, bytes: readonly Buffer[]): Promise<void> {
    const file = await this.#fileOf(recording, take);
    let position = offset;
    let left = [...bytes];
    while (left.length > 0) {
      const { bytesWritten } = await file.writev(left, position);
      position += bytesWritten;
      left = after(left, bytesWritten);
    }
  }

  /** When this resolves, everything written before the call survives a power cut. */
  async sync(): Promise<void> {
    const files = [...this.#open.values()];
    this.#open.clear();
    const results = await Promise.allSettled(
      files.map(async (file) => {
        try {
          await file.datasync();
        } finally {
          await file.close();
        }
      }),
    );
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  #pathOf(recording: number, take: number): string {
    return join(recordingFolder(this.#deviceFolder, recording), takeFileName(take));
  }

  async #fileOf(recording: number, take: number): Promise<FileHandle> {
    const path = this.#pathOf(recording, take);
    const folder = dirname(path);
    const opened = this.#open.get(path);
    if (opened !== undefined) return opened;
    await makeFolder(folder);
    // Never O_TRUNC: what earlier runs wrote and marked durable stays.
    const file = await open(path, constants.O_RDWR | constants.O_CREAT, 0o644);
    this.#open.set(path, file);
    await syncFolder(folder);
    return file;
  }
}

function after(buffers: readonly Buffer[], written: number): Buffer[] {
  let skip = written;
  const left: Buffer[] = [];
  for (const buffer of buffers) {
    if (skip < buffer.length) left.push(buffer.subarray(skip));
    skip = Math.max(0, skip - buffer.length);
  }
  return left;
}
