import type { Clock, ClockReading } from '../../drivers/clock.js';

/** A clock that the test turns. */
export class HandClock implements Clock {
  readonly reading: ClockReading = { wallMs: 0, monoMs: 1000, boot: 'test', source: 'rtc' };

  constructor(wallMs = 0) {
    this.reading.wallMs = wallMs;
  }

  read(): ClockReading {
    return { ...this.reading };
  }

  /** Time goes by for both clocks. */
  pass(ms: number): void {
    this.reading.wallMs += ms;
    this.reading.monoMs += ms;
  }
}
