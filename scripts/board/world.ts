import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { BoardSimulator } from '../../firmware-bridge/simulator.js';
import { type Place, receiveAt } from './gnss-receiver.js';
import type { BoardOptions, VirtualBoard } from './virtual-board.js';

/** What the lines of the board's GPIO chip are soldered to. */
export const LINES = {
  button: 0,
  light: 1,
  buzzer: 2,
  vibration: 3,
  cover: 4,
  storageDoor: 5,
  simDoor: 6,
  attention: 7,
} as const;

const SOMEWHERE: Place = { latitude: 39.9042, longitude: 116.4074 };

/** What is around a board: its microcontroller, satellites, and people with cards. */
export class World {
  readonly microcontroller: BoardSimulator;
  readonly #flash: string;
  #reader: Duplex | undefined;

  constructor() {
    this.#flash = mkdtempSync(join(tmpdir(), 'liuhen-board-flash-'));
    mkdirSync(this.#flash, { recursive: true });
    this.microcontroller = new BoardSimulator({ folder: this.#flash, baudRate: 115_200 });
  }

  /** The other ends of the board's serial ports. The microcontroller gets its power with the board. */
  get serial(): NonNullable<BoardOptions['serial']> {
    return {
      microcontroller: (wire) => {
        void this.microcontroller.powerOn();
        this.microcontroller.serve(wire);
      },
      gnss: (wire) => receiveAt(SOMEWHERE, wire),
      cardReader: (wire) => {
        this.#reader = wire;
      },
    };
  }

  /** Solders the microcontroller's attention line to the board. */
  solder(board: VirtualBoard): void {
    this.microcontroller.on('attention', (active) => {
      const moved = active ? board.press(LINES.attention) : board.release(LINES.attention);
      // A board without power feels nothing.
      moved.catch(() => {});
    });
  }

  /** Holds a card to the reader: `card` is 10 hex digits. An RDM6300 repeats its frame while the card is there. */
  showCard(card: string): void {
    const checksum = Buffer.from(card, 'hex').reduce((xor, byte) => xor ^ byte, 0);
    const frame = `\x02${card}${checksum.toString(16).toUpperCase().padStart(2, '0')}\x03`;
    this.#reader?.write(frame.repeat(3));
  }

  close(): void {
    this.microcontroller.close();
    rmSync(this.#flash, { recursive: true, force: true });
  }
}
