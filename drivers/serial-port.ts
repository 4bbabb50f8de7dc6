import { LiuhenError } from '../config/errors.js';

/** One duplex of bytes that comes back by itself after a fault: a serial port, a pty, or a test's stand-in. */
export interface ByteLink {
  /**
   * Resolves when the kernel has taken the bytes, in the order of the calls. Rejects with LIUHEN_SERIAL while the port is not
   * open, when it vanishes or takes nothing any more on the way, or when too much is waiting: nothing is kept for the next open,
   * since an order to the hardware that comes late is a wrong one.
   */
  write(bytes: Uint8Array): Promise<void>;
  /** Bytes as they come; the buffer is the listener's. */
  onData(listener: (bytes: Buffer) => void): void;
  /** Every change of `state`. A parser should begin anew at each. */
  onState(listener: (state: LinkState) => void): void;
  readonly state: LinkState;
  /** Gives what was written time to leave, then closes for ever. */
  close(): Promise<void>;
}

/** `path` is the device that was opened; `reason` is for people. */
export type LinkState = { open: true; path: string } | { open: false; reason: string };

/**
 * A port by something that stays the same when devices are plugged in another order: a path (by-id link, on-board UART, pty), or
 * a USB device by vendor and product id, and its serial number where there are several alike.
 */
export type PortName =
  | { kind: 'path'; path: string }
  | { kind: 'usb'; vendor: string; product: string; serial?: string };

const ACCEPTED =
  'give /dev/serial/by-id/NAME, usb:VENDOR:PRODUCT or usb:VENDOR:PRODUCT:SERIAL (four hex digits each), or a path such as /dev/ttyS1';

/** Reads a port as a person writes it. Throws LIUHEN_USAGE for anything else; the port need not be there. */
export function parsePortName(text: string): PortName {
  const usb = /^usb:([0-9a-f]{4}):([0-9a-f]{4})(?::([\x21-\x7e]{1,126}))?$/i.exec(text);
  if (usb !== null) {
    const [, vendor = '', product = '', serial] = usb;
    const ids = { vendor: vendor.toLowerCase(), product: product.toLowerCase() };
    return serial === undefined ? { kind: 'usb', ...ids } : { kind: 'usb', ...ids, serial };
  }
  if (text.startsWith('/') && !text.endsWith('/') && !text.includes('\0'))
    return { kind: 'path', path: text };
  throw new LiuhenError('LIUHEN_USAGE', `serial: expected a port, got ${JSON.stringify(text)}`, {
    next: ACCEPTED,
  });
}

/** The port as it stands in the configuration. */
export function portText(port: PortName): string {
  if (port.kind === 'path') return port.path;
  const { vendor, product, serial } = port;
  return ['usb', vendor, product, ...(serial === undefined ? [] : [serial])].join(':');
}
