import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

const PROGRAM = join(import.meta.dirname, '../../firmware-bridge/simulator-main.js');

/** A simulated board as a process of its own; killing it is a power cut. */
export class BoardProcess {
  readonly #args: readonly string[];
  #child: ChildProcess | undefined;

  constructor(args: readonly string[]) {
    this.#args = args;
  }

  /** Power on; resolves with what the program says once the board runs. */
  async start(): Promise<{ running: { version: string; hash: string } | null }> {
    const child = spawn(process.execPath, [PROGRAM, ...this.#args], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#child = child;
    return JSON.parse(await firstLine(child.stdout));
  }

  /** Returns at once where the process has just been spawned: the board is then still starting. */
  begin(): void {
    this.#child = spawn(process.execPath, [PROGRAM, ...this.#args], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}

async function firstLine(stdout: Readable): Promise<string> {
  for await (const line of createInterface(stdout)) {
    stdout.resume();
    return line;
  }
  throw new Error('the board ended before it ran');
}

/** The world's side of a simulated board: sends one request, resolves with its answer. */
export async function askControl(path: string, request: object): Promise<Record<string, unknown>> {
  const socket = connect(path);
  socket.write(`${JSON.stringify(request)}\n`);
  try {
    for await (const line of createInterface(socket)) {
      const value = JSON.parse(line) as Record<string, unknown>;
      if ('ok' in value) return value;
    }
  } finally {
    socket.destroy();
  }
  throw new Error('the control socket was closed');
}
