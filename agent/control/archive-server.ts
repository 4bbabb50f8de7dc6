import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import type { Config } from '../../config/load.js';
import type { Clock } from '../../drivers/clock.js';
import type { Archive } from '../archive/archive.js';
import { LANGUAGES, words } from '../words/words.js';
import { readBody } from './body.js';
import { answerErrors, serveSocket } from './server.js';

const doctorSchema = z.object({ language: z.enum(LANGUAGES).default('en') });

/** What can be asked of a running archive on its folder's socket: how it stands, and an examination. Returns how to end it. */
export async function startArchiveControl(
  archive: Archive,
  config: Config,
  clock: Clock,
): Promise<() => Promise<void>> {
  const app = new Hono();
  app.use(bodyLimit({ maxSize: 64 * 1024 }));
  app.get('/status', (c) => c.json(archive.status()));
  app.post('/doctor', async (c) => {
    const { language } = await readBody(c.req, doctorSchema);
    const { examineArchive } = await import('../doctor/archive-role.js');
    const running = { pid: process.pid, upSec: Math.round(process.uptime()) };
    const examined = {
      ...{ config, clock, running },
      status: () => archive.status(),
      store: async (device: string) => archive.store(device),
    };
    return c.json(await examineArchive(examined, words(language)));
  });
  answerErrors(app);
  return await serveSocket(config.data, app);
}
