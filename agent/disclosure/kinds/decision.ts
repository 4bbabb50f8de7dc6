import { z } from 'zod';
import { basis } from './basis.js';
import { action, HEAD } from './head.js';
import { checkNoTraces, party } from './party.js';
import { day, instant, line, lineText, proseText } from './text.js';

/** Levels of the body that decides. */
export const LEVELS = ['township', 'county', 'city', 'province', 'national'] as const;

/** What a decision does; one decision may do several. */
export const MEASURES = [
  'warning',
  'fine',
  'confiscation',
  'suspension',
  'closure',
  'revocation',
  'detention',
  'seizure',
  'freezing',
  'demolition',
  'restriction-of-liberty',
  'forced-performance',
  'expropriation',
  'granted',
  'refused',
  'withdrawn',
  'charged',
  'other',
] as const;

/** What a decision touches beyond its party's purse. */
export const EFFECTS = [
  'personal-freedom',
  'life-and-health',
  'major-property',
  'livelihood',
  'public-interest',
  'public-safety',
  'many-people',
  'press-attention',
] as const;

/** 执法决定, the notice's part 一.3. What the catalogue of major decisions looks at is in `action`, `party.type` and `weight`. */
export const decision = z
  .strictObject({
    kind: z.literal('decision'),
    ...HEAD,
    /** Published until then; the term is the authority's. */
    expires: instant,
    number: line(100),
    action,
    title: lineText(200),
    party,
    /** Who decided. */
    body: lineText(120),
    facts: proseText(8000),
    outcome: proseText(4000),
    basis: z.array(basis).min(1).max(20),
    /** The day it was decided: deadlines count from it. */
    decided: day,
    /** The day on which revision 1 was published; required of every later revision, so that a correction is not taken for lateness. */
    firstPublished: day.optional(),
    /** The words of the decision itself, where they are published. */
    text: proseText(40_000).optional(),
    weight: z.strictObject({
      level: z.enum(LEVELS),
      measures: z.array(z.enum(MEASURES)).min(1).max(10),
      /** In yuan: fine, confiscation, levy or what else is at stake. */
      amountYuan: z.number().min(0).max(1e13).optional(),
      effects: z.array(z.enum(EFFECTS)).max(8).default([]),
      hearingHeld: z.boolean(),
      /** Field of enforcement, e.g. `food-safety`, as the authority's catalogue names it. */
      field: line(64).optional(),
    }),
  })
  .superRefine((value, context) => {
    const { party: who, title, facts, outcome, text, revision, firstPublished, weight } = value;
    const names = { person: who.type === 'person' };
    checkNoTraces({ title, facts, outcome, text }, names, context);
    if (revision > 1 && firstPublished === undefined) {
      const message = 'expected the day of first publication, because this is not revision 1';
      context.addIssue({ code: 'custom', path: ['firstPublished'], message });
    }
    const costs = weight.measures.some((measure) => measure === 'fine' || measure === 'confiscation');
    if (costs && weight.amountYuan === undefined) {
      const message = 'expected the amount in yuan of the fine or confiscation';
      context.addIssue({ code: 'custom', path: ['weight', 'amountYuan'], message });
    }
  });

export type Decision = z.infer<typeof decision>;
