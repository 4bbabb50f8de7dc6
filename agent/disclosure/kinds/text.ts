import { z } from 'zod';

/**
 * What may not stand in any text: control characters, line and paragraph separators, lone surrogates, and every format character (\p{Cf}).
 * The latter are the right-to-left overrides and isolates, zero-width characters, soft hyphens and tags: a reader sees nothing of them,
 * and sees other words than a machine does because of them.
 */
const LINE = /^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]*$/u;
/** The same, with line feeds. */
const PROSE = /^(?:[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|\n)*$/u;
/** Five marks on one letter are no language, and climb over the lines above. */
const PILED_MARKS = /\p{M}{5}/u;

const CONTROL = 'expected no control, format or right-to-left override characters';
const notPiled = (text: string) => !PILED_MARKS.test(text);
const notBlank = (text: string) => text.trim() !== '';

/** One line of text, at least one visible character. */
export const line = (maxCharacters: number) =>
  z
    .string()
    .min(1)
    .max(maxCharacters)
    .regex(LINE, CONTROL)
    .refine(notPiled, 'expected at most four combining marks in a row')
    .refine(notBlank, 'expected text, got only spaces');

/** Text of several lines. */
export const prose = (maxCharacters: number) =>
  z
    .string()
    .min(1)
    .max(maxCharacters)
    .regex(PROSE, CONTROL)
    .refine(notPiled, 'expected at most four combining marks in a row')
    .refine(notBlank, 'expected text, got only spaces');

/** One line for people: Chinese, and English where there is a translation. */
export const lineText = (maxCharacters: number) =>
  z.strictObject({ zh: line(maxCharacters), en: line(maxCharacters * 3).optional() });

/** Several lines for people. */
export const proseText = (maxCharacters: number) =>
  z.strictObject({ zh: prose(maxCharacters), en: prose(maxCharacters * 3).optional() });

/** Text for people in the languages of the hall. */
export interface Text {
  zh: string;
  en?: string | undefined;
}

/** A name in topics and references: it can hold neither a dot nor a slash, so it can never leave a folder or a topic level. */
export const contentId = z
  .string()
  .regex(/^[a-z0-9-]{1,64}$/, 'expected 1 to 64 characters from a-z, 0-9 and -');

/** A moment: RFC 3339 with offset or Z. */
export const instant = z.iso
  .datetime({ offset: true, error: 'expected RFC 3339 with offset, such as 2026-11-23T09:00:00+08:00' })
  .max(35);

/** A day in the time of Beijing, `YYYY-MM-DD`. */
export const day = z.iso.date({ error: 'expected a day such as 2026-11-23' });

export const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hex digits');

export const phone = z
  .string()
  .regex(/^\+?[0-9][0-9 ()-]{2,30}$/, 'expected a telephone number of digits, spaces, brackets and hyphens');

/** A web address to take along (drawn as a QR code, never opened on the kiosk). */
export const webAddress = z
  .string()
  .max(300)
  .regex(/^https:\/\/[\x21-\x7e]+$/, 'expected an https:// address')
  .refine(
    (url) => URL.canParse(url) && new URL(url).username === '',
    'expected a web address without user name',
  );
