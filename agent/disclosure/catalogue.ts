import { join } from 'node:path';
import { z } from 'zod';
import { PACKAGE_ROOT } from '../../config/package-root.js';
import { loadRegister, oneLine } from '../../config/register.js';
import { largestAmountYuan } from './amounts.js';
import { type Decision, EFFECTS, LEVELS, MEASURES } from './kinds/decision.js';
import { ACTIONS } from './kinds/head.js';

/** One row of the catalogue of major decisions: a decision that meets all its conditions is a major one. */
export interface MajorRule {
  id: string;
  chinese: string;
  english: string;
  fits(decision: Decision): boolean;
}

/** The rows that ship with the product. */
const SHIPPED = join(PACKAGE_ROOT, 'config/policy/review.yaml');

const ID = {
  pattern: /^[a-z][a-z0-9-]{0,63}$/,
  expected: 'expected a name of a-z, 0-9 and -, 1 to 64 characters',
};

/** `fine, confiscation`: some of the allowed words with commas between. */
const some = <T extends string>(allowed: readonly [T, ...T[]]) =>
  z.string({ error: `expected some of ${allowed.join(', ')}` }).transform((text, context): readonly T[] => {
    const words = text.split(',').map((word) => word.trim());
    const odd = words.find((word) => !(allowed as readonly string[]).includes(word));
    if (odd === undefined) return words as T[];
    const message = `expected some of ${allowed.join(', ')}, got ${JSON.stringify(odd.slice(0, 60))}`;
    context.issues.push({ code: 'custom', message, input: text });
    return z.NEVER;
  });

const yuan = z
  .string({ error: 'expected an amount in yuan' })
  .regex(/^\d{1,13}(?:\.\d{1,2})?$/, 'expected an amount in yuan, such as 5000')
  .transform(Number);

const fields = z
  .string({ error: 'expected names of fields' })
  .regex(/^[^\p{Cc},]{1,64}(?:,[^\p{Cc},]{1,64})*$/u, 'expected names of fields with commas between')
  .transform((text) => text.split(',').map((word) => word.trim()));

const CONDITIONS = [
  'action',
  'party',
  'measure',
  'amountFrom',
  'level',
  'effect',
  'hearing',
  'field',
] as const;
const COLUMNS = `chinese, english and some of ${CONDITIONS.join(', ')}`;

const row = z
  .strictObject(
    {
      chinese: oneLine(100, 'expected the Chinese name, 1 to 100 characters in one line'),
      english: oneLine(200, 'expected the English name, 1 to 200 characters in one line'),
      action: some(ACTIONS).optional(),
      party: some(['person', 'organisation']).optional(),
      measure: some(MEASURES).optional(),
      amountFrom: yuan.optional(),
      level: some(LEVELS).optional(),
      effect: some(EFFECTS).optional(),
      hearing: z.literal('held', { error: 'expected held' }).optional(),
      field: fields.optional(),
    },
    {
      error: ({ code }) =>
        code === 'unrecognized_keys' ? `expected ${COLUMNS} only` : `expected ${COLUMNS}`,
    },
  )
  .refine((columns) => CONDITIONS.some((condition) => columns[condition] !== undefined), {
    error: `expected at least one condition: ${CONDITIONS.join(', ')}`,
  });

type Row = z.infer<typeof row>;

/** The catalogue in a file, or the one that ships. Throws LIUHEN_CONFIG with the lines of what is wrong, and LIUHEN_NOT_FOUND. */
export function loadCatalogue(path: string = SHIPPED): readonly MajorRule[] {
  const rows = loadRegister<Row>(path, ID, row);
  return [...rows].map(([id, columns]) => ({
    id,
    chinese: columns.chinese,
    english: columns.english,
    fits: (decision) => fits(columns, decision),
  }));
}

/** The rows that make this decision a major one; none: it is not. */
export function majorRules(catalogue: readonly MajorRule[], decision: Decision): readonly MajorRule[] {
  return catalogue.filter((rule) => rule.fits(decision));
}

function fits(rule: Row, { action, party, weight, outcome, title }: Decision): boolean {
  const { amountFrom = 0 } = rule;
  // A publisher who declares less than the outcome says does not get by with it.
  const amountYuan = () =>
    Math.max(weight.amountYuan ?? 0, largestAmountYuan(outcome.zh), largestAmountYuan(title.zh));
  return (
    (rule.action?.includes(action) ?? true) &&
    (rule.party?.includes(party.type) ?? true) &&
    (rule.measure?.some((measure) => weight.measures.includes(measure)) ?? true) &&
    (rule.level?.includes(weight.level) ?? true) &&
    (rule.effect?.some((effect) => weight.effects.includes(effect)) ?? true) &&
    (rule.hearing === undefined || weight.hearingHeld) &&
    (rule.field === undefined || (weight.field !== undefined && rule.field.includes(weight.field))) &&
    (amountFrom === 0 || amountYuan() >= amountFrom)
  );
}
