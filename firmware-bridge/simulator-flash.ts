import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** The two slots of an image, and the sector that a swap goes through. */
export type FlashArea = 'primary' | 'secondary' | 'scratch';
export const ERASED = 0xff;

const stateSchema = z.strictObject({
  /** What the next boot does with the secondary slot. */
  pending: z.enum(['test', 'permanent']).nullable(),
  /** Whether the image in the primary slot stays there. */
  confirmed: z.boolean(),
  /** A swap under way: it has `steps` of three a sector behind it. */
  swap: z
    .strictObject({
      kind: z.enum(['test', 'permanent', 'revert']),
      sectors: z.int().min(0),
      steps: z.int().min(0),
    })
    .nullable(),
});

/** What MCUboot keeps in the slots' trailers. */
export type BootState = z.infer<typeof stateSchema>;

/**
 * A flash in files, so that it outlives the process that simulates the microcontroller. Every write is there when the call returns and
 * survives a kill -9 at any instant; the boot state is replaced whole.
 */
export class SimulatedFlash {
  readonly slotBytes: number;
  readonly sectorBytes: number;
  readonly #folder: string;
  readonly #files: Record<FlashArea, number>;
  #state: BootState;

  constructor(folder: string, { slotBytes = 256 * 1024, sectorBytes = 4096 } = {}) {
    this.slotBytes = slotBytes;
    this.sectorBytes = sectorBytes;
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
    this.#files = {
      primary: this.#open('primary', slotBytes),
      secondary: this.#open('secondary', slotBytes),
      scratch: this.#open('scratch', sectorBytes),
    };
    const file = join(folder, 'boot.json');
    this.#state = existsSync(file)
      ? stateSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
      : { pending: null, confirmed: true, swap: null };
  }

  get state(): BootState {
    return this.#state;
  }

  /** Replaces the boot state: after a power loss there is the old one or the new one. */
  save(state: BootState): void {
    const file = join(this.#folder, 'boot.json');
    writeFileSync(`${file}.new`, JSON.stringify(state));
    renameSync(`${file}.new`, file);
    this.#state = state;
  }

  read(area: FlashArea, from = 0, length = this.#size(area) - from): Buffer {
    const bytes = Buffer.alloc(length);
    readSync(this.#files[area], bytes, 0, length, from);
    return bytes;
  }

  write(area: FlashArea, at: number, bytes: Uint8Array): void {
    writeSync(this.#files[area], bytes, 0, bytes.length, at);
  }

  erase(area: FlashArea): void {
    this.write(area, 0, Buffer.alloc(this.#size(area), ERASED));
  }

  copySector(from: FlashArea, fromSector: number, to: FlashArea, toSector: number): void {
    this.write(
      to,
      toSector * this.sectorBytes,
      this.read(from, fromSector * this.sectorBytes, this.sectorBytes),
    );
  }

  close(): void {
    for (const file of Object.values(this.#files)) closeSync(file);
  }

  #size(area: FlashArea): number {
    return area === 'scratch' ? this.sectorBytes : this.slotBytes;
  }

  #open(area: FlashArea, size: number): number {
    const path = join(this.#folder, `${area}.bin`);
    if (!existsSync(path)) {
      writeFileSync(`${path}.new`, Buffer.alloc(size, ERASED));
      renameSync(`${path}.new`, path);
    }
    return openSync(path, 'r+');
  }
}
