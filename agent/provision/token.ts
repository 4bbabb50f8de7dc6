import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { LiuhenError } from '../../config/errors.js';
import { isBrokerUrl } from '../../config/shapes.js';
import { MAX_REQUEST_BYTES } from './carrier.js';

/*
 * Enrolment over MQTT by a one-time token: a secret that only the authority and the device know. It authenticates request and answer to each
 * other, so neither the broker nor who sits between has to be trusted, and no CA has to be known before. See PROTOCOL.md beside this.
 */

/** A one-time token. */
export interface Token {
  /** 16 hex digits, not secret. */
  id: string;
  /** 16 random bytes. */
  secret: Buffer;
  /** Where to enrol. */
  broker: string;
}

const TOKEN = /^liuhen-token:([0-9a-f]{16})\.([A-Za-z0-9_-]{22})@(mqtts?:\/\/\S{1,300})$/;

export const MAX_MESSAGE_BYTES = 32 * 1024;
/** A message with a request by token, in which every quotation mark of the request is two bytes. */
export const MAX_ASKED_BYTES = MAX_REQUEST_BYTES + MAX_MESSAGE_BYTES;

export const enrolTopics = {
  request: (id: string) => `liuhen/1/enrol/${id}/request`,
  answer: (id: string) => `liuhen/1/enrol/${id}/answer`,
  renew: (device: string) => `liuhen/1/${device}/renew`,
  renewed: (device: string) => `liuhen/1/${device}/renewed`,
} as const;

export function formatToken({ id, secret, broker }: Token): string {
  return `liuhen-token:${id}.${secret.toString('base64url')}@${broker}`;
}

/** Throws LIUHEN_TOKEN, without the token in the message. */
export function parseToken(text: string): Token {
  const [, id, secret, broker] = TOKEN.exec(text.trim()) ?? [];
  if (id === undefined || secret === undefined || broker === undefined || !isBrokerUrl(broker)) {
    throw new LiuhenError(
      'LIUHEN_TOKEN',
      'expected liuhen-token:<id>.<secret>@<broker>, got something else',
      {
        next: 'copy the whole line that liuhen authority token printed',
      },
    );
  }
  return { id, secret: Buffer.from(secret, 'base64url'), broker };
}

const mac = z.string().regex(/^[0-9a-f]{64}$/);
const requestSchema = z.strictObject({ request: z.string().max(MAX_REQUEST_BYTES), mac });
const answerSchema = z.strictObject({
  outcome: z.enum(['enrolled', 'refused']),
  /** The answer's JSON, or why it was refused. */
  text: z.string().max(MAX_MESSAGE_BYTES),
  mac,
});

/** What came back for a request: the answer's JSON, or why there is none. */
export type Outcome = { outcome: 'enrolled' | 'refused'; text: string };

type Secret = Pick<Token, 'id' | 'secret'>;

export function sealRequest(token: Secret, request: string): string {
  return JSON.stringify({ request, mac: macOf(token, ['request', request]) });
}

/** The request in a message; undefined when it is malformed or not made with this token. */
export function openRequest(token: Secret, message: string): string | undefined {
  const { request, mac } = parsed(requestSchema, message, MAX_ASKED_BYTES) ?? {};
  if (request === undefined || mac === undefined) return undefined;
  return same(mac, macOf(token, ['request', request])) ? request : undefined;
}

/** Bound to the request: an answer fits no other. */
export function sealAnswer(token: Secret, request: string, { outcome, text }: Outcome): string {
  return JSON.stringify({ outcome, text, mac: macOf(token, ['answer', sha256(request), outcome, text]) });
}

/** Undefined when it is malformed, forged, or of another request. */
export function openAnswer(token: Secret, request: string, message: string): Outcome | undefined {
  const { outcome, text, mac } = parsed(answerSchema, message, 2 * MAX_MESSAGE_BYTES) ?? {};
  if (outcome === undefined || text === undefined || mac === undefined) return undefined;
  return same(mac, macOf(token, ['answer', sha256(request), outcome, text])) ? { outcome, text } : undefined;
}

/** HMAC-SHA-256 over the parts, each behind its length in bytes and a line break, so that no two lists are the same bytes. */
function macOf({ id, secret }: Secret, parts: readonly string[]): string {
  const hmac = createHmac('sha256', secret);
  for (const part of ['liuhen/enrol', id, ...parts]) hmac.update(`${Buffer.byteLength(part)}\n${part}`);
  return hmac.digest('hex');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function same(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(a, 'hex'), Buffer.from(b, 'hex'));
}

function parsed<T>(schema: z.ZodType<T>, message: string, maxLength: number): T | undefined {
  if (message.length > maxLength) return undefined;
  try {
    return schema.safeParse(JSON.parse(message)).data;
  } catch {
    return undefined;
  }
}
