import type { Lateness } from './board-item.js';
import type { Decision } from './kinds/decision.js';
import type { InspectionResult } from './kinds/inspection-result.js';
import type { WorkingDays } from './working-days.js';

/** Terms in working days. */
export interface Terms {
  /** From a decision to its publication, where none of the two below applies. */
  decision: number;
  /** For licences. */
  licence: number;
  /** For penalties. */
  penalty: number;
  /** From an inspection to the publication of its result. */
  inspectionResult: number;
  /** From the day a legal review received its materials to the day it was completed. */
  review: number;
}

/** The policy's: 20 working days, 7 for licences and penalties. The review's is this product's default; the notice names none. */
export const DEFAULT_TERMS: Terms = {
  decision: 20,
  licence: 7,
  penalty: 7,
  inspectionResult: 20,
  review: 10,
};

/** The last day on which a decision or a result may be published. */
export function dueDay(content: Decision | InspectionResult, terms: Terms, days: WorkingDays): string {
  if (content.kind === 'inspection-result') return days.dueAfter(content.inspected, terms.inspectionResult);
  const { action } = content;
  const term = action === 'licence' || action === 'penalty' ? terms[action] : terms.decision;
  return days.dueAfter(content.decided, term);
}

/** How late content is that was published on that day; undefined when it is not. */
export function lateness(
  content: Decision | InspectionResult,
  published: string,
  terms: Terms,
  days: WorkingDays,
): Lateness | undefined {
  const due = dueDay(content, terms, days);
  if (published <= due) return undefined;
  // Published on the Saturday after the Friday on which it was due: late, though no working day has gone by.
  const workingDaysLate = Math.max(1, days.between(due, published));
  const begins = content.kind === 'decision' ? content.decided : content.inspected;
  const provisional = !days.knows(begins) || !days.knows(due) || !days.knows(published);
  return { due, published, workingDaysLate, provisional };
}
