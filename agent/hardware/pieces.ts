import { LINE_PIECES, PORT_PIECES } from '../../config/hardware.js';
import type { Journal } from '../journal/journal.js';

/** What a recorder may have. */
const PIECES = [...LINE_PIECES, ...PORT_PIECES] as const;
/** What a kiosk may have. */
export const KIOSK_PIECES = ['cardReader', 'presence', 'awayButton'] as const;
export type PieceName = (typeof PIECES)[number] | (typeof KIOSK_PIECES)[number];

/** What is seen of a piece's GPIO line at a look. */
export interface LineSeen {
  active: boolean;
  /** Of an output: whether it is where it was written to. */
  follows?: boolean;
  /** Of an output that was tried: whether it went there and back. */
  toggles?: boolean;
}

/** A piece of hardware as it is: works, was named and is not there, has yet to show either, or was not named in the configuration. */
export type PieceStatus =
  | { state: 'works' | 'absent' | 'waits'; detail: string; next?: string; line?: LineSeen }
  | { state: 'not configured' };

export interface PiecesLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** What is known of each piece of hardware. A piece that is absent is told once, in the log and in the journal, and again only when it works. */
export class Pieces {
  readonly #journal: Pick<Journal, 'append'>;
  readonly #log: PiecesLog;
  readonly #status = new Map<PieceName, PieceStatus>();
  readonly #lines = new Map<PieceName, () => LineSeen>();
  #closed = false;

  constructor(journal: Pick<Journal, 'append'>, log: PiecesLog) {
    this.#journal = journal;
    this.#log = log;
  }

  /** It is there and has said nothing yet. One that was absent stays so until it works. */
  waits(piece: PieceName, detail: string): void {
    if (this.#status.get(piece)?.state !== 'absent') this.#status.set(piece, { state: 'waits', detail });
  }

  /** `look` reads its line, where it is on one. */
  works(piece: PieceName, detail: string, look?: () => LineSeen): void {
    if (look !== undefined) this.#lines.set(piece, look);
    const before = this.#status.get(piece);
    this.#status.set(piece, { state: 'works', detail });
    if (before?.state !== 'absent') return;
    this.#log.info({ piece, detail }, 'hardware works again');
    this.note('hardware', 'works', { piece, detail });
  }

  absent(piece: PieceName, detail: string, next?: string): void {
    const before = this.#status.get(piece);
    this.#status.set(piece, { state: 'absent', detail, ...(next === undefined ? {} : { next }) });
    this.#lines.delete(piece);
    if (before?.state === 'absent' || this.#closed) return;
    this.#log.warn({ piece, detail, ...(next === undefined ? {} : { next }) }, 'hardware absent');
    this.note('hardware', 'absent', { piece, detail: detail.slice(0, 500) });
  }

  /** What a piece saw, as an `event` entry. A journal that takes nothing is told in the log. */
  note(source: string, name: string, value: Record<string, unknown>): void {
    if (this.#closed) return;
    this.#journal.append({ type: 'event', source, name, value }).catch((error: unknown) => {
      this.#log.warn({ err: String(error), source, name }, 'event not sealed');
    });
  }

  /** What is closed now is not absent: nothing is told any more. */
  close(): void {
    this.#closed = true;
  }

  /** Every piece of a recorder, or those that are named, in a fixed order. */
  status(names: readonly PieceName[] = PIECES): Record<PieceName, PieceStatus> {
    const of = (piece: PieceName): PieceStatus => {
      // The look may find that the line is lost.
      const line = this.#closed ? undefined : this.#lines.get(piece)?.();
      const status = this.#status.get(piece) ?? { state: 'not configured' };
      return line === undefined || status.state !== 'works' ? status : { ...status, line };
    };
    return Object.fromEntries(names.map((piece) => [piece, of(piece)])) as Record<PieceName, PieceStatus>;
  }
}
