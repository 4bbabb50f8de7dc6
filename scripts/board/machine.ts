import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Kernel } from './kernel.js';

/** What a machine is made of. Sockets are listening already: QEMU connects to them. */
export interface MachineParts {
  kernel: Kernel;
  initramfs: string;
  /** An NBD server for the data disk. */
  diskSocket: string;
  controlSocket: string;
  logSocket: string;
  /** The other ends of ttyS1, ttyS2 and ttyS3. */
  serialSockets: readonly string[];
  /** A folder of the host that the machine can write to. */
  outFolder: string;
  /** The kernel's console and the shell: this terminal, or a file. */
  console: { terminal: true } | { file: string };
  /** Key and value of `liuhen.<key>=<value>` on the kernel's command line, for the init script. */
  parameters: Readonly<Record<string, string>>;
}

/** A running QEMU. */
export interface Machine {
  pid: number;
  exited: Promise<void>;
  /** At once, with nothing said to the machine. */
  killNow(): void;
  /** The same; resolves when QEMU is gone. */
  kill(): Promise<void>;
}

const MEMORY_MIB = 768;

/** Starts QEMU without KVM, which a machine that is itself virtual rarely has. */
export function startMachine(parts: MachineParts): Machine {
  const terminal = 'terminal' in parts.console;
  const child = spawn('qemu-system-x86_64', [...qemuArguments(parts)], {
    stdio: terminal ? 'inherit' : ['ignore', 'ignore', 'inherit'],
  });
  const exited = once(child, 'exit').then(() => {});
  const killNow = () => {
    if (isRunning(child)) child.kill('SIGKILL');
  };
  return {
    pid: child.pid ?? 0,
    exited,
    killNow,
    async kill() {
      killNow();
      await exited;
    },
  };
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}

function* qemuArguments(parts: MachineParts): Generator<string> {
  const { kernel, parameters } = parts;
  const words = Object.entries(parameters).map(([key, value]) => `liuhen.${key}=${value}`);
  yield* ['-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none'];
  yield* ['-accel', 'tcg,thread=multi', '-cpu', 'max', '-smp', '1', '-m', `${MEMORY_MIB}M`];
  yield* ['-kernel', kernel.image, '-initrd', parts.initramfs];
  yield* ['-append', ['console=ttyS0', 'quiet', 'panic=-1', ...words].join(' ')];

  yield* 'terminal' in parts.console
    ? ['-chardev', 'stdio,id=console,mux=on,signal=off', '-mon', 'console']
    : ['-chardev', `file,id=console,path=${parts.console.file}`];
  yield* ['-serial', 'chardev:console'];
  for (const [at, path] of parts.serialSockets.entries()) {
    yield* ['-chardev', `socket,id=serial${at},path=${path}`, '-serial', `chardev:serial${at}`];
  }
  yield* ['-device', 'virtio-serial-pci'];
  for (const [at, path] of [parts.controlSocket, parts.logSocket].entries()) {
    yield* ['-chardev', `socket,id=port${at + 1},path=${path}`];
    yield* ['-device', `virtserialport,chardev=port${at + 1},nr=${at + 1}`];
  }

  const folder = 'local,security_model=none,multidevs=remap';
  yield* ['-fsdev', `${folder},id=host,path=/,readonly=on`];
  yield* ['-device', 'virtio-9p-pci,fsdev=host,mount_tag=host'];
  yield* ['-fsdev', `${folder},id=out,path=${parts.outFolder}`];
  yield* ['-device', 'virtio-9p-pci,fsdev=out,mount_tag=out'];
  yield* ['-blockdev', `driver=nbd,node-name=data,server.type=unix,server.path=${parts.diskSocket}`];
  yield* ['-device', 'virtio-blk-pci,drive=data'];
}
