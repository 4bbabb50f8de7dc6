import type { Hono } from 'hono';
import { z } from 'zod';
import { LiuhenError } from '../../config/errors.js';
import type { Examined } from '../doctor/examined.js';
import type { Sample } from '../doctor/history.js';
import type { Journal } from '../journal/journal.js';
import { LANGUAGES, words } from '../words/words.js';
import { readBody } from './body.js';
import { checkpointsOf } from './checkpoints.js';

const text = z.string().max(1024);
const doctorSchema = z.strictObject({
  language: z.enum(LANGUAGES).default('en'),
  gate: z.boolean().default(false),
  witnessMs: z.int().min(1).max(600_000).optional(),
});
const configChangedSchema = z.strictObject({ who: text.min(1), what: text.min(1), why: text });

/** What a technician's examination needs of a running agent. */
export interface ExaminationActions {
  journal: Journal;
  /** The device as one examination sees it. */
  examined(): Examined;
  /** Backlog and disk over the last day; absent on a kiosk. */
  history?: () => readonly Sample[];
  /** Fragmented MP4 that begins with a key frame; absent on a kiosk. */
  picture?: () => Buffer | undefined;
}

/** The doctor, the newest checkpoints, and the entry about a changed setting; `actions` is undefined where nothing is examined. */
export function examinationRoutes(app: Hono, actions: ExaminationActions | undefined): void {
  const able = () => {
    if (actions !== undefined) return actions;
    throw new LiuhenError('LIUHEN_STATE', 'this agent does not examine its device');
  };
  app.post('/doctor', async (c) => {
    const { language, gate, witnessMs } = await readBody(c.req, doctorSchema);
    // Seldom asked: an agent that only records need not carry it.
    const { examine } = await import('../doctor/doctor.js');
    const options = { gate, ...(witnessMs === undefined ? {} : { witnessMs }) };
    return c.json(await examine(able().examined(), words(language), options));
  });
  app.get('/checkpoints', (c) => c.json(checkpointsOf(able().journal)));
  app.get('/history', (c) => c.json(able().history?.() ?? []));
  app.get('/picture', (c) => c.json({ mp4: able().picture?.()?.toString('base64') ?? null }));
  app.post('/config-changed', async (c) => {
    const change = await readBody(c.req, configChangedSchema);
    const { n } = await able().journal.append({ type: 'config-changed', ...change });
    return c.json({ entry: n });
  });
}
