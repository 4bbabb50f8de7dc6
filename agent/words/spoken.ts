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

/** `name: text`, both in the language of this terminal. */
export function named(name: string, text: string): string {
  return `${spoken(name)}${translated === undefined ? ': ' : '：'}${spoken(text)}`;
}

/** `a, b, c`, each in the language of this terminal. */
export function listed(texts: readonly string[]): string {
  return texts.map((text) => spoken(text)).join(translated === undefined ? ', ' : '、');
}
