import { messageOf } from '../config/errors.js';
import { systemTimers, type Timers } from '../drivers/timers.js';
import { BoardOrders } from './board-orders.js';
import {
  BOARD_COMMAND,
  type BoardOutputs,
  type BoardStatus,
  decodeStatus,
  encodeTime,
} from './board-wire.js';
import type { SmpRequester } from './client.js';
import { GROUP } from './smp-error.js';

export type { BoardOutputs, BoardStatus } from './board-wire.js';

export interface BoardOptions {
  /** How often the status is read when the attention line says nothing. Default 10 s. */
  pollMs?: number;
  /** How long the outputs go on without a word from here: the process may be gone. Default 3 s. */
  holdMs?: number;
  timers?: Timers;
}

/** Whether the microcontroller answers; `reason` is for people. */
export type BoardContact = { heard: true } | { heard: false; reason: string };

/**
 * The board beside us: watches what its microcontroller sees and has it play lights, buzzer and vibration. Never throws; what cannot be
 * reached is told through `onContact`, once.
 */
export class Board {
  readonly #smp: SmpRequester;
  readonly #timers: Timers;
  readonly #pollMs: number;
  readonly #orders: BoardOrders;
  readonly #statusListeners: ((status: BoardStatus) => void)[] = [];
  readonly #contactListeners: ((contact: BoardContact) => void)[] = [];
  readonly #startListeners: (() => void)[] = [];
  #status: BoardStatus | undefined;
  #contact: BoardContact | undefined;
  #polling = false;
  #pollAgain = false;
  #cancelPoll: () => void = () => {};
  #closed = false;

  /** Begins to poll at once. The client is the caller's to close. */
  constructor(smp: SmpRequester, options: BoardOptions = {}) {
    this.#smp = smp;
    this.#timers = options.timers ?? systemTimers;
    this.#pollMs = options.pollMs ?? 10_000;
    this.#orders = new BoardOrders(smp, this.#timers, options.holdMs ?? 3_000);
    this.#cancelPoll = this.#timers.start(0, () => void this.#poll());
  }

  /** What was read last, or undefined before the first time. It is old when there is no contact. */
  get status(): BoardStatus | undefined {
    return this.#status;
  }

  /** Undefined until the first poll has ended. */
  get contact(): BoardContact | undefined {
    return this.#contact;
  }

  /**
   * Every status that differs from the one before in more than its uptime, and the first. A cover or door that was opened and closed
   * between two polls is told as a status of its own, in which it is open.
   */
  onStatus(listener: (status: BoardStatus) => void): void {
    this.#statusListeners.push(listener);
  }

  onContact(listener: (contact: BoardContact) => void): void {
    this.#contactListeners.push(listener);
  }

  /** The microcontroller is heard for the first time, or has restarted since: whatever it should know, the time above all, it has forgotten. */
  onStart(listener: () => void): void {
    this.#startListeners.push(listener);
  }

  /** The attention line says "poll me". Join it to the line's change to active. */
  attention(): void {
    if (this.#closed) return;
    if (this.#polling) this.#pollAgain = true;
    else {
      this.#cancelPoll();
      void this.#poll();
    }
  }

  /** Plays from now on; a one-shot once, with what was played before coming back after it. */
  play(outputs: BoardOutputs): void {
    this.#orders.play(outputs);
  }

  /** Tells the microcontroller the time, UTC in ms since 1970. Rejects as {@link SmpRequester.request}; sent once, since a resent time is late. */
  async setTime(utcMs: number): Promise<void> {
    await this.#smp.request('write', GROUP.board, BOARD_COMMAND.time, encodeTime(utcMs), { attempts: 1 });
  }

  /** No listener is called any more. The outputs go off by themselves within `holdMs`. */
  close(): void {
    this.#closed = true;
    this.#cancelPoll();
    this.#orders.close();
  }

  async #poll(): Promise<void> {
    this.#polling = true;
    do {
      this.#pollAgain = false;
      try {
        const answer = await this.#smp.request('read', GROUP.board, BOARD_COMMAND.status, {});
        if (!this.#closed) this.#took(decodeStatus(answer));
      } catch (error) {
        if (!this.#closed) this.#tellContact({ heard: false, reason: messageOf(error) });
      }
    } while (this.#pollAgain && !this.#closed);
    this.#polling = false;
    if (!this.#closed) this.#cancelPoll = this.#timers.start(this.#pollMs, () => void this.#poll());
  }

  #took(status: BoardStatus): void {
    const before = this.#status;
    const restarted = before !== undefined && status.uptimeMs < before.uptimeMs;
    const backAgain = this.#contact?.heard === false;
    this.#status = status;
    this.#tellContact({ heard: true });
    if (before === undefined || restarted) for (const listener of this.#startListeners) listener();
    if (restarted || backAgain) this.#orders.repeat();
    const missed = before === undefined ? undefined : missedOpening(before, status, restarted);
    if (missed !== undefined) this.#tellStatus(missed);
    if (before === undefined || missed !== undefined || differs(before, status)) this.#tellStatus(status);
  }

  #tellStatus(status: BoardStatus): void {
    for (const listener of this.#statusListeners) listener(status);
  }

  #tellContact(contact: BoardContact): void {
    const same = this.#contact?.heard === contact.heard;
    this.#contact = contact;
    if (!same) for (const listener of this.#contactListeners) listener(contact);
  }
}

function differs(before: BoardStatus, now: BoardStatus): boolean {
  return JSON.stringify({ ...before, uptimeMs: 0 }) !== JSON.stringify({ ...now, uptimeMs: 0 });
}

/** The status that was never read: with what was opened since, and is closed again, open. A restart counts from 0. */
function missedOpening(before: BoardStatus, now: BoardStatus, restarted: boolean): BoardStatus | undefined {
  const base = restarted ? { cover: 0, storageDoor: 0, simDoor: 0 } : before.openings;
  const coverOpen = !before.coverOpen && !now.coverOpen && now.openings.cover > base.cover;
  const storageDoorOpen =
    !before.storageDoorOpen && !now.storageDoorOpen && now.openings.storageDoor > base.storageDoor;
  const simDoorOpen = !before.simDoorOpen && !now.simDoorOpen && now.openings.simDoor > base.simDoor;
  if (!coverOpen && !storageDoorOpen && !simDoorOpen) return undefined;
  return {
    ...now,
    coverOpen: now.coverOpen || coverOpen,
    storageDoorOpen: now.storageDoorOpen || storageDoorOpen,
    simDoorOpen: now.simDoorOpen || simDoorOpen,
  };
}
