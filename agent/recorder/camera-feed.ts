import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../../config/errors.js';
import type { Camera, CameraEnd, CameraRun } from '../../drivers/camera-port.js';
import { type FragmentEvent, fragmentsOf } from './fragments.js';

/** What comes from a camera that is started again whenever it fails. */
export type FeedEvent =
  | FragmentEvent
  /** The camera stopped giving footage; another take follows if it comes back. */
  | { type: 'lost'; reason: 'camera-stalled' | 'camera-failed'; detail: string }
  /** A file has been read to its end; nothing follows. */
  | { type: 'ended' };

export interface FeedOptions {
  restartInitialMs: number;
  restartMaxMs: number;
}

/** Keeps one camera running: every failure is announced, waited out with growing delays, and followed by a new take. */
export class CameraFeed {
  readonly #camera: Camera;
  readonly #options: FeedOptions;
  readonly #stopping = new AbortController();
  #run: CameraRun | undefined;

  constructor(camera: Camera, options: FeedOptions) {
    this.#camera = camera;
    this.#options = options;
  }

  /** Gives every event to `take`, waiting for it before reading on. Resolves after `stop`, or at the end of a file. */
  async pump(take: (event: FeedEvent) => Promise<void>): Promise<void> {
    let failures = 0;
    while (!this.#stopping.signal.aborted) {
      const end = await this.#once(take, () => {
        failures = 0;
      });
      if (this.#stopping.signal.aborted || end.reason === 'stopped') return;
      if (end.reason === 'ended') return await take({ type: 'ended' });
      const reason = end.reason === 'stalled' ? 'camera-stalled' : 'camera-failed';
      await take({ type: 'lost', reason, detail: end.detail ?? end.reason });
      const waitMs = Math.min(this.#options.restartMaxMs, this.#options.restartInitialMs * 2 ** failures++);
      await delay(waitMs, undefined, { signal: this.#stopping.signal }).catch(() => {});
    }
  }

  /** Lets the camera finish: its last fragment still reaches `pump`'s consumer. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#run?.stop();
  }

  async #once(take: (event: FeedEvent) => Promise<void>, onFragment: () => void): Promise<CameraEnd> {
    let run: CameraRun | undefined;
    try {
      run = this.#camera.start();
      this.#run = run;
      for await (const event of fragmentsOf(run.output)) {
        if (event.type === 'fragment') onFragment();
        await take(event);
      }
      return await run.ended;
    } catch (error) {
      await run?.stop();
      return { reason: 'failed', detail: messageOf(error) };
    }
  }
}
