import type { Logger } from 'pino';
import { LiuhenError } from '../../config/errors.js';
import { encodeJournal, type JournalMessage } from '../uplink/messages.js';
import type { Counted } from './counters.js';
import { keepFork } from './forks.js';
import type { Committed, Draft, Judgement, ReceivedJournal } from './received-journal.js';
import type { SeldomLog } from './seldom-log.js';
import { StepBack } from './step-back.js';

/** Entries that share one sync, at most, so that one batch stays bounded. */
const MAX_DRAFT_ENTRIES = 8192;
/** What may wait of one device's journal; the rest is dropped and will be asked for. */
const MAX_WAITING = 256;
const MAX_WAITING_BYTES = 4 * 1024 * 1024;

export interface JournalIntakeOptions {
  folder: string;
  log: Logger;
  seldom: SeldomLog;
  nowMs: () => number;
  wallMs: () => number;
  count: (counted: Counted) => void;
  onCommitted: (committed: Committed) => void;
  onFork: () => void;
}

/** Goes through one device's journal messages: stores and cosigns what fits, keeps proof of what contradicts. */
export class JournalIntake {
  readonly #options: JournalIntakeOptions;
  readonly #stepBack = new StepBack();
  #waiting: { message: JournalMessage; bytes: number }[] = [];
  #waitingBytes = 0;
  #forked = false;

  constructor(options: JournalIntakeOptions) {
    this.#options = options;
  }

  /** Takes a message to be gone through; false when too much is waiting. */
  push(message: JournalMessage, bytes: number): boolean {
    if (this.#waiting.length >= MAX_WAITING || this.#waitingBytes + bytes > MAX_WAITING_BYTES) return false;
    this.#waiting.push({ message, bytes });
    this.#waitingBytes += bytes;
    return true;
  }

  /** The journal index to ask the device for. */
  wantedFrom(journal: ReceivedJournal): number {
    return this.#stepBack.from(journal.size);
  }

  /** Goes through all that waits. Returns whether an answer is due, and whether somebody asked for one. */
  async drain(journal: ReceivedJournal): Promise<{ answer: boolean; asked: boolean }> {
    const messages = this.#waiting.map(({ message }) => message);
    this.#waiting = [];
    this.#waitingBytes = 0;
    let answer = false;
    let asked = false;
    while (messages.length > 0) {
      const message = messages.shift() as JournalMessage;
      const draft = journal.draft();
      const judgement = await journal.judge(message, draft);
      if (judgement.kind === 'append') await this.#append(journal, draft, messages);
      const isHeard = judgement.kind !== 'refused' && judgement.kind !== 'keys';
      const isQuestion = message.entries.length === 0 && isHeard;
      const isDue = await this.#note(journal, message, judgement);
      answer ||= isQuestion || isDue;
      asked ||= isQuestion;
    }
    return { answer, asked };
  }

  async #append(journal: ReceivedJournal, draft: Draft, following: JournalMessage[]): Promise<void> {
    for (let next = following[0]; next !== undefined; next = following[0]) {
      if (draft.entries.length >= MAX_DRAFT_ENTRIES || !journal.continues(next, draft)) break;
      // What does not fit is judged again, against what is then stored.
      if ((await journal.judge(next, draft)).kind !== 'append') break;
      following.shift();
    }
    const committed = await journal.commit(draft);
    this.#stepBack.clear();
    for (let i = 0; i < committed.undecodable; i++) this.#options.count('undecodable-entry');
    this.#options.onCommitted(committed);
  }

  /** Counts and keeps what a judgement calls for; returns whether the device should hear of it. */
  async #note(journal: ReceivedJournal, message: JournalMessage, judgement: Judgement): Promise<boolean> {
    const { count, seldom, nowMs } = this.#options;
    switch (judgement.kind) {
      case 'append':
        return true;
      case 'duplicate':
        this.#stepBack.clear();
        if (message.entries.length > 0) count('duplicate');
        return true;
      case 'gap':
        if (message.entries.length > 0) count('gap');
        return true;
      case 'keys':
        return false;
      case 'mismatch':
        count('mismatch');
        seldom.warn(
          'mismatch',
          { from: message.from, size: journal.size },
          'entries and signed root disagree',
        );
        return !this.#forked && this.#stepBack.mismatch(journal.size, nowMs());
      case 'fork':
        await this.#fork(journal, message, judgement);
        return true;
      case 'refused':
        count('bad-checkpoint');
        seldom.warn('refused', { reason: judgement.reason }, 'journal message refused');
        return false;
    }
  }

  async #fork(
    journal: ReceivedJournal,
    message: JournalMessage,
    { ours, theirs, size }: Extract<Judgement, { kind: 'fork' }>,
  ): Promise<void> {
    const { folder, count, log, wallMs, onFork } = this.#options;
    count('fork');
    this.#forked = true;
    this.#stepBack.clear();
    const at = new Date(wallMs()).toISOString();
    const proof = { at, size, ours, theirs, message: encodeJournal(message).toString('base64') };
    const isNew = await keepFork(folder, proof);
    if (!isNew) return;
    const error = new LiuhenError(
      'LIUHEN_FORK',
      `${journal.origin} signed a history of ${size} entries that contradicts the ${journal.size} held here`,
      { next: 'its disk was rolled back or copied, or its key was stolen: take the device out of service' },
    );
    log.error({ code: error.code, next: error.next }, error.message);
    onFork();
  }
}
