import type { Held } from './held.js';
import { type HeldContent, isDecision, isReview } from './judgement.js';
import { type ContentName, nameOf } from './kinds/head.js';
import type { Review } from './kinds/review.js';

/** The newest revision of everything, in memory, and what of it names what. Judges nothing. */
export class Shelf {
  readonly #held = new Map<ContentName, HeldContent>();
  /** Names of what is named (a corrected post, a reviewed decision), and who names it. */
  readonly #naming = new Map<ContentName, Set<ContentName>>();

  get names(): Iterable<ContentName> {
    return this.#held.keys();
  }

  get(name: ContentName): HeldContent | undefined {
    return this.#held.get(name);
  }

  /** Puts a revision in its place. Returns the names of all whose judgement can change by it. */
  put(held: HeldContent): Set<ContentName> {
    const name = nameOf(held.ref);
    const before = this.#held.get(name);
    this.#held.set(name, held);
    const affected = new Set<ContentName>([name]);
    for (const target of [before, held].flatMap((each) => (each === undefined ? [] : targetOf(each)))) {
      affected.add(target);
      // Beyond a withdrawn review stands its decision; beyond a withdrawn correction what it corrected.
      const beyond = this.#held.get(target);
      if (beyond !== undefined) for (const further of targetOf(beyond)) affected.add(further);
    }
    for (const target of before === undefined ? [] : targetOf(before)) this.#naming.get(target)?.delete(name);
    for (const target of targetOf(held)) {
      const naming = this.#naming.get(target);
      if (naming === undefined) this.#naming.set(target, new Set([name]));
      else naming.add(name);
    }
    // Reviews of a decision are judged by its text.
    if (isDecision(held)) for (const review of this.#naming.get(name) ?? []) affected.add(review);
    return affected;
  }

  notices(name: ContentName): HeldContent[] {
    return this.#namingOf(name).filter(
      ({ document }) => document.kind === 'correction' || document.kind === 'withdrawal',
    );
  }

  reviews(name: ContentName): Held<Review>[] {
    return this.#namingOf(name).filter(isReview);
  }

  #namingOf(name: ContentName): HeldContent[] {
    return [...(this.#naming.get(name) ?? [])].flatMap((naming) => this.#held.get(naming) ?? []);
  }
}

/** What a correction, a withdrawal or a review is about: at most one thing. */
export function targetOf({ document }: HeldContent): [ContentName] | [] {
  if (document.kind === 'correction') return [nameOf(document.corrects)];
  if (document.kind === 'withdrawal') return [nameOf(document.withdraws)];
  if (document.kind === 'review') return [nameOf(document.decision)];
  return [];
}
