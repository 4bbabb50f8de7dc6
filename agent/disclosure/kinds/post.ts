import { z } from 'zod';
import { HEAD } from './head.js';
import { image } from './image.js';
import { contentId, instant, line, lineText, phone, proseText } from './text.js';

const person = { name: lineText(60), photo: image.optional(), credential: line(64).optional() };

/** Whether somebody serves the window now, as the authority says; a card at the window may say it more recently. */
const duty = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('on-duty') }),
  z.strictObject({ state: z.literal('away'), until: instant.optional(), reason: lineText(100).optional() }),
  z.strictObject({ state: z.literal('replaced'), by: z.strictObject(person), until: instant.optional() }),
]);

/** 岗位信息: who serves a window. `credential` is the number of the enforcement certificate. */
export const post = z.strictObject({
  kind: z.literal('post'),
  ...HEAD,
  /** As it is written above the window. */
  window: line(16),
  ...person,
  post: lineText(80),
  duties: z.array(proseText(500)).min(1).max(20),
  languages: z.array(lineText(40)).max(10).default([]),
  supervisionPhone: phone,
  workingHours: lineText(200),
  duty,
  /** Service guides (ids of `disclosure` content) of what can be done at this window. */
  services: z.array(contentId).max(100).default([]),
});

export type Post = z.infer<typeof post>;
