import type { Timers } from '../../drivers/timers.js';
import type { EntryDraft } from '../journal/entry.js';
import type { Board } from './board.js';
import type { DisclosureJournal } from './intake.js';
import { type ContentRef, KINDS, nameOf } from './kinds/head.js';
import type { ContentStore } from './store.js';

export interface DisplayParts {
  board: Board;
  store: ContentStore;
  journal: DisclosureJournal;
  timers: Timers;
  /** Silence of a page after which it counts as showing nothing. */
  lostAfterMs: number;
  /** An entry could not be written; the screen goes on. */
  onJournalError(error: unknown): void;
}

/** Why a notice no longer hangs. `stopped`: the agent was ended; `cut-off`: it ended without being able to say so (a power cut). */
export type CeasedReason =
  | 'page-changed'
  | 'heartbeat-lost'
  | 'expired'
  | 'withdrawn'
  | 'replaced'
  | 'held-back'
  | 'stopped'
  | 'cut-off';

interface Open {
  ref: ContentRef;
  /** The `began` entry; undefined when it could not be written. */
  began: Promise<number | undefined>;
}

interface Screen {
  open: Map<string, Open>;
  cancelTimer: () => void;
}

/** No page holds more, and no hall has more screens on one kiosk. */
const MAX_ON_PAGE = 500;
const MAX_SCREENS = 16;
const SCREEN = /^[a-z0-9-]{1,64}$/;

/**
 * Proof of display: journals when a page on a screen began and ceased to show content. It believes nothing that a page cannot show: only exactly
 * what the board lets be shown, and only as long as the page goes on saying so.
 */
export class Displayed {
  readonly #parts: DisplayParts;
  readonly #screens = new Map<string, Screen>();
  #lane: Promise<unknown> = Promise.resolve();
  #ignored = 0;
  #closed = false;
  readonly #onChange = () => this.#dropWhatMayNotBeShown();

  constructor(parts: DisplayParts) {
    this.#parts = parts;
    parts.board.on('change', this.#onChange);
  }

  /** Ends what a power cut left open. The entries before the last `boot` say until when it can have hung. */
  async start(): Promise<void> {
    const { store } = this.#parts;
    for await (const [key, value] of store.recall('displayed!')) {
      const left = leftOpen(key, value);
      if (left !== undefined) await this.#append({ ...left, change: 'ceased', reason: 'cut-off' });
      await store.remember(key, undefined);
    }
  }

  /** Things that pages claimed to show and could not, or that broke a bound. */
  get ignored(): number {
    return this.#ignored;
  }

  /** What hangs where, now. */
  get showing(): { screen: string; ref: ContentRef }[] {
    return [...this.#screens].flatMap(([screen, { open }]) =>
      [...open.values()].map(({ ref }) => ({ screen, ref })),
    );
  }

  /** A page's heartbeat: what it shows at this moment, which is all that this screen shows. */
  report(screen: string, shown: readonly ContentRef[]): void {
    if (this.#closed) return;
    if (!SCREEN.test(screen) || (!this.#screens.has(screen) && this.#screens.size >= MAX_SCREENS)) {
      this.#ignored++;
      return;
    }
    const believed = new Map<string, ContentRef>();
    for (const ref of shown.slice(0, MAX_ON_PAGE)) {
      if (this.#parts.board.isShown(ref)) believed.set(keyOf(ref), ref);
      else this.#ignored++;
    }
    if (shown.length > MAX_ON_PAGE) this.#ignored += shown.length - MAX_ON_PAGE;
    const here = this.#screens.get(screen) ?? { open: new Map<string, Open>(), cancelTimer: () => {} };
    this.#screens.set(screen, here);
    for (const [key, open] of here.open)
      if (!believed.has(key)) this.#cease(screen, here, key, open, 'page-changed');
    for (const [key, ref] of believed) if (!here.open.has(key)) this.#begin(screen, here, key, ref);
    here.cancelTimer();
    here.cancelTimer = this.#parts.timers.start(this.#parts.lostAfterMs, () =>
      this.#lose(screen, 'heartbeat-lost'),
    );
  }

  /** Ends everything that hangs; resolves when the journal says so. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#parts.board.off('change', this.#onChange);
    for (const screen of [...this.#screens.keys()]) this.#lose(screen, 'stopped');
    await this.#lane;
  }

  /** Waits for the entries of all that was reported so far. */
  async settled(): Promise<void> {
    await this.#lane;
  }

  #lose(screen: string, reason: CeasedReason): void {
    const here = this.#screens.get(screen);
    if (here === undefined) return;
    here.cancelTimer();
    for (const [key, open] of here.open) this.#cease(screen, here, key, open, reason);
    this.#screens.delete(screen);
  }

  #dropWhatMayNotBeShown(): void {
    for (const [screen, here] of this.#screens) {
      for (const [key, open] of here.open) {
        if (!this.#parts.board.isShown(open.ref))
          this.#cease(screen, here, key, open, this.#whyNot(open.ref));
      }
    }
  }

  #whyNot({ kind, id, revision }: ContentRef): CeasedReason {
    const item = kind === 'trust' ? undefined : this.#parts.board.item(kind, id);
    if (item === undefined || item.revision !== revision) return 'replaced';
    return item.state === 'shown' ? 'page-changed' : item.state;
  }

  #begin(screen: string, here: Screen, key: string, ref: ContentRef): void {
    const item = ref.kind === 'trust' ? undefined : this.#parts.board.item(ref.kind, ref.id);
    const { kind, id, revision, sha256 } = ref;
    const draft: DisplayedDraft = { type: 'displayed', kind, id, revision, sha256, change: 'began', screen };
    if (item !== undefined) draft.envelope = item.envelopeSha256;
    if (item?.lateness !== undefined) {
      draft.late = { due: item.lateness.due, workingDays: item.lateness.workingDaysLate };
    }
    const began = this.#inLane(async () => {
      const n = await this.#append(draft);
      const left = { kind, id, revision, sha256, screen, ...(n === undefined ? {} : { began: n }) };
      // That it began stands in the journal, whatever becomes of this.
      await this.#parts.store.remember(storeKey(screen, key), left).catch(this.#parts.onJournalError);
      return n;
    });
    here.open.set(key, { ref: { kind, id, revision, sha256 }, began });
  }

  #cease(screen: string, here: Screen, key: string, { ref, began }: Open, reason: CeasedReason): void {
    here.open.delete(key);
    void this.#inLane(async () => {
      const n = await began;
      const since = n === undefined ? {} : { began: n };
      await this.#append({ type: 'displayed', ...ref, change: 'ceased', screen, reason, ...since });
      await this.#parts.store.remember(storeKey(screen, key), undefined);
      return undefined;
    });
  }

  #inLane(work: () => Promise<number | undefined>): Promise<number | undefined> {
    const done = this.#lane.then(work).catch((error) => {
      this.#parts.onJournalError(error);
      return undefined;
    });
    this.#lane = done;
    return done;
  }

  async #append(draft: DisplayedDraft): Promise<number | undefined> {
    try {
      return (await this.#parts.journal.append(draft)).n;
    } catch (error) {
      this.#parts.onJournalError(error);
      return undefined;
    }
  }
}

type DisplayedDraft = Extract<EntryDraft, { type: 'displayed' }>;

function keyOf(ref: ContentRef): string {
  return `${nameOf(ref)}!${ref.revision}!${ref.sha256}`;
}

function storeKey(screen: string, key: string): string {
  return `displayed!${screen}!${key}`;
}

/** What the store remembers of a notice that hung; undefined when it is not of that form. */
function leftOpen(key: string, value: unknown): DisplayedDraft | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { kind, id, revision, sha256, screen, began } = value as Record<string, unknown>;
  const isRef =
    KINDS.some((each) => each === kind) &&
    typeof id === 'string' &&
    typeof revision === 'number' &&
    typeof sha256 === 'string' &&
    typeof screen === 'string';
  if (!isRef || !key.startsWith(`displayed!${screen}!`)) return undefined;
  const draft: DisplayedDraft = { type: 'displayed', kind: kind as string, id, revision, sha256, screen };
  return typeof began === 'number' ? { ...draft, began } : draft;
}
