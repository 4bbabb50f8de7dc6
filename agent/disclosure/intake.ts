import { createHash } from 'node:crypto';
import type { Clock } from '../../drivers/clock.js';
import type { EntryDraft } from '../journal/entry.js';
import type { Board } from './board.js';
import { type EarlyMessage, EarlyMessages } from './early.js';
import { keyidOf, MAX_ENVELOPE_BYTES } from './envelope.js';
import { type Held, isSet, MAX_AHEAD_MS, RefusedError, readEnvelope, requireRole } from './held.js';
import { isContent } from './judgement.js';
import { type ContentName, type ContentRef, nameOf } from './kinds/head.js';
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

/** Messages that are read, and written to the disk, in one go: a broker hands out thousands at once, and pages have to be served meanwhile. */
const TOGETHER = 32;

/** A message that waits for its turn. */
interface Waiting extends EarlyMessage {
  resolve(answer: Accepted | Refused): void;
  reject(error: unknown): void;
}

/** What passed every rule, and is not on disk yet. */
interface Passed {
  held: Held;
  message: Waiting;
}

/**
 * The one way by which content comes in, from a broker or a file. What is refused changes nothing: the last good content stays. Messages are
 * judged in the order in which they come; those that come together share one write to the disk.
 */
export class Intake {
  readonly #parts: IntakeParts;
  readonly #early = new EarlyMessages();
  readonly #seldom: Seldom;
  readonly #counters = { accepted: 0, known: 0, refused: new Map<Refusal, number>() };
  readonly #writing = new Set<Promise<unknown>>();
  readonly #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;

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
  async take(topic: string | undefined, bytes: Uint8Array): Promise<Accepted | Refused> {
    const known = this.#known(topic, bytes);
    if (known !== undefined) return known;
    return await new Promise((resolve, reject) => {
      this.#waiting.push({ topic, bytes, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Waits for what is under way, entries included. */
  async close(): Promise<void> {
    await this.#running;
    await Promise.all(this.#writing);
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      // Before each go, so that a flood leaves turns to everybody else.
      await new Promise(setImmediate);
      await this.#takeSome(this.#waiting);
    }
    this.#running = undefined;
  }

  /** Those at the head of a queue that do not bear on each other: of one name one, and a trust document alone. */
  async #takeSome(queue: Waiting[]): Promise<void> {
    const passed = new Map<ContentName, Passed>();
    let looked = 0;
    for (const message of queue.slice(0, TOGETHER)) {
      const held = this.#read(message);
      if (held !== undefined) {
        const name = nameOf(held.ref);
        if (passed.has(name) || (held.ref.kind === 'trust' && passed.size > 0)) break;
        if (this.#admit(message, held, passed)) passed.set(name, { held, message });
      }
      looked++;
      if (held?.ref.kind === 'trust') break;
    }
    queue.splice(0, looked);
    if (passed.size > 0) await this.#keep([...passed.values()]);
  }

  /** Undefined when it was refused, and answered. */
  #read(message: Waiting): Held | undefined {
    const { topic, bytes, resolve, reject } = message;
    try {
      const { kind } = this.#parseTopic(topic, bytes);
      const held = readEnvelope(bytes, this.#parts.trusted, this.#parts.clock.read().wallMs);
      if (kind !== undefined && kind !== held.ref.kind) throw mismatch(topic, held.ref);
      return held;
    } catch (error) {
      if (!(error instanceof RefusedError)) {
        reject(error);
        return undefined;
      }
      if (error.refusal === 'unsigned' && error.kind !== 'trust') {
        this.#early.add({ topic, bytes }, createHash('sha256').update(bytes).digest('hex'));
      }
      resolve(this.#refuse(topic, bytes, error, undefined));
      return undefined;
    }
  }

  /** Whether it is to be kept; when not it was answered: refused, or here already. */
  #admit(
    { topic, bytes, resolve, reject }: Waiting,
    held: Held,
    before: ReadonlyMap<ContentName, Passed>,
  ): boolean {
    try {
      if (this.#isHere(topic, held)) {
        resolve(this.#knownAs(held));
        return false;
      }
      this.#requireRoom(held, before);
      return true;
    } catch (error) {
      if (error instanceof RefusedError) resolve(this.#refuse(topic, bytes, error, held.ref));
      else reject(error);
      return false;
    }
  }

  /** What came before in the same envelope, which a broker hands out at every connection: neither read nor verified twice, but judged by the same rules. */
  #known(topic: string | undefined, bytes: Uint8Array): Accepted | undefined {
    const { kind, id } = topic === undefined ? {} : (parseBoardTopic(topic) ?? {});
    if (kind === undefined || id === undefined || bytes.length > MAX_ENVELOPE_BYTES) return undefined;
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const held = this.#parts.board.heldAs(nameOf({ kind, id }), sha256);
    try {
      return held !== undefined && this.#isHere(topic, held) ? this.#knownAs(held) : undefined;
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      return undefined;
    }
  }

  #knownAs({ ref }: Held): Accepted {
    this.#counters.known++;
    return { accepted: true, ref, fresh: false };
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

  /** Whether the very same is here. Throws RefusedError for what may not be. */
  #isHere(topic: string | undefined, held: Held): boolean {
    const { board, trusted } = this.#parts;
    this.#requirePlace(topic, held);
    requireRole(held, trusted, board.nowMs);
    this.#requireTime(held);
    return this.#compare(held);
  }

  #requireRoom({ ref }: Held, before: ReadonlyMap<ContentName, Passed>): void {
    const { store, hall, maxItems } = this.#parts;
    const isNew = (of: ContentRef) => store.newestRevision(of.kind, of.id) === undefined;
    const coming = [...before.values()].filter(({ held }) => isNew(held.ref)).length;
    if (isNew(ref) && store.count + coming >= maxItems) {
      throw new RefusedError('full', `expected at most ${maxItems} pieces of content in ${hall}`, ref.kind);
    }
  }

  /** Onto the disk, into the journal, onto the board, in this order, and then it is answered. */
  async #keep(passed: readonly Passed[]): Promise<void> {
    const { store, board } = this.#parts;
    try {
      await store.put(
        passed.map(({ held: { ref, receivedMs }, message }) => ({
          ref,
          envelope: message.bytes,
          receivedMs,
        })),
      );
      for (const { held } of passed) {
        this.#counters.accepted++;
        const { ref, envelopeSha256: envelope } = held;
        this.#write('accepted', { ...ref, envelope, signers: held.signers.map(keyidOf) });
      }
      board.put(passed.flatMap(({ held }) => (isContent(held) ? [held] : [])));
      for (const { held } of passed) {
        if (held.document.kind !== 'trust') continue;
        await board.trust(held.document, held.ref.sha256);
        await this.#takeEarly();
      }
    } catch (error) {
      for (const { message } of passed) message.reject(error);
      return;
    }
    for (const { held, message } of passed) message.resolve({ accepted: true, ref: held.ref, fresh: true });
  }

  /** What waited for the trust document that is now in force, before all that came after it. */
  async #takeEarly(): Promise<void> {
    const early = this.#early.takeAll().map((message) => ({ ...message, resolve() {}, reject() {} }));
    while (early.length > 0) await this.#takeSome(early);
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
    const latestMs = wallMs + MAX_AHEAD_MS;
    if (isSet(source) && issuedMs > latestMs) {
      throw new RefusedError('future', `expected issued by ${iso(latestMs)}, got ${iso(issuedMs)}`, ref.kind);
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
