import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

type Collect = (options?: { type: 'minor' }) => void;

const YOUNG_PAUSE_MS = 500;
/** Footage that nothing refers to any more, from which on everything is collected. */
const DEAD_BYTES = 2 * 1024 * 1024;

/**
 * Gives footage back that nothing refers to any more. It lies outside V8's heap, and V8, which sees only the small objects that own
 * it, lets 16 MiB of short-lived buffers and more of old ones pile up before it looks: on a small device that is a fifth of all
 * memory. A collection of the young takes under a millisecond here, one of everything some 15 ms.
 */
export class FootageMemory {
  readonly #collect = exposedCollect();
  readonly #heldBytes: () => number;
  #youngAtMs = 0;
  /** The least that buffers took beyond footage since everything was collected. */
  #otherBytes = Number.POSITIVE_INFINITY;

  /** `heldBytes`: footage that is in memory because somebody needs it. */
  constructor(heldBytes: () => number) {
    this.#heldBytes = heldBytes;
  }

  /** Footage came, and left the pieces behind in which it came; or it is on disk, and may be needed no more. */
  changed(): void {
    const nowMs = performance.now();
    if (nowMs - this.#youngAtMs >= YOUNG_PAUSE_MS) {
      this.#youngAtMs = nowMs;
      this.#collect({ type: 'minor' });
    }
    if (this.#beyondFootage() < this.#otherBytes + DEAD_BYTES) return;
    this.#collect();
    this.#otherBytes = Number.POSITIVE_INFINITY;
    this.#beyondFootage();
  }

  #beyondFootage(): number {
    const bytes = process.memoryUsage().arrayBuffers - this.#heldBytes();
    this.#otherBytes = Math.min(this.#otherBytes, bytes);
    return bytes;
  }
}

function exposedCollect(): Collect {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as Collect;
}
