import { createHash } from 'node:crypto';
import { LiuhenError, messageOf } from '../../config/errors.js';

/** What an entry says of arguments and results; more of them is told by size and hash. */
const MAX_ENTRY_JSON = 4000;

/** What went wrong, as an entry and an answer say it. */
export interface Failure {
  code: string;
  message: string;
  next?: string;
}

export function failureOf(error: unknown): Failure {
  const { code, next } =
    error instanceof LiuhenError ? error : { code: 'LIUHEN_STORAGE_IO', next: undefined };
  const message = messageOf(error).slice(0, 500);
  return { code, message, ...(next === undefined ? {} : { next: next.slice(0, 300) }) };
}

/** A value as an entry takes it. */
export function bounded(value: unknown): unknown {
  const json = JSON.stringify(value);
  if (json === undefined) return null;
  const bytes = Buffer.byteLength(json);
  if (bytes <= MAX_ENTRY_JSON) return JSON.parse(json);
  return { bytes, sha256: createHash('sha256').update(json).digest('hex') };
}
