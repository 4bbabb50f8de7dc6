import type { LiuhenError } from '../config/errors.js';
import { GPIO_ROOT, lineNumber } from './gpio-chips.js';
import { busyHere, lost } from './gpio-errors.js';
import { OpenLine } from './gpio-line.js';
import { loadOnoff, type OnoffGpio } from './gpio-onoff.js';
import { type LineSetUp, openLine } from './gpio-open.js';
import type { Gpio, GpioLineName } from './gpio-port.js';

export interface SysfsGpioOptions {
  /** Where chips are looked up. Default /sys/class/gpio, where onoff always works. */
  root?: string;
  /**
   * Called once for a line that no longer answers, as when its chip was unplugged. The kernel wakes nobody for that: it
   * is found when the line is next read or written, so look at `active` now and then. Must not throw.
   */
  onLost?: (name: GpioLineName, error: LiuhenError) => void;
  /** Gives onoff's class, when the first line is opened. Default: from the package, if it is installed. */
  onoff?: () => OnoffGpio;
}

/**
 * GPIO lines by onoff over the kernel's sysfs. A line that is exported already is taken over, since a killed agent
 * leaves its lines so; that only one agent runs is for the lock of the data folder to see to. Outputs go inactive when the process ends
 * in any way but a signal that it does not take.
 */
export function sysfsGpio(options: SysfsGpioOptions = {}): Gpio {
  const { root = GPIO_ROOT, onLost = () => {}, onoff = loadOnoff } = options;
  const openNumbers = new Set<number>();
  const outputs = new Set<OpenLine>();
  /** A program that dies of a fault closes nothing, and what it drove would go on saying what was so before. */
  const goInactive = () => {
    for (const line of outputs) line.write(false);
  };

  function open(name: GpioLineName, setUp: Omit<LineSetUp, 'activeLow'>): OpenLine {
    const number = lineNumber(root, name);
    if (openNumbers.has(number)) throw busyHere(name);
    const line = openLine(onoff(), root, number, name, { ...setUp, activeLow: name.activeLow ?? false });
    openNumbers.add(number);
    const opened = new OpenLine(
      line,
      () => {
        openNumbers.delete(number);
        if (outputs.delete(opened) && outputs.size === 0) process.off('exit', goInactive);
      },
      (error) => onLost(name, lost(error, name)),
    );
    return opened;
  }

  return {
    input(name, { debounceMs }) {
      const line = open(name, { direction: 'in', edge: 'both', debounceMs });
      const listeners: ((active: boolean) => void)[] = [];
      let told = line.read();
      // onoff also calls when a line bounced and came back to where it was.
      line.watch((active) => {
        if (active === told) return;
        told = active;
        for (const listener of [...listeners]) listener(active);
      });
      return {
        get active() {
          return line.read();
        },
        onChange: (listener) => void listeners.push(listener),
        close: () => line.close(),
      };
    },

    output(name) {
      const inactive = name.activeLow ? 'high' : 'low';
      const line = open(name, { direction: inactive, edge: 'none', debounceMs: 0 });
      if (outputs.size === 0) process.on('exit', goInactive);
      outputs.add(line);
      return {
        write: (active) => line.write(active),
        read: () => line.read(),
        close() {
          line.write(false);
          line.close();
        },
      };
    },
  };
}
