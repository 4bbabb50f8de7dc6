import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { LiuhenError } from '../config/errors.js';
import type { GpioLineName } from './gpio-port.js';

/** Where the kernel's sysfs interface to GPIO lives (Documentation/admin-guide/gpio/sysfs.rst). */
export const GPIO_ROOT = '/sys/class/gpio';

/** A chip as the running kernel numbers it. */
export interface GpioChip {
  label: string;
  /** The device it belongs to, which tells two chips of one label apart: `gpio-sim.0`, `1-0020`. */
  device: string | undefined;
  /** The sysfs number of its line 0. Another kernel may give another. */
  base: number;
  lines: number;
}

/** The chips of this machine, in the order of their numbers. Throws LIUHEN_GPIO when there is no sysfs GPIO. */
export function gpioChips(root: string): GpioChip[] {
  if (statSync(join(root, 'export'), { throwIfNoEntry: false }) === undefined) {
    throw new LiuhenError('LIUHEN_GPIO', `gpio: expected ${root}/export, found no such file`, {
      next: 'run a kernel with CONFIG_GPIO_SYSFS=y (grep GPIO_SYSFS /boot/config-$(uname -r)), with /sys mounted',
    });
  }
  const chips = readdirSync(root)
    .filter((name) => /^gpiochip\d+$/.test(name))
    .flatMap((name) => chipAt(join(root, name)) ?? []);
  return chips.sort((a, b) => a.base - b.base);
}

/** The sysfs number of a line, as of now. Throws LIUHEN_GPIO where there is no such chip or line. */
export function lineNumber(root: string, { chip: wanted, line }: GpioLineName): number {
  const chips = gpioChips(root);
  const labelled = chips.filter(({ label }) => label === wanted);
  const found = labelled.length > 0 ? labelled : chips.filter(({ device }) => device === wanted);
  const [chip] = found;
  if (chip === undefined) {
    throw new LiuhenError('LIUHEN_GPIO', `gpio: expected a chip ${wanted}, found ${listed(chips)}`, {
      next:
        chips.length > 0
          ? 'name one of these in the config'
          : "load the driver of the board's GPIO chip, or enable it in the device tree",
    });
  }
  if (found.length > 1) {
    throw new LiuhenError('LIUHEN_GPIO', `gpio: expected one chip ${wanted}, found ${listed(found)}`, {
      next: 'name the chip by its device, which stands in brackets, instead of its label',
    });
  }
  if (!Number.isInteger(line) || line < 0 || line >= chip.lines) {
    const range = `line 0 to ${chip.lines - 1} of chip ${wanted}`;
    throw new LiuhenError('LIUHEN_GPIO', `gpio: expected ${range}, found line ${line}`, {
      next: "count lines from 0 within the chip; the board's manual names them",
    });
  }
  return chip.base + line;
}

/** The chip, or nothing when it went away while it was read. */
function chipAt(folder: string): GpioChip | undefined {
  try {
    const label = readFileSync(join(folder, 'label'), 'utf8').trim();
    const [base, lines] = ['base', 'ngpio'].map((name) => Number(readFileSync(join(folder, name), 'utf8')));
    if (base === undefined || lines === undefined) return undefined;
    if (!Number.isInteger(base) || !Number.isInteger(lines)) return undefined;
    return { label, device: deviceOf(folder), base, lines };
  } catch {
    return undefined;
  }
}

function deviceOf(folder: string): string | undefined {
  try {
    return basename(realpathSync(join(folder, 'device')));
  } catch {
    return undefined;
  }
}

function listed(chips: readonly GpioChip[]): string {
  if (chips.length === 0) return 'no chip at all';
  return chips
    .map(({ label, device, lines }) => `${label} (${device ?? 'no device'}, ${lines} lines)`)
    .join(', ');
}
