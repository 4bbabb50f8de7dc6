import { stat } from 'node:fs/promises';
import { isMainThread } from 'node:worker_threads';
import { LiuhenError } from '../config/errors.js';
import { DevicePort, type OpenPort } from './serial-device.js';
import { notFound, openFailure } from './serial-errors.js';
import { listSerialPorts } from './serial-list.js';
import type { PortName } from './serial-port.js';

/**
 * Opens a port for this program alone, 8 data bits, no parity, one stop bit, no flow control. Throws LIUHEN_SERIAL and says why:
 * not there (and what is), in use, no permission (and for which group), not a serial port.
 *
 * The library is loaded when there is a device to open, and by its inner path: its index loads a dozen parsers, 6 MB for 1.
 */
export async function openPort(
  port: PortName,
  baudRate: number,
  onBytes: (bytes: Buffer) => void,
): Promise<OpenPort> {
  const path = await pathOf(port);
  // The native part calls into the main thread's event loop, from wherever it was loaded, and takes the process down.
  if (!isMainThread) throw new LiuhenError('LIUHEN_SERIAL', 'serial: expected the main thread, got a worker');
  const { SerialPort } = await import('serialport/dist/serialport.js');
  // DTR stays as it is on close: boards with a reset circuit on it would start anew whenever the agent does.
  const options = { path, baudRate, lock: true, hupcl: false, vmin: 1, vtime: 0 };
  const device = await SerialPort.binding.open(options).catch((error: unknown) => {
    throw openFailure(path, error);
  });
  if (!('poller' in device)) {
    await device.close();
    throw new LiuhenError('LIUHEN_SERIAL', 'serial: expected Linux or another Unix');
  }
  return new DevicePort(device, path, baudRate, onBytes);
}

async function pathOf(port: PortName): Promise<string> {
  if (port.kind === 'path') {
    const found = await stat(port.path).catch(() => undefined);
    if (found === undefined) throw await notFound(port);
    if (!found.isCharacterDevice()) throw openFailure(port.path, new Error('inappropriate ioctl'));
    return port.path;
  }
  const fitting = (await listSerialPorts()).filter(
    ({ usb }) =>
      usb?.vendor === port.vendor &&
      usb.product === port.product &&
      (port.serial === undefined || usb.serial === port.serial),
  );
  const [only] = fitting;
  if (only === undefined || fitting.length > 1) throw await notFound(port, fitting);
  return only.path;
}
