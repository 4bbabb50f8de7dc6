import { z } from 'zod';
import type { Clock } from '../../drivers/clock.js';
import type { ContentRef } from '../disclosure/kinds/head.js';
import type { Renders } from './renders.js';

/** What a page says every few seconds: which rendering it is, and whether a browser draws it where somebody can see it. */
export const beatSchema = z.strictObject({ render: z.string().max(64), drawn: z.boolean() });
export type Beat = z.infer<typeof beatSchema>;

export interface PageFacts {
  /** Since a page was last heard; null: never. */
  heartbeatAgeMs: number | null;
  /** Whether the last word was that the page is drawn. */
  drawn: boolean;
  path: string | null;
}

export interface HeartbeatParts {
  renders: Renders;
  clock: Clock;
  lostAfterMs: number;
  report(shown: readonly ContentRef[]): void;
}

/**
 * Listens to the page's heartbeat and tells what is shown. One page counts: the newest, and an older one only when that has been silent
 * for `lostAfterMs`; a technician's second window does not make notices come and go.
 */
export class Heartbeat {
  readonly #parts: HeartbeatParts;
  #last: { atMono: number; seq: number; drawn: boolean; path: string } | undefined;

  constructor(parts: HeartbeatParts) {
    this.#parts = parts;
  }

  /** False when the rendering is not known (any more): the page has to be loaded anew. */
  beat({ render: id, drawn }: Beat): boolean {
    const { renders, clock, lostAfterMs, report } = this.#parts;
    const render = renders.get(id);
    if (render === undefined) return false;
    renders.keep(render);
    const atMono = clock.read().monoMs;
    const last = this.#last;
    if (last !== undefined && render.seq < last.seq && atMono - last.atMono < lostAfterMs) return true;
    this.#last = { atMono, seq: render.seq, drawn, path: render.path };
    report(drawn ? render.refs : []);
    return true;
  }

  facts(): PageFacts {
    const last = this.#last;
    if (last === undefined) return { heartbeatAgeMs: null, drawn: false, path: null };
    const heartbeatAgeMs = Math.round(this.#parts.clock.read().monoMs - last.atMono);
    return { heartbeatAgeMs, drawn: last.drawn, path: last.path };
  }
}
