import type { Config } from '../../config/load.js';
import type { Clock } from '../../drivers/clock.js';
import type { Timers } from '../../drivers/timers.js';
import type { Drivers } from '../hardware/drivers.js';
import { Lines, switchOn } from '../hardware/lines.js';
import type { Pieces, PiecesLog } from '../hardware/pieces.js';
import { openCardReader } from '../hardware/serial-pieces.js';
import type { LiveEvent } from './live.js';

export interface WindowHardwareParts {
  config: Config;
  drivers: Drivers;
  pieces: Pieces;
  clock: Clock;
  duty: { card(card: string): Promise<void>; awayButton(): Promise<void> };
  tell(event: LiveEvent): void;
  log: PiecesLog;
}

/** A press shorter than this is a bounce, a sleeve, or a plug that is pulled. */
const DEBOUNCE_MS = 50;
/** A presence sensor flickers at the edge of its range. */
const PRESENCE_DEBOUNCE_MS = 300;

/** Opens the card reader, the presence sensor and the away button that the configuration names; what is missing keeps nothing from starting. */
export async function openWindowHardware(parts: WindowHardwareParts): Promise<() => Promise<void>> {
  const { config, drivers, pieces, clock, duty, tell, log } = parts;
  const { presence, awayButton, sleepAfterMs } = config.kiosk;
  const { cardReader } = config.hardware;
  const undo: (() => void | Promise<void>)[] = [];
  if (cardReader !== undefined) {
    const { reader, link } = await openCardReader(cardReader, clock, { drivers, pieces, log });
    reader.onCard((card) => void duty.card(card));
    undo.push(() => link.close());
  }
  if (presence !== undefined || awayButton !== undefined) {
    const gpio = await drivers.gpio((name, error) => lines.lost(name, error));
    const lines = new Lines(gpio, pieces, drivers.timers);
    undo.push(() => lines.close());
    if (presence !== undefined) {
      const sleeper = new Sleeper(drivers.timers, sleepAfterMs, tell);
      undo.push(() => sleeper.stop());
      lines.keep('presence', presence, (from) =>
        switchOn(from, presence, PRESENCE_DEBOUNCE_MS, (there) => sleeper.sees(there)),
      );
    }
    if (awayButton !== undefined) {
      let wasDown: boolean | undefined;
      lines.keep('awayButton', awayButton, (from) =>
        switchOn(from, awayButton, DEBOUNCE_MS, (down) => {
          // The first level is that of a button that nobody has touched yet.
          if (wasDown === false && down) void duty.awayButton();
          wasDown = down;
        }),
      );
    }
  }
  return async () => {
    for (const step of undo.reverse()) await step();
  };
}

/** Lets the screen go dark when nobody stood before it for a while, and wakes it at once. */
export class Sleeper {
  readonly #timers: Timers;
  readonly #afterMs: number;
  readonly #tell: (event: LiveEvent) => void;
  #cancel: (() => void) | undefined;

  constructor(timers: Timers, afterMs: number, tell: (event: LiveEvent) => void) {
    this.#timers = timers;
    this.#afterMs = afterMs;
    this.#tell = tell;
  }

  sees(somebody: boolean): void {
    this.stop();
    if (somebody) this.#tell('wake');
    else this.#cancel = this.#timers.start(this.#afterMs, () => this.#tell('sleep'));
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
