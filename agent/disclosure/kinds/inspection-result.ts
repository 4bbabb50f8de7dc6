import { z } from 'zod';
import { basis } from './basis.js';
import { HEAD } from './head.js';
import { checkNoTraces, party } from './party.js';
import { day, instant, line, lineText, proseText } from './text.js';

/** 抽查结果: what a random inspection found. */
export const inspectionResult = z
  .strictObject({
    kind: z.literal('inspection-result'),
    ...HEAD,
    /** Published until then. */
    expires: instant,
    number: line(100).optional(),
    title: lineText(200),
    /** Who was inspected. */
    party,
    /** Who inspected: the body, not the people. */
    body: lineText(120),
    matter: lineText(200),
    /** The day of the inspection: deadlines count from it. */
    inspected: day,
    firstPublished: day.optional(),
    result: z.enum(['nothing-found', 'put-right', 'to-be-put-right', 'case-opened', 'not-reachable']),
    findings: proseText(4000),
    measures: proseText(2000).optional(),
    basis: z.array(basis).max(20).default([]),
  })
  .superRefine(({ party: who, title, matter, findings, measures, revision, firstPublished }, context) => {
    checkNoTraces({ title, matter, findings, measures }, { person: who.type === 'person' }, context);
    if (revision > 1 && firstPublished === undefined) {
      const message = 'expected the day of first publication, because this is not revision 1';
      context.addIssue({ code: 'custom', path: ['firstPublished'], message });
    }
  });

export type InspectionResult = z.infer<typeof inspectionResult>;
