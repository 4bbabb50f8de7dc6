import { z } from 'zod';
import { LiuhenError } from '../config/errors.js';
import type { RequestOptions, SmpClient, SmpRequester } from './client.js';
import { GROUP, SMP_RC, SmpError } from './smp-error.js';
import { readFields } from './smp-fields.js';
import type { SmpData } from './smp-message.js';

/** Commands of Zephyr's "Default/OS Management Group". */
export const OS_COMMAND = { echo: 0, datetime: 4, reset: 5, params: 6, info: 7 } as const;

/** The server's buffers: the size of one, which bounds a message with its frame, and how many it has. */
export interface SmpParams {
  bufferBytes: number;
  buffers: number;
}

/** Smaller buffers hold no useful request, larger ones no frame. */
const bufferSize = z.int().min(64).max(65535);
const echoSchema = z.object({ r: z.string() });
const paramsSchema = z.object({ buf_size: bufferSize, buf_count: z.int().min(1).max(65535) });
const datetimeSchema = z.object({ datetime: z.string().max(40) });
const infoSchema = z.object({ output: z.string().max(512) });

/** What every SMP server offers. Methods throw what {@link SmpRequester.request} throws. */
export class OsGroup {
  readonly #smp: SmpRequester;

  constructor(smp: SmpRequester) {
    this.#smp = smp;
  }

  /** Gives back `text`: the link and the server are alive. */
  async echo(text: string, options?: RequestOptions): Promise<string> {
    return readFields('os echo', echoSchema, await this.#ask('write', OS_COMMAND.echo, { d: text }, options))
      .r;
  }

  /**
   * Restarts the microcontroller. It answers, then resets, so the answer only says that it will. Sent once: an answer that was lost looks
   * like silence, and a second reset would cut the start short.
   */
  async reset(options?: RequestOptions): Promise<void> {
    await this.#ask('write', OS_COMMAND.reset, {}, { attempts: 1, ...options });
  }

  async params(options?: RequestOptions): Promise<SmpParams> {
    const wire = readFields(
      'os params',
      paramsSchema,
      await this.#ask('read', OS_COMMAND.params, {}, options),
    );
    return { bufferBytes: wire.buf_size, buffers: wire.buf_count };
  }

  /** The real-time clock, as UTC in ms since 1970; an {@link SmpError} when it was never set. */
  async datetime(options?: RequestOptions): Promise<number> {
    const answer = await this.#ask('read', OS_COMMAND.datetime, {}, options);
    const { datetime } = readFields('os datetime', datetimeSchema, answer);
    // Zephyr writes no zone; one that is written is obeyed.
    const utcMs = Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(datetime) ? datetime : `${datetime}Z`);
    if (Number.isNaN(utcMs))
      throw new LiuhenError('LIUHEN_FIRMWARE_MESSAGE', 'os datetime: expected a date and a time');
    return utcMs;
  }

  /** Sets the real-time clock. Sent once, since a resent time would be late. */
  async setDatetime(utcMs: number, options?: RequestOptions): Promise<void> {
    // Three digits of a second, not six: Zephyr reads the fraction as milliseconds.
    const datetime = new Date(utcMs).toISOString();
    await this.#ask('write', OS_COMMAND.datetime, { datetime }, { attempts: 1, ...options });
  }

  /** The firmware's name for itself, as `uname -a` would give it. */
  async info(options?: RequestOptions): Promise<string> {
    const answer = await this.#ask('read', OS_COMMAND.info, { format: 'a' }, options);
    return readFields('os info', infoSchema, answer).output.replace(/[^ -~]/g, '?');
  }

  #ask(op: 'read' | 'write', command: number, data: SmpData, options?: RequestOptions): Promise<SmpData> {
    return this.#smp.request(op, GROUP.os, command, data, options);
  }
}

/**
 * Asks the server how large its buffers are and has the client fill them from then on. A server that does not offer it keeps the client
 * careful; that is not an error. Returns what it learned.
 */
export async function learnBuffer(
  client: SmpClient,
  options?: RequestOptions,
): Promise<SmpParams | undefined> {
  try {
    const params = await new OsGroup(client).params(options);
    client.useBuffer(params.bufferBytes);
    return params;
  } catch (error) {
    if (error instanceof SmpError && error.group === undefined && error.rc === SMP_RC.notSupported)
      return undefined;
    throw error;
  }
}
