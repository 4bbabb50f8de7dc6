export interface FrameFormat {
  /** The byte that begins a frame; what stands between frames is dropped. Without one, frames follow each other: lines. */
  start?: number;
  /** The byte that ends a frame. */
  end: number;
  /** Longest frame, without the bytes around it. */
  maxBytes: number;
}

export interface FrameCounters {
  /** Frames handed on; whether they mean anything is for others to say. */
  frames: number;
  /** Frames given up because their end did not come in time. */
  tooLong: number;
  /** Frames given up because another began inside them. */
  interrupted: number;
  /** Bytes that belong to no frame handed on. */
  droppedBytes: number;
}

/**
 * Cuts frames out of bytes as they come, whatever comes: never holds more than one frame of `maxBytes`, and after noise hands on the
 * next whole frame. `onFrame` gets what stands between start and end, valid during the call only.
 */
export class Frames {
  readonly counters: FrameCounters = { frames: 0, tooLong: 0, interrupted: 0, droppedBytes: 0 };
  readonly #start: number | undefined;
  readonly #end: number;
  readonly #onFrame: (frame: Buffer) => void;
  /** The part of a frame that came in earlier chunks. */
  readonly #held: Buffer;
  #heldBytes = 0;
  /** Whether a frame has begun; otherwise bytes are dropped until the next start, or the next end where there is no start. */
  #inside: boolean;

  constructor({ start, end, maxBytes }: FrameFormat, onFrame: (frame: Buffer) => void) {
    this.#start = start;
    this.#end = end;
    this.#held = Buffer.allocUnsafe(maxBytes);
    this.#inside = start === undefined;
    this.#onFrame = onFrame;
  }

  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) at = this.#inside ? this.#take(chunk, at) : this.#seek(chunk, at);
  }

  /** Forgets a frame that has begun: what comes next is not its continuation. */
  reset(): void {
    if (this.#start !== undefined && this.#inside) this.counters.droppedBytes++;
    this.counters.droppedBytes += this.#heldBytes;
    this.#heldBytes = 0;
    this.#inside = this.#start === undefined;
  }

  /** Drops up to where a frame can begin. Returns where to go on. */
  #seek(chunk: Buffer, at: number): number {
    const found = chunk.indexOf(this.#start ?? this.#end, at);
    if (found < 0) {
      this.counters.droppedBytes += chunk.length - at;
      return chunk.length;
    }
    this.#inside = true;
    // A start is counted with its frame; the end of a line given up is dropped with it.
    this.counters.droppedBytes += found - at + (this.#start === undefined ? 1 : 0);
    return found + 1;
  }

  #take(chunk: Buffer, at: number): number {
    const found = chunk.indexOf(this.#end, at);
    const stop = found < 0 ? chunk.length : found;
    // Goes back to this frame's own start at most, where that is in the same chunk.
    const again = this.#start === undefined || stop === at ? -1 : chunk.lastIndexOf(this.#start, stop - 1);
    if (again >= at) {
      this.counters.interrupted++;
      this.counters.droppedBytes += 1 + this.#heldBytes + (again - at);
      this.#heldBytes = 0;
      return again + 1;
    }
    if (this.#heldBytes + (stop - at) > this.#held.length) {
      this.counters.tooLong++;
      this.counters.droppedBytes += this.#heldBytes + (stop - at) + (this.#start === undefined ? 0 : 1);
      this.#heldBytes = 0;
      this.#inside = false;
      return stop;
    }
    if (found < 0) {
      chunk.copy(this.#held, this.#heldBytes, at, stop);
      this.#heldBytes += stop - at;
      return stop;
    }
    let frame = chunk.subarray(at, stop);
    if (this.#heldBytes > 0) {
      frame.copy(this.#held, this.#heldBytes);
      frame = this.#held.subarray(0, this.#heldBytes + frame.length);
      this.#heldBytes = 0;
    }
    this.#inside = this.#start === undefined;
    this.counters.frames++;
    this.#onFrame(frame);
    return found + 1;
  }
}
