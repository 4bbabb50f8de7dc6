import { z } from 'zod';
import { lineText, proseText } from './text.js';

/** Where a law says so: its name, the article, and its words where they are quoted. */
export const basis = z.strictObject({
  law: lineText(200),
  article: lineText(100).optional(),
  text: proseText(4000).optional(),
});

export type Basis = z.infer<typeof basis>;
