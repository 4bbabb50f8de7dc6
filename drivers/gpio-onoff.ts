import { createRequire } from 'node:module';
import { LiuhenError, messageOf } from '../config/errors.js';

/** What is used of an onoff line. In words of our own, since the package and its types may be absent. */
export interface OnoffLine {
  readSync(): 0 | 1;
  writeSync(value: 0 | 1): void;
  watch(listener: (error: Error | null | undefined, value: 0 | 1) => void): void;
  unwatchAll(): void;
  direction(): string;
  edge(): string;
  activeLow(): boolean;
  unexport(): void;
}

/** onoff's class `Gpio`. It works below /sys/class/gpio, wherever else chips are looked up. */
export type OnoffGpio = new (
  number: number,
  direction: 'in' | 'high' | 'low',
  edge: 'none' | 'both',
  options: { activeLow: boolean; debounceTimeout?: number },
) => OnoffLine;

/**
 * Loads onoff when the first line is opened: it is an optional dependency, whose part `epoll` is compiled when it is
 * installed, and an agent without GPIO lines runs without it. Throws LIUHEN_GPIO when it is absent or does not fit.
 */
export function loadOnoff(): OnoffGpio {
  try {
    const { Gpio } = createRequire(import.meta.url)('onoff') as { Gpio: OnoffGpio };
    return Gpio;
  } catch (error) {
    const [reason = ''] = messageOf(error).split('\n');
    throw new LiuhenError(
      'LIUHEN_GPIO',
      `gpio: expected the package onoff with its compiled part: ${reason}`,
      {
        cause: error,
        next: "install g++, make, python3 and Node's headers (/usr/include/node), then run scripts/setup again",
      },
    );
  }
}
