import type { Clock } from '../../drivers/clock.js';
import type { BoardItem, BoardView } from '../disclosure/board-item.js';
import type { ContentRef } from '../disclosure/kinds/head.js';
import type { Text } from '../disclosure/kinds/text.js';
import { Catalogue } from './catalogue.js';
import type { DutySaid } from './duty.js';
import type { Frame } from './pages/layout.js';
import { Renders } from './renders.js';
import { type Serving, servingAt } from './serving.js';

export interface ScreenSettings {
  /** As it is written above the window. */
  window: string;
  /** Name of the hall; undefined: a general word. */
  hall: Text | undefined;
  idleMs: number;
  /** How long the broker may be away before the page says since when. */
  staleAfterMs: number;
}

/** How content comes: undefined `sinceMs` means that it never came. Wall clock, Unix ms. */
export interface Connection {
  connected: boolean;
  sinceMs: number | undefined;
}

export interface ScreenParts {
  board: BoardView;
  clock: Clock;
  settings: ScreenSettings;
  build: string;
  /** What was last said at the window about who serves. */
  said(): DutySaid | undefined;
  /** Undefined where no broker is configured: then content comes by file, and is never late. */
  connection(): Connection | undefined;
}

/** What all pages are drawn from. */
export class Screen {
  readonly catalogue: Catalogue;
  readonly renders = new Renders();
  readonly #parts: ScreenParts;

  constructor(parts: ScreenParts) {
    this.#parts = parts;
    this.catalogue = new Catalogue(parts.board);
  }

  get nowMs(): number {
    return this.#parts.clock.read().wallMs;
  }

  get board(): BoardView {
    return this.#parts.board;
  }

  get window(): string {
    return this.#parts.settings.window;
  }

  serving(): Serving | undefined {
    return servingAt(this.catalogue.all('post'), this.window, this.#parts.said(), this.nowMs);
  }

  /** The frame of a page at `path` that shows these items as a whole. */
  frame(path: string, shown: readonly BoardItem[]): Frame {
    const { settings, build } = this.#parts;
    return {
      hall: settings.hall,
      window: settings.window,
      build,
      render: this.renders.add(path, shown.flatMap(refsOf)),
      nowMs: this.nowMs,
      goodForMs: Math.max(0, this.#parts.board.nextExpiryMs - this.nowMs),
      idleMs: settings.idleMs,
      stale: this.stale(),
    };
  }

  stale(): Frame['stale'] {
    const connection = this.#parts.connection();
    if (connection === undefined || connection.connected) return undefined;
    const { sinceMs } = connection;
    if (sinceMs !== undefined && this.nowMs - sinceMs < this.#parts.settings.staleAfterMs) return undefined;
    return { sinceMs };
  }

  /** Changes with everything that time alone changes on a page. */
  signature(): string {
    const serving = this.serving();
    return JSON.stringify([
      this.stale(),
      serving?.item.sha256,
      serving?.state,
      serving?.person.credential,
      serving?.untilMs,
    ]);
  }

  close(): void {
    this.catalogue.close();
  }
}

/** An item and the notices that stand with it. */
function refsOf({ kind, id, revision, sha256, notices }: BoardItem): ContentRef[] {
  const own = { kind, id, revision, sha256 };
  return [
    own,
    ...notices.map((notice) => ({
      kind: notice.kind,
      id: notice.id,
      revision: notice.revision,
      sha256: notice.sha256,
    })),
  ];
}
