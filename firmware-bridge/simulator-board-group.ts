import { PatternPlayer } from '../drivers/output-pattern.js';
import type { Timers } from '../drivers/timers.js';
import {
  BOARD_COMMAND,
  type BoardOutputs,
  type BoardStatus,
  decodeOutputs,
  decodeTime,
  encodeOutputs,
  encodeStatus,
  encodeTime,
} from './board-wire.js';
import { type GroupHandlers, Refusal } from './simulator-answer.js';
import type { BoardClock } from './simulator-os-group.js';
import { SMP_RC } from './smp-error.js';
import type { SmpData } from './smp-message.js';

/** What a person or the weather can do to a board. */
export type BoardWorld = Omit<BoardStatus, 'openings' | 'uptimeMs'>;

/** All but voltage and temperature, which never stand still. */
const TOLD_AT_ONCE = [
  'batteryPercent',
  'charging',
  'coverOpen',
  'storageDoorOpen',
  'simDoorOpen',
  'supply',
] as const satisfies readonly (keyof BoardWorld)[];

const OUTPUTS = ['indicator', 'buzzer', 'vibration'] as const;
type Output = (typeof OUTPUTS)[number];

/** One that stands on a desk: charged, closed, at room temperature, on its battery. */
const AT_REST: BoardWorld = {
  batteryMillivolts: 3900,
  batteryPercent: 80,
  charging: false,
  temperatureCelsius: 24.5,
  coverOpen: false,
  storageDoorOpen: false,
  simDoorOpen: false,
  supply: 'battery',
};

/** User group 64: what the board sees, and what it plays on its outputs. */
export class BoardGroup {
  readonly handlers: GroupHandlers;
  onOutputs: () => void = () => {};
  onAttention: (active: boolean) => void = () => {};
  readonly #clock: BoardClock;
  readonly #timers: Timers;
  #world = AT_REST;
  #players!: Record<Output, PatternPlayer>;
  #levels!: Record<Output, boolean>;
  #openings!: BoardStatus['openings'];
  #startedMs!: number;
  /** The newest, as it came; its id is that of the last one played. */
  #order!: SmpData;
  #attention = false;
  #cancelHold: () => void = () => {};

  constructor(clock: BoardClock, timers: Timers) {
    this.#clock = clock;
    this.#timers = timers;
    this.#begin();
    this.handlers = {
      [BOARD_COMMAND.status]: { read: () => this.#readStatus() },
      [BOARD_COMMAND.outputs]: {
        read: () => this.#order,
        write: (data) => this.#play(data),
      },
      [BOARD_COMMAND.time]: { read: () => this.#readTime(), write: (data) => this.#setTime(data) },
    };
  }

  get status(): BoardStatus {
    return { ...this.#world, openings: { ...this.#openings }, uptimeMs: performance.now() - this.#startedMs };
  }

  /** What is played at this moment. */
  get outputs(): BoardOutputs {
    const { indicator, buzzer, vibration } = this.#players;
    return { indicator: indicator.playing, buzzer: buzzer.playing, vibration: vibration.playing };
  }

  /** Whether each output is driven at this moment. */
  get levels(): Record<Output, boolean> {
    return { ...this.#levels };
  }

  /** The line that says "poll me": active from a change until the status is read. */
  get attention(): boolean {
    return this.#attention;
  }

  /** Changes what the board sees, and raises attention when it is something to be told at once. */
  set(change: Partial<BoardWorld>): void {
    const before = this.#world;
    this.#world = { ...before, ...change };
    if (!before.coverOpen && this.#world.coverOpen) this.#openings.cover++;
    if (!before.storageDoorOpen && this.#world.storageDoorOpen) this.#openings.storageDoor++;
    if (!before.simDoorOpen && this.#world.simDoorOpen) this.#openings.simDoor++;
    if (TOLD_AT_ONCE.some((key) => before[key] !== this.#world[key])) this.raiseAttention(true);
  }

  raiseAttention(active: boolean): void {
    if (this.#attention === active) return;
    this.#attention = active;
    this.onAttention(active);
  }

  /** The microcontroller starts again: silent outputs, counts from zero. */
  reset(): void {
    this.#silence();
    this.#begin();
    this.raiseAttention(false);
  }

  #begin(): void {
    this.#levels = { indicator: false, buzzer: false, vibration: false };
    const player = (output: Output) =>
      new PatternPlayer(
        {
          write: (active) => {
            this.#levels[output] = active;
          },
        },
        this.#timers,
      );
    this.#players = {
      indicator: player('indicator'),
      buzzer: player('buzzer'),
      vibration: player('vibration'),
    };
    this.#openings = { cover: 0, storageDoor: 0, simDoor: 0 };
    this.#startedMs = performance.now();
    this.#order = encodeOutputs(0, { indicator: 'off', buzzer: 'off', vibration: 'off' });
  }

  #readStatus(): SmpData {
    this.raiseAttention(false);
    return encodeStatus(this.status);
  }

  #play(data: SmpData): SmpData {
    const { id, outputs, holdMs } = readable(() => decodeOutputs(data));
    this.#cancelHold();
    if (holdMs > 0) this.#cancelHold = this.#timers.start(holdMs, () => this.#lapse());
    const again = id === this.#order.id;
    this.#order = encodeOutputs(id, outputs, holdMs);
    if (again) return {};
    for (const output of OUTPUTS) this.#players[output].play(outputs[output]);
    this.onOutputs();
    return {};
  }

  /** Nobody stands behind the last order any more. */
  #lapse(): void {
    this.#silence();
    this.onOutputs();
  }

  #silence(): void {
    this.#cancelHold();
    for (const output of OUTPUTS) this.#players[output].stop();
  }

  #readTime(): SmpData {
    const { utcMs } = this.#clock;
    if (utcMs === undefined) throw new Refusal(SMP_RC.noEntry);
    return encodeTime(utcMs);
  }

  #setTime(data: SmpData): SmpData {
    this.#clock.set(readable(() => decodeTime(data)));
    return {};
  }
}

function readable<T>(decode: () => T): T {
  try {
    return decode();
  } catch {
    throw new Refusal(SMP_RC.invalid);
  }
}
