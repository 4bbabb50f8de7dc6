import { dirname, join } from 'node:path';
import { syncFolder } from '../journal/epoch-keys.js';
import { takeFileName } from '../journal/manifest.js';
import { exists, makeFolder } from './durable-file.js';
import { FootageFile } from './footage-file.js';
import type { Place } from './footage-view.js';
import { recordingFolder } from './layout.js';
import type { Staging } from './staging.js';

/** The MP4 files of one device, one a take. They are sparse until every fragment is there. */
export class FootageFiles {
  readonly #deviceFolder: string;
  readonly #staging: Staging;
  readonly #open = new Map<string, FootageFile>();

  constructor(deviceFolder: string, staging: Staging) {
    this.#deviceFolder = deviceFolder;
    this.#staging = staging;
  }

  /** Whether a take's file is there; one that is open counts, whatever its folder says. */
  async has({ recording, take }: Pick<Place, 'recording' | 'take'>): Promise<boolean> {
    const path = this.#pathOf(recording, take);
    return this.#open.has(path) || (await exists(path));
  }

  /** Writes a piece at its place. Nothing is durable before `sync`; writing it again changes nothing. */
  async write({ recording, take, offset }: Place, bytes: readonly Buffer[]): Promise<void> {
    const file = await this.#fileOf(recording, take);
    await file.write(bytes, offset);
  }

  /** When this resolves, everything written before the call survives a power cut. */
  async sync(): Promise<void> {
    const files = [...this.#open.values()];
    this.#open.clear();
    const results = await Promise.allSettled(files.map((file) => file.close()));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  #pathOf(recording: number, take: number): string {
    return join(recordingFolder(this.#deviceFolder, recording), takeFileName(take));
  }

  async #fileOf(recording: number, take: number): Promise<FootageFile> {
    const path = this.#pathOf(recording, take);
    const folder = dirname(path);
    const opened = this.#open.get(path);
    if (opened !== undefined) return opened;
    await makeFolder(folder);
    const file = await FootageFile.open(path, this.#staging);
    this.#open.set(path, file);
    await syncFolder(folder);
    return file;
  }
}
