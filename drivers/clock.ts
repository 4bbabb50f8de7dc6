import { existsSync, readFileSync } from 'node:fs';

/** Where the wall clock's time comes from, as far as the device can tell. */
export type ClockSource = 'gnss' | 'ntp' | 'rtc' | 'none';

/** One reading of both clocks. `wallMs` is Unix time; `monoMs` counts from boot and never jumps. */
export interface ClockReading {
  wallMs: number;
  monoMs: number;
  boot: string;
  source: ClockSource;
}

/** The only way time enters the agent, so that a test can pass in its own. */
export interface Clock {
  read(): ClockReading;
}

const BOOT_ID_FILE = '/proc/sys/kernel/random/boot_id';
/** systemd-timesyncd touches this file once it has set the clock from a server. */
const NTP_SYNCHRONISED_FILE = '/run/systemd/timesync/synchronized';
const SOURCE_REFRESH_MS = 10_000;

/** The machine's own clocks: `Date.now` for the wall, CLOCK_MONOTONIC for the time since boot. */
export function systemClock(): Clock {
  const boot = existsSync(BOOT_ID_FILE) ? readFileSync(BOOT_ID_FILE, 'utf8').trim() : `pid-${process.pid}`;
  let source: ClockSource = 'none';
  let sourceReadAtMs = Number.NEGATIVE_INFINITY;
  return {
    read() {
      const monoMs = Math.round(Number(process.hrtime.bigint() / 1000n) / 1000);
      if (monoMs - sourceReadAtMs >= SOURCE_REFRESH_MS) {
        sourceReadAtMs = monoMs;
        source = existsSync(NTP_SYNCHRONISED_FILE) ? 'ntp' : existsSync('/dev/rtc0') ? 'rtc' : 'none';
      }
      return { wallMs: Date.now(), monoMs, boot, source };
    },
  };
}
