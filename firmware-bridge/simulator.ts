import { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { systemTimers, type Timers } from '../drivers/timers.js';
import { type FirmwareImage, readFirmwareImage } from './image.js';
import { type FirmwareKey, verifyFirmwareImage } from './image-signature.js';
import type { GroupHandlers } from './simulator-answer.js';
import { BoardGroup } from './simulator-board-group.js';
import { type BootResult, boot } from './simulator-boot.js';
import { Faults } from './simulator-faults.js';
import { ERASED, SimulatedFlash } from './simulator-flash.js';
import { factoryImage } from './simulator-image.js';
import { ImageGroup } from './simulator-image-group.js';
import { simulatedLine } from './simulator-line.js';
import { BoardClock, osGroup } from './simulator-os-group.js';
import { SimulatedServer } from './simulator-server.js';
import { GROUP } from './smp-error.js';

export interface SimulatorOptions {
  /** Holds the flash. The same folder again is the same board after a power loss. */
  folder: string;
  slotBytes?: number;
  sectorBytes?: number;
  /** The one buffer that the server has for a request (OS params `buf_size`). Default 1024. */
  bufferBytes?: number;
  /** How long a start takes, beside a swap. Default 0. */
  bootMs?: number;
  /** How long each of the three steps takes that move a sector. Default 0. */
  swapStepMs?: number;
  /** The line's pace; as fast as it goes when left out. */
  baudRate?: number;
  /** What the bootloader checks signatures with. Without it an image needs only its hash. */
  key?: FirmwareKey;
  /** What a new board runs; signed by `key` where there is one. Default: an unsigned image 1.0.0. */
  image?: Uint8Array;
  timers?: Timers;
}

interface SimulatorEvents {
  booted: [result: BootResult];
  outputs: [];
  attention: [active: boolean];
}

/** A reset took over while this start was under way. */
class Overtaken extends Error {}

/** A microcontroller with bootloader, MCUmgr's server and the board's own group, behind a serial line. */
export class BoardSimulator extends EventEmitter<SimulatorEvents> {
  readonly board: BoardGroup;
  readonly faults = new Faults();
  readonly flash: SimulatedFlash;
  readonly #options: SimulatorOptions;
  readonly #timers: Timers;
  readonly #clock = new BoardClock();
  #groups: Record<number, GroupHandlers> = {};
  #running: FirmwareImage | undefined;
  /** Which start this is, and whether it has come so far that the server listens. */
  #start = 0;
  #awake = false;
  #resetAsked = false;

  /**
   * The board in `options.folder`, or a new one; it is without power until {@link powerOn}.
   * @throws LiuhenError LIUHEN_FIRMWARE_IMAGE when a new board is given an image that it would not run.
   */
  constructor(options: SimulatorOptions) {
    super();
    this.#options = options;
    this.#timers = options.timers ?? systemTimers;
    this.flash = new SimulatedFlash(options.folder, options);
    if (this.flash.read('primary', 0, 4).every((byte) => byte === ERASED)) this.#flashNewBoard();
    this.board = new BoardGroup(this.#clock, this.#timers);
    this.board.onOutputs = () => this.emit('outputs');
    this.board.onAttention = (active) => this.emit('attention', active);
  }

  /** What runs; undefined while it starts, hangs, or when the primary slot holds nothing that may run. */
  get running(): FirmwareImage | undefined {
    return this.#awake ? this.#running : undefined;
  }

  /** Starts, as after a reset or when power comes back: memory is empty, flash is as it was. Resolves when it runs. */
  async powerOn(): Promise<void> {
    const start = ++this.#start;
    this.#awake = false;
    this.#resetAsked = false;
    this.board.reset();
    try {
      const { key, bootMs = 0, swapStepMs = 0 } = this.#options;
      const result = await boot(this.flash, key, () => this.#pass(swapStepMs, start));
      await this.#pass(bootMs, start);
      this.#groups = this.#newGroups(result.running?.header.version ?? '');
      this.#running = result.running;
      const hangs = result.swapped !== 'none' && this.faults.strike('hang-after-swap') !== undefined;
      this.#awake = result.running !== undefined && !hangs;
      this.emit('booted', result);
    } catch (error) {
      if (!(error instanceof Overtaken)) throw error;
    }
  }

  /** Speaks SMP over these bytes until they end. The host sees no difference between starts but silence. */
  serve(stream: Duplex): void {
    const line = simulatedLine(stream, this.#options.baudRate, this.#timers);
    let start = -1;
    let server: SimulatedServer | undefined;
    line.onData((bytes) => {
      if (!this.#awake) return;
      if (server === undefined || start !== this.#start) {
        start = this.#start;
        server = new SimulatedServer(line, {
          groups: this.#groups,
          bufferBytes: this.#bufferBytes,
          faults: this.faults,
          timers: this.#timers,
          awake: () => this.#awake && start === this.#start,
          answered: () => {
            if (this.#resetAsked) void this.powerOn();
          },
        });
      }
      server.receive(bytes);
    });
    stream.on('error', () => stream.destroy());
  }

  /** Power off for good. */
  close(): void {
    this.#start++;
    this.#awake = false;
    this.board.reset();
    this.flash.close();
  }

  get #bufferBytes(): number {
    return this.#options.bufferBytes ?? 1024;
  }

  #flashNewBoard(): void {
    const { image: bytes = factoryImage(), key } = this.#options;
    const image = readFirmwareImage(bytes);
    if (key !== undefined) verifyFirmwareImage(image, key);
    // The first bytes last: without them the slot still counts as empty.
    this.flash.write('primary', 4, image.bytes.subarray(4));
    this.flash.write('primary', 0, image.bytes.subarray(0, 4));
  }

  #newGroups(version: string): Record<number, GroupHandlers> {
    const images = new ImageGroup(this.flash);
    images.onChunk = (offset) => {
      const struck = this.faults.strike('reset-in-upload', ({ atBytes }) => offset >= atBytes);
      if (struck !== undefined) void this.powerOn();
    };
    const reset = () => {
      this.#resetAsked = true;
    };
    const os = osGroup({
      bufferBytes: this.#bufferBytes,
      bufferCount: 1,
      clock: this.#clock,
      version,
      reset,
    });
    return { [GROUP.os]: os, [GROUP.image]: images.handlers, [GROUP.board]: this.board.handlers };
  }

  async #pass(ms: number, start: number): Promise<void> {
    if (ms === 0) await nextTurn();
    else await new Promise<void>((resolve) => this.#timers.start(ms, resolve));
    if (start !== this.#start) throw new Overtaken();
  }
}
