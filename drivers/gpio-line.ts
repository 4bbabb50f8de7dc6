import type { OnoffLine } from './gpio-onoff.js';

/**
 * An onoff line from opening to closing, none of whose methods throws. A line that fails once (its chip was unplugged)
 * is lost: that is told once, and the line is left alone from then on.
 */
export class OpenLine {
  readonly #line: OnoffLine;
  readonly #onLost: (error: unknown) => void;
  readonly #onReleased: () => void;
  #open = true;
  #lastRead: 0 | 1 = 0;

  /** `onReleased` is called once, when the line is closed or was lost, before `onLost`. */
  constructor(line: OnoffLine, onReleased: () => void, onLost: (error: unknown) => void) {
    this.#line = line;
    this.#onReleased = onReleased;
    this.#onLost = onLost;
    // onoff itself reads the line in a native callback and, when it debounces, in a timer that may outlive the line.
    // A throw in either would end the process, so it too reads through here.
    const readSync = line.readSync.bind(line);
    line.readSync = () => {
      this.#attempt(() => {
        this.#lastRead = readSync();
      });
      return this.#lastRead;
    };
  }

  /** Whether the line is active; of a line that is lost or closed, whether it last was. */
  read(): boolean {
    return this.#line.readSync() === 1;
  }

  write(active: boolean): void {
    this.#attempt(() => this.#line.writeSync(active ? 1 : 0));
  }

  watch(listener: (active: boolean) => void): void {
    this.#attempt(() => this.#line.watch((_, value) => listener(value === 1)));
  }

  close(): void {
    if (this.#open) this.#release();
  }

  #attempt(action: () => void): void {
    if (!this.#open) return;
    try {
      action();
    } catch (error) {
      this.#release();
      this.#onLost(error);
    }
  }

  /** Ends watching too: a line that fails every read may be told as changed for ever. */
  #release(): void {
    this.#open = false;
    try {
      this.#line.unexport();
    } catch {
      // It is gone, which is what was wanted.
    }
    this.#onReleased();
  }
}
