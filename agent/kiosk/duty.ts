import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { messageOf, systemCodeOf } from '../../config/errors.js';
import type { Clock } from '../../drivers/clock.js';
import { writeDurably } from '../archive/durable-file.js';
import type { Append } from './feedback.js';

/** What was last said at the window, by card or button. */
export interface DutySaid {
  credential: string;
  state: 'on-duty' | 'away' | 'off-duty';
  /** Wall clock, Unix ms. */
  atMs: number;
}

export interface DutyParts {
  /** Credential numbers by card. */
  staff: ReadonlyMap<string, { credential: string }>;
  /** Whether a published post names the holder of this credential. */
  isPublished(credential: string): boolean;
  /** The credential of who serves by what is published, for the away button. */
  serving(): { credential: string | undefined; state: DutySaid['state'] } | undefined;
  append: Append;
  window: string;
  dataFolder: string;
  clock: Clock;
  /** How long what was said stands: nobody is on duty for days because a card was forgotten. */
  validMs: number;
  log: { warn(fields: object, message: string): void };
}

const FILE = 'kiosk-duty.json';
const schema = z.strictObject({
  credential: z.string().max(64),
  state: z.enum(['on-duty', 'away', 'off-duty']),
  atMs: z.number(),
});

/**
 * On and off duty at this window. A change is sealed in the journal first, then remembered over a power cut, then shown; one that cannot
 * be sealed does not happen.
 */
export class Duty {
  readonly #parts: DutyParts;
  #said: DutySaid | undefined;
  #listeners: (() => void)[] = [];
  #queue: Promise<void> = Promise.resolve();

  private constructor(parts: DutyParts, said: DutySaid | undefined) {
    this.#parts = parts;
    this.#said = said;
  }

  static async open(parts: DutyParts): Promise<Duty> {
    return new Duty(parts, await remembered(parts));
  }

  /** Undefined once it is over. */
  get said(): DutySaid | undefined {
    const said = this.#said;
    if (said === undefined) return undefined;
    const ageMs = this.#parts.clock.read().wallMs - said.atMs;
    return ageMs >= 0 && ageMs < this.#parts.validMs ? said : undefined;
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** A card at the window: its holder comes on duty, or goes when already here. An unknown card is an event and changes nothing. */
  card(card: string): Promise<void> {
    return this.#inTurn(async () => {
      const credential = this.#parts.staff.get(card)?.credential;
      if (credential === undefined || !this.#parts.isPublished(credential)) {
        const name = credential === undefined ? 'unknown-card' : 'unpublished-staff';
        const value = credential === undefined ? { card } : { credential };
        await this.#parts.append({
          type: 'event',
          source: 'kiosk',
          name,
          value: { window: this.#parts.window, ...value },
        });
        return;
      }
      const now = this.#now();
      const here = now?.credential === credential && now.state !== 'off-duty';
      await this.#say(credential, here ? 'off-duty' : 'on-duty');
    });
  }

  /** The button for a few minutes away: away, and back at the next press. Of no effect while nobody serves. */
  awayButton(): Promise<void> {
    return this.#inTurn(async () => {
      const now = this.#now();
      if (now?.credential === undefined || now.state === 'off-duty') return;
      await this.#say(now.credential, now.state === 'away' ? 'on-duty' : 'away');
    });
  }

  /** Resolves when what was pressed so far is in the journal. */
  settled(): Promise<void> {
    return this.#queue;
  }

  #now(): { credential: string | undefined; state: DutySaid['state'] } | undefined {
    return this.#parts.serving();
  }

  async #say(credential: string, state: DutySaid['state']): Promise<void> {
    const { append, window, clock, dataFolder } = this.#parts;
    await append({ type: 'event', source: 'kiosk', name: state, value: { window, credential } });
    const said = { credential, state, atMs: clock.read().wallMs };
    await writeDurably(join(dataFolder, FILE), JSON.stringify(said));
    this.#said = said;
    for (const listener of this.#listeners) listener();
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#queue = this.#queue.then(work).catch((error: unknown) => {
      this.#parts.log.warn(
        { err: messageOf(error) },
        'kiosk: on or off duty was not sealed and is not shown',
      );
    });
    return this.#queue;
  }
}

/** A file that cannot be read is as none: the published word stands. */
async function remembered({ dataFolder, log }: DutyParts): Promise<DutySaid | undefined> {
  try {
    const text = await readFile(join(dataFolder, FILE), 'utf8');
    return schema.parse(JSON.parse(text.slice(0, 4096)));
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT')
      log.warn({ err: messageOf(error) }, `kiosk: ${FILE} is not readable and does not count`);
    return undefined;
  }
}
