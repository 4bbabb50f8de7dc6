import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type Document, isMap, parseDocument } from 'yaml';
import { PACKAGE_ROOT } from '../../config/package-root.js';

export type Profile = 'recorder' | 'kiosk';

/** A value of a setting: text, a number, a yes or no, or a section of them, which is written on one line. */
export type Value = string | number | boolean | { [key: string]: string | number | boolean };

/** The commented profile that a new configuration begins as. */
export function profileText(profile: Profile): string {
  return readFileSync(join(PACKAGE_ROOT, 'config/profiles', `${profile}.yaml`), 'utf8');
}

/**
 * The text with a setting of one or two levels in it, such as `uplink.broker`. All comments stay; an example that was switched off (`#broker: …`) becomes
 * the setting itself, one that is there is replaced, with what is nested below it.
 */
export function withSetting(text: string, key: string, value: Value): string {
  const changed = inItsLine(text, key, value);
  if (says(changed, key, value)) return changed;
  const document = parseDocument(text, AS_TEXT);
  // What is no YAML stays so, for whoever loads it to say.
  return document.errors.length > 0 ? changed : rewritten(document, key, value);
}

function inItsLine(text: string, key: string, value: Value): string {
  const lines = text.replace(/\n*$/, '\n').split('\n').slice(0, -1);
  const [section = '', name] = key.split('.');
  if (name === undefined) return ended(placed(lines, 0, lines.length, '', section, value));
  const from = lines.findIndex((line) => new RegExp(`^${section}:(\\s*(#.*)?)?$`).test(line));
  if (from < 0) return ended([...lines, '', `${section}:`, `  ${lineOf(name, value)}`]);
  const next = lines.findIndex((line, at) => at > from && /^\S/.test(line));
  let to = next < 0 ? lines.length : next;
  while (to > from + 1 && lines[to - 1]?.trim() === '') to--;
  return ended(placed(lines, from + 1, to, '  ', name, value));
}

const AS_TEXT = { schema: 'failsafe', prettyErrors: false } as const;

/** Whether the text, read as YAML, has just this value there. */
function says(text: string, key: string, value: Value): boolean {
  const document = parseDocument(text, AS_TEXT);
  if (document.errors.length > 0) return false;
  const found: unknown = key
    .split('.')
    .reduce<unknown>(
      (at, step) => (at as Record<string, unknown> | null | undefined)?.[step],
      document.toJS(),
    );
  return isDeepStrictEqual(found, asText(value));
}

/** A file that somebody wrote in another manner: comments stay, and lines may be broken anew. */
function rewritten(document: Document, key: string, value: Value): string {
  const [section = '', name] = key.split('.');
  if (name !== undefined && !isMap(document.get(section))) document.set(section, document.createNode({}));
  document.setIn(key.split('.'), document.createNode(asText(value)));
  return document.toString({ lineWidth: 0 });
}

function asText(value: Value): unknown {
  if (typeof value !== 'object') return String(value);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, String(each)]));
}

function placed(
  lines: string[],
  from: number,
  to: number,
  indent: string,
  name: string,
  value: Value,
): string[] {
  const set = new RegExp(`^${indent}${name}:(\\s|$)`);
  const example = new RegExp(`^${indent}#${name}:(\\s|$)`);
  const within = lines.slice(from, to);
  const found = within.findIndex((line) => set.test(line));
  const at = from + (found >= 0 ? found : within.findIndex((line) => example.test(line)));
  const line = `${indent}${lineOf(name, value)}`;
  if (at < from) return [...lines.slice(0, to), line, ...lines.slice(to)];
  let after = at + 1;
  while (found >= 0 && after < to && new RegExp(`^${indent}\\s+\\S`).test(lines[after] ?? '')) after++;
  return [...lines.slice(0, at), line, ...lines.slice(after)];
}

function lineOf(name: string, value: Value): string {
  const written = typeof value === 'object' ? flow(value) : scalar(value);
  return `${name}: ${written}`;
}

function flow(value: { [key: string]: string | number | boolean }): string {
  return `{${Object.entries(value)
    .map(([key, each]) => `${key}: ${scalar(each)}`)
    .join(', ')}}`;
}

/** Other readers of YAML take these words for something else. */
const NOT_TEXT = /^(true|false|yes|no|on|off|null|y|n)$/i;

function scalar(value: string | number | boolean): string {
  if (typeof value !== 'string') return String(value);
  return /^[A-Za-z0-9/][A-Za-z0-9/._-]*$/.test(value) && !NOT_TEXT.test(value)
    ? value
    : JSON.stringify(value);
}

function ended(lines: string[]): string {
  return `${lines.join('\n')}\n`;
}
