import { z } from 'zod';
import { parseVkey, SignatureType } from '../../journal/vkey.js';
import { instant, line } from './text.js';

/** What a key may sign: content, reviews, commands of dispatchers, work of technicians. */
export const ROLES = ['publisher', 'reviewer', 'dispatcher', 'technician'] as const;
export type Role = (typeof ROLES)[number];

/** The id under which a trust document travels: topic `…/trust/trust`. */
export const TRUST_ID = 'trust';

const key = z.strictObject({
  vkey: z
    .string()
    .max(512)
    .refine((text) => {
      try {
        return parseVkey(text).type === SignatureType.ed25519;
      } catch {
        return false;
      }
    }, 'expected the vkey of an Ed25519 key (type 01)'),
  roles: z.array(z.enum(ROLES)).min(1).max(ROLES.length),
  /** Whose key it is: a person or a post. Two keys of one holder count as one where two are asked for. */
  holder: line(120),
  /** Content issued before or after is not signed by this key. */
  notBefore: instant.optional(),
  notAfter: instant.optional(),
});

/** Keys and roles, signed by the authority's root key. It has a version instead of a revision and is for every hall of the authority. */
export const trust = z
  .strictObject({
    kind: z.literal('trust'),
    version: z.int().min(1).max(1_000_000_000),
    issued: instant,
    keys: z.array(key).min(1).max(256),
  })
  .superRefine(({ keys }, context) => {
    const seen = new Map<string, number>();
    keys.forEach(({ vkey, roles }, at) => {
      if (roles.includes('publisher') && roles.includes('reviewer')) {
        const message = 'expected publisher or reviewer: who publishes does not review';
        context.addIssue({ code: 'custom', path: ['keys', at, 'roles'], message });
      }
      if (new Set(roles).size < roles.length) {
        context.addIssue({
          code: 'custom',
          path: ['keys', at, 'roles'],
          message: 'expected every role once',
        });
      }
      // A key under two names could sign as both.
      for (const same of namesOf(vkey)) {
        const earlier = seen.get(same);
        if (earlier !== undefined) {
          const message = `expected every key and every keyid once, but it is that of keys.${earlier}`;
          context.addIssue({ code: 'custom', path: ['keys', at, 'vkey'], message });
          break;
        }
        seen.set(same, at);
      }
    });
  });

export type Trust = z.infer<typeof trust>;

function namesOf(text: string): string[] {
  try {
    const vkey = parseVkey(text);
    // A vkey begins with the keyid by which signatures name it.
    return [text.slice(0, text.lastIndexOf('+')), vkey.publicKey.toString('hex')];
  } catch {
    return [];
  }
}
