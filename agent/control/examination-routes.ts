import { z } from 'zod';
import { LiuhenError } from '../../config/errors.js';
import type { Examined } from '../doctor/examined.js';
import type { Sample } from '../doctor/history.js';
import type { Journal } from '../journal/journal.js';
import { LANGUAGES, words } from '../words/words.js';
import { checkpointsOf } from './checkpoints.js';
import { order, question, type Routes } from './route.js';

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
export function examinationRoutes(actions: ExaminationActions | undefined): Routes {
  const able = () => {
    if (actions !== undefined) return actions;
    throw new LiuhenError('LIUHEN_STATE', 'this agent does not examine its device');
  };
  return {
    'POST /doctor': order(doctorSchema, async ({ language, gate, witnessMs }) => {
      // Seldom asked: an agent that only records need not carry it.
      const { examine } = await import('../doctor/doctor.js');
      const options = { gate, ...(witnessMs === undefined ? {} : { witnessMs }) };
      return await examine(able().examined(), words(language), options);
    }),
    'GET /checkpoints': question(() => checkpointsOf(able().journal)),
    'GET /history': question(() => able().history?.() ?? []),
    'GET /picture': question(() => ({ mp4: able().picture?.()?.toString('base64') ?? null })),
    'POST /config-changed': order(configChangedSchema, async (change) => {
      const { n } = await able().journal.append({ type: 'config-changed', ...change });
      return { entry: n };
    }),
  };
}
