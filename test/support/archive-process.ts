import { liuhen, type Ran } from './liuhen.js';
import { LiuhenProcess } from './liuhen-process.js';

export interface ReadyLine {
  ready: true;
  broker: string;
  witness: string;
  data: string;
}

/** `liuhen archive run` as a process of its own. */
export class ArchiveProcess {
  readonly ready: ReadyLine;
  readonly #process: LiuhenProcess;

  private constructor(process: LiuhenProcess) {
    this.#process = process;
    this.ready = JSON.parse(process.ready) as ReadyLine;
  }

  static async start(...args: readonly string[]): Promise<ArchiveProcess> {
    return new ArchiveProcess(await LiuhenProcess.start(['archive', ...args]));
  }

  signal(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    return this.#process.signal(signal);
  }
}

/** Runs a `liuhen archive` command that ends by itself. */
export function archiveCommand(...args: readonly string[]): Promise<Ran> {
  return liuhen(process.cwd(), 'archive', ...args);
}
