import { LiuhenError, messageOf } from '../../config/errors.js';
import { explanations } from '../words/explanations.js';
import { loadLanguage, spokenIn } from '../words/spoken.js';
import type { Words } from '../words/words.js';

export type CheckResult = 'ok' | 'warning' | 'fault' | 'skipped';
export type CheckId = keyof Words['doctor']['title'];

/** What was found of one thing: the measured value, and what to do where it is not well. */
export interface Finding {
  result: CheckResult;
  value: string;
  next?: string;
}

/** One line of the doctor's answer. `id` stays the same in every language and version. */
export interface Check extends Finding {
  id: CheckId;
  title: string;
}

export const ok = (value: string): Finding => ({ result: 'ok', value });
export const skipped = (value: string): Finding => ({ result: 'skipped', value });
export const warning = (value: string, next: string): Finding => ({ result: 'warning', value, next });
export const fault = (value: string, next: string): Finding => ({ result: 'fault', value, next });

/** What went wrong, as a finding; `next` is for errors that do not say what to do. */
export function faultOf(words: Words, error: unknown, next?: string): Finding {
  if (!(error instanceof LiuhenError)) return fault(messageOf(error), next ?? '');
  const { meaning, next: general } = explanations[error.code][words.language];
  const said = words.doctor.error(error.message, meaning);
  return fault(said, nextOf(words, error.next) ?? next ?? general);
}

/** What an error advises. Errors speak English: where another language is asked for and this is not known in it, the general advice counts. */
export function nextOf({ language }: Words, next: string | undefined): string | undefined {
  if (language === 'en' || next === undefined) return next;
  const said = spokenIn(language, next);
  return said === next ? undefined : said;
}

/** Looks, and names what was found; a look that fails is a fault and stops no other. */
export async function check(
  words: Words,
  id: CheckId,
  look: () => Promise<Finding> | Finding,
  next?: string,
): Promise<Check> {
  const title = words.doctor.title[id];
  await loadLanguage(words.language);
  try {
    return { id, title, ...(await look()) };
  } catch (error) {
    return { id, title, ...faultOf(words, error, next) };
  }
}

/** The exit status: 0 all is well, 1 warnings, 2 faults. */
export function statusOf(checks: readonly Pick<Check, 'result'>[]): 0 | 1 | 2 {
  if (checks.some(({ result }) => result === 'fault')) return 2;
  return checks.some(({ result }) => result === 'warning') ? 1 : 0;
}
