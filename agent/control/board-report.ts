import type { Board, Damage } from '../disclosure/board.js';
import type { BoardItem, Lateness, Reason } from '../disclosure/board-item.js';
import type { Intake } from '../disclosure/intake.js';
import type { ContentRef } from '../disclosure/kinds/head.js';
import type { Content } from '../disclosure/kinds/kinds.js';
import type { Text } from '../disclosure/kinds/text.js';
import type { TrustedKeys } from '../disclosure/trust.js';

/** One piece of content as `liuhen board` tells of it: whether it is shown, and if not, why. */
export interface BoardRow extends ContentRef {
  title: Text;
  state: BoardItem['state'];
  reasons: readonly Reason[];
  lateness?: Lateness;
  /** Rows of the catalogue that make a decision a major one. */
  major?: readonly string[];
  /** Corrections and withdrawals that stand beside it. */
  notices: readonly ContentRef[];
  issued: string;
  expires?: string;
  /** When this revision was accepted, RFC 3339. */
  since: string;
}

export interface BoardReport {
  hall: string;
  /** Of the trust document in force; 0: there is none, and nobody is trusted. */
  trustVersion: number;
  /** The time by which expiry is judged, RFC 3339. */
  at: string;
  items: readonly BoardRow[];
  /** Stored content that is not what it was when it was accepted. */
  damaged: readonly Damage[];
  /** Since the process began. */
  intake: Intake['counters'];
}

/** What `liuhen board` shows of a hall, sorted by kind and id. */
export function boardReport(parts: {
  hall: string;
  board: Board;
  trusted: TrustedKeys;
  intake: Intake;
}): BoardReport {
  const { hall, board, trusted, intake } = parts;
  const items = board.items().map(rowOf);
  items.sort((a, b) => (a.kind + a.id < b.kind + b.id ? -1 : 1));
  return {
    hall,
    trustVersion: trusted.version,
    at: new Date(board.nowMs).toISOString(),
    items,
    damaged: board.damages,
    intake: intake.counters,
  };
}

function rowOf(item: BoardItem): BoardRow {
  const { kind, id, revision, sha256, state, reasons, lateness, major, content } = item;
  return {
    kind,
    id,
    revision,
    sha256,
    title: titleOf(content),
    state,
    reasons,
    ...(lateness === undefined ? {} : { lateness }),
    ...(major === undefined ? {} : { major }),
    notices: item.notices.map(({ content: _, ...ref }) => ref),
    issued: content.issued,
    ...(content.expires === undefined ? {} : { expires: content.expires }),
    since: new Date(item.sinceMs).toISOString(),
  };
}

function titleOf(content: Content): Text {
  if (content.kind === 'post') return { zh: `${content.window} ${content.name.zh} ${content.post.zh}` };
  if (content.kind === 'review') return { zh: `${content.decision.id} ${content.conclusion}` };
  return content.title;
}
