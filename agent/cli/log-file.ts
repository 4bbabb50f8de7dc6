import { closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolders } from '../../config/make-folders.js';

/** So much is kept in the file, and as much in the one before it. */
export const MAX_LOG_BYTES = 8 * 1024 * 1024;

/** Where the file before a log file is. */
export function earlierLog(path: string): string {
  return `${path}.1`;
}

/** A log in a file of bounded size. A disk that takes nothing costs lines and never the program. */
export class LogFile {
  readonly #path: string;
  readonly #maxBytes: number;
  #file: number | undefined;
  #bytes = 0;

  constructor(path: string, maxBytes = MAX_LOG_BYTES) {
    this.#path = path;
    this.#maxBytes = maxBytes;
  }

  write(line: string): void {
    try {
      if (this.#file !== undefined && this.#bytes >= this.#maxBytes) this.#beginAnew();
      this.#file ??= this.#open();
      this.#bytes += writeSync(this.#file, line);
    } catch {
      // The same line went to stderr.
    }
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #open(): number {
    makeFolders(dirname(this.#path));
    const file = openSync(this.#path, 'a', 0o640);
    this.#bytes = fstatSync(file).size;
    return file;
  }

  #beginAnew(): void {
    this.close();
    renameSync(this.#path, earlierLog(this.#path));
  }
}
