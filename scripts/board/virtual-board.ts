import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import type { Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';
import { PACKAGE_ROOT } from '../../config/package-root.js';
import { BoardError, host } from './command.js';
import { type Answer, Control } from './control.js';
import { Disk, formatDisk, type PowerLoss } from './disk.js';
import { writeInitramfs } from './initramfs.js';
import { boardKernel } from './kernel.js';
import { type Machine, startMachine } from './machine.js';
import { serveDisk } from './nbd.js';
import { listen } from './wires.js';

/** The label of the GPIO chip in the machine; its lines are 0 to 7. */
export const GPIO_CHIP = 'liuhen-board';
/** This checkout, which has the same path in the machine. */
export const CHECKOUT = PACKAGE_ROOT;

/** The serial ports and what is soldered to them: /dev/ttyS1, /dev/ttyS2 and /dev/ttyS3. */
export const SERIAL_PORTS = ['microcontroller', 'gnss', 'cardReader'] as const;
export type SerialName = (typeof SERIAL_PORTS)[number];

export interface BoardOptions {
  /** What is at the other end of a serial port; called at every power-on with a new wire. */
  serial?: Partial<Record<SerialName, (wire: Duplex) => void>>;
  /** A line that the machine wrote to its /dev/vport0p2. */
  onLog?: (line: string) => void;
  say?: (line: string) => void;
  diskBytes?: number;
}

const DISK_BYTES = 1024 ** 3;
const BOOT_PATIENCE_MS = 180_000;

/** A board that can be switched on, touched, and lose its power. */
export class VirtualBoard {
  /** On the host: the disk, the console's log, and `out`, which the machine sees as /out. Removed by close. */
  readonly folder: string;
  readonly #disk: Disk;
  readonly #servers: Server[] = [];
  readonly #options: BoardOptions;
  #machine: Machine | undefined;
  #control: Control | undefined;
  #onControl: (socket: Socket) => void = () => {};
  /** For a process that ends without having closed its board. */
  readonly #onExit = () => {
    this.#machine?.killNow();
    rmSync(this.folder, { recursive: true, force: true });
  };

  private constructor(folder: string, disk: Disk, options: BoardOptions) {
    this.folder = folder;
    this.#disk = disk;
    this.#options = options;
    process.once('exit', this.#onExit);
  }

  /** A board with an empty disk, switched off. Throws BoardError when its kernel cannot be had. */
  static async make(options: BoardOptions = {}): Promise<VirtualBoard> {
    const folder = await mkdtemp(join(tmpdir(), 'liuhen-board-'));
    const image = join(folder, 'disk.img');
    await formatDisk(image, options.diskBytes ?? DISK_BYTES);
    const board = new VirtualBoard(folder, new Disk(image), options);
    await mkdir(board.outFolder);
    await board.#listen();
    return board;
  }

  get outFolder(): string {
    return join(this.folder, 'out');
  }

  /** What the kernel said since the last power-on. */
  get consoleFile(): string {
    return join(this.folder, 'console.log');
  }

  /** Switches on; resolves when the machine takes commands. Throws BoardError when it does not come up. */
  async start(): Promise<void> {
    if (this.#machine !== undefined) throw new BoardError('the board is on already');
    const connected = new Promise<Socket>((resolve) => {
      this.#onControl = resolve;
    });
    const machine = await this.#switchOn({ file: this.consoleFile }, {});
    const gone = machine.exited.then(() =>
      Promise.reject(new BoardError('the machine ended while starting')),
    );
    const slow = AbortSignal.timeout(BOOT_PATIENCE_MS);
    try {
      this.#control = new Control(await Promise.race([connected, gone]));
      await Promise.race([
        this.#control.ready,
        gone,
        once(slow, 'abort').then(() => Promise.reject(slow.reason)),
      ]);
    } catch (error) {
      await this.cutPower();
      const said = await host('tail', ['-n', '20', this.consoleFile]).catch(() => '');
      throw new BoardError(`the board does not come up: ${String(error)}\n${said}`);
    }
  }

  /** Switches on with a shell on this terminal; resolves when that ends. `wiring` is for the person to read, without spaces. */
  async shell(wiring: string): Promise<void> {
    this.#onControl = (socket) => {
      this.#control = new Control(socket);
    };
    const machine = await this.#switchOn({ terminal: true }, { shell: '1', wiring });
    await machine.exited;
    this.#machine = undefined;
  }

  /** Runs a shell command in the machine; its output is held in memory, so it should be short. */
  run(command: string): Promise<Answer> {
    return this.#ask(`run ${Buffer.from(command).toString('base64')}`);
  }

  /** The same, and throws BoardError when its status is not 0; returns its standard output. */
  async must(command: string): Promise<string> {
    const { status, stdout, stderr } = await this.run(command);
    if (status === 0) return stdout;
    throw new BoardError(`in the machine, ${command} ended with ${status}:\n${stdout}${stderr}`);
  }

  /** Pulls an input line up, as a button does that connects it to the supply. */
  async press(line: number): Promise<void> {
    await this.#pull(line, 'up');
  }

  async release(line: number): Promise<void> {
    await this.#pull(line, 'down');
  }

  /** Whether the machine drives an output line high. */
  async read(line: number): Promise<boolean> {
    const { status, stdout } = await this.#ask(`value ${line}`);
    if (status !== 0) throw new BoardError(`no line ${line}`);
    return stdout.trim() === '1';
  }

  /** The machine stops between two instructions, and the disk loses what it had not been told to keep. */
  async cutPower(keepProbability = Math.random()): Promise<PowerLoss> {
    const loss = this.#disk.losePower(keepProbability);
    await this.#machine?.kill();
    this.#machine = undefined;
    this.#control = undefined;
    return loss;
  }

  /** Cuts the power while the disk takes the so many-th write from now. */
  async cutPowerAtWrite(writes: number): Promise<PowerLoss> {
    await this.#disk.cutAtWrite(writes);
    return await this.cutPower();
  }

  /** Switches off and removes everything. */
  async close(): Promise<void> {
    await this.#machine?.kill();
    this.#disk.close();
    for (const server of this.#servers) server.close();
    await rm(this.folder, { recursive: true, force: true });
    process.off('exit', this.#onExit);
  }

  async #switchOn(
    console: { terminal: true } | { file: string },
    parameters: Record<string, string>,
  ): Promise<Machine> {
    const kernel = await boardKernel(this.#options.say ?? (() => {}));
    const initramfs = join(this.folder, 'initramfs');
    await writeInitramfs(kernel, initramfs);
    this.#disk.powerOn();
    this.#machine = startMachine({
      kernel,
      initramfs,
      diskSocket: this.#socket('disk'),
      controlSocket: this.#socket('control'),
      logSocket: this.#socket('log'),
      serialSockets: SERIAL_PORTS.map((name) => this.#socket(name)),
      outFolder: this.outFolder,
      console,
      parameters: {
        chip: GPIO_CHIP,
        checkout: CHECKOUT,
        node: dirname(process.execPath),
        ...parameters,
      },
    });
    return this.#machine;
  }

  async #listen(): Promise<void> {
    const add = async (name: string, onConnection: (socket: Socket) => void) => {
      this.#servers.push(await listen(this.#socket(name), onConnection));
    };
    await add('disk', (socket) => void serveDisk(this.#disk, socket).catch((error) => socket.destroy(error)));
    await add('control', (socket) => this.#onControl(socket));
    await add('log', (socket) => {
      createInterface({ input: socket }).on('line', (line) => this.#options.onLog?.(line));
    });
    for (const name of SERIAL_PORTS) {
      await add(name, (socket) => {
        // A wire with nothing at its end loses what is sent, and blocks nobody.
        socket.resume();
        this.#options.serial?.[name]?.(socket);
      });
    }
  }

  #socket(name: string): string {
    return join(this.folder, `${name}.sock`);
  }

  async #pull(line: number, direction: 'up' | 'down'): Promise<void> {
    const { status } = await this.#ask(`pull ${line} ${direction}`);
    if (status !== 0) throw new BoardError(`no line ${line}`);
  }

  #ask(request: string): Promise<Answer> {
    if (this.#control === undefined) return Promise.reject(new BoardError('the board is off'));
    return this.#control.ask(request);
  }
}
