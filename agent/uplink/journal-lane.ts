import { LiuhenError, messageOf } from '../../config/errors.js';
import { parseCheckpoint } from '../journal/checkpoint.js';
import { MAX_ENTRY_BYTES } from '../journal/entry.js';
import type { Journal } from '../journal/journal.js';
import type { JournalStore } from '../journal/store.js';
import { type Cancel, jittered, type Timers } from '../link/timers.js';
import { epochAt, keyAt, keyNotesAfter, keyOfNote } from './key-notes.js';
import {
  encodeJournal,
  JOURNAL_BATCH_BYTES,
  MAX_ENTRIES_PER_MESSAGE,
  MAX_JOURNAL_BYTES,
} from './messages.js';
import type { Counter } from './tally.js';

export interface JournalLaneOptions {
  journal: Journal;
  store: JournalStore;
  /** Resolves on PUBACK, which is not an answer. */
  publish: (payload: Buffer) => Promise<void>;
  tally: Counter<'journal-send'>;
  timers: Timers;
  random: () => number;
  /** How long an answer may take. */
  answerMs: number;
  /** The longest that questions without an answer are apart. */
  queryIntervalMs: number;
}

/** Entry bytes that may go without an answer: more would only fill a broker whose archive is away. */
const MAX_UNANSWERED_BYTES = 2 * 1024 * 1024;
/** Leaves room for entries beside them: notes that come alone prove nothing yet, so one message should do. */
const KEY_BYTES_PER_MESSAGE = 896 * 1024;
const KEYS_PER_MESSAGE = 4096;
/** Checkpoint, CBOR heads, MQTT header and topic. */
const OVERHEAD_BYTES = 2048;
const STEP_BACK_MS = 2000;

interface Piece {
  from: number;
  to: number;
  bytes: number;
}

/**
 * Sends the journal from where the archive is: asks first, then goes on from its answer, several messages ahead of the cosignatures.
 * Only a verified cosigned size counts as progress. Without any, it asks again and begins from there.
 */
export class JournalLane {
  readonly #options: JournalLaneOptions;
  #live = false;
  /** A question is open; `asked` once all of it has left. */
  #asking = false;
  #asked = false;
  #maxMessageBytes = MAX_JOURNAL_BYTES;
  /** The next index to send, and the epoch up to which key notes have been sent in this round. */
  #cursor = 0;
  #epochSent: number | undefined;
  #unanswered: Piece[] = [];
  #unansweredBytes = 0;
  /** Set when a claim led nowhere: then only what is cosigned is believed. */
  #distrust = false;
  #failures = 0;
  #steppedBackAtMs = Number.NEGATIVE_INFINITY;
  #cancel: Cancel = () => {};
  #pumping = false;
  #work: Promise<void> = Promise.resolve();
  #again = false;
  /** Rounds end with the connection or a new cursor; work of an older round is dropped. */
  #round = 0;

  constructor(options: JournalLaneOptions) {
    this.#options = options;
  }

  /** Nothing is waiting to be sent or answered. */
  get idle(): boolean {
    return !this.#asking && this.#unanswered.length === 0;
  }

  /** The verified cosigned size. */
  get #witnessed(): number {
    return this.#options.journal.cosigned?.size ?? 0;
  }

  connected(maxPacketBytes: number): void {
    this.#live = true;
    this.#failures = 0;
    this.#distrust = false;
    this.#maxMessageBytes = Math.min(MAX_JOURNAL_BYTES, maxPacketBytes);
    this.ask();
  }

  disconnected(): void {
    this.#live = false;
    this.#startRound(0);
    this.#cancel();
  }

  /** Asks the archive what it lacks. */
  ask(): void {
    if (!this.#live) return;
    this.#asking = true;
    this.#startRound(this.#witnessed);
    this.#expectAnswer();
    this.pump();
  }

  /** The archive says which index it needs next. Unsigned: it moves the cursor, and nothing else. */
  want(index: number): void {
    if (!this.#live) return;
    const head = this.#options.journal.size;
    const wanted = Math.min(index, head, this.#distrust ? this.#witnessed : head);
    if (this.#asking) {
      this.#asking = false;
      this.#startRound(wanted);
      this.#progress();
    } else if (!this.#isOnItsWay(wanted)) {
      const nowMs = this.#options.timers.nowMs();
      if (wanted < this.#witnessed) {
        if (nowMs - this.#steppedBackAtMs < STEP_BACK_MS) return;
        this.#steppedBackAtMs = nowMs;
      }
      this.#startRound(wanted);
      this.#progress();
    }
    this.pump();
  }

  /** A cosignature over `size` entries was verified; `fresh` when it is larger than any before. */
  cosigned(size: number, fresh: boolean): void {
    const before = this.#unanswered.length;
    this.#unanswered = this.#unanswered.filter(({ to }) => to > size);
    this.#unansweredBytes = this.#unanswered.reduce((sum, { bytes }) => sum + bytes, 0);
    if (fresh) {
      this.#distrust = false;
      this.#failures = 0;
    }
    if (fresh || this.#unanswered.length < before) this.#progress();
    this.pump();
  }

  /** Sends what there is to send, soon. */
  pump(): void {
    this.#again = true;
    if (this.#pumping) return;
    this.#pumping = true;
    this.#work = this.#send();
  }

  /** Resolves when nothing of the journal is being read any more; after `disconnected`. */
  settled(): Promise<void> {
    return this.#work;
  }

  async #send(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      try {
        while (await this.#sendNext());
      } catch (error) {
        // The time-out tries again; a store that fails is also met by the recorder, which deals with it.
        this.#options.tally.count('journal-send', `journal not sent: ${messageOf(error)}`);
      }
    }
    this.#pumping = false;
  }

  /** Sends one message; false when there is none to send now. */
  async #sendNext(): Promise<boolean> {
    const { journal, store } = this.#options;
    if (!this.#live) return false;
    const round = this.#round;
    const size = journal.size;
    if (this.#asking ? this.#asked : this.#cursor >= size || this.#unansweredBytes >= MAX_UNANSWERED_BYTES) {
      return false;
    }
    const from = this.#cursor;
    const epoch = this.#epochSent ?? (await this.#epochKnown(from));
    const keysBudget = Math.min(
      KEY_BYTES_PER_MESSAGE,
      this.#maxMessageBytes - MAX_ENTRY_BYTES - OVERHEAD_BYTES,
    );
    const keys = await keyNotesAfter(store, epoch, { maxBytes: keysBudget, maxNotes: KEYS_PER_MESSAGE });
    const entries = this.#asking || !keys.all ? [] : await this.#entries(from, size, keys.notes);
    const to = from + entries.length;
    const checkpoint = await journal.checkpointAt(to);
    // A rotation may have come between: its note is in the store once the journal grows, which calls here again.
    if (keys.all && !(await this.#provesSigner(checkpoint, epoch, keys.notes))) return false;
    if (round !== this.#round) return this.#live;
    const payload = encodeJournal({ from, entries, checkpoint, keys: keys.notes });
    if (payload.length + OVERHEAD_BYTES / 2 > this.#maxMessageBytes) {
      throw new LiuhenError(
        'LIUHEN_LINK',
        `the broker takes at most ${this.#maxMessageBytes} bytes, got ${payload.length}`,
      );
    }
    this.#epochSent = epoch + keys.notes.length;
    if (this.#asking && keys.all) this.#asked = true;
    if (entries.length > 0) {
      const bytes = entries.reduce((sum, entry) => sum + entry.length, 0);
      if (this.#unanswered.length === 0) this.#expectAnswer();
      this.#unanswered.push({ from, to, bytes });
      this.#unansweredBytes += bytes;
      this.#cursor = to;
    }
    this.#options.publish(payload).catch((error: unknown) => {
      if (this.#live) this.#options.tally.count('journal-send', `journal message: ${messageOf(error)}`);
    });
    return true;
  }

  /** Up to which epoch the archive must have the key notes, if it has the entries before `from`. */
  async #epochKnown(from: number): Promise<number> {
    // Questions that found no answer may come from an archive that lost everything: then all notes go along.
    if (this.#asking && this.#failures >= 2) return 0;
    const { journal, store } = this.#options;
    // In this order: a rotation that comes between is then found among the entries.
    const current = await store.epoch();
    return await epochAt(store, from, journal.size, current);
  }

  async #entries(from: number, size: number, keys: readonly string[]): Promise<Buffer[]> {
    const keyBytes = keys.reduce((sum, note) => sum + Buffer.byteLength(note) + 5, 0);
    const budget = Math.min(JOURNAL_BATCH_BYTES, this.#maxMessageBytes - keyBytes - OVERHEAD_BYTES);
    const entries: Buffer[] = [];
    let bytes = 0;
    for await (const entry of this.#options.store.entries(
      from,
      Math.min(size, from + MAX_ENTRIES_PER_MESSAGE),
    )) {
      bytes += entry.length + 3;
      if (entries.length > 0 && bytes > budget) break;
      entries.push(entry);
    }
    return entries;
  }

  /** Whether the key that signed the checkpoint is the last one that these notes lead to. */
  async #provesSigner(checkpoint: string, epoch: number, notes: readonly string[]): Promise<boolean> {
    const [signature] = parseCheckpoint(checkpoint).note.signatures;
    const newest = notes.at(-1);
    const key = newest === undefined ? await keyAt(this.#options.store, epoch) : keyOfNote(newest);
    return key?.id === signature?.id;
  }

  #startRound(cursor: number): void {
    this.#round++;
    this.#cursor = cursor;
    this.#epochSent = undefined;
    this.#unanswered = [];
    this.#unansweredBytes = 0;
    this.#asked = false;
  }

  /** A want that crossed our messages on the line names the beginning of one of them. */
  #isOnItsWay(index: number): boolean {
    return index === this.#cursor || this.#unanswered.some(({ from }) => from === index);
  }

  #progress(): void {
    this.#cancel();
    // A cursor beyond what is cosigned is a claim of the archive's that it has yet to prove.
    if (this.#asking || this.#unanswered.length > 0 || this.#cursor > this.#witnessed) this.#expectAnswer();
  }

  #expectAnswer(): void {
    const { timers, random, answerMs, queryIntervalMs } = this.#options;
    this.#cancel();
    const longestMs = Math.max(answerMs, queryIntervalMs);
    const waitMs = jittered(Math.min(longestMs, answerMs * 2 ** Math.min(this.#failures, 20)), random);
    this.#cancel = timers.after(waitMs, () => {
      this.#failures++;
      this.#distrust = true;
      this.ask();
    });
  }
}
