import { LiuhenError, messageOf, systemCodeOf } from '../config/errors.js';
import { groupThatMayWrite } from './device-group.js';
import { listSerialPorts, type SerialPortInfo } from './serial-list.js';
import { type PortName, portText } from './serial-port.js';

/** No port of this name, or more than one. Says what there is instead. */
export async function notFound(
  port: PortName,
  candidates: readonly SerialPortInfo[] = [],
): Promise<LiuhenError> {
  const wanted = portText(port);
  if (candidates.length > 1) {
    const paths = candidates.map(({ path }) => path).join(', ');
    return new LiuhenError(
      'LIUHEN_SERIAL',
      `serial: expected one port ${wanted}, found ${candidates.length}: ${paths}`,
      {
        next: 'add the serial number, usb:VENDOR:PRODUCT:SERIAL, or name the one by its by-id link or path',
      },
    );
  }
  const there = await listSerialPorts();
  const names = there.map(({ name, path }) => (name === path ? path : `${name} (${path})`));
  const found = names.length === 0 ? 'no serial port at all' : names.join(', ');
  return new LiuhenError('LIUHEN_SERIAL', `serial: expected a port ${wanted}, found ${found}`, {
    next: 'plug the device in, or put the name of the one that is meant into the configuration',
  });
}

/** What an attempt to open a port that exists came to, from the library's words: its errors carry no code. */
export function openFailure(path: string, error: unknown): LiuhenError {
  const words = messageOf(error);
  const options = { cause: error };
  if (/permission denied|operation not permitted|EACCES|EPERM/i.test(words)) {
    const group = groupThatMayWrite(path);
    if (group === undefined) {
      return new LiuhenError(
        'LIUHEN_SERIAL',
        `serial: no permission to open ${path}, which no group may write to`,
        {
          ...options,
          next: 'add a udev rule for SUBSYSTEM=="tty" that gives it to a group (GROUP="dialout", MODE="0660"), and the agent\'s user to that group',
        },
      );
    }
    return new LiuhenError(
      'LIUHEN_SERIAL',
      `serial: no permission to open ${path}, which belongs to group ${group}`,
      {
        ...options,
        next: `add the agent's user to it: usermod -aG ${group} USER, then log in or start the service again`,
      },
    );
  }
  if (/cannot lock port|resource busy|EBUSY/i.test(words)) {
    return new LiuhenError('LIUHEN_SERIAL', `serial: ${path} is in use by another program`, {
      ...options,
      next: `fuser ${path} names it; often it is ModemManager or a second agent`,
    });
  }
  if (/inappropriate ioctl|is a directory|ENOTTY|EISDIR/i.test(words)) {
    return new LiuhenError('LIUHEN_SERIAL', `serial: ${path} is not a serial port`, options);
  }
  return new LiuhenError('LIUHEN_SERIAL', `serial: could not open ${path}: ${words}`, options);
}

/** Why reading or writing an open port failed. A terminal that was hung up says EIO, or that its descriptor is bad. */
export function lossOf(path: string, error: unknown): LiuhenError {
  if (error instanceof LiuhenError) return error;
  const code = systemCodeOf(error);
  const gone =
    code === undefined || ['EIO', 'EBADF', 'ENXIO', 'ENODEV'].includes(code)
      ? 'was unplugged'
      : `failed: ${messageOf(error)}`;
  return new LiuhenError('LIUHEN_SERIAL', `serial: ${path} ${gone}`, { cause: error });
}
