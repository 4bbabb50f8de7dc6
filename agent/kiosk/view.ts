import { type Lang, type Word, word } from './words.js';

/** How a person wants the pages. It travels in every address, so that nothing of one visitor is left for the next. */
export interface Modes {
  lang: Lang;
  large: boolean;
  contrast: boolean;
}

export const PLAIN: Modes = { lang: 'zh', large: false, contrast: false };

/** Reads the modes out of an address; whatever is not understood is the default. */
export function modesOf(query: (name: string) => string | undefined): Modes {
  return {
    lang: query('lang') === 'en' ? 'en' : 'zh',
    large: query('size') === 'large',
    contrast: query('contrast') === 'high',
  };
}

/** The address of a page in these modes. `extra` are further parameters; empty ones are left out. */
export function href(
  path: string,
  { lang, large, contrast }: Modes,
  extra: Readonly<Record<string, string | number | undefined>> = {},
): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(extra)) {
    if (value !== undefined && value !== '') query.set(name, String(value));
  }
  if (lang === 'en') query.set('lang', 'en');
  if (large) query.set('size', 'large');
  if (contrast) query.set('contrast', 'high');
  const text = query.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** What each page is drawn with. */
export interface View {
  modes: Modes;
  /** This page's own path and parameters without the modes, for the buttons that change a mode. */
  path: string;
  extra: Readonly<Record<string, string>>;
  t(name: Word, n?: string | number): string;
  to(path: string, extra?: Readonly<Record<string, string | number | undefined>>): string;
}

export function viewOf(modes: Modes, path: string, extra: Readonly<Record<string, string>> = {}): View {
  return {
    modes,
    path,
    extra,
    t: (name, n) => word(modes.lang, name, n),
    to: (target, more) => href(target, modes, more),
  };
}
