import { join } from 'node:path';
import { LiuhenError, messageOf, systemCodeOf } from '../config/errors.js';
import { groupThatMayWrite } from './device-group.js';
import type { GpioLineName } from './gpio-port.js';

export function lineText({ chip, line }: GpioLineName): string {
  return `line ${line} of chip ${chip}`;
}

/** What it means that the kernel refused to give a line, and what to do. */
export function refusal(error: unknown, name: GpioLineName, root: string): LiuhenError {
  const line = lineText(name);
  const path = error instanceof Error && 'path' in error ? String(error.path) : '';
  const { message, next } = explained(systemCodeOf(error), path, line, root) ?? {
    message: `expected to open ${line}: ${messageOf(error)}`,
    next: 'see dmesg for what the driver of the chip says',
  };
  return new LiuhenError('LIUHEN_GPIO', `gpio: ${message}`, { cause: error, next });
}

export function busyHere(name: GpioLineName): LiuhenError {
  return new LiuhenError(
    'LIUHEN_GPIO',
    `gpio: expected ${lineText(name)} to be free, found it opened by this agent`,
    { next: 'give each line one purpose in the config' },
  );
}

/** A line that was exported by someone else and does not let itself be set up. */
export function stubborn(name: GpioLineName, what: string): LiuhenError {
  return new LiuhenError('LIUHEN_GPIO', `gpio: expected to set up ${lineText(name)}: ${what}`, {
    next: 'unexport the line (write its number to /sys/class/gpio/unexport as root), then start again',
  });
}

export function lost(error: unknown, name: GpioLineName): LiuhenError {
  const message = `gpio: expected ${lineText(name)} to answer: ${messageOf(error)}`;
  return new LiuhenError('LIUHEN_GPIO', message, {
    cause: error,
    next: 'see dmesg whether the chip was unplugged or its driver removed, then start the agent again',
  });
}

function explained(
  code: string | undefined,
  path: string,
  line: string,
  root: string,
): { message: string; next: string } | undefined {
  // The kernel shows no `edge` for a line without interrupts, or refuses to set it.
  if (path.endsWith('/edge') && (code === 'ENOENT' || code === 'EIO')) {
    return {
      message: `expected ${line} to raise interrupts, found that it cannot`,
      next: 'use a line of a chip with interrupts, or give the chip its interrupt in the device tree',
    };
  }
  switch (code) {
    case 'EBUSY':
      return {
        message: `expected ${line} to be free, found it busy`,
        next: 'see who holds it (as root: cat /sys/kernel/debug/gpio), and stop that or choose another line',
      };
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return { message: `no permission for ${line} (${path || root})`, next: howToBeAllowed(root, code) };
    case 'EINVAL':
      return {
        message: `expected ${line} to be usable, found it reserved by its chip`,
        next: "choose another line; the board's manual says which are led out",
      };
    case 'ENOENT':
      return {
        message: `expected ${path} after exporting ${line}, found no such file`,
        next: 'the chip gives this line a name of its own in sysfs; choose another line',
      };
    default:
      return undefined;
  }
}

/** Whether there is a group to join, or one has yet to be made. */
function howToBeAllowed(root: string, code: string): string {
  if (code === 'EROFS')
    return 'mount /sys for writing, also for the container or service that runs the agent';
  const group = groupThatMayWrite(join(root, 'export'));
  if (group !== undefined)
    return `add the user that runs the agent to group ${group} (usermod -aG), then start it again`;
  return (
    'add a udev rule for SUBSYSTEM=="gpio" that gives /sys/class/gpio and its lines to a group (gpio), and the ' +
    'user that runs the agent to that group'
  );
}
