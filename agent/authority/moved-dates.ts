import { beijingDay, beijingTime } from './complete.js';

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T[0-9:.]+(?:Z|[+-]\d{2}:\d{2})$/;
/** Any instant of a day moves to the same day as the day itself when both move by the same, and this is the sample's. */
const AT = 'T10:00:00+08:00';

/** A value with every day and moment in it moved by so much; days of Beijing. Text around them is left alone. */
export function movedDates(value: unknown, byMs: number): unknown {
  if (typeof value === 'string') {
    if (DAY.test(value)) return beijingDay(Date.parse(value + AT) + byMs);
    return INSTANT.test(value) ? beijingTime(Date.parse(value) + byMs) : value;
  }
  if (Array.isArray(value)) return value.map((item) => movedDates(item, byMs));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, movedDates(inner, byMs)]));
}
