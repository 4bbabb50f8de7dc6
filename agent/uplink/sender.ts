import type { Journal } from '../journal/journal.js';
import type { BrokerLimits } from '../link/connection.js';
import { type Cancel, jittered, type Timers } from '../link/timers.js';
import type { Backlog } from './backlog.js';
import { FootageLane, type FootageLaneOptions } from './footage-lane.js';
import { JournalLane, type JournalLaneOptions } from './journal-lane.js';
import type { Want } from './messages.js';

export interface SenderOptions {
  journal: Journal;
  backlog: Backlog;
  journalLane: JournalLaneOptions;
  footageLane: Omit<FootageLaneOptions, 'onActivity'>;
  timers: Timers;
  random: () => number;
  answerMs: number;
  queryIntervalMs: number;
}

/**
 * The journal at once, footage as the archive asks for it. When both have been still for a while although something has not been
 * witnessed or archived, it asks: whatever was lost on the way is found out by that.
 */
export class Sender {
  readonly #options: SenderOptions;
  readonly #journal: JournalLane;
  readonly #footage: FootageLane;
  #live = false;
  #stillSinceMs = 0;
  #questions = 0;
  #cancel: Cancel = () => {};

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#journal = new JournalLane(options.journalLane);
    this.#footage = new FootageLane({ ...options.footageLane, onActivity: () => this.#stirred() });
  }

  /** Fragments that the archive wants and that have not been begun. */
  get wantedFragments(): number {
    return this.#footage.wanted;
  }

  connected({ packetBytes }: BrokerLimits): void {
    this.#live = true;
    this.#footage.connected(packetBytes);
    this.#journal.connected(packetBytes);
    this.#stirred();
    this.#watch();
  }

  disconnected(): void {
    this.#live = false;
    this.#cancel();
    this.#journal.disconnected();
    this.#footage.disconnected();
  }

  sealed(): void {
    this.#journal.pump();
  }

  want({ journal, footage }: Want): void {
    this.#footage.want(footage);
    this.#journal.want(journal);
  }

  cosigned(size: number, fresh: boolean): void {
    this.#journal.cosigned(size, fresh);
    if (fresh) this.#stirred();
  }

  archived(): void {
    this.#stirred();
  }

  /** Resolves when no store is being read any more; after `disconnected`. */
  async settled(): Promise<void> {
    await this.#journal.settled();
    await this.#footage.settled();
  }

  #stirred(): void {
    this.#stillSinceMs = this.#options.timers.nowMs();
    this.#questions = 0;
  }

  /** Looks after each span of stillness whether it should be one; questions that change nothing become rarer. */
  #watch(): void {
    const { timers, random, answerMs, queryIntervalMs } = this.#options;
    const longestMs = Math.max(answerMs, queryIntervalMs);
    const spanMs = jittered(Math.min(longestMs, answerMs * 2 ** Math.min(this.#questions, 20)), random);
    this.#cancel = timers.after(spanMs, () => {
      if (!this.#live) return;
      const still =
        timers.nowMs() - this.#stillSinceMs >= answerMs && this.#footage.idle && this.#journal.idle;
      if (still && this.#lacking) {
        this.#questions++;
        this.#journal.ask();
      }
      this.#watch();
    });
  }

  get #lacking(): boolean {
    const { backlog, journal } = this.#options;
    return backlog.unreceipted || (journal.cosigned?.size ?? 0) < journal.size;
  }
}
