import { terminalLanguage } from './language.js';

let translated: ((text: string) => string) | undefined;

/** Loads what the language of this terminal needs, once; English needs nothing. */
export async function loadLanguage(): Promise<void> {
  if (terminalLanguage() === 'zh') translated ??= (await import('./chinese.js')).inChinese;
}

/**
 * A text of the program in the language of this terminal, for where it is printed: the source text is English everywhere else, in JSON, logs and the
 * journal. Needs `loadLanguage`. A text without Chinese stays; test/words finds those.
 */
export function spoken(text: string): string {
  return translated === undefined ? text : translated(text);
}
