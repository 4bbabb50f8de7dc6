import type { Clock } from '../../drivers/clock.js';

/** Between which moments it is now, Unix ms, and whose word that is. */
export interface TimeSpan {
  earliestMs: number;
  latestMs: number;
  by: 'clock' | 'archive';
}

interface Moment {
  monoMs: number;
  wallMs: number;
}

/** Sizes whose time of sealing is remembered; older ones only make the span wider. */
const MAX_SIZES = 512;
const APART_MS = 1000;
/** A cosignature tells whole seconds. */
const WITNESS_STEP_MS = 1000;

/**
 * What time it is for a command's expiry. A clock set by satellites or the network is believed. Another one is not, where the archive can
 * tell better: what it cosigned was written by this process, so that its time lies between the writing and the answer.
 */
export class CommandTime {
  readonly #clock: Clock;
  readonly #sealed: (Moment & { size: number })[] = [];
  #witnessed: { timeMs: number; writtenAt: Moment; heardAt: Moment } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The journal has grown to this size, now or `agoMs` ago at most. */
  sealed(size: number, agoMs = 0): void {
    const reading = this.#clock.read();
    const monoMs = reading.monoMs - agoMs;
    const wallMs = reading.wallMs - agoMs;
    const last = this.#sealed.at(-1);
    if (last !== undefined && monoMs - last.monoMs < APART_MS) return;
    this.#sealed.push({ size, monoMs, wallMs });
    if (this.#sealed.length > MAX_SIZES) this.#sealed.shift();
  }

  /** The archive's verified word that the journal had this size at this time has come now. */
  witnessed(size: number, timeSec: number): void {
    const writtenAt = this.#sealed.findLast((sealed) => sealed.size <= size);
    if (writtenAt === undefined) return;
    const { monoMs, wallMs } = this.#clock.read();
    this.#witnessed = { timeMs: timeSec * 1000, writtenAt, heardAt: { monoMs, wallMs } };
  }

  /**
   * Undefined where nobody vouches for a time. `floorMs` is a moment that has certainly passed: a real-time clock with an empty battery
   * begins years ago.
   */
  now(floorMs: number): TimeSpan | undefined {
    const { wallMs, monoMs, source } = this.#clock.read();
    if (source === 'gnss' || source === 'ntp') return { earliestMs: wallMs, latestMs: wallMs, by: 'clock' };
    const witnessed = this.#witnessed;
    if (witnessed !== undefined) {
      const { timeMs, writtenAt, heardAt } = witnessed;
      // The monotonic clock stands while the machine sleeps; that the wall clock jumps makes the span wider, never narrower.
      const since = (at: Moment) => Math.max(monoMs - at.monoMs, wallMs - at.wallMs);
      const latestMs = timeMs + WITNESS_STEP_MS + since(writtenAt);
      return { earliestMs: timeMs + monoMs - heardAt.monoMs, latestMs, by: 'archive' };
    }
    if (source === 'none') return undefined;
    const ms = Math.max(wallMs, floorMs);
    return { earliestMs: ms, latestMs: ms, by: 'clock' };
  }
}
