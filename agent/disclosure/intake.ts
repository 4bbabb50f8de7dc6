import { createHash } from 'node:crypto';
import type { Clock } from '../../drivers/clock.js';
import type { EntryDraft } from '../journal/entry.js';
import type { Board } from './board.js';
import { EarlyMessages } from './early.js';
import { keyidOf, MAX_ENVELOPE_BYTES } from './envelope.js';
import { type Held, RefusedError, readEnvelope, requireRole } from './held.js';
import type { HeldContent } from './judgement.js';
import type { ContentRef } from './kinds/head.js';
import type { Accepted, Refusal, Refused } from './refusal.js';
import { Seldom } from './seldom.js';
import type { ContentStore } from './store.js';
import { type BoardTopic, boardTopic, parseBoardTopic } from './topic.js';
import type { TrustedKeys } from './trust.js';

/** What takes the entries; a running device's journal. */
export interface DisclosureJournal {
  append(draft: EntryDraft): Promise<{ n: number }>;
}

export interface IntakeParts {
  hall: string;
  store: ContentStore;
  board: Board;
  trusted: TrustedKeys;
  clock: Clock;
  journal: DisclosureJournal;
  /** Pieces of content that the store takes, histories not counted. */
  maxItems: number;
  /** An entry could not be written; content is taken all the same. */
  onJournalError(error: unknown): void;
}

/** A platform's clock and ours may differ by so much, where ours is set by somebody who knows. */
const MAX_AHEAD_MS = 24 * 3_600_000;

/**
 * The one way by which content comes in, from a broker or a file. What is refused changes nothing: the last good content stays. Messages are
 * taken one after another.
 */
export class Intake {
  readonly #parts: IntakeParts;
  readonly #early = new EarlyMessages();
  readonly #seldom: Seldom;
  readonly #counters = { accepted: 0, known: 0, refused: new Map<Refusal, number>() };
  readonly #writing = new Set<Promise<unknown>>();
  #lane: Promise<unknown> = Promise.resolve();

  constructor(parts: IntakeParts) {
    this.#parts = parts;
    this.#seldom = new Seldom(parts.clock);
  }

  get counters(): { accepted: number; known: number; refused: Partial<Record<Refusal, number>> } {
    const { accepted, known, refused } = this.#counters;
    return { accepted, known, refused: Object.fromEntries(refused) };
  }

  /**
   * Takes one envelope; `topic` is where it came from, undefined for a file. When this resolves with `accepted`, it is on disk and the board knows
   * it. Rejects only when the disk fails (LIUHEN_STORAGE_FULL, LIUHEN_STORAGE_IO).
   */
  take(topic: string | undefined, bytes: Uint8Array): Promise<Accepted | Refused> {
    const taken = this.#lane.then(() => this.#take(topic, bytes));
    this.#lane = taken.catch(() => {});
    return taken;
  }

  /** Waits for what is under way, entries included. */
  async close(): Promise<void> {
    await this.#lane;
    await Promise.all(this.#writing);
  }

  async #take(topic: string | undefined, bytes: Uint8Array): Promise<Accepted | Refused> {
    let held: Held | undefined;
    try {
      const { kind } = this.#parseTopic(topic, bytes);
      held = readEnvelope(bytes, this.#parts.trusted, this.#parts.clock.read().wallMs);
      if (kind !== undefined && kind !== held.ref.kind) throw mismatch(topic, held.ref);
      return await this.#accept(topic, bytes, held);
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      if (error.refusal === 'unsigned' && error.kind !== 'trust') {
        this.#early.add({ topic, bytes }, createHash('sha256').update(bytes).digest('hex'));
      }
      return this.#refuse(topic, bytes, error, held?.ref);
    }
  }

  #parseTopic(topic: string | undefined, bytes: Uint8Array): Partial<BoardTopic> {
    const parsed: Partial<BoardTopic> | undefined = topic === undefined ? {} : parseBoardTopic(topic);
    if (parsed === undefined) {
      throw new RefusedError(
        'topic',
        'expected liuhen/1/board/<hall>/<kind>/<id>, with ids of a-z, 0-9 and -',
      );
    }
    if (parsed.hall !== undefined && parsed.hall !== this.#parts.hall) {
      throw new RefusedError(
        'wrong-hall',
        `expected hall ${this.#parts.hall}, got a topic of ${parsed.hall}`,
      );
    }
    if (topic !== undefined && bytes.length === 0) throw new RefusedError('cleared', `${topic} was cleared`);
    if (bytes.length > MAX_ENVELOPE_BYTES) {
      throw new RefusedError(
        'too-large',
        `expected at most ${MAX_ENVELOPE_BYTES} bytes, got ${bytes.length}`,
      );
    }
    return parsed;
  }

  async #accept(topic: string | undefined, bytes: Uint8Array, held: Held): Promise<Accepted> {
    const { store, board, trusted, hall } = this.#parts;
    const { ref, document } = held;
    this.#requirePlace(topic, held);
    requireRole(held, trusted, board.nowMs);
    this.#requireTime(held);
    const known = this.#compare(held);
    if (known) {
      this.#counters.known++;
      return { accepted: true, ref, fresh: false };
    }
    const isNew = store.newestRevision(ref.kind, ref.id) === undefined;
    if (isNew && store.count >= this.#parts.maxItems) {
      throw new RefusedError(
        'full',
        `expected at most ${this.#parts.maxItems} pieces of content in ${hall}`,
        ref.kind,
      );
    }
    await store.put(ref, bytes, held.receivedMs);
    this.#counters.accepted++;
    this.#write('accepted', {
      ...ref,
      envelope: held.envelopeSha256,
      signers: held.signers.map(keyidOf),
    });
    if (document.kind !== 'trust') {
      board.put(held as HeldContent);
      return { accepted: true, ref, fresh: true };
    }
    await board.trust(document, ref.sha256);
    for (const early of this.#early.takeAll()) await this.#take(early.topic, early.bytes);
    return { accepted: true, ref, fresh: true };
  }

  #requirePlace(topic: string | undefined, { ref, document }: Held): void {
    const { hall } = this.#parts;
    if (document.kind !== 'trust' && document.hall !== hall) {
      throw new RefusedError('wrong-hall', `expected hall ${hall}, got ${document.hall}`, ref.kind);
    }
    if (topic !== undefined && topic !== boardTopic(hall, ref.kind, ref.id)) throw mismatch(topic, ref);
  }

  #requireTime({ ref, issuedMs, expiresMs }: Held): void {
    const { clock, board, store } = this.#parts;
    const { wallMs, source } = clock.read();
    if ((source === 'ntp' || source === 'gnss') && issuedMs > wallMs + MAX_AHEAD_MS) {
      throw new RefusedError(
        'future',
        `expected issued by ${iso(wallMs + MAX_AHEAD_MS)}, got ${iso(issuedMs)}`,
        ref.kind,
      );
    }
    // A newer revision that is over is taken where it ends an older one that is not.
    const replaces = (store.newestRevision(ref.kind, ref.id) ?? ref.revision) < ref.revision;
    if (expiresMs <= board.nowMs && !replaces) {
      throw new RefusedError(
        'expired',
        `expected it to be shown after ${iso(board.nowMs)}, got until ${iso(expiresMs)}`,
        ref.kind,
      );
    }
  }

  /** True when the very same is here. Throws RefusedError when something newer, or another text under this number, is. */
  #compare({ ref }: Held): boolean {
    const { store, trusted, board } = this.#parts;
    const newest = store.newestRevision(ref.kind, ref.id) ?? 0;
    if (ref.revision < newest) {
      throw new RefusedError(
        'revision-back',
        `expected a revision of at least ${newest}, got ${ref.revision}`,
        ref.kind,
      );
    }
    if (ref.revision > newest) return false;
    // Undefined where what the disk holds is damaged: then this is how it heals.
    const here = ref.kind === 'trust' ? trusted.sha256 || undefined : board.sha256Of(ref);
    if (here === undefined) return false;
    if (here !== ref.sha256) {
      throw new RefusedError(
        'revision-reused',
        `expected revision ${ref.revision} with sha256 ${here}, got ${ref.sha256}`,
        ref.kind,
      );
    }
    // The same text, signed anew by a key that is trusted, takes the place of one whose key no longer is.
    return ref.kind === 'trust' || !board.isUntrusted(ref);
  }

  #refuse(
    topic: string | undefined,
    bytes: Uint8Array,
    error: RefusedError,
    ref: ContentRef | undefined,
  ): Refused {
    const { refusal, message: detail } = error;
    const { refused } = this.#counters;
    refused.set(refusal, (refused.get(refusal) ?? 0) + 1);
    const kind = ref?.kind ?? error.kind;
    const about = ref === undefined ? (kind === undefined ? undefined : { kind }) : { ...ref };
    const admitted = this.#seldom.admit(refusal, bytes);
    if (admitted !== undefined) {
      const more = admitted.suppressed === 0 ? {} : { suppressed: admitted.suppressed };
      const from = topic === undefined ? {} : { topic: topic.slice(0, 256) };
      this.#write('refused', {
        refusal,
        detail: detail.slice(0, 500),
        bytes: bytes.length,
        ...from,
        ...about,
        ...more,
      });
    }
    return { accepted: false, refusal, detail, ...(about === undefined ? {} : { about }) };
  }

  #write(name: string, value: Record<string, unknown>): void {
    const { journal, onJournalError } = this.#parts;
    const writing = journal
      .append({ type: 'event', source: 'disclosure', name, value })
      .catch(onJournalError);
    this.#writing.add(writing);
    void writing.finally(() => this.#writing.delete(writing));
  }
}

function mismatch(topic: string | undefined, { kind, id }: ContentRef): RefusedError {
  return new RefusedError('topic-mismatch', `expected the topic of ${kind}/${id}, got ${topic}`, kind);
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
