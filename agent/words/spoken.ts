import { type TerminalLanguage, terminalLanguage } from './language.js';

let chinese: ((text: string) => string) | undefined;

/** Loads what a language needs, once; English needs nothing. */
export async function loadLanguage(language: TerminalLanguage = terminalLanguage()): Promise<void> {
  if (language === 'zh') chinese ??= (await import('./chinese.js')).inChinese;
}

/**
 * A text of the program in a language, for where it is told to a person: the source text is English everywhere else, in JSON, logs and the journal.
 * Needs `loadLanguage`. A text without Chinese stays; test/words finds those.
 */
export function spokenIn(language: TerminalLanguage, text: string): string {
  return language === 'zh' && chinese !== undefined ? chinese(text) : text;
}

/** In the language of this terminal. */
export function spoken(text: string): string {
  return spokenIn(terminalLanguage(), text);
}

/** `name: text`, both in the language of this terminal. */
export function named(name: string, text: string): string {
  return `${spoken(name)}${terminalLanguage() === 'zh' ? '：' : ': '}${spoken(text)}`;
}

/** `a, b, c`, each in the language of this terminal. */
export function listed(texts: readonly string[]): string {
  return texts.map((text) => spoken(text)).join(terminalLanguage() === 'zh' ? '、' : ', ');
}
