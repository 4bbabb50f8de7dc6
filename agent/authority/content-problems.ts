import { closestMatch } from 'leven';
import type { z } from 'zod';
import { LiuhenError } from '../../config/errors.js';
import { shownValue } from '../../config/problems.js';
import type { Path, YamlDocument } from './yaml-documents.js';

/** One thing wrong in a file that is to be signed. */
export interface ContentProblem {
  file: string;
  line: number;
  column: number;
  /** Dotted; empty for the document as a whole. */
  key: string;
  /** What was expected, and what was found. */
  message: string;
}

const MAX_SHOWN = 20;

/** LIUHEN_CONTENT with everything that is wrong, one line a problem; nothing was signed. */
export class ContentError extends LiuhenError {
  readonly problems: readonly ContentProblem[];

  constructor(problems: readonly ContentProblem[], next = 'correct what is named above; nothing was signed') {
    const sorted = problems.toSorted((a, b) =>
      a.file === b.file ? a.line - b.line || a.column - b.column : a.file < b.file ? -1 : 1,
    );
    const lines = sorted
      .slice(0, MAX_SHOWN)
      .map(({ file, line, column, key, message }) =>
        [`${file}:${line}:${column}`, ...(key === '' ? [] : [key]), message].join(': '),
      );
    if (problems.length > MAX_SHOWN) lines.push(`and ${problems.length - MAX_SHOWN} more`);
    super('LIUHEN_CONTENT', lines.join('\n'), { next });
    this.problems = sorted;
  }
}

/** A problem at a path of a document. */
export function problemAt(
  file: string,
  document: YamlDocument,
  path: Path,
  message: string,
  of: 'key' | 'value' = 'value',
): ContentProblem {
  return { file, ...document.placeOf(path, of), key: path.map(String).join('.'), message };
}

/** What zod objects to, in our words; an unknown key each is one problem. */
export function problemsOf(
  file: string,
  document: YamlDocument,
  value: unknown,
  issues: readonly z.core.$ZodIssue[],
): ContentProblem[] {
  return issues.flatMap((issue) => {
    const path = issue.path as Path;
    if (issue.code !== 'unrecognized_keys') {
      const message = `${expectedBy(issue)}, got ${found(at(value, path))}`;
      return [problemAt(file, document, path, isOwnWords(issue) ? issue.message : message)];
    }
    return issue.keys.map((key) => {
      const meant = closestMatch(key, KNOWN, { maxDistance: 2 });
      const hint = meant === undefined ? '' : `, did you mean ${meant}?`;
      return problemAt(file, document, [...path, key], `unknown key${hint}`, 'key');
    });
  });
}

/** Keys that people misspell most, over all kinds. */
const KNOWN =
  'kind id revision hall issued expires window name photo post duties languages supervisionPhone workingHours duty services section title people items steps channels ways number action party body facts outcome basis decided firstPublished text weight measures effects level amountYuan hearingHeld field inspected result findings matter corrects withdraws wrong right wrongSince reason decision reviewer received completed materials conclusion opinion keys version holder roles vkey notBefore notAfter credential phone address website law article zh en'.split(
    ' ',
  );

/** Our own schemas say `expected …` where zod's words would not do; what was found is then already in it, or in the file. */
function isOwnWords({ message }: z.core.$ZodIssue): boolean {
  return message.startsWith('expected') || message.startsWith('there is');
}

function expectedBy(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${TYPES[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `expected ${issue.values.map(String).join(' or ')}`;
    case 'invalid_union':
      return `expected ${unionOptions(issue) ?? 'one of the forms that liuhen schema shows'}`;
    case 'too_small':
      return `expected at least ${issue.minimum}${UNITS[issue.origin] ?? ''}`;
    case 'too_big':
      return `expected at most ${issue.maximum}${UNITS[issue.origin] ?? ''}`;
    default:
      return `expected what liuhen schema shows (${issue.message})`;
  }
}

/** What a key may say that tells which form it is; undefined where there is no such key. */
function unionOptions(issue: object): string | undefined {
  const { options } = issue as { options?: unknown };
  return Array.isArray(options) ? options.join(' or ') : undefined;
}

const TYPES: Record<string, string> = {
  string: 'text',
  object: 'a section such as {zh: …, en: …}',
  array: 'a list',
  int: 'a whole number',
  boolean: 'true or false',
};
const UNITS: Record<string, string> = { string: ' characters', array: ' items' };

function at(value: unknown, path: Path): unknown {
  let here = value;
  for (const step of path) {
    if (typeof here !== 'object' || here === null) return undefined;
    here = (here as Record<PropertyKey, unknown>)[step];
  }
  return here;
}

function found(value: unknown): string {
  return Array.isArray(value) ? 'a list' : shownValue(value);
}
