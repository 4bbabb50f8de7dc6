import type { Drivers } from '../../agent/hardware/drivers.js';
import { LiuhenError } from '../../config/errors.js';
import type { Gpio, GpioInput, GpioLineName, GpioOutput } from '../../drivers/gpio-port.js';
import type { PowerReading } from '../../drivers/power.js';
import type { SerialOptions } from '../../drivers/serial.js';
import { portText } from '../../drivers/serial-port.js';
import type { Timers } from '../../drivers/timers.js';
import { ScriptedLink } from './scripted-link.js';

export const NO_POWER: PowerReading = {
  percent: undefined,
  millivolts: undefined,
  charging: undefined,
  supply: undefined,
};

/** A line in memory: read by the agent and set by the test, or the other way round. */
export class MemoryLine {
  active = false;
  /** Each level that was written. */
  readonly written: boolean[] = [];
  listeners: ((active: boolean) => void)[] = [];
  open = false;
  /** Something holds an output where it is, whatever is written. */
  held = false;

  set(active: boolean): void {
    if (active === this.active) return;
    this.active = active;
    for (const listener of [...this.listeners]) listener(active);
  }
}

/** GPIO lines in memory, by their offset. A chip can be missing, and lost. */
export class MemoryGpio implements Gpio {
  readonly lines = new Map<number, MemoryLine>();
  missing = false;
  onLost: (name: GpioLineName, error: LiuhenError) => void = () => {};

  line(offset: number): MemoryLine {
    const line = this.lines.get(offset) ?? new MemoryLine();
    this.lines.set(offset, line);
    return line;
  }

  input({ chip, line: offset }: GpioLineName): GpioInput {
    const line = this.#open(chip, offset);
    return {
      get active() {
        return line.active;
      },
      onChange: (listener) => line.listeners.push(listener),
      close: () => {
        line.listeners = [];
        line.open = false;
      },
    };
  }

  output({ chip, line: offset }: GpioLineName): GpioOutput {
    const line = this.#open(chip, offset);
    const write = (active: boolean) => {
      if (!line.held) line.active = active;
      line.written.push(active);
    };
    write(false);
    return {
      write,
      read: () => line.active,
      close: () => {
        write(false);
        line.open = false;
      },
    };
  }

  lose(chip: string, line: number): void {
    this.onLost({ chip, line }, new LiuhenError('LIUHEN_GPIO', `gpio: ${chip} line ${line} is gone`));
  }

  #open(chip: string, offset: number): MemoryLine {
    if (this.missing) throw new LiuhenError('LIUHEN_GPIO', `gpio: no chip ${chip}`, { next: 'plug it in' });
    const line = this.line(offset);
    line.open = true;
    return line;
  }
}

/** Every driver in memory, in the test's hands. */
export class MemoryDrivers implements Drivers {
  readonly gpioLines = new MemoryGpio();
  readonly links = new Map<string, ScriptedLink>();
  readonly opened: SerialOptions[] = [];
  reading: PowerReading = NO_POWER;
  timers: Timers;

  constructor(timers: Timers) {
    this.timers = timers;
  }

  async gpio(onLost: (name: GpioLineName, error: LiuhenError) => void): Promise<Gpio> {
    this.gpioLines.onLost = onLost;
    return this.gpioLines;
  }

  serial: Drivers['serial'] = async (options) => {
    this.opened.push(options);
    return this.link(portText(options.port));
  };

  async power(): Promise<PowerReading> {
    return this.reading;
  }

  link(port: string): ScriptedLink {
    const link = this.links.get(port) ?? new ScriptedLink();
    this.links.set(port, link);
    return link;
  }
}
