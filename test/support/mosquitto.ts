import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort, type TestBroker } from './broker.js';

const BINARY = ['/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto', '/usr/bin/mosquitto'].find((path) =>
  existsSync(path),
);

/** Why there is no mosquitto here; undefined when there is. */
export const withoutMosquitto: string | undefined =
  BINARY === undefined ? 'mosquitto is not installed (apt install mosquitto)' : undefined;

const ATTEMPTS = 8;

/** Debian's mosquitto on a port of its own; `extra` are further lines of its configuration. */
export class Mosquitto implements TestBroker {
  readonly port: number;
  readonly #folder: string;
  #process: ChildProcess;

  private constructor(port: number, folder: string, child: ChildProcess) {
    this.port = port;
    this.#folder = folder;
    this.#process = child;
  }

  static async start(extra: readonly string[] = []): Promise<Mosquitto> {
    const folder = await mkdtemp(join(tmpdir(), 'liuhen-mosquitto-'));
    for (let attempt = 1; ; attempt++) {
      const port = await freePort();
      const lines = [
        `listener ${port} 127.0.0.1`,
        'allow_anonymous true',
        'set_tcp_nodelay true',
        'persistence false',
        'log_dest stderr',
        'log_type notice',
        'log_type error',
        'log_type information',
        ...extra,
      ];
      await writeFile(join(folder, 'mosquitto.conf'), `${lines.join('\n')}\n`);
      try {
        return new Mosquitto(port, folder, await running(folder));
      } catch (error) {
        if (attempt === ATTEMPTS) throw error;
      }
    }
  }

  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGKILL');
    await exited;
  }

  async startAgain(): Promise<void> {
    await this.kill();
    this.#process = await running(this.#folder);
  }

  /** Kills it and removes its folder. */
  async remove(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** Resolves when mosquitto says that it runs; rejects with its last words when it ends instead (a port taken, mostly). */
function running(folder: string): Promise<ChildProcess> {
  if (BINARY === undefined) return Promise.reject(new Error(withoutMosquitto));
  const child = spawn(BINARY, ['-c', join(folder, 'mosquitto.conf')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  return new Promise((resolve, reject) => {
    let last = '';
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`mosquitto ended: ${last}`)));
    createInterface({ input: child.stderr }).on('line', (line) => {
      last = line;
      if (/mosquitto version .* running/.test(line)) resolve(child);
    });
  });
}
