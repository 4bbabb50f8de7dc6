import type { ContentRef } from '../disclosure/kinds/head.js';

/** What one rendering of a page holds as a whole: a list names more than it shows. */
export interface Render {
  id: string;
  seq: number;
  path: string;
  refs: readonly ContentRef[];
}

const MOST = 64;

/** Remembers what recent pages showed, so that a page only has to say which rendering it is, and can claim nothing else. */
export class Renders {
  readonly #boot = Math.random().toString(36).slice(2, 10);
  readonly #renders = new Map<string, Render>();
  #seq = 0;

  add(path: string, refs: readonly ContentRef[]): string {
    const seq = ++this.#seq;
    const id = `${this.#boot}-${seq}`;
    this.#renders.set(id, { id, seq, path, refs });
    const [oldest] = this.#renders.keys();
    if (this.#renders.size > MOST && oldest !== undefined) this.#renders.delete(oldest);
    return id;
  }

  get(id: string): Render | undefined {
    return this.#renders.get(id);
  }

  /** A page that is still there must stay known, however many others were fetched since. */
  keep(render: Render): void {
    this.#renders.delete(render.id);
    this.#renders.set(render.id, render);
  }
}
