import chineseDays from 'chinese-days';
import { z } from 'zod';
import { loadRegister } from '../../config/register.js';

/** China has one time, eight hours ahead of UTC, and no summer time. */
const BEIJING_AHEAD_MS = 8 * 3_600_000;
const DAY_MS = 86_400_000;
/** Terms are in days; a count over more than ten years is a wrong date. */
const MAX_DAYS = 3660;
const LAST_DAY = '9999-12-31';
const MOST_REMEMBERED = 5000;

/** What an authority knows of single days beyond the calendar that ships: `rest` or `working`, by `YYYY-MM-DD`. */
export type DayOverrides = ReadonlyMap<string, 'rest' | 'working'>;

/** The day in Beijing at a moment, `YYYY-MM-DD`; the last day that can be written so stands for all behind it. */
export function beijingDay(ms: number): string {
  return dayAt(ms + BEIJING_AHEAD_MS);
}

/**
 * Reads a file of days, such as `2027-02-05: rest`: the holidays of the next year are announced late in this one, after the calendar that ships
 * was made. Throws LIUHEN_CONFIG with lines, and LIUHEN_NOT_FOUND.
 */
export function loadDayOverrides(path: string): DayOverrides {
  const pattern = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/;
  const kind = z.enum(['rest', 'working'], { error: 'expected rest or working' });
  return loadRegister(path, { pattern, expected: 'expected a day such as 2027-02-05' }, kind);
}

/** Working days as the State Council arranges them: holidays, and the Saturdays and Sundays worked in exchange. */
export class WorkingDays {
  readonly #overrides: DayOverrides;
  readonly #overriddenYears: ReadonlySet<string>;
  readonly #known = new Map<string, boolean>();
  /** Ends of terms, by their beginning and length: many decisions share them, and each is judged again and again. */
  readonly #due = new Map<string, string>();

  constructor(overrides: DayOverrides = new Map()) {
    this.#overrides = overrides;
    this.#overriddenYears = new Set([...overrides.keys()].map(yearOf));
  }

  isWorking(day: string): boolean {
    const override = this.#overrides.get(day);
    if (override !== undefined) return override === 'working';
    let working = this.#known.get(day);
    if (working === undefined) {
      working = chineseDays.isWorkday(noonOf(day));
      this.#known.set(day, working);
    }
    return working;
  }

  /** Whether the holidays of that day's year are known. Where they are not, Monday to Friday count as working days. */
  knows(day: string): boolean {
    const year = yearOf(day);
    return (
      this.#overriddenYears.has(year) ||
      /National Day/.test(chineseDays.getDayDetail(noonOf(`${year}-10-01`)).name)
    );
  }

  /** The last day of a term of so many working days; the day it begins does not count (as the laws of procedure have it). */
  dueAfter(begins: string, workingDays: number): string {
    const term = `${begins} ${workingDays}`;
    let day = this.#due.get(term) ?? begins;
    if (day !== begins) return day;
    for (let left = workingDays, steps = 0; left > 0 && steps < MAX_DAYS; steps++) {
      day = nextDay(day);
      if (this.isWorking(day)) left--;
    }
    if (this.#due.size >= MOST_REMEMBERED) this.#due.clear();
    this.#due.set(term, day);
    return day;
  }

  /** Working days after `from` up to and with `to`; 0 when `to` is not later. Counts over at most ten years. */
  between(from: string, to: string): number {
    let count = 0;
    let day = from;
    for (let steps = 0; day < to && steps < MAX_DAYS; steps++) {
      day = nextDay(day);
      if (this.isWorking(day)) count++;
    }
    return count;
  }
}

function nextDay(day: string): string {
  return dayAt(Date.parse(`${day}T00:00:00Z`) + DAY_MS);
}

function dayAt(utcMs: number): string {
  const text = new Date(utcMs).toISOString();
  // Years of more than four digits begin with a sign, and neither sort nor parse as days.
  return text.startsWith('+') ? LAST_DAY : text.slice(0, 10);
}

/** The library reads days in the machine's own zone: noon there is the same day everywhere. */
function noonOf(day: string): Date {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date, 12);
}

function yearOf(day: string): string {
  return day.slice(0, 4);
}
