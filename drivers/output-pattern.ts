import { systemTimers, type Timers } from './timers.js';

/** What a light shows, or a buzzer or vibration gives, until something else is played. */
export type BasePattern =
  | 'off'
  | 'steady'
  | 'blink'
  | 'double-blink'
  | 'triple-blink'
  | 'fast-blink'
  | 'slow-blink'
  | 'flash';
/** What is given once, after which the base pattern comes back. */
export type OneShotPattern = 'short' | 'two-short' | 'long';
export type Pattern = BasePattern | OneShotPattern;

/**
 * Times in ms by turns active and inactive, beginning with active; a base pattern repeats them. Each one-shot ends
 * with silence, so that two in a row are heard as two and a light that was on shows that something happened.
 */
const TIMES: Record<Exclude<Pattern, 'off' | 'steady'>, readonly number[]> = {
  blink: [500, 500],
  'double-blink': [120, 180, 120, 1080],
  'triple-blink': [120, 180, 120, 180, 120, 1080],
  'fast-blink': [100, 100],
  'slow-blink': [1500, 1500],
  // Says that there is somebody, at little cost.
  flash: [60, 2940],
  short: [120, 200],
  'two-short': [120, 160, 120, 200],
  long: [800, 200],
};

export const PATTERNS: readonly Pattern[] = [
  'off',
  'steady',
  'blink',
  'double-blink',
  'triple-blink',
  'fast-blink',
  'slow-blink',
  'flash',
  'short',
  'two-short',
  'long',
];

export function isOneShot(pattern: Pattern): pattern is OneShotPattern {
  return pattern === 'short' || pattern === 'two-short' || pattern === 'long';
}

/** Plays patterns on one output, which it alone writes. It begins with `off`. */
export class PatternPlayer {
  readonly #output: { write(active: boolean): void };
  readonly #timers: Timers;
  #base: BasePattern = 'off';
  #playing: Pattern = 'off';
  #cancel: () => void = () => {};

  constructor(output: { write(active: boolean): void }, timers: Timers = systemTimers) {
    this.#output = output;
    this.#timers = timers;
    output.write(false);
  }

  /** What is played now: a one-shot, or the base pattern. */
  get playing(): Pattern {
    return this.#playing;
  }

  /**
   * Plays `pattern` at once, whatever was played before. A base pattern stays; a one-shot gives way to the base
   * pattern when it is over. Playing the base pattern that is already played does not restart it, so that one who
   * says so every second does not keep a light from blinking.
   */
  play(pattern: Pattern): void {
    if (!isOneShot(pattern)) {
      this.#base = pattern;
      if (this.#playing === pattern) return;
    }
    this.#begin(pattern);
  }

  /** Leaves the output inactive, with nothing under way. */
  stop(): void {
    this.play('off');
  }

  #begin(pattern: Pattern): void {
    this.#cancel();
    this.#cancel = () => {};
    this.#playing = pattern;
    if (pattern === 'off' || pattern === 'steady') this.#output.write(pattern === 'steady');
    else this.#step(pattern, TIMES[pattern], 0);
  }

  #step(pattern: Pattern, times: readonly number[], at: number): void {
    const ms = times[at];
    if (ms === undefined) {
      this.#begin(this.#base);
      return;
    }
    this.#output.write(at % 2 === 0);
    this.#cancel = this.#timers.start(ms, () => this.#step(pattern, times, at + 1));
  }
}
