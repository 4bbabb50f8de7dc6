import { EventEmitter } from 'node:events';
import type { Clock } from '../../drivers/clock.js';
import type { Timers } from '../../drivers/timers.js';
import type { BoardEvents, BoardItem, BoardItemOf, BoardView } from './board-item.js';
import { type Held, isSet, MAX_AHEAD_MS, RefusedError, readEnvelope, requireRole } from './held.js';
import {
  type Circumstances,
  type HeldContent,
  isContent,
  isDecision,
  isReview,
  judge,
  type Rules,
  withdraws,
} from './judgement.js';
import { type ContentName, type ContentRef, KINDS, type Kind, nameOf } from './kinds/head.js';
import type { Content } from './kinds/kinds.js';
import type { Trust } from './kinds/trust.js';
import { Shelf } from './shelf.js';
import type { ContentStore } from './store.js';
import type { TrustedKeys } from './trust.js';
import { beijingDay } from './working-days.js';

export interface BoardParts {
  store: ContentStore;
  trusted: TrustedKeys;
  rules: Rules;
  clock: Clock;
  timers: Timers;
}

/** Stored content that is not what it was when it was accepted: never shown, and taken again when it comes again. */
export interface Damage {
  kind: Kind;
  id: string;
  revision: number;
  detail: string;
}

/** Looked at least this often: the wall clock may be set, and a suspended machine's timers stand still. */
const LOOK_EVERY_MS = 15_000;
/** Verifying a signature takes about a millisecond: between so many others get their turn. */
const AT_ONCE = 20;

/**
 * What a hall's screens may show. Judged anew when content, trust or time changes; no network is needed for any of it.
 *
 * The time that counts is the wall clock's, or that of the newest content where the clock is behind it: what has been signed was signed in the past,
 * so that a clock which starts in 1970 after a power cut brings nothing back that had expired before.
 */
export class Board extends EventEmitter<BoardEvents> implements BoardView {
  readonly #parts: BoardParts;
  readonly #shelf = new Shelf();
  readonly #items = new Map<ContentName, BoardItem>();
  readonly #damages = new Map<ContentName, Damage>();
  #newestIssuedMs = 0;
  /** Of what was not dated ahead of the clock that it came under. */
  #newestBelievedMs = 0;
  #nextExpiryMs = Number.POSITIVE_INFINITY;
  /** When everything was judged last. */
  #judgedMs = 0;
  #day = '';
  #cancelTimer: (() => void) | undefined;

  constructor(parts: BoardParts) {
    super();
    // Every page that is open listens.
    this.setMaxListeners(0);
    this.#parts = parts;
  }

  /** Reads and verifies what the store holds, the trust documents first, and begins to watch the clock. */
  async load(): Promise<void> {
    await this.#loadTrust();
    await this.#loadContent(KINDS.filter((kind) => kind !== 'trust'));
    this.#watch();
  }

  /** Ends the watch of the clock. */
  close(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  items(): readonly BoardItem[];
  items<K extends Content['kind']>(kind: K): readonly BoardItemOf<K>[];
  items(kind?: Kind): readonly BoardItem[] {
    this.#look();
    const all = [...this.#items.values()];
    return kind === undefined ? all : all.filter((item) => item.kind === kind);
  }

  item<K extends Content['kind']>(kind: K, id: string): BoardItemOf<K> | undefined {
    this.#look();
    return this.#items.get(nameOf({ kind, id })) as BoardItemOf<K> | undefined;
  }

  /** As `change` names it. */
  named(name: ContentName): BoardItem | undefined {
    this.#look();
    return this.#items.get(name);
  }

  shown<K extends Content['kind']>(kind: K): readonly BoardItemOf<K>[] {
    return this.items(kind).filter(({ state }) => state === 'shown');
  }

  /** Whether exactly this revision may be on a screen now. */
  isShown(ref: ContentRef): boolean {
    this.#look();
    const item = this.#items.get(nameOf(ref));
    return item?.state === 'shown' && item.revision === ref.revision && item.sha256 === ref.sha256;
  }

  /** Every revision of one piece of content, newest first: the newest as it is judged now, older ones `replaced`. */
  async history(kind: Content['kind'], id: string): Promise<BoardItem[]> {
    const newest = this.item(kind, id);
    const items: BoardItem[] = [];
    for await (const { envelope, receivedMs, revision } of this.#parts.store.history(kind, id)) {
      if (revision === newest?.revision) continue;
      try {
        const held = readEnvelope(envelope, this.#parts.trusted, receivedMs, { stored: true });
        if (!isContent(held)) continue;
        const reason = { code: 'replaced', detail: `by revision ${newest?.revision ?? 'unknown'}` } as const;
        items.push({ ...this.#judge(held), state: 'replaced', reasons: [reason] });
      } catch (error) {
        if (!(error instanceof RefusedError)) throw error;
      }
    }
    if (newest !== undefined) items.push(newest);
    return items.reverse();
  }

  get damages(): readonly Damage[] {
    return [...this.#damages.values()];
  }

  /** The hash of the newest revision here; undefined when there is none, or it is damaged. */
  sha256Of(ref: { kind: Kind; id: string }): string | undefined {
    return this.#shelf.get(nameOf(ref))?.ref.sha256;
  }

  /** What is here under this name, where it came in exactly this envelope: then its signatures have been verified, and its text been read. */
  heldAs(name: ContentName, envelopeSha256: string): HeldContent | undefined {
    const held = this.#shelf.get(name);
    return held?.envelopeSha256 === envelopeSha256 ? held : undefined;
  }

  /** Whether what is here was signed by nobody who may (any more). */
  isUntrusted(ref: { kind: Kind; id: string }): boolean {
    const held = this.#shelf.get(nameOf(ref));
    return held === undefined || !isSigned(held, this.#parts.trusted);
  }

  /** Puts up revisions that were accepted and stored; one `change` tells of all. */
  put(accepted: readonly HeldContent[]): void {
    const affected = new Set<ContentName>();
    for (const held of accepted) {
      this.#damages.delete(nameOf(held.ref));
      this.#learnTime(held);
      for (const name of this.#shelf.put(held)) affected.add(name);
    }
    this.#judgeAgain(affected);
  }

  /** Puts a trust document in force, that was accepted and stored, and judges everything by it. */
  async trust(document: Trust, sha256: string): Promise<void> {
    this.#parts.trusted.put(document, sha256);
    // Before anything else: what a key signed that is no longer trusted goes at once.
    this.#judgeAgain(new Set(this.#shelf.names));
    // What it trusts newly has to be read from the store, since only now its signatures can be verified.
    await this.#loadContent(
      KINDS.filter((kind) => kind !== 'trust'),
      (name) => this.#shelf.get(name)?.unknownSignatures !== false,
    );
  }

  /** The time that counts, Unix ms. */
  get nowMs(): number {
    const { wallMs, source } = this.#parts.clock.read();
    return Math.max(wallMs, isSet(source) ? this.#newestBelievedMs : this.#newestIssuedMs);
  }

  get nextExpiryMs(): number {
    return this.#nextExpiryMs;
  }

  async #loadTrust(): Promise<void> {
    const { store, trusted } = this.#parts;
    let newest: Held | undefined;
    for await (const { envelope, receivedMs } of store.newest(['trust'])) {
      try {
        newest = readEnvelope(envelope, trusted, receivedMs);
      } catch (error) {
        if (!(error instanceof RefusedError)) throw error;
        this.#damages.set('trust/trust', {
          kind: 'trust',
          id: 'trust',
          revision: store.newestRevision('trust', 'trust') ?? 0,
          detail: error.message,
        });
      }
    }
    if (newest?.document.kind === 'trust') trusted.put(newest.document, newest.ref.sha256);
  }

  async #loadContent(
    kinds: readonly Kind[],
    wanted: (name: ContentName) => boolean = () => true,
  ): Promise<void> {
    const { store, trusted } = this.#parts;
    let read = 0;
    for await (const { kind, id, revision, envelope, receivedMs } of store.newest(kinds, wanted)) {
      const name = nameOf({ kind, id });
      if (++read % AT_ONCE === 0) await new Promise(setImmediate);
      try {
        const held = readEnvelope(envelope, trusted, receivedMs, { stored: true });
        const { ref } = held;
        if (!isContent(held) || ref.kind !== kind || ref.id !== id || ref.revision !== revision) {
          throw new RefusedError(
            'document',
            `expected revision ${revision}, got ${ref.kind}/${ref.id} ${ref.revision}`,
          );
        }
        // Something newer may have been put up meanwhile.
        if ((this.#shelf.get(name)?.ref.revision ?? 0) <= revision) this.#restore(held);
      } catch (error) {
        if (!(error instanceof RefusedError)) throw error;
        this.#damages.set(name, { kind, id, revision, detail: error.message });
      }
    }
  }

  #learnTime({ issuedMs, receivedMs }: HeldContent): void {
    this.#newestIssuedMs = Math.max(this.#newestIssuedMs, issuedMs);
    // A clock that nobody had set may have been behind, or the date is a slip: once the clock is set, it knows better.
    if (issuedMs > receivedMs + MAX_AHEAD_MS) return;
    this.#newestBelievedMs = Math.max(this.#newestBelievedMs, issuedMs);
  }

  #restore(held: HeldContent): void {
    // The time of what nobody trusted signed is no evidence of time.
    if (isSigned(held, this.#parts.trusted)) this.#learnTime(held);
    this.#damages.delete(nameOf(held.ref));
    this.#judgeAgain(this.#shelf.put(held));
  }

  /** Judges these anew and tells of those that are judged otherwise than before. */
  #judgeAgain(names: Iterable<ContentName>): void {
    const changed: ContentName[] = [];
    for (const name of names) {
      const held = this.#shelf.get(name);
      if (held === undefined) continue;
      const item = this.#judge(held);
      if (item.state !== 'expired' && held.expiresMs > this.nowMs) {
        this.#nextExpiryMs = Math.min(this.#nextExpiryMs, held.expiresMs);
      }
      const before = this.#items.get(name);
      this.#items.set(name, item);
      if (before === undefined || !sameJudgement(before, item)) changed.push(name);
    }
    if (changed.length > 0) this.emit('change', changed);
  }

  #judge(held: HeldContent): BoardItem {
    const name = nameOf(held.ref);
    const { trusted, rules } = this.#parts;
    const about: Circumstances = {
      nowMs: this.nowMs,
      trusted,
      rules,
      notices: this.#standing(this.#shelf.notices(name)),
      reviews: isDecision(held) ? this.#standing(this.#shelf.reviews(name)) : [],
    };
    if (!isReview(held)) return judge(held, about);
    const decision = this.#shelf.get(nameOf(held.document.decision));
    return judge(held, {
      ...about,
      decision: decision !== undefined && isDecision(decision) ? decision : undefined,
    });
  }

  /** Those of them that nobody who may has withdrawn. A withdrawal cannot be withdrawn. */
  #standing<H extends HeldContent>(all: readonly H[]): H[] {
    return all.filter((held) =>
      this.#shelf
        .notices(nameOf(held.ref))
        .every((notice) => !withdraws(notice, held) || !isSigned(notice, this.#parts.trusted)),
    );
  }

  /** Judges anew what time has changed: what expired, and, with a new day, what is late by a day more. */
  #look(): void {
    const { nowMs } = this;
    const day = beijingDay(nowMs);
    // A clock that was set back gives back what it had taken as expired.
    if (nowMs >= this.#judgedMs && nowMs < this.#nextExpiryMs && day === this.#day) return;
    this.#judgedMs = nowMs;
    this.#day = day;
    this.#nextExpiryMs = Number.POSITIVE_INFINITY;
    this.#judgeAgain([...this.#shelf.names]);
  }

  #watch(): void {
    this.#look();
    const untilExpiryMs = Math.max(0, this.#nextExpiryMs - this.nowMs);
    this.#cancelTimer = this.#parts.timers.start(Math.min(LOOK_EVERY_MS, untilExpiryMs), () => this.#watch());
  }
}

function isSigned(held: Held, trusted: TrustedKeys): boolean {
  try {
    requireRole(held, trusted);
    return true;
  } catch {
    return false;
  }
}

/** What a screen or a person would see of it is the same. Content is told by its hash. */
function sameJudgement(a: BoardItem, b: BoardItem): boolean {
  const seen = ({ content: _, notices, ...rest }: BoardItem) =>
    JSON.stringify({ ...rest, notices: notices.map(({ sha256 }) => sha256) });
  return seen(a) === seen(b);
}
