import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Writable } from 'node:stream';
import type { ExecutionContext } from 'ava';
import { openSerial } from '../../drivers/serial.js';
import type { ByteLink } from '../../drivers/serial-port.js';

/** Why there are no ptys here; undefined when there are. */
export const withoutSocat: string | undefined = (() => {
  try {
    execFileSync('socat', ['-V'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'socat is not installed (apt install socat)';
  }
})();

/** A real pty under a lasting name, by Debian's socat. The test holds the end of the device that is plugged in. */
export class SerialCable {
  /** What to open. A link: the kernel numbers the pty anew each time. */
  readonly path: string;
  readonly #folder: string;
  #socat: ChildProcess | undefined;
  /** Socat leaves when nobody has the port open; a device would not. */
  #holder: number | undefined;
  #received = Buffer.alloc(0);
  #news = (): void => {};

  private constructor(folder: string) {
    this.#folder = folder;
    this.path = join(folder, 'port');
  }

  /** A cable that is not plugged in yet. */
  static async make(): Promise<SerialCable> {
    return new SerialCable(await mkdtemp(join(tmpdir(), 'liuhen-serial-')));
  }

  async plug(): Promise<this> {
    const socat = spawn('socat', ['-d', '-d', `PTY,link=${this.path},rawer`, 'STDIO']);
    this.#socat = socat;
    for (const stream of [socat.stdin, socat.stdout]) stream.on('error', () => {});
    socat.stdout.on('data', (bytes: Buffer) => {
      this.#received = Buffer.concat([this.#received, bytes]);
      this.#news();
    });
    for await (const line of createInterface(socat.stderr)) {
      if (line.includes('starting data transfer loop')) break;
    }
    socat.stderr.resume();
    this.#holder = openSync(this.path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
    return this;
  }

  /** Pulled out without a warning; the name goes with it. */
  async unplug(): Promise<void> {
    const socat = this.#socat;
    if (socat === undefined) return;
    this.#socat = undefined;
    const exited = once(socat, 'exit');
    socat.kill('SIGKILL');
    await exited;
    await rm(this.path, { force: true });
    if (this.#holder !== undefined) closeSync(this.#holder);
    this.#holder = undefined;
  }

  /** The device hangs: nothing is read from the line any more. */
  freeze(): void {
    this.#socat?.kill('SIGSTOP');
  }

  /** What the device says. Resolves when it is on its way. */
  async send(bytes: string | Buffer): Promise<void> {
    const stdin = this.#socat?.stdin as Writable;
    await new Promise((resolve) => stdin.write(bytes, resolve));
  }

  /** What has come to the device once it is at least `length` bytes, which are then forgotten. */
  async received(length: number): Promise<Buffer> {
    while (this.#received.length < length) {
      await new Promise<void>((resolve) => {
        this.#news = resolve;
      });
    }
    const bytes = this.#received;
    this.#received = Buffer.alloc(0);
    return bytes;
  }

  async remove(): Promise<void> {
    await this.unplug();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** A cable that is plugged in, and the serial port at its end, opened; both are gone after the test. */
export async function pluggedIn(t: ExecutionContext): Promise<{ cable: SerialCable; link: ByteLink }> {
  const cable = await SerialCable.make();
  t.teardown(() => cable.remove());
  await cable.plug();
  const port = { kind: 'path', path: cable.path } as const;
  const link = openSerial({ port, baudRate: 9600, backoff: { minMs: 5, maxMs: 50 } });
  t.teardown(() => link.close());
  return { cable, link };
}
