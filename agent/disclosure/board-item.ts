import type { EventEmitter } from 'node:events';
import type { ContentName, ContentRef } from './kinds/head.js';
import type { Content, ContentOf } from './kinds/kinds.js';

/**
 * `shown` may be on a screen. `held-back`: signed and accepted, and a rule keeps it away (`reasons`). `expired`, `withdrawn`: was shown.
 * `replaced`: an older revision, in history only.
 */
export type ItemState = 'shown' | 'held-back' | 'expired' | 'withdrawn' | 'replaced';

/** Why something is not shown, or why a review does not count. The code is stable, the words are for a person. */
export interface Reason {
  code: ReasonCode;
  /** What was expected and what is there, in English. */
  detail: string;
}

export type ReasonCode =
  | 'expired'
  | 'withdrawn'
  | 'replaced'
  | 'not-verified'
  | 'signer-not-trusted'
  | 'review-missing'
  | 'review-other-text'
  | 'review-by-signer'
  | 'review-item-missing'
  | 'review-item-not-in-order'
  | 'review-not-passed'
  | 'review-no-materials'
  | 'review-dates'
  | 'review-late'
  | 'no-decision';

/** Published after its term. Days are of Beijing time. */
export interface Lateness {
  /** The last day of the term. */
  due: string;
  /** When it was, or today while it still is not. */
  published: string;
  workingDaysLate: number;
  /** The holidays of a year in between were not yet known to this device: the count may change. */
  provisional: boolean;
}

/** A correction or withdrawal that stands beside what it is about. */
export interface Notice extends ContentRef {
  kind: 'correction' | 'withdrawal';
  content: ContentOf<'correction'> | ContentOf<'withdrawal'>;
}

/** One piece of content, as the board judges it now. */
export interface BoardItem<C extends Content = Content> extends ContentRef {
  kind: C['kind'];
  content: C;
  /** SHA-256 of the envelope as it was received, hex. */
  envelopeSha256: string;
  state: ItemState;
  /** Empty when shown. */
  reasons: readonly Reason[];
  /** For decisions and inspection results that were not, or are not yet, published within their term. */
  lateness?: Lateness;
  /** Rows of the catalogue that make a decision a major one. */
  major?: readonly string[];
  /** The corrections (and, when withdrawn, the withdrawal) that have to be seen with it, newest first. */
  notices: readonly Notice[];
  /** When this device accepted this revision, Unix ms. */
  sinceMs: number;
}

export type BoardItemOf<K extends Content['kind']> = BoardItem<ContentOf<K>>;

export interface BoardEvents {
  /** Names (`<kind>/<id>`) of what is new, or is judged otherwise than before. */
  change: [names: readonly ContentName[]];
}

/** What a screen, and `liuhen board`, see of the content. Everything is judged at the time of the call's last `change`. */
export interface BoardView extends EventEmitter<BoardEvents> {
  /** The newest revision of everything, in no order; with a kind only of that. */
  items(): readonly BoardItem[];
  items<K extends Content['kind']>(kind: K): readonly BoardItemOf<K>[];
  item<K extends Content['kind']>(kind: K, id: string): BoardItemOf<K> | undefined;
  /** As `change` names it. */
  named(name: ContentName): BoardItem | undefined;
  /** What may be on a screen: items in state `shown`, with a kind only of that. */
  shown<K extends Content['kind']>(kind: K): readonly BoardItemOf<K>[];
  /** When the next of what is here expires, Unix ms; infinite when nothing does. */
  readonly nextExpiryMs: number;
}
