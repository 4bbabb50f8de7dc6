import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { truncate, writeFile } from 'node:fs/promises';
import { host } from './command.js';

const SECTOR_BYTES = 512;

/** What a power cut did to the sectors that were written and not flushed. */
export interface PowerLoss {
  keptSectors: number;
  lostSectors: number;
}

/**
 * A disk as they are sold: what is written sits in a cache until a flush, and a power cut takes any part of that cache, sector by
 * sector, whatever the order of the writes was. A file on the host holds what is flushed.
 */
export class Disk {
  readonly sizeBytes: number;
  readonly #file: number;
  /** Written and not flushed, by sector number. */
  readonly #cache = new Map<number, Buffer>();
  /** To be called, without power from then on, when so many more writes have come. */
  #cut: { writes: number; done(): void } | undefined;
  #powered = true;

  constructor(path: string) {
    this.#file = openSync(path, 'r+');
    this.sizeBytes = fstatSync(this.#file).size;
  }

  /** While false nothing is answered, and nothing reaches the disk. */
  get powered(): boolean {
    return this.#powered;
  }

  /** Resolves when the power has gone with the so many-th write from now. */
  cutAtWrite(writes: number): Promise<void> {
    return new Promise((done) => {
      this.#cut = { writes, done };
    });
  }

  /** Throws RangeError outside the disk, as all others here. */
  read(offset: number, length: number): Buffer {
    this.#require(offset, length);
    const bytes = Buffer.alloc(length);
    readSync(this.#file, bytes, 0, length, offset);
    const first = offset / SECTOR_BYTES;
    for (let at = 0; at < length / SECTOR_BYTES; at++) {
      this.#cache.get(first + at)?.copy(bytes, at * SECTOR_BYTES);
    }
    return bytes;
  }

  write(offset: number, bytes: Buffer): void {
    this.#require(offset, bytes.length);
    for (let at = 0; at < bytes.length; at += SECTOR_BYTES) {
      this.#cache.set((offset + at) / SECTOR_BYTES, Buffer.from(bytes.subarray(at, at + SECTOR_BYTES)));
    }
    if (this.#cut === undefined || --this.#cut.writes > 0) return;
    this.#powered = false;
    this.#cut.done();
    this.#cut = undefined;
  }

  /** What was written before is safe when this returns. */
  flush(): void {
    for (const sector of [...this.#cache.keys()]) this.#keep(sector);
  }

  powerOn(): void {
    this.#powered = true;
  }

  /** Off; each sector in the cache is kept with this probability, or lost. */
  losePower(keepProbability: number): PowerLoss {
    this.#powered = false;
    let keptSectors = 0;
    const sectors = [...this.#cache.keys()];
    for (const sector of sectors) {
      if (Math.random() >= keepProbability) continue;
      this.#keep(sector);
      keptSectors++;
    }
    this.#cache.clear();
    this.#cut = undefined;
    return { keptSectors, lostSectors: sectors.length - keptSectors };
  }

  close(): void {
    this.flush();
    closeSync(this.#file);
  }

  #keep(sector: number): void {
    const bytes = this.#cache.get(sector);
    if (bytes !== undefined) writeSync(this.#file, bytes, 0, bytes.length, sector * SECTOR_BYTES);
    this.#cache.delete(sector);
  }

  #require(offset: number, length: number): void {
    const whole = offset % SECTOR_BYTES === 0 && length % SECTOR_BYTES === 0;
    if (whole && offset >= 0 && length >= 0 && offset + length <= this.sizeBytes) return;
    throw new RangeError(
      `disk: expected whole sectors within ${this.sizeBytes} bytes, got ${length} at ${offset}`,
    );
  }
}

/** Writes an empty ext4 file system of so many bytes into a sparse file. */
export async function formatDisk(path: string, sizeBytes: number): Promise<void> {
  await writeFile(path, '');
  await truncate(path, sizeBytes);
  await host('env', ['PATH=/usr/sbin:/sbin:/usr/bin:/bin', 'mke2fs', '-q', '-F', '-t', 'ext4', path]);
}
