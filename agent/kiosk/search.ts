import { type Initials, letterMask } from './initials.js';

/** What one thing is found by. */
export interface Searchable {
  /** Lower case, compatibility forms made plain; parts with a line break between. */
  text: string;
  /** By character of the Chinese parts, which letters its pinyin may begin with, one bit each; filled in when first asked for. */
  masks: Uint32Array | undefined;
}

/** Longest search that is looked at; the rest is cut off. */
export const MAX_QUERY_CHARACTERS = 40;

export function plainQuery(written: string): string {
  return Array.from(written.normalize('NFKC').toLowerCase().replace(/\s+/g, ' '))
    .slice(0, MAX_QUERY_CHARACTERS)
    .join('');
}

export function searchable(words: readonly string[]): Searchable {
  return { text: words.join('\n').normalize('NFKC').toLowerCase(), masks: undefined };
}

/**
 * Whether every word of the query stands in the text, or, for a word of letters, whether consecutive characters begin with them in
 * pinyin. A character with several readings counts with each: 重庆银行 is found by `cqyh`.
 */
export function matcher(query: string, initials: Initials): (item: Searchable) => boolean {
  const terms = query.split(' ').filter((term) => term !== '');
  const wanted = terms.map((text) => ({
    text,
    letters: /^[a-z]+$/.test(text) ? Uint32Array.from(text, letterMask) : undefined,
  }));
  return (item) =>
    wanted.every(({ text, letters }) => {
      if (item.text.includes(text)) return true;
      if (letters === undefined) return false;
      item.masks ??= masksOf(item.text, initials);
      return hasRun(item.masks, letters);
    });
}

function masksOf(text: string, initials: Initials): Uint32Array {
  // Latin words and separators break a run: letters are for Chinese.
  return Uint32Array.from(Array.from(text), (character) => initials(character));
}

function hasRun(masks: Uint32Array, letters: Uint32Array): boolean {
  const last = masks.length - letters.length;
  for (let at = 0; at <= last; at++) {
    let run = 0;
    while (run < letters.length && ((masks[at + run] ?? 0) & (letters[run] ?? 0)) !== 0) run++;
    if (run === letters.length) return true;
  }
  return false;
}
