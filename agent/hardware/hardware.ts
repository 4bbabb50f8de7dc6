import type { Config } from '../../config/load.js';
import type { Clock } from '../../drivers/clock.js';
import type { Fix, Gnss } from '../../drivers/gnss.js';
import type { PowerReading } from '../../drivers/power.js';
import type { BoardStatus } from '../../firmware-bridge/board.js';
import type { SmpClient } from '../../firmware-bridge/client.js';
import type { OfficerControls } from '../recorder/officer-controls.js';
import type { Door } from '../recorder/officer-state.js';
import { type OpenBoard, openBoard } from './board.js';
import type { Drivers } from './drivers.js';
import type { Identity } from './identity.js';
import { buttonOn, Lines, outputOn, switchOn } from './lines.js';
import type { PieceStatus, Pieces, PiecesLog } from './pieces.js';
import { isPowered, watchPower } from './power-watch.js';
import { openCardReader, openGnss } from './serial-pieces.js';
import { type HardwareSignals, OUTPUTS } from './signals.js';

export interface HardwareParts {
  drivers: Drivers;
  pieces: Pieces;
  signals: HardwareSignals;
  clock: Clock;
  /** What fixes are timed by: the machine's own clock, since `clock` asks the fixes. */
  machineClock: Clock;
  controls: Pick<OfficerControls, 'button' | 'door' | 'powerRead'>;
  identity: Pick<Identity, 'card'>;
  log: PiecesLog;
  /** Each output goes there and back once as it is opened, and what came of it is told. */
  tried?: boolean;
}

/** What is read of the battery; null is what nothing tells. */
export interface BatteryReading {
  percent: number | null;
  millivolts: number | null;
  charging: boolean | null;
  supply: 'battery' | 'external' | null;
}

export interface HardwareStatus {
  pieces: Record<string, PieceStatus>;
  battery: BatteryReading | null;
  temperatureCelsius: number | null;
  fix: { quality: string; latitude: number; longitude: number; satellites: number | null } | null;
}

const SWITCHES = [
  ['cover', 'cover', 'coverOpen'],
  ['storageDoor', 'storage-door', 'storageDoorOpen'],
  ['simDoor', 'sim-door', 'simDoorOpen'],
] as const satisfies readonly (readonly [string, Door, keyof BoardStatus])[];

/** The hardware that the configuration names, opened and joined to the officer's controls. Nothing that is missing keeps it from starting. */
export class Hardware {
  readonly #settings: Config['hardware'];
  readonly #parts: HardwareParts;
  readonly #undo: (() => void | Promise<void>)[] = [];
  #gnss: Gnss | undefined;
  #board: OpenBoard | undefined;
  #battery: PowerReading | undefined;

  private constructor(settings: Config['hardware'], parts: HardwareParts) {
    this.#settings = settings;
    this.#parts = parts;
  }

  /** Resolves when lines are open and ports are being opened. Never rejects because a piece is absent. */
  static async open(settings: Config['hardware'], parts: HardwareParts): Promise<Hardware> {
    const hardware = new Hardware(settings, parts);
    await hardware.#openBoard();
    await hardware.#openLines();
    await hardware.#openGnss();
    await hardware.#openCards();
    hardware.#watchPower();
    return hardware;
  }

  /** The microcontroller's SMP client; undefined where none is configured. */
  get client(): SmpClient | undefined {
    return this.#board?.client;
  }

  /** Where the device is; undefined without a fix of these seconds. */
  get fix(): Fix | undefined {
    return this.#gnss?.fix;
  }

  /** Undefined also while a board that is there to tell does not answer: what it told before may be hours old. */
  get battery(): PowerReading | undefined {
    return this.#unheard ? undefined : this.#battery;
  }

  get #unheard(): boolean {
    return this.#board?.board.contact?.heard === false;
  }

  status(): HardwareStatus {
    const { fix, battery } = this;
    return {
      pieces: this.#parts.pieces.status(),
      battery:
        battery === undefined || (battery.percent === undefined && battery.supply === undefined)
          ? null
          : {
              percent: battery.percent ?? null,
              millivolts: battery.millivolts ?? null,
              charging: battery.charging ?? null,
              supply: battery.supply ?? null,
            },
      temperatureCelsius: this.#unheard ? null : (this.#board?.board.status?.temperatureCelsius ?? null),
      fix:
        fix === undefined
          ? null
          : {
              quality: fix.quality,
              latitude: fix.position.latitude,
              longitude: fix.position.longitude,
              satellites: fix.position.satellites ?? null,
            },
    };
  }

  /** Lights go off, ports and lines are released. */
  async close(): Promise<void> {
    for (const step of this.#undo.reverse()) await step();
  }

  async #openBoard(): Promise<void> {
    const { board } = this.#settings;
    if (board === undefined) return;
    const opened = await openBoard(board, { ...this.#parts, onStatus: (status) => this.#boardSaw(status) });
    this.#board = opened;
    this.#undo.push(() => opened.close());
  }

  #boardSaw(status: BoardStatus): void {
    const { controls } = this.#parts;
    // A switch on a line of its own knows its door best.
    for (const [piece, door, open] of SWITCHES) {
      if (this.#settings[piece] === undefined) controls.door(door, status[open]);
    }
    this.#powerRead({
      percent: status.batteryPercent,
      millivolts: status.batteryMillivolts,
      charging: status.charging,
      supply: status.supply,
    });
  }

  #powerRead(reading: PowerReading): void {
    this.#battery = reading;
    this.#parts.controls.powerRead(reading.percent, isPowered(reading));
  }

  async #openLines(): Promise<void> {
    const settings = this.#settings;
    const { press, button, attention } = settings;
    const { drivers, pieces, signals, controls, tried = false } = this.#parts;
    const { timers } = drivers;
    const named = [
      button,
      attention,
      ...OUTPUTS.map((name) => settings[name]),
      ...SWITCHES.map(([name]) => settings[name]),
    ];
    if (named.every((line) => line === undefined)) return;
    const gpio = await drivers.gpio((name, error) => lines.lost(name, error));
    const lines = new Lines(gpio, pieces, timers);
    this.#undo.push(() => lines.close());
    for (const name of OUTPUTS) {
      const line = settings[name];
      if (line !== undefined)
        lines.keep(name, line, (from) => outputOn(from, line, name, { signals, timers, tried }));
    }
    if (button !== undefined) {
      const onStuck = (stuck: boolean) => pieces.note('button', stuck ? 'stuck' : 'free', {});
      const onGesture = controls.button.bind(controls);
      lines.keep('button', button, (from) =>
        buttonOn(from, button, { ...press, timers, onGesture, onStuck }),
      );
    }
    for (const [piece, door] of SWITCHES) {
      const line = settings[piece];
      if (line === undefined) continue;
      lines.keep(piece, line, (from) =>
        switchOn(from, line, press.debounceMs, (open) => controls.door(door, open)),
      );
    }
    if (attention !== undefined) {
      const attend = (active: boolean) => {
        if (active) this.#board?.board.attention();
      };
      lines.keep('attention', attention, (from) => switchOn(from, attention, 0, attend));
    }
  }

  async #openGnss(): Promise<void> {
    const { gnss: port } = this.#settings;
    if (port === undefined) return;
    const { gnss, link } = await openGnss(port, this.#parts.machineClock, this.#parts);
    this.#gnss = gnss;
    this.#undo.push(() => link.close());
  }

  async #openCards(): Promise<void> {
    const { cardReader: port } = this.#settings;
    if (port === undefined) return;
    const { clock, identity } = this.#parts;
    const { reader, link } = await openCardReader(port, clock, this.#parts);
    reader.onCard((card) => identity.card(card));
    this.#undo.push(() => link.close());
  }

  #watchPower(): void {
    if (this.#settings.board !== undefined) return;
    const { drivers } = this.#parts;
    const { pollMs } = this.#settings.battery;
    this.#undo.push(
      watchPower(
        () => drivers.power(),
        (reading) => this.#powerRead(reading),
        pollMs,
        drivers.timers,
      ),
    );
  }
}
