import type { Clock } from '../../drivers/clock.js';
import { durationMsOf, type Fragment } from '../recorder/fragments.js';

/** What a camera gave in a stretch of time. */
export interface FootageRate {
  /** Pictures a second of the camera's own time; undefined where there are none, or too little came. */
  framesPerSecond: number | undefined;
  /** Seconds of footage a second of the clock. */
  footagePerSecond: number;
  fragments: number;
}

const WINDOW_MS = 15_000;
/** How long a camera may take to its first footage: a network camera negotiates first. */
export const CAMERA_MS = 12_000;

/** Counts what the camera gives, over the newest seconds. */
export class FootageMeter {
  readonly #clock: Clock;
  readonly #seen: { monoMs: number; samples: number; durationMs: number }[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  came(fragment: Fragment): void {
    const { monoMs } = this.#clock.read();
    this.#seen.push({ monoMs, samples: fragment.samples, durationMs: durationMsOf(fragment) });
    while (monoMs - (this.#seen[0]?.monoMs ?? monoMs) > WINDOW_MS) this.#seen.shift();
  }

  /** How long ago the newest came; undefined: none did. */
  sinceNewestMs(): number | undefined {
    const newest = this.#seen.at(-1);
    return newest === undefined ? undefined : this.#clock.read().monoMs - newest.monoMs;
  }

  /** Undefined when nothing came for a while. The first fragment only says when counting began. */
  rate(): FootageRate | undefined {
    const { monoMs } = this.#clock.read();
    const recent = this.#seen.filter((each) => monoMs - each.monoMs <= WINDOW_MS);
    const [first, ...counted] = recent;
    const last = recent.at(-1);
    if (first === undefined || last === undefined || counted.length === 0) return undefined;
    const mediaMs = counted.reduce((sum, { durationMs }) => sum + durationMs, 0);
    const samples = counted.reduce((sum, each) => sum + each.samples, 0);
    const tookMs = Math.max(1, last.monoMs - first.monoMs);
    return {
      framesPerSecond: mediaMs > 0 ? (samples * 1000) / mediaMs : undefined,
      footagePerSecond: mediaMs / tookMs,
      fragments: counted.length,
    };
  }
}
