import { z } from 'zod';
import { contentId, lineText, proseText } from './text.js';

/** A procedure as a chart: the first step is where it begins; a step without `next` is an end. */
export const steps = z
  .array(
    z.strictObject({
      id: contentId,
      name: lineText(60),
      text: proseText(1000).optional(),
      /** Who does it. */
      actor: lineText(60).optional(),
      /** Within how many working days. */
      workingDays: z.int().min(0).max(1000).optional(),
      next: z
        .array(z.strictObject({ to: contentId, when: lineText(60).optional() }))
        .max(8)
        .default([]),
    }),
  )
  .min(1)
  .max(40)
  .superRefine((all, context) => {
    const ids = new Set(all.map(({ id }) => id));
    if (ids.size < all.length) context.addIssue({ code: 'custom', message: 'expected every step id once' });
    all.forEach(({ next }, at) => {
      for (const [way, { to }] of next.entries()) {
        if (ids.has(to)) continue;
        context.addIssue({
          code: 'custom',
          path: [at, 'next', way, 'to'],
          message: `there is no step ${to}`,
        });
      }
    });
    const reached = new Set<string>();
    const open = all[0] === undefined ? [] : [all[0].id];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (reached.has(id)) continue;
      reached.add(id);
      open.push(...(all.find((step) => step.id === id)?.next.map(({ to }) => to) ?? []));
    }
    const lost = all.find(({ id }) => !reached.has(id));
    if (lost !== undefined) {
      context.addIssue({ code: 'custom', message: `expected a way from the first step to ${lost.id}` });
    }
    if (all.every(({ next }) => next.length > 0)) {
      context.addIssue({ code: 'custom', message: 'expected a step without next: an end' });
    }
  });

export type Steps = z.infer<typeof steps>;
