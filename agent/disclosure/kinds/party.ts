import { z } from 'zod';
import {
  isMaskedAddress,
  isMaskedEnglishAddress,
  isMaskedEnglishName,
  isMaskedIdNumber,
  isMaskedName,
  isMaskedPhone,
  personalTrace,
} from './masking.js';
import { line, lineText } from './text.js';

/** A natural person: everything that is there is masked, by the rules of masking.ts. */
const person = z.strictObject({
  type: z.literal('person'),
  name: z.strictObject({
    zh: line(20).refine(isMaskedName, 'expected a masked name such as 张某某 or 张**'),
    en: line(40).refine(isMaskedEnglishName, 'expected a masked name such as Zhang **').optional(),
  }),
  idNumber: line(18)
    .refine(isMaskedIdNumber, 'expected a masked number such as 110**************X')
    .optional(),
  phone: line(20).refine(isMaskedPhone, 'expected a masked number such as 138****5678').optional(),
  address: z
    .strictObject({
      zh: line(60).refine(isMaskedAddress, 'expected an address down to the district or county and then ***'),
      en: line(200).refine(isMaskedEnglishAddress, 'expected *** and then the district, city …').optional(),
    })
    .optional(),
});

/** A company or another body, which is named. */
const organisation = z.strictObject({
  type: z.literal('organisation'),
  name: lineText(120),
  /** Unified social credit code, GB 32100. */
  creditCode: z
    .string()
    .regex(/^[0-9A-HJ-NP-RTUW-Y]{18}$/, 'expected 18 characters of a unified social credit code')
    .optional(),
  address: lineText(200).optional(),
});

export const party = z.discriminatedUnion('type', [person, organisation]);
export type Party = z.infer<typeof party>;

/** Adds an issue for each text at or below `value` that tells who a natural person is; masked fields pass by themselves. */
export function checkNoTraces(
  value: unknown,
  names: { person: boolean },
  context: z.core.$RefinementCtx,
  path: PropertyKey[] = [],
): void {
  if (typeof value === 'string') {
    const trace = personalTrace(value, names);
    if (trace !== undefined)
      context.addIssue({ code: 'custom', path, message: `expected no trace of a person, got ${trace}` });
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) checkNoTraces(inner, names, context, [...path, key]);
}
