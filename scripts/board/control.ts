import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { BoardError } from './command.js';

/** How a command in the machine ended. */
export interface Answer {
  status: number;
  stdout: string;
  stderr: string;
}

/** The host's end of the control port that scripts/board/guest/init serves. */
export class Control {
  readonly #socket: Socket;
  readonly #pending = new Map<string, { resolve(answer: Answer): void; reject(error: Error): void }>();
  #last = 0;
  #over = false;

  /** The machine's word that it is up. */
  readonly ready: Promise<Answer>;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.ready = this.#expect('ready');
    this.ready.catch(() => {});
    socket.on('error', () => {});
    const lines = createInterface({ input: socket });
    lines.on('line', (line) => this.#take(line));
    lines.on('close', () => this.#end());
  }

  /** Sends one request, as the guest's init names them. Rejects with BoardError when the machine ends first. */
  ask(request: string): Promise<Answer> {
    const id = String(++this.#last);
    const answer = this.#expect(id);
    this.#socket.write(`${id} ${request}\n`);
    return answer;
  }

  #expect(id: string): Promise<Answer> {
    if (this.#over) return Promise.reject(new BoardError('the board is off'));
    return new Promise((resolve, reject) => this.#pending.set(id, { resolve, reject }));
  }

  #take(line: string): void {
    const [, id, status, stdout, stderr] = /^(\w+) (\d+) \.(\S*) \.(\S*)$/.exec(line) ?? [];
    if (id === undefined) return;
    const waiting = this.#pending.get(id);
    this.#pending.delete(id);
    waiting?.resolve({ status: Number(status), stdout: decoded(stdout), stderr: decoded(stderr) });
  }

  #end(): void {
    this.#over = true;
    for (const { reject } of this.#pending.values()) reject(new BoardError('the board went off'));
    this.#pending.clear();
  }
}

function decoded(text = ''): string {
  return Buffer.from(text, 'base64').toString();
}
