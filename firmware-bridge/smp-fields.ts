import type { z } from 'zod';
import { LiuhenError } from '../config/errors.js';
import type { SmpData } from './smp-message.js';

/** The fields that `schema` knows, checked; `kind` names the message in the error, LIUHEN_FIRMWARE_MESSAGE. */
export function readFields<T>(kind: string, schema: z.ZodType<T>, data: SmpData): T {
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const [first] = parsed.error.issues;
  throw new LiuhenError(
    'LIUHEN_FIRMWARE_MESSAGE',
    `${kind}: ${first?.path.join('.') || 'a map'}: ${first?.message ?? 'malformed'}`,
  );
}
