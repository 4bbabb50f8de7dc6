import type { Reason, ReasonCode } from './board-item.js';
import type { Held } from './held.js';
import type { Decision } from './kinds/decision.js';
import { REVIEW_ITEMS, type Review } from './kinds/review.js';
import type { TrustedKeys } from './trust.js';
import { beijingDay, type WorkingDays } from './working-days.js';

export interface GateRules {
  trusted: TrustedKeys;
  days: WorkingDays;
  /** Working days that a review may take. */
  reviewTerm: number;
}

/** Why a review does not open the gate for this decision; empty when it does. Every reason is given, not the first alone. */
export function reviewReasons(
  decision: Held<Decision>,
  { ref: reviewRef, document: review, signers, issuedMs }: Held<Review>,
  { trusted, days, reviewTerm }: GateRules,
  today: string,
): Reason[] {
  const reasons: Reason[] = [];
  const fail = (code: ReasonCode, detail: string) =>
    reasons.push({ code, detail: `review ${reviewRef.id}: ${detail}` });
  const { sha256, revision } = decision.ref;
  if (review.decision.sha256 !== sha256 || review.decision.revision !== revision) {
    const reviewed = `revision ${review.decision.revision}, sha256 ${review.decision.sha256}`;
    fail('review-other-text', `expected of revision ${revision}, sha256 ${sha256}, got of ${reviewed}`);
  }

  // The same person with two keys is still the same person.
  const holders = trusted.holdersOf(decision.signers);
  const reviewers = trusted.withRole(signers, 'reviewer', issuedMs);
  if (!reviewers.some(({ holder }) => !holders.has(holder))) {
    const names = reviewers.map(({ holder }) => holder).join(', ') || 'nobody with that role';
    fail('review-by-signer', `expected a reviewer who did not sign the decision, got ${names}`);
  }

  for (const name of REVIEW_ITEMS) {
    const item = review.items[name];
    if (item === undefined) fail('review-item-missing', `expected a finding on ${name}, got none`);
    else if (item.finding !== 'in-order' && item.finding !== 'in-order-with-advice') {
      fail('review-item-not-in-order', `expected ${name} in order, got ${item.finding}`);
    }
  }
  if (review.conclusion !== 'passed') fail('review-not-passed', `expected passed, got ${review.conclusion}`);
  if (review.materials.length === 0) fail('review-no-materials', 'expected the materials reviewed, got none');

  const { received, completed } = review;
  const { decided } = decision.document;
  const latest = [decided, today, beijingDay(issuedMs)].sort()[0] ?? decided;
  if (received > completed || completed > latest) {
    const expected = `received, then completed by ${latest} (decided ${decided}, signed ${beijingDay(issuedMs)})`;
    fail('review-dates', `expected ${expected}, got ${received} and ${completed}`);
  } else {
    const due = days.dueAfter(received, reviewTerm);
    if (completed > due) {
      fail('review-late', `expected within ${reviewTerm} working days, by ${due}, got ${completed}`);
    }
  }
  return reasons;
}
