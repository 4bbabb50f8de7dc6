import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../config/errors.js';
import { type Running, runLiuhen, startLiuhen } from './child.js';
import { createDisplay } from './demo-display.js';

const EXIT_FAILED = 70;
/** As a shell counts a program that SIGINT or SIGPIPE ended. */
const EXIT_INTERRUPTED = 130;
const EXIT_UNREAD = 141;

/**
 * What a demo talks through and starts its processes with. None of them outlives it: not when it fails, at Ctrl-C, when its terminal is
 * closed, or when whoever read its output has gone.
 */
export class DemoStage {
  readonly display = createDisplay();
  readonly #running: Running[] = [];
  readonly #interruption = new AbortController();

  constructor() {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => this.#interruption.abort(EXIT_INTERRUPTED));
    }
    process.stdout.on('error', () => this.#interruption.abort(EXIT_UNREAD));
  }

  /** Plays the demo, ends what it started, and leaves with the status that it gives. */
  async play(demo: () => Promise<number>): Promise<void> {
    const { signal } = this.#interruption;
    try {
      process.exitCode = await demo();
    } catch (error) {
      if (!signal.aborted) this.display.end(`failed: ${messageOf(error)}`);
      process.exitCode = signal.aborted ? signal.reason : EXIT_FAILED;
    } finally {
      this.display.settle();
      // The device first, so that the archive hears its last words.
      for (const child of this.#running.splice(0).reverse()) await child.stop();
    }
  }

  /** Runs `liuhen …` to its end and gives what it printed; throws where it fails. */
  async liuhen(...args: string[]): Promise<string> {
    this.#interruption.signal.throwIfAborted();
    const { status, stdout, stderr } = await runLiuhen(...args);
    if (status !== 0)
      throw new Error(`liuhen ${args.slice(0, 2).join(' ')} ended with ${status}:\n${stderr}`);
    return stdout;
  }

  /** Starts a `liuhen …` that runs until the demo ends. */
  async start(args: readonly string[], logFile: string): Promise<Running> {
    const running = await startLiuhen(args, logFile, this.#interruption.signal);
    this.#running.push(running);
    return running;
  }

  /** Rejects when the demo is interrupted meanwhile. */
  async wait(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#interruption.signal });
  }

  /** Resolves when so long has passed, or at an interruption; rejects when something that it started ends before. */
  async stay(ms = 2 ** 31 - 1): Promise<void> {
    const ended = Promise.race(this.#running.map(({ exited }) => exited)).then((status) => {
      if (!this.#interruption.signal.aborted) throw new Error(`a process of the demo ended with ${status}`);
    });
    await Promise.race([this.wait(ms).catch(() => {}), ended]);
  }
}
