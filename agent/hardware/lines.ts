import { LiuhenError, messageOf } from '../../config/errors.js';
import { Button } from '../../drivers/button.js';
import type { Gpio, GpioLineName, GpioOutput } from '../../drivers/gpio-port.js';
import { PatternPlayer } from '../../drivers/output-pattern.js';
import type { Timers } from '../../drivers/timers.js';
import type { LineSeen, PieceName, Pieces } from './pieces.js';
import type { HardwareSignals, OutputName } from './signals.js';

/** How long until a line that could not be had, or was lost, is tried again. */
const RETRY_MS = 10_000;

/** How often a line is read: the kernel wakes nobody for one that is gone. */
const LOOK_MS = 10_000;

interface OpenPiece {
  close(): void;
  /** Reads the line, which finds out that it is gone. */
  seen(): LineSeen;
}

/** Opens a piece on its line. */
type OpenLine = (gpio: Gpio) => OpenPiece;

/** Keeps lines open: one that cannot be had or is lost is told once and tried again. */
export class Lines {
  readonly #pieces: Pieces;
  readonly #timers: Timers;
  readonly #open = new Map<PieceName, OpenPiece>();
  readonly #retries = new Map<PieceName, () => void>();
  readonly #names = new Map<PieceName, GpioLineName>();
  readonly #attempts = new Map<PieceName, () => void>();
  readonly #gpio: Gpio;
  #cancelLook: () => void;
  #closed = false;

  constructor(gpio: Gpio, pieces: Pieces, timers: Timers) {
    this.#gpio = gpio;
    this.#pieces = pieces;
    this.#timers = timers;
    this.#cancelLook = timers.start(LOOK_MS, () => this.#look());
  }

  keep(piece: PieceName, line: GpioLineName, open: OpenLine): void {
    this.#names.set(piece, line);
    const { chip, line: offset } = line;
    const attempt = () => {
      this.#retries.delete(piece);
      if (this.#closed) return;
      try {
        const opened = open(this.#gpio);
        // Lost as it was opened.
        if (this.#retries.has(piece)) return opened.close();
        this.#open.set(piece, opened);
        this.#pieces.works(piece, `${chip} line ${offset}`, () => opened.seen());
      } catch (error) {
        const next = error instanceof LiuhenError ? error.next : undefined;
        this.#pieces.absent(piece, messageOf(error), next);
        this.#retries.set(piece, this.#timers.start(RETRY_MS, attempt));
      }
    };
    this.#attempts.set(piece, attempt);
    attempt();
  }

  /** A line no longer answers, as when its chip was unplugged. */
  lost({ chip, line }: GpioLineName, error: LiuhenError): void {
    for (const [piece, name] of this.#names) {
      if (name.chip !== chip || name.line !== line) continue;
      this.#pieces.absent(piece, error.message, error.next);
      this.#open.get(piece)?.close();
      this.#open.delete(piece);
      const attempt = this.#attempts.get(piece);
      if (attempt !== undefined && !this.#closed) {
        this.#retries.set(piece, this.#timers.start(RETRY_MS, attempt));
      }
    }
  }

  #look(): void {
    for (const piece of [...this.#open.values()]) piece.seen();
    if (!this.#closed) this.#cancelLook = this.#timers.start(LOOK_MS, () => this.#look());
  }

  close(): void {
    this.#closed = true;
    this.#cancelLook();
    for (const cancel of this.#retries.values()) cancel();
    for (const line of this.#open.values()) line.close();
    this.#open.clear();
  }
}

export interface ButtonLine {
  debounceMs: number;
  longMs: number;
  doubleMs: number;
  timers: Timers;
  onGesture: Parameters<Button['onGesture']>[0];
  onStuck: Parameters<Button['onStuck']>[0];
}

export function buttonOn(gpio: Gpio, name: GpioLineName, options: ButtonLine): OpenPiece {
  const { debounceMs, longMs, doubleMs, timers, onGesture, onStuck } = options;
  const line = gpio.input(name, { debounceMs });
  // The line is debounced already.
  const button = new Button(line, { settleMs: 0, longMs, doubleMs, timers });
  button.onGesture(onGesture);
  button.onStuck(onStuck);
  return {
    seen: () => ({ active: line.active }),
    close() {
      button.close();
      line.close();
    },
  };
}

/** A switch: its level is told at once and at each change. */
export function switchOn(
  gpio: Gpio,
  name: GpioLineName,
  debounceMs: number,
  told: (active: boolean) => void,
): OpenPiece {
  const line = gpio.input(name, { debounceMs });
  line.onChange(told);
  told(line.active);
  return {
    seen: () => ({ active: line.active }),
    close: () => line.close(),
  };
}

/** An output that plays patterns, and is dark and silent once closed. `tried`: it goes there and back once, as it is opened. */
export function outputOn(
  gpio: Gpio,
  line: GpioLineName,
  name: OutputName,
  { signals, timers, tried }: { signals: HardwareSignals; timers: Timers; tried: boolean },
): OpenPiece {
  const output = gpio.output(line);
  const toggles = tried ? { toggles: goesThereAndBack(output) } : {};
  let written = false;
  const write = (active: boolean) => {
    written = active;
    output.write(active);
  };
  const player = new PatternPlayer({ write }, timers);
  signals.add(name, player);
  return {
    seen() {
      const active = output.read();
      return { active, follows: active === written, ...toggles };
    },
    close() {
      signals.remove(name, player);
      player.stop();
      output.close();
    },
  };
}

function goesThereAndBack(output: GpioOutput): boolean {
  return [true, false].every((active) => {
    output.write(active);
    return output.read() === active;
  });
}
