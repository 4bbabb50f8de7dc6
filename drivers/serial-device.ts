import { readSync, writeSync } from 'node:fs';
import { LiuhenError, systemCodeOf } from '../config/errors.js';
import { lossOf } from './serial-errors.js';

/** What is used of the library's open port: a descriptor that never blocks, and who to ask when it is ready. */
export interface Device {
  fd: number | null;
  readonly poller: {
    once(event: 'readable' | 'writable', listener: (error: Error | null) => void): unknown;
    stop(): void;
  };
  flush(): Promise<void>;
  close(): Promise<void>;
}

export interface OpenPort {
  readonly path: string;
  /** Resolves, never rejects, with why the port is lost. Never for one that is closed before. */
  readonly lost: Promise<LiuhenError>;
  /** As ByteLink.write. */
  write(bytes: Uint8Array): Promise<void>;
  /** Declares the port lost; pending writes reject with the reason. */
  lose(reason: LiuhenError): void;
  /** Lets pending writes leave first, where the port is not lost. Never rejects, never waits long. */
  close(): Promise<void>;
}

const READ_BYTES = 4096;
const MOST_WAITING_BYTES = 64 * 1024;
/** What a driver may hold before it says that it takes more again, sent at 10 bits a byte, and a little. */
const DRIVER_BYTES = 8192;
const STALL_SLACK_MS = 2000;
const CLOSE_MS = 3000;

/**
 * Reads and writes an open serial device by itself, since the library's own loops do not end when a port does: a terminal that was
 * hung up reads as 0 bytes for ever, and they read again at once; some UARTs take 0 bytes for ever, and they write again at once.
 */
export class DevicePort implements OpenPort {
  readonly path: string;
  readonly lost: Promise<LiuhenError>;
  readonly #device: Device;
  readonly #onBytes: (bytes: Buffer) => void;
  readonly #stallMs: number;
  readonly #buffer = Buffer.allocUnsafe(READ_BYTES);
  #reportLoss!: (reason: LiuhenError) => void;
  #loss: LiuhenError | undefined;
  #closing: Promise<void> | undefined;
  /** The newest write; each waits for the one before it. */
  #tail: Promise<void> = Promise.resolve();
  #waitingBytes = 0;

  constructor(device: Device, path: string, baudRate: number, onBytes: (bytes: Buffer) => void) {
    this.#device = device;
    this.path = path;
    this.#onBytes = onBytes;
    this.#stallMs = STALL_SLACK_MS + (DRIVER_BYTES * 10 * 1000) / baudRate;
    this.lost = new Promise((resolve) => {
      this.#reportLoss = resolve;
    });
    this.#listen();
  }

  write(bytes: Uint8Array): Promise<void> {
    if (this.#closing !== undefined) return Promise.reject(this.#loss ?? closed(this.path));
    if (this.#loss !== undefined) return Promise.reject(this.#loss);
    if (this.#waitingBytes + bytes.length > MOST_WAITING_BYTES) {
      return Promise.reject(
        new LiuhenError(
          'LIUHEN_SERIAL',
          `serial: expected at most ${MOST_WAITING_BYTES} bytes waiting for ${this.path}, got ${this.#waitingBytes} and ${bytes.length} more`,
        ),
      );
    }
    const copy = Uint8Array.from(bytes);
    this.#waitingBytes += copy.length;
    const written = this.#tail
      .then(() => this.#writeAll(copy))
      .finally(() => {
        this.#waitingBytes -= copy.length;
      });
    this.#tail = written.catch(() => {});
    return written;
  }

  lose(reason: LiuhenError): void {
    if (this.#loss !== undefined) return;
    this.#loss = reason;
    this.#device.poller.stop();
    this.#reportLoss(reason);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    // The last write ends by itself: written, or declared stalled.
    await this.#tail;
    const lost = this.#loss !== undefined;
    // From here on nothing reads or writes, so that a number the kernel gives to another file is not touched.
    this.#loss ??= closed(this.path);
    this.#device.poller.stop();
    // What a stuck device did not take would hold close() up, for 30 s on Linux.
    if (lost) await this.#device.flush().catch(() => {});
    let timer: NodeJS.Timeout | undefined;
    const enough = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLOSE_MS);
    });
    await Promise.race([this.#device.close().catch(() => {}), enough]);
    clearTimeout(timer);
  }

  #listen(): void {
    this.#device.poller.once('readable', (error) => {
      if (this.#loss !== undefined) return;
      if (error !== null) return this.lose(lossOf(this.path, error));
      try {
        const length = readSync(this.#device.fd ?? -1, this.#buffer);
        // A terminal in raw mode never reads as 0 bytes, only one that was hung up does.
        if (length === 0) return this.lose(lossOf(this.path, undefined));
        this.#onBytes(Buffer.from(this.#buffer.subarray(0, length)));
      } catch (cause) {
        if (!isAgain(cause)) return this.lose(lossOf(this.path, cause));
      }
      if (this.#loss === undefined) this.#listen();
    });
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    const stalled = setTimeout(() => this.lose(stall(this.path, this.#stallMs)), this.#stallMs);
    try {
      for (let at = 0; at < bytes.length; ) {
        if (this.#loss !== undefined) throw this.#loss;
        const taken = this.#offer(bytes, at);
        at += taken;
        if (taken > 0) stalled.refresh();
        if (at < bytes.length) await this.#writable();
      }
    } finally {
      clearTimeout(stalled);
    }
  }

  /** How many bytes the kernel takes now. */
  #offer(bytes: Uint8Array, at: number): number {
    try {
      return writeSync(this.#device.fd ?? -1, bytes, at);
    } catch (error) {
      if (isAgain(error)) return 0;
      this.lose(lossOf(this.path, error));
      throw this.#loss;
    }
  }

  #writable(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#device.poller.once('writable', (error) => {
        if (this.#loss !== undefined) reject(this.#loss);
        else if (error === null) resolve();
        else {
          const loss = lossOf(this.path, error);
          this.lose(loss);
          reject(loss);
        }
      });
    });
  }
}

function isAgain(error: unknown): boolean {
  const code = systemCodeOf(error);
  return code === 'EAGAIN' || code === 'EWOULDBLOCK' || code === 'EINTR';
}

function closed(path: string): LiuhenError {
  return new LiuhenError('LIUHEN_SERIAL', `serial: ${path} was closed`);
}

function stall(path: string, stallMs: number): LiuhenError {
  return new LiuhenError('LIUHEN_SERIAL', `serial: ${path} took no byte for ${Math.round(stallMs)} ms`, {
    next: 'look whether the device on the other end is alive and flow control is off',
  });
}
