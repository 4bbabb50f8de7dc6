import { destination, type Logger, pino } from 'pino';

/** Logs are JSON lines on stderr. Written at once, so that the last line before a crash is there. */
export function createLog(level: string): Logger {
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    destination({ dest: 2, sync: true }),
  );
}
