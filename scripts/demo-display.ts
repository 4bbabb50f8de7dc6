import { intro, log, outro } from '@clack/prompts';

/** How the demo talks: a living line on a terminal, plain lines elsewhere. Both on stdout: it is what the demo is for. */
export interface Display {
  title(text: string): void;
  /** Something has been done. */
  done(text: string): void;
  /** The current step; replaces the one before it on a terminal. */
  progress(text: string): void;
  /** No step is current any more. */
  settle(): void;
  note(lines: readonly string[]): void;
  end(text: string): void;
}

export function createDisplay(): Display {
  return process.stdout.isTTY === true ? terminal() : plain();
}

const CLEAR_LINE = '\r\u001b[2K';

/*
 * The living line is not clack's spinner: that takes the keyboard, and at Ctrl-C ends the process, with all that it started still running.
 */
function terminal(): Display {
  let isLiving = false;
  const settle = () => {
    if (isLiving) process.stdout.write(CLEAR_LINE);
    isLiving = false;
  };
  return {
    title: (text) => intro(text),
    done(text) {
      settle();
      log.success(text);
    },
    progress(text) {
      isLiving = true;
      process.stdout.write(
        `${CLEAR_LINE}◇  ${text}`.slice(0, CLEAR_LINE.length + process.stdout.columns - 1),
      );
    },
    settle,
    note(lines) {
      settle();
      log.message(lines.join('\n'));
    },
    end(text) {
      settle();
      outro(text);
    },
  };
}

function plain(): Display {
  const print = (text: string) => process.stdout.write(`${text}\n`);
  return {
    title: print,
    done: (text) => print(`ok   ${text}`),
    progress: (text) => print(`...  ${text}`),
    settle() {},
    note: (lines) => {
      for (const line of lines) print(`     ${line}`);
    },
    end: print,
  };
}
