import { once } from 'node:events';
import type { Cancel, Timers } from '../../agent/link/timers.js';
import {
  startUplink,
  type Uplink,
  type UplinkOptions,
  type UplinkStatus,
} from '../../agent/uplink/uplink.js';
import { type ConfigInput, defaultConfig } from '../../config/load.js';
import type { TestDevice } from './device.js';
import type { TestWitness } from './scripted-archive.js';

/** Timers that go on when they are told to. */
export class ManualTimers implements Timers {
  #nowMs = 0;
  #waiting: { atMs: number; run: () => void }[] = [];

  nowMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, run: () => void): Cancel {
    const waiting = { atMs: this.#nowMs + delayMs, run };
    this.#waiting.push(waiting);
    return () => {
      this.#waiting = this.#waiting.filter((other) => other !== waiting);
    };
  }

  /** How many ms from now each waiting call is due. */
  get due(): number[] {
    return this.#waiting.map(({ atMs }) => atMs - this.#nowMs).sort((a, b) => a - b);
  }

  advance(ms: number): void {
    const toMs = this.#nowMs + ms;
    for (;;) {
      const [next] = this.#waiting.filter(({ atMs }) => atMs <= toMs).sort((a, b) => a.atMs - b.atMs);
      if (next === undefined) break;
      this.#waiting = this.#waiting.filter((other) => other !== next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.run();
    }
    this.#nowMs = toMs;
  }
}

export const quietLog = { info() {}, warn() {}, error() {} };

/** An uplink of this device with short waits; `uplink` are settings as written in a file. */
export function startTestUplink(
  device: TestDevice,
  port: number,
  witness: TestWitness,
  uplink: NonNullable<ConfigInput['uplink']> = {},
  more: Partial<UplinkOptions> = {},
): Uplink {
  const broker = `mqtt://127.0.0.1:${port}`;
  const backoff = { min: '10ms', max: '100ms' };
  const config = defaultConfig({
    uplink: { broker, witness: witness.vkey, protocol: 4, backoff, ...uplink },
  }).uplink;
  const { id, journal, store, footage, clock } = device;
  return startUplink({
    config: { ...config, queryIntervalMs: 400 as typeof config.queryIntervalMs },
    device: id,
    software: 'test',
    journal,
    store,
    footage,
    log: quietLog,
    clock,
    telemetry: async () => ({ disk: { freeBytes: 1_000_000_000 } }),
    answerMs: 200,
    telemetryMs: 200,
    ...more,
  });
}

/** Resolves once the uplink's status is as wanted; looked at after each of its events. */
export function untilStatus(uplink: Uplink, wanted: (status: UplinkStatus) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (!wanted(uplink.status())) return;
      for (const event of ['state', 'witnessed', 'archived'] as const) uplink.off(event, look);
      resolve();
    };
    for (const event of ['state', 'witnessed', 'archived'] as const) uplink.on(event, look);
    look();
  });
}

/** Resolves when this recording's receipt has been verified and written. */
export async function untilArchived(uplink: Uplink, recording: number): Promise<void> {
  for (;;) {
    const [archived] = await once(uplink, 'archived');
    if (archived === recording) return;
  }
}
