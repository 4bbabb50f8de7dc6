import type { GpioInput } from './gpio-port.js';
import { systemTimers, type Timers } from './timers.js';

/**
 * `press` comes as soon as a touch has settled, for feedback, and is followed by exactly one of the others: `double` at
 * the second touch, `long` at the moment the hold time is reached, `short` once no second touch came.
 */
export type Gesture = 'press' | 'short' | 'double' | 'long';

export interface ButtonTimes {
  /** How long a level must hold to count; shorter ones are chatter. 0 for a line that is debounced already. */
  settleMs: number;
  /** From the touch until it is `long`. */
  longMs: number;
  /** From the release until a second touch is no `double` any more. */
  doubleMs: number;
  /** From the touch until the button is reported as stuck. */
  stuckMs: number;
}

export const BUTTON_TIMES: ButtonTimes = { settleMs: 20, longMs: 2000, doubleMs: 400, stuckMs: 30_000 };

export interface ButtonOptions extends Partial<ButtonTimes> {
  timers?: Timers;
}

type State =
  /** Nothing is under way. */
  | 'idle'
  /** Touched for the first time; it may become any gesture. */
  | 'touched'
  /** Released again; a second touch may come. */
  | 'released'
  /** Its gesture is given, or it was active from the start; nothing more comes of it until it is let go. */
  | 'spent';

const NEVER = (): void => {};
/** When there is doubt whether a time is up, since an edge may be on its way: when to look again, at the least. */
const LOOK_AGAIN_MS = 10;

/**
 * One button on a line, which stays its owner's to close. A button that is held when this begins gives no gesture
 * until it was let go, and is reported as stuck.
 */
export class Button {
  readonly #line: Pick<GpioInput, 'active' | 'onChange'>;
  readonly #times: ButtonTimes;
  readonly #timers: Timers;
  readonly #gestureListeners: ((gesture: Gesture) => void)[] = [];
  readonly #stuckListeners: ((stuck: boolean) => void)[] = [];
  #closed = false;
  /** The level as the line last told it, and as it counts. */
  #told: boolean;
  #settled: boolean;
  #state: State;
  #stuck: boolean;
  #settling: (() => void) | undefined;
  #cancelWait = NEVER;
  #cancelStuck = NEVER;

  constructor(line: Pick<GpioInput, 'active' | 'onChange'>, options: ButtonOptions = {}) {
    const { timers = systemTimers, ...times } = options;
    this.#line = line;
    this.#timers = timers;
    this.#times = { ...BUTTON_TIMES, ...times };
    this.#told = this.#settled = this.#stuck = line.active;
    this.#state = line.active ? 'spent' : 'idle';
    line.onChange((active) => this.#onEdge(active));
  }

  /** Whether the button was active from the start, or for longer than `stuckMs`, and still is. */
  get stuck(): boolean {
    return this.#stuck;
  }

  onGesture(listener: (gesture: Gesture) => void): void {
    this.#gestureListeners.push(listener);
  }

  /** Called with true when the button is found stuck, at once if it is already, and with false when it is let go. */
  onStuck(listener: (stuck: boolean) => void): void {
    this.#stuckListeners.push(listener);
    if (this.#stuck) listener(true);
  }

  /** No listener is called any more. */
  close(): void {
    this.#closed = true;
    this.#settling?.();
    this.#cancelWait();
    this.#cancelStuck();
  }

  #onEdge(active: boolean): void {
    if (this.#closed) return;
    this.#told = active;
    this.#settling?.();
    if (this.#times.settleMs > 0) {
      this.#settling = this.#timers.start(this.#times.settleMs, () => this.#onQuiet());
    } else this.#onQuiet();
  }

  #onQuiet(): void {
    this.#settling = undefined;
    if (this.#told === this.#settled) return;
    this.#settled = this.#told;
    if (this.#settled) this.#onTouch();
    else this.#onRelease();
  }

  #onTouch(): void {
    const { longMs, settleMs, stuckMs } = this.#times;
    this.#cancelStuck = this.#timers.start(stuckMs - settleMs, () => this.#setStuck(true));
    this.#cancelWait();
    if (this.#state === 'released') {
      this.#state = 'spent';
      this.#tell('double');
    } else {
      this.#state = 'touched';
      this.#await(longMs - settleMs, () => {
        this.#state = 'spent';
        this.#tell('long');
      });
      this.#tell('press');
    }
  }

  #onRelease(): void {
    this.#cancelStuck();
    this.#cancelWait();
    this.#setStuck(false);
    if (this.#state === 'touched') {
      this.#state = 'released';
      this.#await(this.#times.doubleMs - this.#times.settleMs, () => {
        this.#state = 'idle';
        this.#tell('short');
      });
    } else this.#state = 'idle';
  }

  /**
   * Calls `then` when the level has stayed for so long. While this process was held up, a timer runs before the edge
   * that came in the meantime; so where the line says otherwise by now, or has not settled, that edge is waited for.
   */
  #await(ms: number, then: () => void): void {
    this.#cancelWait = this.#timers.start(ms, () => {
      if (this.#settling === undefined && this.#line.active === this.#settled) then();
      else this.#await(Math.max(this.#times.settleMs, LOOK_AGAIN_MS), then);
    });
  }

  #setStuck(stuck: boolean): void {
    if (stuck === this.#stuck) return;
    this.#stuck = stuck;
    for (const listener of [...this.#stuckListeners]) listener(stuck);
  }

  #tell(gesture: Gesture): void {
    for (const listener of [...this.#gestureListeners]) listener(gesture);
  }
}
