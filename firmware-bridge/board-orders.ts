import { randomInt } from 'node:crypto';
import { isOneShot, type Pattern } from '../drivers/output-pattern.js';
import type { Timers } from '../drivers/timers.js';
import { BOARD_COMMAND, type BoardOutputs, encodeOutputs } from './board-wire.js';
import type { SmpRequester } from './client.js';
import { GROUP } from './smp-error.js';

export const ALL_OFF: BoardOutputs = { indicator: 'off', buzzer: 'off', vibration: 'off' };

/**
 * Has the board play what was ordered last, and keeps it playing: an order stands only for `holdMs`, so it is given again three times as
 * often. What waits is replaced by a newer order, since a late one is a wrong one; only its one-shots are given all the same. One-shots
 * are given once.
 */
export class BoardOrders {
  readonly #smp: SmpRequester;
  readonly #timers: Timers;
  readonly #holdMs: number;
  /** Above 0 and random at first, so that the order of an earlier process is not taken for this one. */
  #id = randomInt(1, 2 ** 31);
  #wanted = ALL_OFF;
  #waiting: { id: number; outputs: BoardOutputs } | undefined;
  #sending = false;
  #cancelRefresh: () => void = () => {};
  #closed = false;

  constructor(smp: SmpRequester, timers: Timers, holdMs: number) {
    this.#smp = smp;
    this.#timers = timers;
    this.#holdMs = holdMs;
  }

  play(outputs: BoardOutputs): void {
    this.#wanted = {
      indicator: baseOf(outputs.indicator, this.#wanted.indicator),
      buzzer: baseOf(outputs.buzzer, this.#wanted.buzzer),
      vibration: baseOf(outputs.vibration, this.#wanted.vibration),
    };
    this.#order(outputs);
  }

  /** Gives the standing order again: the board has restarted, or is heard again. */
  repeat(): void {
    if (this.#waiting === undefined) this.#order(this.#wanted);
  }

  close(): void {
    this.#closed = true;
    this.#cancelRefresh();
  }

  #order(outputs: BoardOutputs): void {
    if (this.#closed) return;
    this.#id = (this.#id + 1) % 2 ** 32;
    this.#waiting = { id: this.#id, outputs: withOneShots(outputs, this.#waiting?.outputs) };
    if (!this.#sending) void this.#send();
  }

  async #send(): Promise<void> {
    this.#sending = true;
    this.#cancelRefresh();
    while (this.#waiting !== undefined && !this.#closed) {
      const { id, outputs } = this.#waiting;
      this.#waiting = undefined;
      const order = encodeOutputs(id, outputs, this.#holdMs);
      // Silence is noticed and told by the polls; the order is given again in any case.
      await this.#smp.request('write', GROUP.board, BOARD_COMMAND.outputs, order).catch(() => {});
    }
    this.#sending = false;
    const allOff = Object.values(this.#wanted).every((pattern) => pattern === 'off');
    if (this.#closed || allOff) return;
    this.#cancelRefresh = this.#timers.start(this.#holdMs / 3, () => this.repeat());
  }
}

/**
 * What replaces a waiting order still gives its one-shots: they are the only word that something happened. The base pattern that
 * they displace is given with the next repetition.
 */
function withOneShots(outputs: BoardOutputs, waiting: BoardOutputs = ALL_OFF): BoardOutputs {
  const kept = (name: keyof BoardOutputs): Pattern =>
    isOneShot(waiting[name]) && !isOneShot(outputs[name]) ? waiting[name] : outputs[name];
  return { indicator: kept('indicator'), buzzer: kept('buzzer'), vibration: kept('vibration') };
}

/** What stands once `pattern` has been played. */
function baseOf(pattern: Pattern, before: Pattern): Pattern {
  return isOneShot(pattern) ? before : pattern;
}
