import type { Clock, ClockReading } from './clock.js';
import type { Gnss } from './gnss.js';

export interface GnssClock extends Clock {
  /** The wall clock minus the satellites' time, in ms; undefined while these are not known. */
  readonly offsetMs: number | undefined;
}

export interface GnssClockOptions {
  /** How far the wall clock may be off and still count as the satellites' own. Covers a receiver that sends a second late. */
  toleranceMs?: number;
  /** The wall clock was found to disagree by this much, wall minus GNSS. Again only after the two have agreed. */
  onDisagreement?: (offsetMs: number) => void;
}

const TOLERANCE_MS = 2000;

/**
 * The same clock, whose source is `gnss` while satellites confirm what it says. The clock is not set by this: whoever sets it, one
 * that the satellites contradict keeps the source it had.
 */
export function gnssClock(
  clock: Clock,
  receiver: Pick<Gnss, 'fix'>,
  { toleranceMs = TOLERANCE_MS, onDisagreement = () => {} }: GnssClockOptions = {},
): GnssClock {
  let disagreed = false;

  function offsetOf({ wallMs, monoMs }: ClockReading): number | undefined {
    const { fix } = receiver;
    if (fix?.utcMs === undefined) return undefined;
    return wallMs - (fix.utcMs + (monoMs - fix.atMonoMs));
  }

  return {
    get offsetMs() {
      return offsetOf(clock.read());
    },
    read() {
      const reading = clock.read();
      const offsetMs = offsetOf(reading);
      if (offsetMs === undefined) return reading;
      const agrees = Math.abs(offsetMs) <= toleranceMs;
      if (!agrees && !disagreed) {
        disagreed = true;
        onDisagreement(offsetMs);
      }
      if (!agrees) return reading;
      disagreed = false;
      return { ...reading, source: 'gnss' };
    },
  };
}
