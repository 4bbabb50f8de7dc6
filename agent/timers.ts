import { LiuhenError, messageOf } from '../config/errors.js';
import type { RetentionOptions } from './buffer/retention.js';
import { evictExpired } from './buffer/retention.js';
import type { Journal } from './journal/journal.js';
import type { Recorder } from './recorder/recorder.js';

export interface TimerSettings {
  heartbeatMs: number;
  keyRotationMs: number;
  retentionCheckMs: number;
}

interface TimerLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** What happens by the clock: jumps of the clock itself and heartbeats in silence, key rotation while recording, removal of what may go. */
export function startTimers(
  journal: Journal,
  recorder: Pick<Recorder, 'recording'>,
  retention: RetentionOptions,
  settings: TimerSettings,
  log: TimerLog,
): () => Promise<void> {
  const running = new Set<Promise<void>>();
  /** Runs one thing at a time of each kind; a failure is logged, and the next tick tries again. */
  const every = (periodMs: number, name: string, work: () => Promise<void>) => {
    let busy: Promise<void> | undefined;
    return setInterval(() => {
      if (busy !== undefined || journal.failure !== undefined) return;
      busy = work()
        .catch((error) => {
          if (error instanceof LiuhenError && error.code === 'LIUHEN_JOURNAL_CLOSED') return;
          log.warn({ err: messageOf(error) }, `${name} failed`);
        })
        .finally(() => {
          if (busy !== undefined) running.delete(busy);
          busy = undefined;
        });
      running.add(busy);
    }, periodMs);
  };

  let rotatedAtMono = journal.clock.read().monoMs;
  const timers = [
    every(Math.min(1000, settings.heartbeatMs), 'clock', () => journal.noteClock()),
    every(Math.min(1000, settings.heartbeatMs), 'heartbeat', async () => {
      const { monoMs } = journal.clock.read();
      const silentMs = monoMs - (journal.lastWriteMonoMs ?? Number.NEGATIVE_INFINITY);
      if (silentMs >= settings.heartbeatMs) await journal.append({ type: 'heartbeat' });
    }),
    every(Math.min(1000, settings.keyRotationMs), 'key rotation', async () => {
      const { monoMs } = journal.clock.read();
      if (recorder.recording === undefined || monoMs - rotatedAtMono < settings.keyRotationMs) return;
      await journal.rotateKey();
      rotatedAtMono = monoMs;
    }),
    every(settings.retentionCheckMs, 'retention', async () => {
      const recordings = await evictExpired(retention);
      if (recordings.length > 0) log.info({ recordings }, 'footage removed: archived, retention passed');
    }),
  ];
  return async () => {
    for (const timer of timers) clearInterval(timer);
    await Promise.all(running);
  };
}
