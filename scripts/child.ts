import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { PACKAGE_ROOT } from '../config/package-root.js';

/** The command line that this checkout installs: the bundle that scripts/setup builds. */
export const LIUHEN = join(PACKAGE_ROOT, 'dist/bin/liuhen.js');

/** A long-running `liuhen` process, ended by its own id. */
export interface Running {
  pid: number;
  /** The JSON line it printed when it was ready. */
  ready: Record<string, unknown>;
  exited: Promise<number | null>;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/**
 * Starts `liuhen …` and waits for its line of JSON; its log goes to a file. Rejects with the end of the log when it exits instead, as
 * it is made to when `signal` aborts before.
 */
export async function startLiuhen(
  args: readonly string[],
  logFile: string,
  signal?: AbortSignal,
): Promise<Running> {
  signal?.throwIfAborted();
  const child = spawn(LIUHEN, [...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const log = createWriteStream(logFile, { flags: 'a' });
  const tail = keepTail(child, log);
  const exited = once(child, 'close').then(([code]) => {
    log.end();
    return code as number | null;
  });
  const lines = createInterface({ input: child.stdout });
  const abandon = () => child.kill();
  signal?.addEventListener('abort', abandon);
  const first = await Promise.race([
    once(lines, 'line').then(([line]) => String(line)),
    exited.then((code) => {
      throw new Error(`liuhen ${args[0]} ended with ${code} before it was ready:\n${tail()}`);
    }),
  ]).finally(() => signal?.removeEventListener('abort', abandon));
  return {
    pid: child.pid as number,
    ready: JSON.parse(first) as Record<string, unknown>,
    exited,
    async stop(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      await exited;
    },
  };
}

function keepTail(child: ChildProcess, log: WriteStream): () => string {
  let tail = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    log.write(chunk);
    tail = (tail + chunk.toString()).slice(-2000);
  });
  return () => tail;
}

/** Runs `liuhen …` to its end. */
export async function runLiuhen(
  ...args: readonly string[]
): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const child = spawn(LIUHEN, [...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const closed = once(child, 'close');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [status] = await closed;
  return { status: status as number | null, stdout, stderr };
}
