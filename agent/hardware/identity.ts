import type { Officer } from '../../config/officers.js';
import type { Clock } from '../../drivers/clock.js';
import type { Timers } from '../../drivers/timers.js';
import type { StartRequest } from '../recorder/start-request.js';

/** A reader that sees a card come and go on the edge of its field tells it again; that is no new showing. */
const SAME_SHOWING_MS = 10_000;

export interface IdentityParts {
  officers: ReadonlyMap<string, Officer>;
  clock: Clock;
  timers: Timers;
  /** How long a card names the officer of the recordings that begin after it. */
  validMs: number;
  /** The recording that runs. */
  recording(): number | undefined;
  /** Appends to the journal; never throws. */
  append(
    draft:
      | { type: 'identity-shown'; officer: string; credential: string; recording?: number }
      | { type: 'event'; source: string; name: string; value: Record<string, unknown> },
  ): void;
  /** What the picture shows of the officer; '' for nobody. */
  show(text: string): void;
}

/** Who wears the device, by the card that was shown last. */
export class Identity {
  readonly #parts: IdentityParts;
  #shown: { officer: Officer; atMono: number } | undefined;
  #last: { card: string; recording: number | undefined; atMono: number } | undefined;
  #cancelExpiry = () => {};

  constructor(parts: IdentityParts) {
    this.#parts = parts;
  }

  /** The officer, while the card is valid. */
  get officer(): Officer | undefined {
    const shown = this.#shown;
    const { monoMs } = this.#parts.clock.read();
    return shown !== undefined && monoMs - shown.atMono <= this.#parts.validMs ? shown.officer : undefined;
  }

  /** What a recording says of who records. */
  request(): Pick<StartRequest, 'officer' | 'credential'> {
    const { officer } = this;
    return officer === undefined ? {} : { officer: officer.id, credential: officer.credential };
  }

  /** A card was put to the reader. One that is not known is an event, and changes nobody. */
  card(card: string): void {
    const { officers, clock, timers, validMs, append, show } = this.#parts;
    const { monoMs: atMono } = clock.read();
    const recording = this.#parts.recording();
    const last = this.#last;
    this.#last = { card, recording, atMono };
    const again =
      last?.card === card && last.recording === recording && atMono - last.atMono < SAME_SHOWING_MS;
    if (again) return;
    const about = recording === undefined ? {} : { recording };
    const officer = officers.get(card);
    if (officer === undefined) {
      append({ type: 'event', source: 'card-reader', name: 'unknown-card', value: { card, ...about } });
      return;
    }
    this.#shown = { officer, atMono };
    show(`${officer.id} ${officer.credential}`);
    this.#cancelExpiry();
    // A picture must not name who is no longer named by its recordings.
    this.#cancelExpiry = timers.start(validMs, () => show(''));
    append({ type: 'identity-shown', officer: officer.id, credential: officer.credential, ...about });
  }

  close(): void {
    this.#cancelExpiry();
  }
}
