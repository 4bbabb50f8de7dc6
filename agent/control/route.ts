import type { z } from 'zod';
import { LiuhenError } from '../../config/errors.js';

/** What can be asked at one path of a socket, by its method and path: `POST /mark`. */
export type Routes = Record<string, Route>;

/** How a request is answered: with what is printed as JSON. */
export interface Route {
  /** A longer body is refused before it is parsed. */
  maxBytes: number;
  answer(body: string): Promise<unknown>;
}

const MAX_BODY_BYTES = 64 * 1024;

/** A question without a body. */
export function question(answer: () => unknown): Route {
  return { maxBytes: MAX_BODY_BYTES, answer: async () => await answer() };
}

/** An order whose body is JSON as this schema has it; an empty body is an empty object. Answers LIUHEN_USAGE where it is not. */
export function order<T>(
  schema: z.ZodType<T>,
  answer: (request: T) => unknown,
  maxBytes = MAX_BODY_BYTES,
): Route {
  return { maxBytes, answer: async (body) => await answer(parsed(body, schema)) };
}

function parsed<T>(body: string, schema: z.ZodType<T>): T {
  let value: unknown;
  try {
    value = body === '' ? {} : JSON.parse(body);
  } catch {
    throw new LiuhenError('LIUHEN_USAGE', 'request: expected JSON');
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [first] = result.error.issues;
  throw new LiuhenError('LIUHEN_USAGE', `${first?.path.join('.') || 'request'}: ${first?.message}`);
}
