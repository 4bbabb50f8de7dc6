import { type DestinationStream, destination, type Logger, multistream, pino } from 'pino';
import { LogFile } from './log-file.js';

/** Logs are JSON lines on stderr, and in `file` if one is named. Written at once, so that the last line before a crash is there. */
export function createLog(level: string, file?: string): Logger {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, streamOf(file));
}

function streamOf(file: string | undefined): DestinationStream {
  const stderr = destination({ dest: 2, sync: true });
  if (file === undefined) return stderr;
  return multistream([
    { level: 'trace', stream: stderr },
    { level: 'trace', stream: new LogFile(file) },
  ]);
}
