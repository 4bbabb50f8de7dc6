import { z } from 'zod';
import type { Config } from '../../config/load.js';
import type { Clock } from '../../drivers/clock.js';
import type { Archive } from '../archive/archive.js';
import { LANGUAGES, words } from '../words/words.js';
import { order, question } from './route.js';
import { serveSocket } from './serve.js';

const doctorSchema = z.object({ language: z.enum(LANGUAGES).default('en') });

/** What can be asked of a running archive on its folder's socket: how it stands, and an examination. Returns how to end it. */
export async function startArchiveControl(
  archive: Archive,
  config: Config,
  clock: Clock,
): Promise<() => Promise<void>> {
  return await serveSocket(config.data, {
    'GET /status': question(() => archive.status()),
    'POST /doctor': order(doctorSchema, async ({ language }) => {
      const { examineArchive } = await import('../doctor/archive-role.js');
      const running = { pid: process.pid, upSec: Math.round(process.uptime()) };
      const examined = {
        ...{ config, clock, running },
        status: () => archive.status(),
        store: async (device: string) => archive.store(device),
      };
      return await examineArchive(examined, words(language));
    }),
  });
}
