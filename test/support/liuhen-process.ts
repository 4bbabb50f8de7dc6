import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { LIUHEN } from './liuhen.js';

/** A `liuhen` that goes on until it is ended. */
export class LiuhenProcess {
  /** The line that it printed when it was ready. */
  readonly ready: string;
  readonly child: ChildProcess;

  private constructor(child: ChildProcess, ready: string) {
    this.child = child;
    this.ready = ready;
  }

  /** Resolves when it has printed its first line; rejects with the end of its stderr when it ends instead. */
  static async start(args: readonly string[], cwd = process.cwd()): Promise<LiuhenProcess> {
    const child = spawn(process.execPath, [LIUHEN, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-4000);
    });
    const [line] = (await Promise.race([
      once(createInterface({ input: child.stdout }), 'line'),
      once(child, 'exit').then(() => Promise.reject(new Error(`liuhen ${args[0]} ended: ${stderr}`))),
    ])) as [string];
    return new LiuhenProcess(child, line);
  }

  /** Resolves with its status once it has ended; null when a signal ended it. */
  async signal(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const { child } = this;
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit');
      child.kill(signal);
      await exited;
    }
    return child.exitCode;
  }
}
