import type { Timers } from '../../drivers/timers.js';

interface Waiting {
  atMs: number;
  then: () => void;
}

/** Timers for which no time passes until they are told so. */
export class ManualTimers implements Timers {
  nowMs = 0;
  #waiting: Waiting[] = [];

  /** How many timers run. */
  get pending(): number {
    return this.#waiting.length;
  }

  start(afterMs: number, then: () => void): () => void {
    const waiting = { atMs: this.nowMs + Math.max(0, afterMs), then };
    this.#waiting.push(waiting);
    return () => {
      this.#waiting = this.#waiting.filter((each) => each !== waiting);
    };
  }

  /** Lets time pass; whatever is due, also what is started meanwhile, is called at its own time and in order. */
  advance(ms: number): void {
    const untilMs = this.nowMs + ms;
    for (;;) {
      const due = this.#waiting.filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (due === undefined) break;
      this.#waiting = this.#waiting.filter((each) => each !== due);
      this.nowMs = due.atMs;
      due.then();
    }
    this.nowMs = untilMs;
  }
}
