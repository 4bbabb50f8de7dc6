import type { z } from 'zod';
import { LiuhenError } from '../../config/errors.js';

/** A request's JSON as this schema has it; an empty body is an empty object. Throws LIUHEN_USAGE. */
export async function readBody<T>(request: { text(): Promise<string> }, schema: z.ZodType<T>): Promise<T> {
  const body = await request.text();
  let value: unknown;
  try {
    value = body === '' ? {} : JSON.parse(body);
  } catch {
    throw new LiuhenError('LIUHEN_USAGE', 'request: expected JSON');
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [first] = parsed.error.issues;
  throw new LiuhenError('LIUHEN_USAGE', `${first?.path.join('.') || 'request'}: ${first?.message}`);
}
