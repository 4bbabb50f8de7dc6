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
  /** -1, which no byte is, for frames that have no start. */
  readonly #start: number;
  readonly #end: number;
  readonly #onFrame: (frame: Buffer) => void;
  readonly #held: Buffer;
  #heldBytes = 0;
  /** Whether a frame has begun; otherwise bytes are dropped until the next start, or the next end where there is no start. */
  #inside: boolean;

  constructor({ start = -1, end, maxBytes }: FrameFormat, onFrame: (frame: Buffer) => void) {
    this.#start = start;
    this.#end = end;
    this.#held = Buffer.allocUnsafe(maxBytes);
    this.#inside = start < 0;
    this.#onFrame = onFrame;
  }

  push(chunk: Buffer): void {
    const { counters } = this;
    const start = this.#start;
    const end = this.#end;
    const held = this.#held;
    for (let at = 0; at < chunk.length; ) {
      // Where a whole frame surely fits into the rest, its end is looked for. In the short chunks of a serial line that costs more
      // than to go byte by byte.
      if (this.#inside && this.#heldBytes === 0 && chunk.length - at > held.length) {
        at = this.#takeWhole(chunk, at);
        if (!this.#inside || at === chunk.length) continue;
      }
      const byte = chunk[at++] as number;
      if (byte === start) {
        if (this.#inside) {
          counters.interrupted++;
          counters.droppedBytes += 1 + this.#heldBytes;
        }
        this.#begin(true);
      } else if (!this.#inside) {
        counters.droppedBytes++;
        if (byte === end) this.#begin(start < 0);
      } else if (byte === end) {
        this.#handOn(held.subarray(0, this.#heldBytes));
      } else if (this.#heldBytes === held.length) {
        counters.tooLong++;
        counters.droppedBytes += 1 + this.#heldBytes + (start < 0 ? 0 : 1);
        this.#begin(false);
      } else held[this.#heldBytes++] = byte;
    }
  }

  /** Hands on the frame that begins here, if it is one, without a copy. Returns where to go on. */
  #takeWhole(chunk: Buffer, at: number): number {
    const longest = chunk.subarray(at, at + this.#held.length + 1);
    const length = longest.indexOf(this.#end);
    if (length < 0) return at;
    const frame = longest.subarray(0, length);
    if (this.#start >= 0 && frame.includes(this.#start)) return at;
    this.#handOn(frame);
    return at + length + 1;
  }

  #handOn(frame: Buffer): void {
    this.#begin(this.#start < 0);
    this.counters.frames++;
    this.#onFrame(frame);
  }

  /** Forgets a frame that has begun: what comes next is not its continuation. */
  reset(): void {
    if (this.#inside) this.counters.droppedBytes += this.#heldBytes + (this.#start < 0 ? 0 : 1);
    this.#begin(this.#start < 0);
  }

  #begin(inside: boolean): void {
    this.#heldBytes = 0;
    this.#inside = inside;
  }
}

/** So much came without one frame that could be read: nobody's noise on the line. */
const MUCH_BYTES = 1000;
const MANY_FRAMES = 10;

/**
 * What a person should know of a line on which much came and nothing could be read: nearly always a wrong baud rate or another
 * device. `readable` and `unreadable` count frames. Undefined while there is nothing to say.
 */
export function complaintOf(
  what: string,
  { droppedBytes }: FrameCounters,
  readable: number,
  unreadable: number,
): string | undefined {
  if (readable > 0 || (droppedBytes < MUCH_BYTES && unreadable < MANY_FRAMES)) return undefined;
  return `bytes come, but no ${what}: look at the baud rate and whether it is the right device`;
}
