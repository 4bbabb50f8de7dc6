import type { Fragment, InitSegment } from './fragments.js';

/** Larger ones are no picture to look at over and over. */
const MAX_BYTES = 16 * 1024 * 1024;

/** The newest footage that can be played by itself: an init and a fragment that begins with a key frame. */
export class NewestPicture {
  #init: InitSegment | undefined;
  #fragment: Fragment | undefined;

  began(init: InitSegment): void {
    this.#init = init;
    this.#fragment = undefined;
  }

  came(fragment: Fragment): void {
    if (fragment.keyframe && fragment.bytes.length <= MAX_BYTES) this.#fragment = fragment;
  }

  lost(): void {
    this.#fragment = undefined;
  }

  /** Fragmented MP4; undefined while the camera gives nothing. */
  get mp4(): Buffer | undefined {
    if (this.#init === undefined || this.#fragment === undefined) return undefined;
    return Buffer.concat([this.#init.bytes, this.#fragment.bytes]);
  }
}
