import { EventEmitter, once } from 'node:events';
import { LIUHEN } from '../child.js';
import { BoardError } from './command.js';
import { CHECKOUT, type VirtualBoard } from './virtual-board.js';

/** A line of the agent's log, or the line by which it says that it is ready. */
export type LogLine = Readonly<Record<string, unknown>>;

/** On the board's own disk. */
export const RECORDER_FOLDER = '/data/recorder';
const CONFIG = `${RECORDER_FOLDER}/liuhen.yaml`;
const PATIENCE_MS = 120_000;

/** `liuhen run` in the machine, seen from the host: its log arrives line by line, so what was said before a power cut is known. */
export class BoardRecorder {
  readonly #board: VirtualBoard;
  readonly #events = new EventEmitter<{ line: [LogLine]; ended: [string] }>();
  readonly #lines: LogLine[] = [];
  #running: Promise<void> = Promise.resolve();

  constructor(board: VirtualBoard) {
    this.#board = board;
    this.#events.setMaxListeners(0);
  }

  /** The lines of all starts so far. */
  get lines(): readonly LogLine[] {
    return this.#lines;
  }

  /** To be given to the board as its onLog. */
  take(line: string): void {
    if (!line.startsWith('{')) return;
    let parsed: LogLine;
    try {
      parsed = JSON.parse(line) as LogLine;
    } catch {
      // The power went while it was written.
      return;
    }
    this.#lines.push(parsed);
    this.#events.emit('line', parsed);
  }

  /** Makes the device on the board's disk, with these settings; returns its root vkey. */
  async provision(config: string): Promise<string> {
    const device = '--device recorder-0001 --authority liuhen.example';
    const made = await this.#board.must(
      `mkdir -p ${RECORDER_FOLDER} && cd ${RECORDER_FOLDER} && ${liuhen()} init ${device} --config init.yaml --json`,
    );
    await this.put('liuhen.yaml', config);
    return (JSON.parse(made) as { rootVkey: string }).rootVkey;
  }

  /** Writes a file beside the configuration, and waits until it is on the disk. */
  async put(name: string, content: string): Promise<void> {
    const encoded = Buffer.from(content).toString('base64');
    await this.#board.must(`echo ${encoded} | base64 -d >${RECORDER_FOLDER}/${name} && sync`);
  }

  /** Starts the agent and returns at once. */
  start(...flags: readonly string[]): void {
    const command = `exec ${liuhen()} run --config ${CONFIG} ${flags.join(' ')} >/dev/vport0p2 2>&1`;
    this.#running = this.#board.run(command).then(
      ({ status }) => void this.#events.emit('ended', `liuhen run ended with ${status}`),
      () => void this.#events.emit('ended', 'the power is off'),
    );
  }

  /** The next line for which this holds; call it before what causes the line. Rejects with BoardError when the agent ends first. */
  async until(what: string, holds: (line: LogLine) => boolean, patienceMs = PATIENCE_MS): Promise<LogLine> {
    const patience = AbortSignal.timeout(patienceMs);
    const over = new AbortController();
    const signal = AbortSignal.any([patience, over.signal]);
    try {
      return await Promise.race([
        this.#next(holds, signal),
        once(this.#events, 'ended', { signal }).then(([why]) => this.#fail(what, String(why))),
      ]);
    } catch (error) {
      if (patience.aborted) this.#fail(what, `nothing for ${patienceMs} ms`);
      throw error;
    } finally {
      over.abort();
    }
  }

  /** Asks the agent over its control socket; much quicker in the machine than the command line. */
  async call(method: 'GET' | 'POST', path: string, body: unknown = {}): Promise<unknown> {
    const client = JSON.stringify(`${CHECKOUT}/dist/agent/control/client.js`);
    const call = [`${RECORDER_FOLDER}/data`, method, path, ...(method === 'POST' ? [body] : [])];
    const script = `
      import { callAgent } from ${client};
      callAgent(...${JSON.stringify(call)}).then(
        (answer) => console.log(JSON.stringify(answer)),
        (error) => { console.error(error.message); process.exitCode = 1; },
      );`;
    const encoded = Buffer.from(script).toString('base64');
    return JSON.parse(await this.#board.must(`echo ${encoded} | base64 -d | node --input-type=module`));
  }

  /** Ends the agent as a service manager would; resolves when it has closed its data folder. */
  async stop(): Promise<void> {
    const pid = this.#lines.findLast(({ ready }) => ready === true)?.pid;
    await this.#board.must(`kill -TERM ${pid}`);
    await this.#running;
  }

  async #next(holds: (line: LogLine) => boolean, signal: AbortSignal): Promise<LogLine> {
    for (;;) {
      const [line] = (await once(this.#events, 'line', { signal })) as [LogLine];
      if (holds(line)) return line;
    }
  }

  #fail(what: string, why: string): never {
    const last = this.#lines.slice(-12).map((line) => JSON.stringify(line));
    throw new BoardError(`waited for ${what}: ${why}; the agent's last lines:\n${last.join('\n')}`);
  }
}

/** The command line of this checkout, as the machine runs it. */
export function liuhen(): string {
  return `node ${LIUHEN}`;
}
