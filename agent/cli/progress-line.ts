import type { WriteStream } from 'node:tty';
import { spoken } from '../words/spoken.js';
import { bytesText } from './text.js';

const BAR = 28;

/** A bar on one line of a terminal; anywhere else it shows nothing. */
export function progressLine(
  what: string,
  stream: Pick<WriteStream, 'write'> & { isTTY?: boolean },
): { show(done: number, total: number): void; clear(): void } {
  let shown = '';
  return {
    show(done, total) {
      if (stream.isTTY !== true || total <= 0) return;
      const part = Math.min(1, done / total);
      const bar = '█'.repeat(Math.floor(part * BAR)).padEnd(BAR, '░');
      const line = `${what} ${bar} ${String(Math.floor(part * 100)).padStart(3)} % ${spoken(`of ${bytesText(total)}`)}`;
      if (line === shown) return;
      shown = line;
      stream.write(`\r${line}\u001b[K`);
    },
    clear() {
      if (shown !== '') stream.write('\r\u001b[K');
      shown = '';
    },
  };
}
