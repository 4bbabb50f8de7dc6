import { randomInt } from 'node:crypto';
import { LiuhenError, messageOf } from '../config/errors.js';
import type { ByteLink } from '../drivers/serial-port.js';
import { systemTimers, type Timers } from '../drivers/timers.js';
import { errorOf, SMP_RC, SmpError } from './smp-error.js';
import { encodeFrame, FRAME_OVERHEAD_BYTES, type FrameCounters, SmpFrameParser } from './smp-frame.js';
import {
  decodeData,
  decodeHeader,
  encodeMessage,
  HEADER_BYTES,
  SMP_OP,
  type SmpData,
  type SmpHeader,
  type SmpVersion,
} from './smp-message.js';

export interface SmpClientOptions {
  /** What requests announce; default 2. A server that knows only 1 answers in its own way, and is understood. */
  version?: SmpVersion;
  /** How long one attempt waits for its answer, from when the link has taken the request. Default 1000. */
  timeoutMs?: number;
  /** How often a request is sent before it is given up. Default 3. */
  attempts?: number;
  /** Longest message taken from the server, header included. Default 4096. */
  maxResponseBytes?: number;
  timers?: Timers;
}

export interface RequestOptions {
  timeoutMs?: number;
  /** 1 for what must not happen twice. */
  attempts?: number;
  /** Abandons the request: it is not sent any more, and an answer to it is ignored. */
  signal?: AbortSignal;
}

export interface ClientCounters {
  requests: number;
  responses: number;
  resends: number;
  timeouts: number;
  /** Messages that answer nothing that is asked now: late, sent twice, of a wrong sequence number, or no answers at all. */
  unexpected: number;
  /** Frames whose checksum held but which are no SMP message. */
  malformed: number;
  frames: Readonly<FrameCounters>;
}

/** Asks one request of an SMP server. */
export interface SmpRequester {
  /**
   * The data of the server's answer.
   * @throws LiuhenError LIUHEN_FIRMWARE (an {@link SmpError}) when the server refuses; LIUHEN_FIRMWARE_SILENT when it does not answer
   * or the port is closed; LIUHEN_FIRMWARE_MESSAGE when the request is too large or the answer malformed; the signal's reason when aborted.
   */
  request(
    op: 'read' | 'write',
    group: number,
    command: number,
    data: SmpData,
    options?: RequestOptions,
  ): Promise<SmpData>;
  /** Longest message, header included, that the server has room for. */
  readonly maxRequestBytes: number;
}

/**
 * What a server's buffer is taken to hold until it has said so itself. Zephyr's default is 384; a server that does not tell
 * (`params` switched off) may have less.
 */
const UNKNOWN_BUFFER_BYTES = 256;
const MAX_QUEUE = 64;

interface Pending {
  what: string;
  header: SmpHeader;
  lines: Buffer[];
  timeoutMs: number;
  attemptsLeft: number;
  lastFailure: string;
  cancelTimer: () => void;
  settle(result: SmpData | Error): void;
}

/**
 * The client's side of SMP over a serial console. One request is in flight at a time, since a server may have a single buffer; others
 * wait. A server is silent on damage, so an unanswered request is sent again, with the same sequence number: whichever copy is answered
 * first will do, and a second answer comes when another number is asked for and is ignored.
 */
export class SmpClient implements SmpRequester {
  readonly #link: ByteLink;
  readonly #options: Required<SmpClientOptions>;
  readonly #parser: SmpFrameParser;
  readonly #queue: Pending[] = [];
  readonly #counts = { requests: 0, responses: 0, resends: 0, timeouts: 0, unexpected: 0, malformed: 0 };
  #version: SmpVersion;
  #inFlight: Pending | undefined;
  /** Random at first, so that an answer to the process before this one is not taken for ours. */
  #sequence = randomInt(256);
  #bufferBytes = UNKNOWN_BUFFER_BYTES;
  #closed = false;

  constructor(link: ByteLink, options: SmpClientOptions = {}) {
    this.#link = link;
    this.#options = {
      version: 2,
      timeoutMs: 1000,
      attempts: 3,
      maxResponseBytes: 4096,
      timers: systemTimers,
      ...options,
    };
    this.#version = this.#options.version;
    this.#parser = new SmpFrameParser({ maxBodyBytes: this.#options.maxResponseBytes });
    link.onData((bytes) => {
      for (const body of this.#parser.push(bytes)) this.#receive(body);
    });
    link.onState(() => this.#parser.reset());
  }

  get counters(): ClientCounters {
    return { ...this.#counts, frames: this.#parser.counters };
  }

  get maxRequestBytes(): number {
    return this.#bufferBytes - FRAME_OVERHEAD_BYTES;
  }

  /** From now on requests may fill a buffer of this size, as the server's OS params state it (`buf_size`). */
  useBuffer(bufferBytes: number): void {
    this.#bufferBytes = bufferBytes;
  }

  request(
    op: 'read' | 'write',
    group: number,
    command: number,
    data: SmpData,
    options: RequestOptions = {},
  ): Promise<SmpData> {
    const what = `smp ${op} of group ${group} command ${command}`;
    return this.#ask(what, op, group, command, data, options).catch((error: unknown) => {
      const tooNew =
        error instanceof SmpError && error.group === undefined && error.rc === SMP_RC.versionTooNew;
      if (!tooNew || this.#version === 1) throw error;
      this.#version = 1;
      return this.#ask(what, op, group, command, data, options);
    });
  }

  /** Rejects what waits and sends no more. The link is left open: whoever opened it closes it. */
  close(): void {
    this.#closed = true;
    const closed = new LiuhenError('LIUHEN_FIRMWARE_SILENT', 'smp: the client was closed');
    for (const pending of [...this.#queue]) pending.settle(closed);
    this.#inFlight?.settle(closed);
  }

  async #ask(
    what: string,
    op: 'read' | 'write',
    group: number,
    command: number,
    data: SmpData,
    options: RequestOptions,
  ): Promise<SmpData> {
    options.signal?.throwIfAborted();
    if (this.#closed) throw silent(what, 'the client was closed');
    if (!this.#link.state.open) throw silent(what, this.#link.state.reason);
    if (this.#queue.length >= MAX_QUEUE) throw silent(what, `${MAX_QUEUE} requests are waiting already`);
    const header = {
      version: this.#version,
      op: SMP_OP[op],
      group,
      sequence: this.#sequence,
      command,
    };
    const message = encodeMessage({ ...header, data });
    if (message.length > this.maxRequestBytes)
      throw new LiuhenError(
        'LIUHEN_FIRMWARE_MESSAGE',
        `${what}: expected at most ${this.maxRequestBytes} bytes for the server's buffer, got ${message.length}`,
      );
    this.#sequence = (this.#sequence + 1) % 256;
    this.#counts.requests++;
    return new Promise((resolve, reject) => {
      const abort = () => {
        const reason: unknown = options.signal?.reason;
        pending.settle(reason instanceof Error ? reason : new Error(messageOf(reason)));
      };
      const pending: Pending = {
        what,
        header,
        lines: encodeFrame(message),
        timeoutMs: options.timeoutMs ?? this.#options.timeoutMs,
        attemptsLeft: options.attempts ?? this.#options.attempts,
        lastFailure: '',
        cancelTimer: () => {},
        settle: (result) => {
          pending.attemptsLeft = 0;
          pending.cancelTimer();
          options.signal?.removeEventListener('abort', abort);
          const waiting = this.#queue.indexOf(pending);
          if (waiting >= 0) this.#queue.splice(waiting, 1);
          if (result instanceof Error) reject(result);
          else resolve(result);
          if (this.#inFlight === pending) {
            this.#inFlight = undefined;
            this.#next();
          }
        },
      };
      options.signal?.addEventListener('abort', abort, { once: true });
      this.#queue.push(pending);
      this.#next();
    });
  }

  #next(): void {
    if (this.#inFlight !== undefined) return;
    this.#inFlight = this.#queue.shift();
    if (this.#inFlight !== undefined) void this.#send(this.#inFlight);
  }

  async #send(pending: Pending): Promise<void> {
    pending.attemptsLeft--;
    try {
      // Line by line, so that a slow line's driver is never handed more than it has room for.
      for (const line of pending.lines) {
        await this.#link.write(line);
        if (this.#inFlight !== pending) return;
      }
      pending.lastFailure = `no answer in ${pending.timeoutMs} ms`;
    } catch (error) {
      if (this.#inFlight !== pending) return;
      pending.lastFailure = messageOf(error);
    }
    pending.cancelTimer = this.#options.timers.start(pending.timeoutMs, () => this.#missed(pending));
  }

  #missed(pending: Pending): void {
    this.#counts.timeouts++;
    if (pending.attemptsLeft > 0) {
      this.#counts.resends++;
      void this.#send(pending);
    } else pending.settle(silent(pending.what, pending.lastFailure));
  }

  #receive(body: Buffer): void {
    let header: SmpHeader;
    try {
      header = decodeHeader(body);
    } catch {
      this.#counts.malformed++;
      return;
    }
    const pending = this.#inFlight;
    if (pending === undefined || !answers(header, pending.header)) {
      this.#counts.unexpected++;
      return;
    }
    this.#counts.responses++;
    try {
      const data = body.length === HEADER_BYTES ? {} : decodeData(body.subarray(HEADER_BYTES));
      pending.settle(errorOf(pending.what, data) ?? data);
    } catch (error) {
      this.#counts.malformed++;
      pending.settle(error as Error);
    }
  }
}

/** The server echoes all that names the request. */
function answers(response: SmpHeader, request: SmpHeader): boolean {
  return (
    response.sequence === request.sequence &&
    response.op === request.op + 1 &&
    response.group === request.group &&
    response.command === request.command
  );
}

function silent(what: string, why: string): LiuhenError {
  return new LiuhenError('LIUHEN_FIRMWARE_SILENT', `${what}: ${why}`, {
    next: 'look at the cable, the port in the configuration and whether the microcontroller has power',
  });
}
