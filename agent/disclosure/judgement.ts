import type { BoardItem, ItemState, Lateness, Notice, Reason } from './board-item.js';
import { type MajorRule, majorRules } from './catalogue.js';
import { lateness, type Terms } from './deadlines.js';
import { type Held, RefusedError, requireRole } from './held.js';
import type { Decision } from './kinds/decision.js';
import type { Content } from './kinds/kinds.js';
import type { Review } from './kinds/review.js';
import { reviewReasons } from './review-gate.js';
import type { TrustedKeys } from './trust.js';
import { beijingDay, type WorkingDays } from './working-days.js';

/** The authority's rules by which content is judged. */
export interface Rules {
  catalogue: readonly MajorRule[];
  days: WorkingDays;
  terms: Terms;
}

export type HeldContent = Held<Content>;

/** What bears on the judgement of one piece of content. */
export interface Circumstances {
  nowMs: number;
  trusted: TrustedKeys;
  rules: Rules;
  /** Corrections and withdrawals that name it, whoever signed them; those that were themselves withdrawn left out. */
  notices: readonly HeldContent[];
  /** Of a decision: reviews that name it; withdrawn ones left out. */
  reviews: readonly Held<Review>[];
  /** Of a review: its decision. */
  decision?: Held<Decision> | undefined;
}

/** Judges one piece of content: may it be on a screen now, and if not, why. */
export function judge(held: HeldContent, about: Circumstances): BoardItem {
  const reasons: Reason[] = [];
  const trusted = about.notices.filter((notice) => isTrusted(notice, about.trusted)).sort(newestFirst);
  const withdrawn = trusted.find((notice) => withdraws(notice, held));
  // A withdrawal of an earlier revision has nothing to say about this one; a correction of an earlier one has.
  const notices = trusted.filter((notice) => notice.ref.kind === 'correction' || withdraws(notice, held));
  const untrusted = roleReason(held, about.trusted);
  let state: ItemState = 'shown';
  let major: readonly string[] | undefined;
  let published: string | undefined = beijingDay(held.issuedMs);

  if (untrusted !== undefined) {
    state = 'held-back';
    reasons.push(untrusted);
  } else if (withdrawn !== undefined) {
    state = 'withdrawn';
    reasons.push({ code: 'withdrawn', detail: `by ${withdrawn.ref.id} revision ${withdrawn.ref.revision}` });
  } else if (held.expiresMs <= about.nowMs) {
    state = 'expired';
    reasons.push({ code: 'expired', detail: `at ${new Date(held.expiresMs).toISOString()}` });
  }
  if (isDecision(held)) {
    const rules = majorRules(about.rules.catalogue, held.document);
    major = rules.map(({ id }) => id);
    if (rules.length > 0) {
      const gate = passGate(held, about);
      published = gate.published === undefined ? undefined : later(published, gate.published);
      if (gate.reasons.length > 0 && state === 'shown') {
        state = 'held-back';
        reasons.push(...gate.reasons);
      }
    }
  } else if (isReview(held) && state === 'shown') {
    reasons.push(...reasonsOfReview(held, about));
    if (reasons.length > 0) state = 'held-back';
  }

  const late = latenessOf(held, published, state, about);
  return {
    ...held.ref,
    kind: held.document.kind,
    content: held.document,
    envelopeSha256: held.envelopeSha256,
    state,
    reasons,
    ...(late === undefined ? {} : { lateness: late }),
    ...(major === undefined ? {} : { major }),
    notices: notices.filter(({ expiresMs }) => expiresMs > about.nowMs).map(noticeOf),
    sinceMs: held.receivedMs,
  };
}

/** When a decision's gate opened: the day its review was signed; undefined, with all reasons, when it did not. */
function passGate(decision: Held<Decision>, about: Circumstances): { published?: string; reasons: Reason[] } {
  const reasons: Reason[] = [];
  const opened: string[] = [];
  for (const review of about.reviews) {
    const why = reviewReasonsNow(review, decision, about);
    if (why.length === 0) opened.push(beijingDay(review.issuedMs));
    reasons.push(...why);
  }
  const published = opened.sort()[0];
  if (published !== undefined) return { published, reasons: [] };
  if (about.reviews.length > 0) return { reasons };
  const detail = `expected a legal review of revision ${decision.ref.revision}, sha256 ${decision.ref.sha256}, got none`;
  return { reasons: [{ code: 'review-missing', detail }] };
}

function reasonsOfReview(review: Held<Review>, about: Circumstances): Reason[] {
  const { decision } = about;
  if (decision !== undefined) return reviewReasonsNow(review, decision, about);
  const { id, revision } = review.document.decision;
  return [{ code: 'no-decision', detail: `decision ${id} revision ${revision} is not here` }];
}

function reviewReasonsNow(review: Held<Review>, decision: Held<Decision>, about: Circumstances): Reason[] {
  const { trusted, rules, nowMs } = about;
  const untrusted = roleReason(review, trusted);
  if (untrusted !== undefined) return [untrusted];
  const gate = { trusted, days: rules.days, reviewTerm: rules.terms.review };
  const reasons = reviewReasons(decision, review, gate, beijingDay(nowMs));
  if (review.expiresMs <= nowMs) {
    reasons.push({
      code: 'expired',
      detail: `review ${review.ref.id}: at ${new Date(review.expiresMs).toISOString()}`,
    });
  }
  return reasons;
}

function latenessOf(
  { document, ref }: HeldContent,
  published: string | undefined,
  state: ItemState,
  { nowMs, rules }: Circumstances,
): Lateness | undefined {
  if (document.kind !== 'decision' && document.kind !== 'inspection-result') return undefined;
  const today = beijingDay(nowMs);
  const first = ref.revision > 1 ? document.firstPublished : undefined;
  const day = state === 'held-back' || published === undefined ? today : (first ?? published);
  return lateness(document, day, rules.terms, rules.days);
}

function roleReason(held: Held, trusted: TrustedKeys): Reason | undefined {
  try {
    requireRole(held, trusted);
    return undefined;
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    return { code: 'signer-not-trusted', detail: error.message };
  }
}

function isTrusted(held: Held, trusted: TrustedKeys): boolean {
  return roleReason(held, trusted) === undefined;
}

/** Whether a notice takes this revision, or a later one of the same, back. A withdrawal stays in force when it is no longer shown itself. */
export function withdraws({ document }: HeldContent, { ref }: Held): boolean {
  if (document.kind !== 'withdrawal') return false;
  const { kind, id, revision } = document.withdraws;
  return kind === ref.kind && id === ref.id && ref.revision <= revision;
}

function noticeOf({ ref, document }: HeldContent): Notice {
  return { ...ref, kind: document.kind, content: document } as Notice;
}

function newestFirst(a: Held, b: Held): number {
  return b.issuedMs - a.issuedMs;
}

function later(a: string, b: string): string {
  return a > b ? a : b;
}

export function isContent(held: Held): held is HeldContent {
  return held.document.kind !== 'trust';
}

export function isDecision(held: HeldContent): held is Held<Decision> {
  return held.document.kind === 'decision';
}

export function isReview(held: HeldContent): held is Held<Review> {
  return held.document.kind === 'review';
}
