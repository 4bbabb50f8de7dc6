import { intro, log, outro, spinner } from '@clack/prompts';

/** How the demo talks: a living line on a terminal, plain lines elsewhere. Both on stdout: it is what the demo is for. */
export interface Display {
  title(text: string): void;
  /** Something has been done. */
  done(text: string): void;
  /** The current step; replaces the one before it on a terminal. */
  progress(text: string): void;
  note(lines: readonly string[]): void;
  end(text: string): void;
}

export function createDisplay(): Display {
  return process.stdout.isTTY === true ? terminal() : plain();
}

function terminal(): Display {
  let spinning: ReturnType<typeof spinner> | undefined;
  const settle = () => {
    spinning?.clear();
    spinning = undefined;
  };
  return {
    title: (text) => intro(text),
    done(text) {
      settle();
      log.success(text);
    },
    progress(text) {
      if (spinning === undefined) {
        spinning = spinner({ indicator: 'timer' });
        spinning.start(text);
      } else {
        spinning.message(text);
      }
    },
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
    note: (lines) => {
      for (const line of lines) print(`     ${line}`);
    },
    end: print,
  };
}
