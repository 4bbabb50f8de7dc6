/** The only way waiting enters a driver, so that a test can let time pass. */
export interface Timers {
  /** Calls `then` once, after `afterMs`. Returns what cancels it, which may be called at any time. */
  start(afterMs: number, then: () => void): () => void;
}

/** Node's own timers. They keep the process alive while they run. */
export const systemTimers: Timers = {
  start(afterMs, then) {
    const timer = setTimeout(then, afterMs);
    return () => clearTimeout(timer);
  },
};
