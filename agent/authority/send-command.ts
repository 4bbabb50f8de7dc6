import { z } from 'zod';
import { LiuhenError } from '../../config/errors.js';
import { printable } from '../../config/printable.js';
import type { CommandAnswer } from '../commands/answers.js';
import { OUTCOMES } from '../commands/memory.js';
import { topics } from '../uplink/topics.js';
import type { SignedOrder } from './command.js';
import { connect, type PublishSettings } from './publish.js';

export interface SendOptions {
  /** A signed trust document that goes ahead of it, retained: whoever was away gets it with its next connection. */
  trust?: Buffer | undefined;
  /** The broker keeps the command for a device that is away, and forgets it once it is answered. */
  retain: boolean;
  waitMs: number;
}

/**
 * Publishes a command and waits for the device's answer; undefined when none came in time. The answer is what the broker gave: only the
 * device's journal proves it. Throws LIUHEN_LINK.
 */
export async function sendCommand(
  settings: PublishSettings,
  { command, device, envelope }: SignedOrder,
  { trust, retain, waitMs }: SendOptions,
): Promise<CommandAnswer | undefined> {
  let answered: (answer: CommandAnswer) => void = () => {};
  const answer = new Promise<CommandAnswer>((resolve) => {
    answered = resolve;
  });
  const topic = topics.result(device, command.id);
  const connection = await connect(settings, {
    subscriptions: [topic],
    onMessage: (from, payload) => {
      const read = from === topic ? answerFrom(payload, command.id) : undefined;
      if (read !== undefined) answered(read);
    },
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), waitMs);
  });
  const broken = connection.closed.then((error) => Promise.reject(error));
  broken.catch(() => {});
  try {
    if (trust !== undefined) await connection.publish(topics.trust(device), trust, true);
    await connection.publish(topics.command(device), Buffer.from(envelope), retain);
    const got = await Promise.race([answer, late, broken]);
    if (retain && got !== undefined) await connection.publish(topics.command(device), Buffer.alloc(0), true);
    return got;
  } finally {
    clearTimeout(timer);
    await connection.end();
  }
}

/** Larger ones are none of a device's. */
const MAX_ANSWER_BYTES = 256 * 1024;

const text = z.string().transform((written) => printable(written));
/** A broker may say anything in a device's name, and what it says is shown. */
const answerSchema = z.object({
  id: z.string(),
  device: text,
  command: text,
  status: z.enum([...OUTCOMES, 'refused']),
  accepted: z.int().optional(),
  entry: z.int().optional(),
  result: z
    .unknown()
    .optional()
    .transform((value) => (value === undefined ? undefined : JSON.parse(printable(JSON.stringify(value))))),
  error: z.object({ code: text, message: text, next: text.optional() }).optional(),
  refusal: text.optional(),
  detail: text.optional(),
  repeated: z.literal(true).optional(),
});

function answerFrom(payload: Buffer, id: string): CommandAnswer | undefined {
  if (payload.length > MAX_ANSWER_BYTES) return undefined;
  try {
    const answer = answerSchema.parse(JSON.parse(payload.toString()));
    return answer.id === id ? (answer as CommandAnswer) : undefined;
  } catch {
    return undefined;
  }
}

/** What is wrong with an answer, as an error; undefined where the command was carried out. */
export function complaintOf(answer: CommandAnswer | undefined, waitMs: number): LiuhenError | undefined {
  if (answer === undefined) {
    return new LiuhenError('LIUHEN_LINK', `no answer came within ${waitMs / 1000} s`, {
      next: 'the device may be away, and if the command reached it, it will do it still; --retain keeps it at the broker until it expires',
    });
  }
  const { status, refusal, detail, error, command } = answer;
  if (status === 'done') return undefined;
  if (status === 'refused') {
    return new LiuhenError('LIUHEN_STATE', `${command} was refused: ${refusal ?? 'replay'}: ${detail ?? ''}`);
  }
  if (status === 'failed') {
    const next = error?.next === undefined ? {} : { next: error.next };
    return new LiuhenError('LIUHEN_STATE', `${command} failed: ${error?.code}: ${error?.message}`, next);
  }
  return new LiuhenError('LIUHEN_STATE', `${command}: the device ended in the middle of it`, {
    next: 'look at the device; the command is not tried again, send another one',
  });
}
