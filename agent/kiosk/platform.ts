import type { Clock } from '../../drivers/clock.js';
import type { Board } from '../disclosure/board.js';
import type { Connection } from './screen.js';

/** When a kiosk last heard of the platform: by its broker, or, where content comes on a stick, by what was accepted. */
export interface PlatformFacts {
  /** Null where no broker is configured. */
  connected: boolean | null;
  /** RFC 3339; null: never. */
  heardAt: string | null;
  silentMs: number | null;
  /** Silent for longer than `kiosk.silentAfter`, or never heard. */
  silent: boolean;
}

export interface PlatformParts {
  board: Pick<Board, 'items'>;
  connection(): Connection | undefined;
  clock: Clock;
  silentAfterMs: number;
}

export function platformFacts({ board, connection, clock, silentAfterMs }: PlatformParts): PlatformFacts {
  const nowMs = clock.read().wallMs;
  const { connected = null, sinceMs } = connection() ?? {};
  const accepted = board.items().map((item) => item.sinceMs);
  const heardMs = [...accepted, ...(sinceMs === undefined ? [] : [sinceMs])].reduce(
    (newest: number | undefined, ms) => Math.max(newest ?? ms, ms),
    undefined,
  );
  if (heardMs === undefined) return { connected, heardAt: null, silentMs: null, silent: connected !== true };
  const silentMs = Math.max(0, nowMs - heardMs);
  const heardAt = new Date(heardMs).toISOString();
  return { connected, heardAt, silentMs, silent: silentMs > silentAfterMs };
}
