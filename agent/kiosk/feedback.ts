import { z } from 'zod';
import type { Clock } from '../../drivers/clock.js';
import type { ContentRef } from '../disclosure/kinds/head.js';
import type { EntryDraft } from '../journal/entry.js';

export const ERROR_CHOICES = ['outdated', 'wrong', 'missing', 'unclear', 'personal'] as const;
export type ErrorChoice = (typeof ERROR_CHOICES)[number];
export const RATING_REASONS = ['waiting', 'manner', 'unclear', 'materials', 'other'] as const;
export type RatingReason = (typeof RATING_REASONS)[number];

export const MAX_NOTE_CHARACTERS = 500;

/** Line breaks stay; other control and format characters are no part of what a person types. */
const note = z
  .string()
  .max(4 * MAX_NOTE_CHARACTERS)
  .transform((text) =>
    text
      .replace(/\r\n?/g, '\n')
      .replace(/[^\P{C}\n]/gu, '')
      .trim(),
  )
  .default('');

/** A form gives one value as itself and several as a list. */
const several = <T extends string>(choices: readonly [T, ...T[]]) =>
  z
    .union([z.enum(choices).transform((one) => [one]), z.array(z.enum(choices)).max(choices.length)])
    .default([])
    .transform((all) => [...new Set(all)]);

export const reportForm = z.object({
  kind: z.string().max(32).default(''),
  id: z.string().max(64).default(''),
  what: several(ERROR_CHOICES),
  note,
});
export const ratingForm = z.object({ rating: z.enum(['good', 'bad']), why: several(RATING_REASONS), note });

/** What a visitor said, as it goes into the journal. */
export type Feedback =
  | { name: 'error-report'; about?: ContentRef; what: readonly ErrorChoice[]; note?: string }
  | {
      name: 'rating';
      rating: 'good' | 'bad';
      why: readonly RatingReason[];
      note?: string;
      credential?: string;
    };

export interface Receipt {
  /** What a visitor keeps: the device, and the entry's index in its journal. */
  number: string;
  /** Index of the journal entry. */
  n: number;
  name: Feedback['name'];
  wall: string;
}

/** Seals an entry; resolves when it is in the journal. */
export type Append = (draft: EntryDraft) => Promise<{ n: number; at: { wall: string } }>;

/** So many at once, and one more each so often: a visitor never meets it, and a child that keeps pressing does. */
const BURST = 6;
const REFILL_MS = 20_000;
const MOST_RECEIPTS = 200;

export interface FeedbackParts {
  append: Append;
  device: string;
  window: string;
  clock: Clock;
}

/** What visitors say: bounded, then sealed in the journal, which carries it upstream. */
export class FeedbackBox {
  readonly #parts: FeedbackParts;
  readonly #receipts = new Map<string, Receipt>();
  #tokens = BURST;
  #filledAtMs: number;
  readonly counts = { taken: 0, refused: 0 };

  constructor(parts: FeedbackParts) {
    this.#parts = parts;
    this.#filledAtMs = parts.clock.read().monoMs;
  }

  /** Undefined when too much was said at once. Rejects as the journal does. */
  async take({ name, ...value }: Feedback): Promise<Receipt | undefined> {
    if (!this.#admits()) {
      this.counts.refused++;
      return undefined;
    }
    const { append, device, window } = this.#parts;
    const sealed = await append({ type: 'event', source: 'kiosk', name, value: { window, ...value } });
    this.counts.taken++;
    const number = `${device.toUpperCase()}-${String(sealed.n).padStart(6, '0')}`;
    const receipt = { number, n: sealed.n, name, wall: sealed.at.wall };
    this.#receipts.set(number, receipt);
    const [oldest] = this.#receipts.keys();
    if (this.#receipts.size > MOST_RECEIPTS && oldest !== undefined) this.#receipts.delete(oldest);
    return receipt;
  }

  receipt(number: string): Receipt | undefined {
    return this.#receipts.get(number);
  }

  #admits(): boolean {
    const nowMs = this.#parts.clock.read().monoMs;
    const refills = Math.floor((nowMs - this.#filledAtMs) / REFILL_MS);
    if (refills > 0) {
      this.#tokens = Math.min(BURST, this.#tokens + refills);
      this.#filledAtMs += refills * REFILL_MS;
    }
    if (this.#tokens === 0) return false;
    this.#tokens--;
    return true;
  }
}
