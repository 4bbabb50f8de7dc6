import { z } from 'zod';
import { HEAD, reference } from './head.js';
import { checkNoTraces } from './party.js';
import { day, lineText, proseText } from './text.js';

/** What can be put right or taken back by a notice of its own. */
const CORRECTABLE = ['post', 'disclosure', 'decision', 'inspection-result'] as const;

/** 更正: what was wrong in something published, and since when. The right text comes as the next revision; this notice stays beside it. */
export const correction = z
  .strictObject({
    kind: z.literal('correction'),
    ...HEAD,
    corrects: reference(CORRECTABLE),
    title: lineText(200),
    wrong: proseText(4000),
    right: proseText(4000),
    /** The day since which the wrong text was public. */
    wrongSince: day,
  })
  .superRefine(({ title, wrong, right }, context) => {
    checkNoTraces({ title, wrong, right }, { person: false }, context);
  });

/** 撤回: a revision, and all before it, is shown no more; this notice is, in its place. */
export const withdrawal = z
  .strictObject({
    kind: z.literal('withdrawal'),
    ...HEAD,
    withdraws: reference([...CORRECTABLE, 'correction', 'review']),
    title: lineText(200),
    reason: proseText(4000),
    /** The day since which it should not have been public; absent where it was right and is merely over. */
    wrongSince: day.optional(),
  })
  .superRefine(({ title, reason }, context) => {
    checkNoTraces({ title, reason }, { person: false }, context);
  });

export type Correction = z.infer<typeof correction>;
export type Withdrawal = z.infer<typeof withdrawal>;
