import type { CommandHandlers, GroupHandlers } from './simulator-answer.js';
import { OS_RC, Refusal } from './simulator-answer.js';
import { GROUP, SMP_RC } from './smp-error.js';
import type { SmpData } from './smp-message.js';

const COMMAND = { echo: 0, datetime: 4, reset: 5, params: 6, info: 7 } as const;
const MAX_ECHO_CHARACTERS = 1024;
/** Parts of `uname` that Zephyr knows. */
const INFO_FORMAT = /^[asnrvbmpio]{1,16}$/;
const DATETIME = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.\d{1,9})?(?:Z|[+-]\d{2}:?\d{2})?$/;

export interface OsParts {
  bufferBytes: number;
  bufferCount: number;
  clock: BoardClock;
  /** Of the firmware that runs. */
  version: string;
  /** Asked to start again, after the answer has left. */
  reset(): void;
}

/** A real-time clock that nobody has set until somebody does; kept over resets, as by a battery of its own. */
export class BoardClock {
  readonly #nowMs: () => number;
  #offsetMs: number | undefined;

  constructor(nowMs: () => number = Date.now) {
    this.#nowMs = nowMs;
  }

  get utcMs(): number | undefined {
    return this.#offsetMs === undefined ? undefined : this.#nowMs() + this.#offsetMs;
  }

  set(utcMs: number): void {
    this.#offsetMs = utcMs - this.#nowMs();
  }
}

/** The OS management group, answering as Zephyr's os_mgmt does. */
export function osGroup({ bufferBytes, bufferCount, clock, version, reset }: OsParts): GroupHandlers {
  const echo = ({ d }: SmpData): SmpData => {
    if (typeof d !== 'string' || d.length > MAX_ECHO_CHARACTERS) throw new Refusal(SMP_RC.invalid);
    return { r: d };
  };
  const datetime: CommandHandlers = {
    read: () => {
      const { utcMs } = clock;
      if (utcMs === undefined) throw new Refusal(OS_RC.clockNotSet, GROUP.os);
      return { datetime: new Date(utcMs).toISOString().slice(0, 19) };
    },
    write: ({ datetime }) => {
      const fields = typeof datetime === 'string' ? DATETIME.exec(datetime)?.slice(1).map(Number) : undefined;
      if (fields === undefined) throw new Refusal(SMP_RC.invalid);
      const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = fields;
      // Zephyr's handler looks at each field by itself and passes over the zone: its clock is in UTC.
      const inRange = month >= 1 && month <= 12 && day >= 1 && day <= 31 && hour <= 23 && minute <= 59;
      if (!inRange || year < 1900 || second > 59) throw new Refusal(SMP_RC.invalid);
      clock.set(Date.UTC(year, month - 1, day, hour, minute, second));
      return {};
    },
  };
  return {
    [COMMAND.echo]: { read: echo, write: echo },
    [COMMAND.datetime]: datetime,
    [COMMAND.reset]: {
      write: () => {
        reset();
        return {};
      },
    },
    [COMMAND.info]: {
      read: ({ format = 's' }) => {
        if (typeof format !== 'string' || !INFO_FORMAT.test(format)) {
          throw new Refusal(OS_RC.invalidFormat, GROUP.os);
        }
        return { output: format.includes('a') ? `Zephyr simulated-board ${version}` : 'Zephyr' };
      },
    },
    [COMMAND.params]: { read: () => ({ buf_size: bufferBytes, buf_count: bufferCount }) },
  };
}
