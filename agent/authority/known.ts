import type { ContentRef } from '../disclosure/kinds/head.js';
import { nameOf } from '../disclosure/kinds/head.js';
import type { Document } from '../disclosure/kinds/kinds.js';

interface Known {
  ref: ContentRef;
  document: Document;
}

/** What was signed before, by name and revision: new revisions continue it, and reviews and notices are bound to it. */
export class KnownContent {
  readonly #revisions = new Map<string, Map<number, Known>>();

  constructor(known: Iterable<Known> = []) {
    for (const each of known) this.add(each);
  }

  add({ ref, document }: Known): void {
    const name = nameOf(ref);
    const revisions = this.#revisions.get(name) ?? new Map<number, Known>();
    revisions.set(ref.revision, { ref, document });
    this.#revisions.set(name, revisions);
  }

  /** The newest revision, or the one that is asked for. */
  find(name: string, revision?: number): Known | undefined {
    const revisions = this.#revisions.get(name);
    return revisions?.get(revision ?? Math.max(...revisions.keys()));
  }
}
