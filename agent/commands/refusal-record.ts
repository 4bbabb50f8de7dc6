import type { Clock } from '../../drivers/clock.js';
import { Seldom } from '../disclosure/seldom.js';
import type { CommandRefused, Refusal } from './refusal.js';

export interface RefusalRecordParts {
  clock: Clock;
  log: { warn(fields: object, message: string): void };
  /** Writes an event of source `commands`. */
  note(name: string, value: Record<string, unknown>): void;
}

/** What was refused: all of it counted, and written into log and journal at a bounded rate. */
export class RefusalRecord {
  readonly #parts: RefusalRecordParts;
  readonly #seldom: Seldom;
  readonly #counts = new Map<Refusal, number>();

  constructor(parts: RefusalRecordParts) {
    this.#parts = parts;
    this.#seldom = new Seldom(parts.clock);
  }

  get counts(): Partial<Record<Refusal, number>> {
    return Object.fromEntries(this.#counts);
  }

  /** `about` is a command that was verified. False where it was not written: there were too many of late, or this one before. */
  add(
    bytes: Uint8Array,
    { refusal, message }: CommandRefused,
    about?: { id: string; command: string },
  ): boolean {
    this.#counts.set(refusal, (this.#counts.get(refusal) ?? 0) + 1);
    const admitted = this.#seldom.admit(refusal, bytes);
    if (admitted === undefined) return false;
    const { suppressed } = admitted;
    const said = about === undefined ? {} : { id: about.id, command: about.command };
    const more = suppressed === 0 ? {} : { suppressed };
    this.#parts.log.warn({ refusal, ...said, ...more }, `command refused: ${message.slice(0, 300)}`);
    const detail = message.slice(0, 500);
    this.#parts.note('refused', { refusal, detail, bytes: bytes.length, ...said, ...more });
    return true;
  }
}
