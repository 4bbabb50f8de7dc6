import { type ChildProcess, spawn } from 'node:child_process';
import { PassThrough, type Readable, type Writable } from 'node:stream';
import { LiuhenError, messageOf, systemCodeOf } from '../config/errors.js';
import { ADDRESS_FD, PROGRESS_FD } from './camera-inputs.js';
import type { CameraEnd, CameraRun } from './camera-port.js';
import { watchForSilence } from './camera-watchdog.js';
import { lastLines } from './camera-words.js';

export type CameraLog = (message: string) => void;

export interface ProcessOptions {
  path: string;
  /** The process starts when these are known. */
  argumentsReady: Promise<string[]>;
  /** What the process reads on `ADDRESS_FD`. */
  address?: string;
  /** Whether the source has an end; the end of one that has none is a failure. */
  mayEnd: boolean;
  stallMs: number;
  graceMs: number;
  redact(text: string): string;
  log: CameraLog;
}

/** Starts one process and follows it to its end, whichever way that comes. */
export function startProcess(options: ProcessOptions): CameraRun {
  const run = new ProcessRun(options);
  return { output: run.output, ended: run.ended, stop: () => run.stop() };
}

class ProcessRun {
  readonly output = new PassThrough();
  readonly ended: Promise<CameraEnd>;
  readonly #options: ProcessOptions;
  readonly #words;
  #resolve!: (end: CameraEnd) => void;
  #process: ChildProcess | undefined;
  /** Why we asked the process to go, when we did. */
  #wanted: CameraEnd | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopWatching = (): void => {};
  #exitSeen = false;
  #over = false;

  constructor(options: ProcessOptions) {
    this.#options = options;
    this.#words = lastLines((line) => options.log(options.redact(`ffmpeg: ${line}`)));
    this.ended = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    // The consumer may leave at any time; that is its way to say stop. Having read to the end is not.
    this.output.on('close', () => {
      if (!this.output.readableEnded) void this.stop();
    });
    this.output.on('error', () => {});
    options.argumentsReady
      .then((args) => this.#spawn(args))
      .catch((error: unknown) => this.#couldNotStart(error));
  }

  async stop(): Promise<void> {
    this.#ask({ reason: 'stopped' }, 'SIGINT');
    await this.ended;
  }

  #spawn(args: string[]): void {
    if (this.#over) return;
    const { path, address, redact, log } = this.#options;
    log(
      redact(
        `${path} ${args.join(' ')}${address === undefined ? '' : ` (reads ${JSON.stringify(address)})`}`,
      ),
    );
    let child: ChildProcess;
    try {
      // A process group of its own: Ctrl-C on the terminal is then ours to pass on, in order.
      child = spawn(path, args, {
        stdio: ['ignore', 'pipe', 'pipe', 'pipe', address === undefined ? 'ignore' : 'pipe'],
        detached: true,
        windowsHide: true,
      });
    } catch (error) {
      this.#couldNotStart(error);
      return;
    }
    this.#process = child;
    child.on('error', (error) => {
      if (child.pid === undefined) this.#couldNotStart(error);
    });
    child.on('exit', (code, signal) => this.#exited(code, signal));
    // Without descriptors left there are no streams, only the error that says so.
    const progress = child.stdio?.[PROGRESS_FD] as Readable | null | undefined;
    for (const stream of [child.stdout, child.stderr, progress]) stream?.on('error', () => {});
    const asks = child.stdio?.[ADDRESS_FD] as Writable | null | undefined;
    asks?.on('error', () => {});
    asks?.end(address);
    child.stderr?.on('data', this.#words.add);
    if (child.pid === undefined || !child.stdout) return;
    child.stdout.on('close', () => this.output.end());
    child.stdout.pipe(this.output);
    this.#stopWatching = watchForSilence({
      footage: child.stdout,
      progress: progress ?? undefined,
      isPaused: () => this.output.writableNeedDrain,
      onResume: (listener) => this.output.on('drain', listener),
      stallMs: this.#options.stallMs,
      onSilence: () =>
        this.#ask({ reason: 'stalled', detail: `no data for ${this.#options.stallMs} ms` }, 'SIGTERM'),
    });
  }

  /** Asks once; whoever asks first names the reason. */
  #ask(end: CameraEnd, signal: NodeJS.Signals): void {
    if (this.#over || this.#exitSeen || this.#wanted) return;
    this.#wanted = end;
    this.#stopWatching();
    if (this.#process === undefined) {
      this.#finish(end);
      return;
    }
    if (this.output.destroyed) this.#process.stdout?.destroy();
    this.#signal(signal);
    this.#timer = setTimeout(() => this.#kill(), this.#options.graceMs);
  }

  /** To the whole group, since a wrapper script has children; its leader has not been seen to exit, so the id is ours. */
  #signal(signal: NodeJS.Signals): void {
    const pid = this.#process?.pid;
    if (pid === undefined || this.#exitSeen) return;
    try {
      process.kill(-pid, signal);
    } catch {
      this.#process?.kill(signal);
    }
  }

  #kill(): void {
    if (this.#over) return;
    this.#signal('SIGKILL');
    // A process stuck in a driver does not even die of this; to wait on would hang the recorder with it.
    this.#timer = setTimeout(() => {
      this.#process?.stdout?.destroy();
      this.#finish({
        reason: this.#wanted?.reason ?? 'failed',
        detail: `process ${this.#process?.pid} could not be killed`,
      });
    }, this.#options.graceMs);
  }

  #couldNotStart(error: unknown): void {
    const { path } = this.#options;
    this.output.end();
    const detail =
      error instanceof LiuhenError
        ? error.message
        : systemCodeOf(error) === 'ENOENT'
          ? `ffmpeg: not found at '${path}', install it with apt-get install ffmpeg`
          : `ffmpeg: '${path}' could not be started: ${messageOf(error)}`;
    this.#finish({ reason: this.#wanted?.reason ?? 'failed', detail });
  }

  /** Exit and the end of stderr come in any order; its last words are worth a moment, not a wait without end. */
  #exited(code: number | null, signal: NodeJS.Signals | null): void {
    this.#exitSeen = true;
    this.#stopWatching();
    clearTimeout(this.#timer);
    const finish = (): void => this.#finish(this.#endOf(code, signal));
    const stderr = this.#process?.stderr;
    if (!stderr || stderr.closed) {
      finish();
      return;
    }
    this.#timer = setTimeout(finish, Math.min(this.#options.graceMs, 1000));
    stderr.once('close', finish);
  }

  #endOf(code: number | null, signal: NodeJS.Signals | null): CameraEnd {
    const outcome = signal ? `ffmpeg was ended by ${signal}` : `ffmpeg ended with status ${code}`;
    const words = this.#words.text();
    if (this.#wanted) {
      const { reason, detail } = this.#wanted;
      const killed = signal === 'SIGKILL' ? 'it did not finish when asked to and was killed' : undefined;
      return endWith(reason, [detail, killed, reason === 'stopped' ? '' : words]);
    }
    if (code === 0 && this.#options.mayEnd) return endWith('ended', [words]);
    return endWith('failed', [code === 0 ? 'the source ended' : outcome, words]);
  }

  #finish(end: CameraEnd): void {
    if (this.#over) return;
    this.#over = true;
    this.#stopWatching();
    clearTimeout(this.#timer);
    const { stdout } = this.#process ?? {};
    if (!stdout || stdout.destroyed) this.output.end();
    const { reason, detail } = end;
    this.#resolve(detail === undefined ? { reason } : { reason, detail: this.#options.redact(detail) });
  }
}

function endWith(reason: CameraEnd['reason'], parts: readonly (string | undefined)[]): CameraEnd {
  const detail = parts.filter((part) => part).join('; ');
  return detail === '' ? { reason } : { reason, detail };
}
