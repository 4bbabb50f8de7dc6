import { z } from 'zod';
import { HEAD, reference } from './head.js';
import { day, line, lineText, proseText, sha256 } from './text.js';

/** The six items of a legal review, the notice's part 三.3: subject, jurisdiction, procedure, facts, discretion, application of law. */
export const REVIEW_ITEMS = ['subject', 'jurisdiction', 'procedure', 'facts', 'discretion', 'law'] as const;

export const FINDINGS = ['in-order', 'in-order-with-advice', 'not-in-order', 'not-examined'] as const;
export const CONCLUSIONS = ['passed', 'to-be-changed', 'not-passed'] as const;

const item = z.strictObject({ finding: z.enum(FINDINGS), opinion: proseText(4000) });

/**
 * 法制审核: the opinion on one decision, bound to the SHA-256 of that decision's payload. Every conclusion can be written down; only one that
 * passed, with all six items in order, opens the gate. Items may be absent in the form, so that the gate can say which one is.
 */
export const review = z.strictObject({
  kind: z.literal('review'),
  ...HEAD,
  decision: reference(['decision']),
  /** The body that reviewed. */
  body: lineText(120),
  reviewer: z.strictObject({ name: lineText(60), qualification: line(64).optional() }),
  received: day,
  completed: day,
  materials: z.array(z.strictObject({ name: lineText(200), sha256: sha256.optional() })).max(200),
  items: z.strictObject({
    subject: item.optional(),
    jurisdiction: item.optional(),
    procedure: item.optional(),
    facts: item.optional(),
    discretion: item.optional(),
    law: item.optional(),
  }),
  conclusion: z.enum(CONCLUSIONS),
  opinion: proseText(8000).optional(),
});

export type Review = z.infer<typeof review>;
