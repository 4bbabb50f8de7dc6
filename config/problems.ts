import { LiuhenError } from './errors.js';
import { withoutNamedSecrets } from './shapes.js';

/** A position in a file, both counted from 1. */
export interface Place {
  line: number;
  column: number;
}

/** One thing wrong with a configuration. */
export interface Problem {
  /** Where it is in the file; absent for what came from the command line or from code. */
  place?: Place | undefined;
  fromCommandLine?: boolean;
  /** Dotted; absent when the text is not even YAML. */
  key?: string;
  /** What was expected, and what was found. */
  message: string;
}

const MAX_SHOWN = 20;
const MAX_KEY_CHARS = 100;
const MAX_VALUE_CHARS = 60;

/** LIUHEN_CONFIG with everything that is wrong: one line of the message for each problem, in the file's order. */
export class ConfigError extends LiuhenError {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[], fileName?: string) {
    const sorted = problems.toSorted(byPlace);
    const lines = sorted.slice(0, MAX_SHOWN).map((problem) => lineOf(problem, fileName));
    if (sorted.length > MAX_SHOWN) lines.push(`and ${sorted.length - MAX_SHOWN} more`);
    super('LIUHEN_CONFIG', lines.join('\n'), {
      next: 'correct what is named above; config/profiles/ holds a commented example for each role',
    });
    this.problems = sorted;
  }
}

function lineOf({ place, fromCommandLine, key, message }: Problem, fileName: string | undefined): string {
  const shownKey = key === undefined ? [] : [shortened(key.replace(/\p{Cc}/gu, '?'), MAX_KEY_CHARS)];
  const where = fromCommandLine
    ? ['command line']
    : place && fileName !== undefined
      ? [`${fileName}:${place.line}:${place.column}`]
      : [];
  return [...where, ...shownKey, message].join(': ');
}

function byPlace(a: Problem, b: Problem): number {
  const line = (problem: Problem) => problem.place?.line ?? Number.MAX_SAFE_INTEGER;
  return line(a) - line(b) || (a.place?.column ?? 0) - (b.place?.column ?? 0);
}

/** What was found, fit for a message: bounded, escaped, and without passwords or private keys. */
export function shownValue(found: unknown): string {
  if (found === undefined || found === null) return 'nothing';
  if (typeof found === 'object') return 'a section';
  const text = withoutNamedSecrets(String(found), '…')
    .replace(/\/\/.*@/s, '//…@')
    .replace(/PRIVATE\+KEY\+.*/s, 'PRIVATE+KEY+…');
  return JSON.stringify(shortened(text, MAX_VALUE_CHARS));
}

function shortened(text: string, maxChars: number): string {
  return text.length > maxChars ? `${text.slice(0, maxChars)}…` : text;
}
