import type { LinkLog } from '../link/link.js';
import type { Timers } from '../link/timers.js';

/** What the uplink needs of a logger; pino has it. */
export interface UplinkLog extends LinkLog {
  error(fields: object, message: string): void;
}

/** Where something that was refused or went wrong is counted. */
export interface Counter<Kind extends string> {
  count(kind: Kind, message: string): void;
}

const QUIET_MS = 60_000;

/**
 * Counts what was refused or went wrong, by kind, and logs the first of each kind and then one a minute: what comes from a wire
 * must not fill a disk with log lines.
 */
export class Tally<Kind extends string> implements Counter<Kind> {
  readonly #counts = new Map<Kind, number>();
  readonly #loggedAtMs = new Map<Kind, number>();
  readonly #log: UplinkLog;
  readonly #timers: Timers;

  readonly #onCount: () => void;

  constructor(log: UplinkLog, timers: Timers, onCount: () => void = () => {}) {
    this.#log = log;
    this.#timers = timers;
    this.#onCount = onCount;
  }

  count(kind: Kind, message: string): void {
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    this.#onCount();
    const nowMs = this.#timers.nowMs();
    if (nowMs - (this.#loggedAtMs.get(kind) ?? Number.NEGATIVE_INFINITY) < QUIET_MS) return;
    this.#loggedAtMs.set(kind, nowMs);
    this.#log.warn({ kind, count }, `uplink: ${message}`);
  }

  /** How often each kind was counted; kinds that never came are absent. */
  counts(): Partial<Record<Kind, number>> {
    return Object.fromEntries(this.#counts) as Partial<Record<Kind, number>>;
  }
}
