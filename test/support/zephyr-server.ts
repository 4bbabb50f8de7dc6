import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { openSerial } from '../../drivers/serial.js';
import type { ByteLink, LinkState } from '../../drivers/serial-port.js';

/** Variable with the paths of Zephyr SMP servers, separated by colons. */
export const ZEPHYR_VARIABLE = 'LIUHEN_ZEPHYR_SMP_SERVER';

export const zephyrServers = (process.env[ZEPHYR_VARIABLE] ?? '').split(':').filter((path) => path !== '');

/** What an emulated UART does not do by itself: a real one takes this long for each byte. */
const BYTE_MS = 10_000 / 115_200;

export interface ZephyrServer {
  link: ByteLink;
  /**
   * Resolves when the firmware has said that it starts once more. To be asked before it is reset; where it says nothing, at once. The
   * emulated nRF51 UART never recovers from a byte that comes before its driver has started.
   */
  restarted(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts a server: a native_sim program (`.exe`), whose UART is a pty that it names on stdout, or firmware for an Arm machine (`.hex`),
 * which QEMU runs with its UART on a unix socket. It runs in a folder of its own, where it leaves its flash.
 */
export async function startZephyr(path: string): Promise<ZephyrServer> {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-zephyr-'));
  const server = path.endsWith('.hex')
    ? await emulated(resolve(path), folder)
    : await native(resolve(path), folder);
  return {
    link: paced(server.link),
    restarted: server.restarted,
    stop: async () => {
      await server.link.close();
      server.process.kill('SIGKILL');
      if (server.process.exitCode === null && server.process.signalCode === null)
        await once(server.process, 'exit');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface Running {
  link: ByteLink;
  process: ChildProcess;
  restarted(): Promise<void>;
}

async function native(path: string, folder: string): Promise<Running> {
  const server = spawn(path, [], { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] });
  let pty: string | undefined;
  for await (const line of createInterface(server.stdout)) {
    pty = /connected to pseudotty: (\S+)/.exec(line)?.[1];
    if (pty !== undefined) break;
  }
  server.stdout.resume();
  if (pty === undefined) throw new Error(`${path} ended without naming its pty`);
  const port = { kind: 'path', path: pty } as const;
  const link = openSerial({ port, baudRate: 115_200, backoff: { minMs: 5, maxMs: 50 } });
  if (!link.state.open) await new Promise<void>((opened) => link.onState(({ open }) => open && opened()));
  return { link, process: server, restarted: async () => {} };
}

const MACHINES = [
  {
    name: /qemu_cortex_m0/,
    args: ['-cpu', 'cortex-m0', '-machine', 'microbit'],
    greeting: 'Booting Zephyr OS',
  },
  { name: /mps2_an385/, args: ['-cpu', 'cortex-m3', '-machine', 'mps2-an385'], greeting: undefined },
];

async function emulated(path: string, folder: string): Promise<Running> {
  const machine = MACHINES.find(({ name }) => name.test(basename(path)));
  if (machine === undefined) throw new Error(`no machine is known for ${path}`);
  const socket = join(folder, 'uart');
  const second = /serial_recovery/.test(path)
    ? ['-serial', 'null', '-device', `loader,file=${path.replace(/\.hex$/, '.signed.bin')},addr=0x20050000`]
    : [];
  const uart = ['-chardev', `socket,id=uart,path=${socket},server=on,wait=on`, '-serial', 'chardev:uart'];
  const args = [
    ...machine.args,
    '-nographic',
    '-monitor',
    'none',
    ...uart,
    ...second,
    '-device',
    `loader,file=${path}`,
  ];
  const emulator = spawn('qemu-system-arm', args, { cwd: folder, stdio: 'ignore' });
  for (;;) {
    const connection = connect(socket);
    const connected = await once(connection, 'connect').then(
      () => true,
      () => false,
    );
    if (connected) {
      const restarted = () => greeted(connection, machine.greeting);
      await restarted();
      return { link: socketLink(connection), process: emulator, restarted };
    }
    if (emulator.exitCode !== null) throw new Error(`qemu-system-arm ended with ${emulator.exitCode}`);
    await sleep(20);
  }
}

async function greeted(socket: Socket, greeting: string | undefined): Promise<void> {
  if (greeting === undefined) return;
  let said = '';
  await new Promise<void>((resolve) => {
    const listen = (bytes: Buffer) => {
      said = (said + bytes.toString('latin1')).slice(-1000);
      // The line goes on, and its end says that the driver is at work.
      if (!new RegExp(`${greeting}[^\n]*\n`).test(said)) return;
      socket.off('data', listen);
      resolve();
    };
    socket.on('data', listen);
  });
}

function socketLink(socket: Socket): ByteLink {
  const state: LinkState = { open: true, path: 'uart' };
  socket.on('error', () => {});
  return {
    state,
    write: (bytes) =>
      new Promise((done, failed) => socket.write(bytes, (error) => (error ? failed(error) : done()))),
    onData: (listener) => socket.on('data', listener),
    onState: () => {},
    close: async () => {
      socket.destroy();
    },
  };
}

function paced(link: ByteLink): ByteLink {
  return {
    get state() {
      return link.state;
    },
    write: async (bytes) => {
      await link.write(bytes);
      await sleep(Math.ceil(bytes.length * BYTE_MS));
    },
    onData: (listener) => link.onData(listener),
    onState: (listener) => link.onState(listener),
    close: () => link.close(),
  };
}
