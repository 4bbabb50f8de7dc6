import { topics } from '../uplink/topics.js';
import type { Outcome } from './memory.js';

/** What a device says of a command, on `liuhen/1/<device>/result/<id>`. Not signed: the journal's entries are what proves it. */
export interface CommandAnswer {
  id: string;
  /** Origin of the device's journal. */
  device: string;
  command: string;
  status: Outcome | 'refused';
  /** Journal indices of the entry before and the entry after; absent where it was refused. */
  accepted?: number;
  entry?: number;
  result?: unknown;
  error?: { code: string; message: string; next?: string | undefined } | undefined;
  refusal?: string;
  detail?: string;
  /** It was obeyed before, and this is what came of it then. */
  repeated?: true;
}

/** A larger result is left out of the answer, with its size. */
export const MAX_ANSWER_BYTES = 128 * 1024;
/** Answers that wait for a connection; the oldest goes, and comes again when its command does. */
const MAX_WAITING = 64;

interface Waiting {
  answer: CommandAnswer;
  /** A broker has taken it. */
  onTaken: () => void;
}

/** Sends answers once there is a connection, and again after each lost one, until a broker has taken them. */
export class Answers {
  readonly #device: string;
  readonly #publish: (topic: string, payload: Buffer) => Promise<void>;
  readonly #waiting = new Map<string, Waiting>();
  readonly #sending = new Set<Promise<void>>();

  /** `publish` resolves when a broker has taken the message, and rejects without a connection. */
  constructor(device: string, publish: (topic: string, payload: Buffer) => Promise<void>) {
    this.#device = device;
    this.#publish = publish;
  }

  /** `onTaken` is called when a broker has it. */
  send(answer: CommandAnswer, onTaken: () => void = () => {}): void {
    this.#waiting.delete(answer.id);
    this.#waiting.set(answer.id, { answer, onTaken });
    const [oldest] = this.#waiting.keys();
    if (this.#waiting.size > MAX_WAITING && oldest !== undefined) this.#waiting.delete(oldest);
    this.#try(answer.id);
  }

  /** There is a connection: what waits is sent. */
  connected(): void {
    for (const id of [...this.#waiting.keys()]) this.#try(id);
  }

  /** Waits for what is being sent. */
  async settled(): Promise<void> {
    await Promise.all(this.#sending);
  }

  #try(id: string): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    const sent = this.#publish(topics.result(this.#device, id), encodeAnswer(waiting.answer)).then(
      () => {
        if (this.#waiting.get(id) !== waiting) return;
        this.#waiting.delete(id);
        waiting.onTaken();
      },
      () => {},
    );
    this.#sending.add(sent);
    void sent.finally(() => this.#sending.delete(sent));
  }
}

function encodeAnswer(answer: CommandAnswer): Buffer {
  const whole = Buffer.from(JSON.stringify(answer));
  if (whole.length <= MAX_ANSWER_BYTES) return whole;
  return Buffer.from(JSON.stringify({ ...answer, result: { bytes: whole.length, tooLarge: true } }));
}
