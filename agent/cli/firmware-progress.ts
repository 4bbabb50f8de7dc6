import type { UpdateProgress, UpdateStep } from '../../firmware-bridge/update.js';
import { spoken } from '../words/spoken.js';
import { progressLine } from './progress-line.js';

const WORDS: Record<Exclude<UpdateStep, 'upload'>, string> = {
  restart: 'restarting the board; swapping images takes a while',
  check: 'checking what runs now',
  confirm: 'confirming it',
};

/** Shows an update: a bar and a word a step on a terminal, a line every tenth elsewhere. */
export function firmwareProgress(stream: NodeJS.WriteStream): {
  show(progress: UpdateProgress): void;
  clear(): void;
} {
  const bar = progressLine('firmware', stream);
  let told = '';
  const tell = (line: string) => {
    if (line === told) return;
    told = line;
    bar.clear();
    stream.write(`${spoken(`firmware: ${line}`)}\n`);
  };
  return {
    show({ step, doneBytes, totalBytes }) {
      if (step !== 'upload') return tell(WORDS[step]);
      bar.show(doneBytes, totalBytes);
      const tenths = Math.floor((doneBytes * 10) / totalBytes);
      if (stream.isTTY !== true) tell(`${tenths * 10} % of ${totalBytes} bytes sent`);
    },
    clear: () => bar.clear(),
  };
}
