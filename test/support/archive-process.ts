import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { LIUHEN } from './liuhen.js';

export interface ReadyLine {
  ready: true;
  broker: string;
  witness: string;
  data: string;
}

/** `liuhen archive run` as a process of its own. */
export class ArchiveProcess {
  readonly ready: ReadyLine;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, ready: ReadyLine) {
    this.#child = child;
    this.ready = ready;
  }

  /** Resolves with the line that says it is ready; rejects with what it said on stderr when it ends instead. */
  static async start(...args: readonly string[]): Promise<ArchiveProcess> {
    const child = spawn(process.execPath, [LIUHEN, 'archive', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-4000);
    });
    const [line] = (await Promise.race([
      once(createInterface({ input: child.stdout }), 'line'),
      once(child, 'exit').then(() => Promise.reject(new Error(`archive ended: ${stderr}`))),
    ])) as [string];
    return new ArchiveProcess(child, JSON.parse(line) as ReadyLine);
  }

  async signal(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return this.#child.exitCode;
    const exited = once(this.#child, 'exit');
    this.#child.kill(signal);
    await exited;
    return this.#child.exitCode;
  }
}

/** Runs a `liuhen archive` command that ends by itself. */
export async function archiveCommand(
  ...args: readonly string[]
): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [LIUHEN, 'archive', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  await once(child, 'close');
  return { status: child.exitCode, stdout, stderr };
}
