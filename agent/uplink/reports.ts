import { messageOf } from '../../config/errors.js';
import type { Clock } from '../../drivers/clock.js';
import { atOf } from '../journal/entry.js';
import type { Journal } from '../journal/journal.js';
import type { Cancel, Timers } from '../link/timers.js';
import type { Backlog } from './backlog.js';
import type { State, Telemetry } from './messages.js';
import type { Counter } from './tally.js';

export interface ReportsOptions {
  journal: Journal;
  backlog: Backlog;
  clock: Clock;
  software: string | undefined;
  /** What only the caller knows of the machine. */
  machine: () => Promise<Pick<Telemetry, 'disk' | 'battery'>>;
  publishState: (payload: Buffer) => Promise<void>;
  publishTelemetry: (payload: Buffer) => Promise<void>;
  tally: Counter<'report'>;
  timers: Timers;
  telemetryMs: number;
}

const MAX_UNRECEIPTED = 64;

export const OFFLINE: Buffer = Buffer.from(JSON.stringify({ online: false } satisfies State));

/** Tells how the device is: its retained state when that changes, telemetry every half minute and when the backlog changes. */
export class Reports {
  readonly #options: ReportsOptions;
  #live = false;
  #alarm: string | undefined;
  #sending = false;
  #again = false;
  #work: Promise<void> = Promise.resolve();
  #stateSent = '';
  #cancel: Cancel = () => {};

  constructor(options: ReportsOptions) {
    this.#options = options;
  }

  connected(): void {
    this.#live = true;
    this.#stateSent = '';
    this.send();
    this.#tick();
  }

  disconnected(): void {
    this.#live = false;
    this.#cancel();
  }

  /** Something is wrong that the archive's operator should see: part of the state from now on. */
  alarm(name: string): void {
    this.#alarm = name;
    this.send();
  }

  /** Sends both, soon; calls that come while it does so share one more round. */
  send(): void {
    this.#again = true;
    if (this.#sending) return;
    this.#sending = true;
    this.#work = this.#sendAll();
  }

  /** Resolves when nothing is being sent any more; after `disconnected`. */
  settled(): Promise<void> {
    return this.#work;
  }

  async #sendAll(): Promise<void> {
    while (this.#again && this.#live) {
      this.#again = false;
      try {
        await this.#sendState();
        if (this.#live)
          await this.#options.publishTelemetry(Buffer.from(JSON.stringify(await this.#telemetry())));
      } catch (error) {
        if (this.#live) this.#options.tally.count('report', `state or telemetry: ${messageOf(error)}`);
      }
    }
    this.#sending = false;
  }

  async #sendState(): Promise<void> {
    const { software, backlog, publishState } = this.#options;
    const state = JSON.stringify({
      online: true,
      ...(software === undefined ? {} : { software }),
      ...(backlog.open === undefined ? {} : { recording: backlog.open }),
      ...(this.#alarm === undefined ? {} : { alarm: this.#alarm }),
    } satisfies State);
    if (state === this.#stateSent) return;
    this.#stateSent = state;
    await publishState(Buffer.from(state));
  }

  async #telemetry(): Promise<Telemetry> {
    const { journal, backlog, clock, machine } = this.#options;
    const { wall, source } = atOf(clock.read());
    return {
      clock: { wall, source },
      ...(await machine()),
      backlog: {
        entries: journal.size - (journal.cosigned?.size ?? 0),
        footageBytes: backlog.footageBytes,
        unreceipted: backlog.oldest(MAX_UNRECEIPTED),
        ...(backlog.urgent.isEmpty ? {} : { urgent: backlog.urgent.newestFirst() }),
      },
    };
  }

  #tick(): void {
    this.#cancel = this.#options.timers.after(this.#options.telemetryMs, () => {
      this.send();
      this.#tick();
    });
  }
}
