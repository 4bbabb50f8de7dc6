import type { CameraLog } from './camera-process.js';

/** What a camera does without at the moment: each told once when it begins, and listed while it lasts. */
export class Shortcomings {
  readonly #sentences = new Map<string, string>();
  readonly #warn: CameraLog;

  constructor(warn: CameraLog) {
    this.#warn = warn;
  }

  get sentences(): readonly string[] {
    return [...this.#sentences.values()];
  }

  /** One sentence about a thing, in place of what was said of it before; undefined when nothing is amiss with it any more. */
  say(about: string, sentence: string | undefined): void {
    if (this.#sentences.get(about) === sentence) return;
    if (sentence === undefined) {
      this.#sentences.delete(about);
      return;
    }
    this.#sentences.set(about, sentence);
    this.#warn(`camera: ${sentence}`);
  }
}
