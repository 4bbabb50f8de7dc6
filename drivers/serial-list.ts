import { readdir, readFile, readlink, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { printable } from '../config/printable.js';

/** A serial port of this machine, as a technician needs it to choose one. */
export interface SerialPortInfo {
  /** The device as the kernel numbers it today. */
  path: string;
  /** What to write into the configuration: the by-id link, the USB ids, or the path where neither exists. */
  name: string;
  byId?: string;
  /** Lower-case hex, as in `lsusb`. */
  usb?: { vendor: string; product: string; serial?: string; description?: string };
}

export interface ListOptions {
  /** Where /sys and /dev are looked for. Default `/`. */
  root?: string;
}

/** Attributes of devices are written by the devices: no more of them than this is believed. */
const MOST_CHARACTERS = 128;
/** A USB serial device has its ids a few levels up: port, interface, device. */
const USB_LEVELS = 4;

/**
 * The serial ports that have hardware behind them, from sysfs: the library's own list asks udevadm, which an embedded system need
 * not have, and leaves out what udev does not know. Ptys and consoles are no hardware. A machine without sysfs has none.
 */
export async function listSerialPorts({ root = '/' }: ListOptions = {}): Promise<SerialPortInfo[]> {
  const links = await byIdLinks(root);
  const terminals = await readdir(join(root, 'sys/class/tty')).catch(() => []);
  const ports: SerialPortInfo[] = [];
  for (const terminal of terminals.sort()) {
    const folder = join(root, 'sys/class/tty', terminal);
    const device = await realpath(join(folder, 'device')).catch(() => undefined);
    // The kernel keeps ttyS numbers in stock; type 0 is PORT_UNKNOWN, no chip behind it.
    if (device === undefined || (await attribute(folder, 'type')) === '0') continue;
    const path = join('/dev', terminal);
    const byId = links.get(terminal);
    const usb = await usbIds(device);
    const name = byId ?? (usb === undefined ? path : usbName(usb));
    ports.push({
      path,
      name,
      ...(byId === undefined ? {} : { byId }),
      ...(usb === undefined ? {} : { usb }),
    });
  }
  return ports;
}

/** From the kernel's name of a port to udev's lasting link to it. */
async function byIdLinks(root: string): Promise<Map<string, string>> {
  const folder = 'dev/serial/by-id';
  const links = new Map<string, string>();
  for (const link of await readdir(join(root, folder)).catch(() => [])) {
    const target = await readlink(join(root, folder, link)).catch(() => undefined);
    if (target !== undefined) links.set(basename(target), join('/', folder, link));
  }
  return links;
}

async function usbIds(device: string): Promise<SerialPortInfo['usb']> {
  for (let at = device, level = 0; level < USB_LEVELS; at = dirname(at), level++) {
    const vendor = await attribute(at, 'idVendor');
    const product = await attribute(at, 'idProduct');
    if (vendor === undefined || product === undefined) continue;
    const serial = await attribute(at, 'serial');
    const names = [await attribute(at, 'manufacturer'), await attribute(at, 'product')];
    const description = names.filter((name) => name !== undefined).join(' ');
    return {
      vendor,
      product,
      ...(serial === undefined ? {} : { serial }),
      ...(description === '' ? {} : { description }),
    };
  }
  return undefined;
}

function usbName({ vendor, product, serial }: NonNullable<SerialPortInfo['usb']>): string {
  // A space cannot stand in a name; such a device is then told from its like by nothing.
  const lasting = serial !== undefined && /^[\x21-\x7e]+$/.test(serial) ? `:${serial}` : '';
  return `usb:${vendor}:${product}${lasting}`;
}

async function attribute(folder: string, name: string): Promise<string | undefined> {
  const text = await readFile(join(folder, name), 'utf8').catch(() => '');
  const clean = printable(text, '').trim();
  return clean === '' ? undefined : clean.slice(0, MOST_CHARACTERS);
}
