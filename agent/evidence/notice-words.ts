import type { Both } from './report-text.js';

/** What a report draws of the text that hung. */
export interface NoticeText {
  /** Fields that every reader asks for. */
  known: (Both & { text: string })[];
  /** Texts for people, by the name of their field. */
  texts: { name: string; zh: string; en?: string }[];
}

const KNOWN: readonly (Both & { field: string })[] = [
  { field: 'title', en: 'Title', zh: '标题' },
  { field: 'number', en: 'Number', zh: '文号' },
  { field: 'body', en: 'Published by', zh: '发布机关' },
  { field: 'issued', en: 'Issued', zh: '签发时间' },
  { field: 'decided', en: 'Decided', zh: '决定日期' },
  { field: 'expires', en: 'To be shown until', zh: '公示期至' },
];
const MOST_TEXTS = 60;
const DEEPEST = 6;

/** Reads the payload of an envelope for a person. It is taken as hostile: whatever is not as expected is left out. */
export function noticeTexts(payload: string | undefined): NoticeText {
  const document = objectOf(payload);
  const known = KNOWN.flatMap(({ field, en, zh }) => {
    const value = document[field];
    const text = typeof value === 'string' ? value : bothOf(value);
    if (text === undefined) return [];
    const words = typeof text === 'string' ? text : [text.zh, text.en].filter(Boolean).join(' · ');
    return [{ en, zh, text: words }];
  });
  const texts: NoticeText['texts'] = [];
  const walk = (value: unknown, name: string, depth: number): void => {
    if (texts.length >= MOST_TEXTS || depth > DEEPEST || typeof value !== 'object' || value === null) return;
    const both = bothOf(value);
    if (both !== undefined) {
      texts.push({ name, ...both });
      return;
    }
    for (const [key, inner] of Object.entries(value)) {
      const at = Array.isArray(value) ? String(Number(key) + 1) : key;
      walk(inner, name === '' ? at : `${name}.${at}`, depth + 1);
    }
  };
  walk(document, '', 0);
  return { known, texts };
}

function objectOf(payload: string | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(payload ?? '{}');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function bothOf(value: unknown): { zh: string; en?: string } | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { zh, en } = value as { zh?: unknown; en?: unknown };
  if (typeof zh !== 'string') return undefined;
  return typeof en === 'string' ? { zh, en } : { zh };
}
