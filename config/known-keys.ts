import { closestMatch } from 'leven';
import { type SettingRow, settingsTable } from './table.js';

const MAX_CHARS = 64;

/** The setting with this dotted key. */
export function settingOf(key: string): SettingRow | undefined {
  return settingsTable().find((row) => row.key === key);
}

/** Whether settings stand under this dotted key. */
export function isSection(key: string): boolean {
  return settingsTable().some((row) => row.key.startsWith(`${key}.`));
}

/** What to say of a dotted key that is no setting: what was probably meant. */
export function unknownKey(key: string): string {
  if (isSection(key)) return 'expected one setting of this section, got the section itself';
  const meant = nearestKey(key);
  return meant === undefined ? 'unknown key' : `unknown key, did you mean ${meant}?`;
}

/**
 * The known dotted key nearest to `key`: first in the same section, then anywhere. Letter case does not count; about
 * a third of the letters of the last part may differ, all may stand in another order, or one may be the beginning of the other.
 */
function nearestKey(key: string): string | undefined {
  const name = nameOf(key);
  if (name.length > MAX_CHARS) return undefined;
  const known = keysAndSections();
  const siblings = known.filter((candidate) => parentOf(candidate) === parentOf(key));
  return nearest(name, siblings) ?? nearest(name, known);
}

function nearest(name: string, candidates: readonly string[]): string | undefined {
  const names = candidates.map(nameOf);
  const begins = (candidate: string) => candidate.startsWith(name) || name.startsWith(candidate);
  const match =
    closestMatch(name, names, { maxDistance: Math.max(1, Math.floor(name.length / 3)) }) ??
    names.find((candidate) => lettersOf(candidate) === lettersOf(name)) ??
    names.find((candidate) => Math.min(name.length, candidate.length) >= 4 && begins(candidate));
  return match === undefined ? undefined : candidates[names.indexOf(match)];
}

function lettersOf(name: string): string {
  return [...name].sort().join('');
}

function keysAndSections(): string[] {
  const keys = settingsTable().map((row) => row.key);
  const sections = keys.flatMap((key) => [...key.matchAll(/\./g)].map((dot) => key.slice(0, dot.index)));
  return [...new Set([...sections, ...keys])];
}

function nameOf(key: string): string {
  return key.slice(key.lastIndexOf('.') + 1).toLowerCase();
}

function parentOf(key: string): string {
  return key.slice(0, Math.max(key.lastIndexOf('.'), 0));
}
