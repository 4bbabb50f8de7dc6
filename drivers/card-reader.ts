import { type Clock, systemClock } from './clock.js';
import { complaintOf, type FrameCounters, Frames } from './frames.js';
import type { ByteLink } from './serial-port.js';

export interface CardCounters extends FrameCounters {
  /** Frames with a card number that is right. */
  good: number;
  badChecksum: number;
  /** Frames that are not of hex digits, or not of twelve. */
  malformed: number;
  /** Cards that were not told because no hand shows so many. */
  tooMany: number;
}

export interface CardReader {
  /** A card was put to the reader: its number as 10 upper-case hex digits. Once, however long it stays. */
  onCard(listener: (card: string) => void): void;
  readonly counters: Readonly<CardCounters>;
  /** For a person, when much comes and nothing can be read. */
  readonly complaint: string | undefined;
}

const STX = 0x02;
const ETX = 0x03;
/** 10 hex digits and the checksum's 2; ID-12 and its like put CR LF behind them. */
const FRAME = /^([0-9A-Fa-f]{10})([0-9A-Fa-f]{2})(?:\r\n)?$/;
const MOST_FRAME_BYTES = 14;
/** The reader repeats a card some 15 times a second while it is there. Shorter than this, it was not away. */
const AWAY_MS = 1000;
/** Told at once; then one more a second. What pretends to be a thousand cards must not fill whatever writes them down. */
const BURST = 10;
const REFILL_MS = 1000;
/** Cards remembered as being there. A reader reads one at a time, but two may take turns. */
const MOST_CARDS = 8;

/** A 125 kHz reader that sends RDM6300 frames: STX, 10 hex digits, XOR of their 5 bytes as 2 hex digits, ETX. */
export function cardReader(link: ByteLink, clock: Clock = systemClock()): CardReader {
  const listeners: ((card: string) => void)[] = [];
  const own = { good: 0, badChecksum: 0, malformed: 0, tooMany: 0 };
  const seenAtMs = new Map<string, number>();
  let left = BURST;
  let filledAtMs = clock.read().monoMs;

  const frames = new Frames({ start: STX, end: ETX, maxBytes: MOST_FRAME_BYTES }, (frame) => {
    const found = FRAME.exec(frame.toString('latin1'));
    if (found === null) {
      own.malformed++;
      return;
    }
    const [, digits = '', checksum = ''] = found;
    if (Buffer.from(digits, 'hex').reduce((xor, byte) => xor ^ byte) !== Number.parseInt(checksum, 16)) {
      own.badChecksum++;
      return;
    }
    own.good++;
    show(digits.toUpperCase());
  });

  function show(card: string): void {
    const nowMs = clock.read().monoMs;
    const wasThere = nowMs - (seenAtMs.get(card) ?? Number.NEGATIVE_INFINITY) < AWAY_MS;
    // Put in again, the map's first is the one not seen for longest.
    seenAtMs.delete(card);
    seenAtMs.set(card, nowMs);
    const [oldest] = seenAtMs.keys();
    if (seenAtMs.size > MOST_CARDS && oldest !== undefined) seenAtMs.delete(oldest);
    if (wasThere) return;
    const filled = Math.floor((nowMs - filledAtMs) / REFILL_MS);
    filledAtMs += filled * REFILL_MS;
    left = Math.min(BURST, left + filled);
    if (left === 0) {
      own.tooMany++;
      return;
    }
    left--;
    for (const listener of listeners) listener(card);
  }

  link.onData((bytes) => frames.push(bytes));
  link.onState(() => frames.reset());
  return {
    onCard: (listener) => listeners.push(listener),
    get counters() {
      return { ...frames.counters, ...own };
    },
    get complaint() {
      return complaintOf('card number', frames.counters, own.good, own.badChecksum + own.malformed);
    },
  };
}
