import type { Logger } from 'pino';

const EVERY_MS = 60_000;
const MAX_KEYS = 1024;

/** Warnings that anybody on the network can cause: one a minute for each key, so that a flood does not fill the disk. */
export class SeldomLog {
  readonly #log: Logger;
  readonly #nowMs: () => number;
  readonly #lastMs = new Map<string, number>();

  constructor(log: Logger, nowMs: () => number) {
    this.#log = log;
    this.#nowMs = nowMs;
  }

  warn(key: string, fields: object, message: string): void {
    const now = this.#nowMs();
    if (now - (this.#lastMs.get(key) ?? Number.NEGATIVE_INFINITY) < EVERY_MS) return;
    if (this.#lastMs.size >= MAX_KEYS) this.#lastMs.clear();
    this.#lastMs.set(key, now);
    this.#log.warn(fields, message);
  }
}
