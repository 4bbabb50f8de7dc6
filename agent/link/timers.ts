/** Stops what was to happen later; harmless when it has happened. */
export type Cancel = () => void;

/** Monotonic time and what is to happen later, in ms. Passed in, so that tests need not wait. */
export interface Timers {
  nowMs(): number;
  after(delayMs: number, run: () => void): Cancel;
}

export const systemTimers: Timers = {
  nowMs: () => performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

/** `ms` give or take a fifth, so that devices that lost the archive together do not ask together. */
export function jittered(ms: number, random: () => number): number {
  return ms * (0.8 + 0.4 * random());
}

/** Full jitter: anything from nothing to the doubled wait. `attempt` counts from 0. */
export function backoffMs(
  attempt: number,
  { minMs, maxMs }: { minMs: number; maxMs: number },
  random: () => number,
): number {
  return random() * backoffCapMs(attempt, { minMs, maxMs });
}

/** The longest that an attempt may wait. */
export function backoffCapMs(attempt: number, { minMs, maxMs }: { minMs: number; maxMs: number }): number {
  return Math.min(maxMs, minMs * 2 ** Math.min(attempt, 40));
}
