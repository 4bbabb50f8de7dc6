import type { Clock } from './clock.js';
import { complaintOf, type FrameCounters, Frames } from './frames.js';
import {
  type FixQuality,
  MOST_SENTENCE_BYTES,
  type Position,
  type PositionSentence,
  type Refusal,
  readSentence,
} from './nmea.js';
import type { ByteLink } from './serial-port.js';

export type { FixQuality, Position } from './nmea.js';

/** Where the device was, and what the satellites' time was, when the monotonic clock read `atMonoMs`. */
export interface Fix {
  position: Position;
  /** Unix time; undefined while the receiver has not said the date, or said one that cannot be. */
  utcMs: number | undefined;
  quality: FixQuality;
  atMonoMs: number;
}

/** Sentences by what became of them, and what became of the bytes between. */
export type GnssCounters = FrameCounters & { good: number } & Record<Refusal, number>;

export interface Gnss {
  /** The newest fix; undefined when there was none for some seconds. */
  readonly fix: Fix | undefined;
  /** Each fix as it comes, put together from all sentences of one moment. */
  onFix(listener: (fix: Fix) => void): void;
  readonly counters: Readonly<GnssCounters>;
  /** For a person, when much comes and nothing can be read. */
  readonly complaint: string | undefined;
}

/** Sentences that carry one time of day. */
interface Epoch {
  timeOfDayMs: number;
  addresses: Set<string>;
  fix: Fix;
  told: boolean;
}

const EXPIRE_MS = 5000;
const DAY_MS = 86_400_000;
/** How far a time of day may be off what the last date and the monotonic clock say, to belong to that date. */
const SAME_TIME_MS = 2000;

/** A GNSS receiver that speaks NMEA 0183. `expireMs` is how long a fix stays good. */
export function gnss(link: ByteLink, clock: Clock, { expireMs = EXPIRE_MS } = {}): Gnss {
  const listeners: ((fix: Fix) => void)[] = [];
  const own = { good: 0, badChecksum: 0, malformed: 0, implausible: 0, noFix: 0, other: 0 };
  /** What a receiver sends of each moment, known from the moment before. */
  let expected: ReadonlySet<string> = new Set();
  let epoch: Epoch | undefined;
  let newest: Fix | undefined;
  let dated: { utcMs: number; atMonoMs: number } | undefined;

  const frames = new Frames({ start: 0x24, end: 0x0a, maxBytes: MOST_SENTENCE_BYTES + 4 }, (frame) => {
    const sentence = readSentence(frame.toString('latin1').replace(/\r$/, ''));
    if (typeof sentence === 'string') {
      own[sentence]++;
      return;
    }
    own.good++;
    take(sentence);
  });

  function take(sentence: PositionSentence): void {
    const { address, timeOfDayMs } = sentence;
    const atMonoMs = clock.read().monoMs;
    if (sentence.utcMs !== undefined) dated = { utcMs: sentence.utcMs, atMonoMs };
    const utcMs = sentence.utcMs ?? dateOf(timeOfDayMs, atMonoMs);
    if (epoch?.timeOfDayMs === timeOfDayMs) {
      const { fix } = epoch;
      // RMC knows less of quality than the others.
      const quality = address.endsWith('RMC') ? fix.quality : sentence.quality;
      epoch.fix = { position: { ...fix.position, ...sentence.position }, utcMs, quality, atMonoMs };
    } else {
      if (epoch !== undefined && !epoch.told) tell(epoch);
      expected = epoch?.addresses ?? expected;
      const { position, quality } = sentence;
      const fix = { position, utcMs, quality, atMonoMs };
      epoch = { timeOfDayMs, addresses: new Set(), fix, told: false };
    }
    epoch.addresses.add(address);
    const { addresses } = epoch;
    if ([...expected].every((each) => addresses.has(each))) tell(epoch);
  }

  function dateOf(timeOfDayMs: number, atMonoMs: number): number | undefined {
    if (dated === undefined) return undefined;
    const expectedMs = dated.utcMs + (atMonoMs - dated.atMonoMs);
    const offMs = ((((timeOfDayMs - expectedMs) % DAY_MS) + 1.5 * DAY_MS) % DAY_MS) - 0.5 * DAY_MS;
    return Math.abs(offMs) <= SAME_TIME_MS ? Math.round(expectedMs + offMs) : undefined;
  }

  function tell(finished: Epoch): void {
    finished.told = true;
    newest = finished.fix;
    for (const listener of listeners) listener(newest);
  }

  link.onData((bytes) => frames.push(bytes));
  link.onState(() => {
    frames.reset();
    epoch = undefined;
  });
  return {
    get fix() {
      if (newest !== undefined && clock.read().monoMs - newest.atMonoMs > expireMs) newest = undefined;
      return newest;
    },
    onFix: (listener) => listeners.push(listener),
    get counters() {
      return { ...frames.counters, ...own };
    },
    get complaint() {
      const readable = own.good + own.implausible + own.noFix + own.other;
      return complaintOf('NMEA sentence', frames.counters, readable, own.badChecksum + own.malformed);
    },
  };
}
