import type { VerdictName } from './verify/verdict.js';

/** The same words for an English and a Chinese reader. */
export interface Both {
  en: string;
  zh: string;
}

/** What each verdict is called, and what it means of what was checked. */
export type VerdictWords = Readonly<Record<VerdictName, { name: Both; meaning: Both }>>;

/**
 * What each verdict is called and what it means. The Chinese names say what a check of hashes and signatures can know:
 * that content differs (改动), not that somebody forged it (篡改); that its source is unproven, not that a court may not accept it (采信).
 */
export const VERDICT_WORDS: VerdictWords = {
  intact: {
    name: { en: 'Intact', zh: '完整' },
    meaning: {
      en: 'Everything that the device recorded is here, byte for byte, in its order, with nothing missing, added or changed.',
      zh: '设备录制的全部内容均在此，逐字节一致、顺序一致，无缺失、无增加、无改动。',
    },
  },
  incomplete: {
    name: { en: 'Incomplete', zh: '不完整' },
    meaning: {
      en: 'All that is here is authentic, but something is missing, was cut short, or was declared by the device as not recorded.',
      zh: '现有内容真实，但有部分缺失、中断，或设备自行声明未录制。',
    },
  },
  altered: {
    name: { en: 'Altered', zh: '已被改动' },
    meaning: {
      en: 'Something here is not what the device signed. The check shows where they differ; it does not show who changed it, or why.',
      zh: '部分内容与设备签名的记录不符。核验指明不符之处，不判断由何人、因何原因改动。',
    },
  },
  untrusted: {
    name: { en: 'Untrusted', zh: '来源无法核实' },
    meaning: {
      en: 'Nothing here leads back to a key that was pinned beforehand, so nothing it says about its source is proved.',
      zh: '无法追溯到事先固定的公钥，其所称来源均未得到证明。',
    },
  },
};

/** Control, format, private-use, invisible and line-separating characters: none may act on the page unseen. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
const COMBINING = /\p{M}/u;
const MAX_COMBINING = 4;

/**
 * A text from outside, fit to be shown: what would be unseen or would turn the direction of writing stands as `‹U+202E›`, marks
 * piled on one letter likewise, and what exceeds `max` characters of output is counted instead of shown.
 */
export function visible(text: string, max = 240): string {
  let shown = '';
  let taken = 0;
  let piled = 0;
  for (const character of text) {
    piled = COMBINING.test(character) ? piled + 1 : 0;
    const unseen = UNSEEN.test(character) || piled > MAX_COMBINING;
    const next = unseen ? codePoint(character) : character;
    if (shown.length + next.length > max) return `${shown}… (+${text.length - taken})`;
    shown += next;
    taken += character.length;
  }
  return shown;
}

function codePoint(character: string): string {
  return `‹U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}›`;
}

/** A whole number with thousands separated; what is not a number is a dash. */
export function count(value: number): string {
  return Number.isFinite(value) ? Math.round(value).toLocaleString('en-US') : '—';
}

/** Where in the footage, `h:mm:ss.mmm`. */
export function mediaTime(sec: number): string {
  if (!Number.isFinite(sec)) return '—';
  const ms = Math.round(Math.abs(sec) * 1000);
  const two = (value: number) => String(value).padStart(2, '0');
  const clock = `${Math.floor(ms / 3_600_000)}:${two(Math.floor(ms / 60_000) % 60)}:${two(Math.floor(ms / 1000) % 60)}`;
  return `${sec < 0 ? '−' : ''}${clock}.${String(ms % 1000).padStart(3, '0')}`;
}

/** How long, as a person says it: `1 h 2 min 3.5 s`. */
export function duration(sec: number): string {
  if (!Number.isFinite(sec) || sec < 0) return '—';
  const tenths = Math.round(sec * 10);
  const hours = Math.floor(tenths / 36_000);
  const minutes = Math.floor(tenths / 600) % 60;
  const seconds = (tenths % 600) / 10;
  const parts = [hours > 0 ? `${count(hours)} h` : '', minutes > 0 ? `${minutes} min` : ''];
  if (seconds > 0 || tenths < 600) parts.push(`${seconds} s`);
  return parts.filter((part) => part !== '').join(' ');
}

/** Bytes exactly, with a rounded size a person can grasp. */
export function byteCount(bytes: number): string {
  if (!Number.isFinite(bytes)) return '—';
  const units = ['kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const exact = `${count(bytes)} bytes`;
  return power === 0 ? exact : `${exact} (${(bytes / 1000 ** power).toFixed(1)} ${units[power - 1]})`;
}

const RFC_3339_UTC = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?)Z$/;

/** A wall time in UTC and as the clock on the wall in China (UTC+8) had it; undefined when it is no RFC 3339 UTC time. */
export function wallTime(text: string): { utc: string; beijing: string } | undefined {
  const match = text.length > 40 ? null : RFC_3339_UTC.exec(text);
  const ms = match === null ? Number.NaN : Date.parse(text);
  if (match === null || Number.isNaN(ms)) return undefined;
  const local = new Date(ms + 8 * 3_600_000).toISOString();
  return {
    utc: `${match[1]} ${match[2]} UTC`,
    beijing: `${local.slice(0, 10)} ${local.slice(11, 19)} UTC+8`,
  };
}
