import type { Hono } from 'hono';
import { z } from 'zod';
import { LiuhenError } from '../../config/errors.js';
import type { Firmware } from '../firmware.js';
import { readBody } from './body.js';

const updateSchema = z.strictObject({
  file: z.string().min(1).max(4096),
  confirm: z.boolean().default(false),
});

/** What the socket can ask about the microcontroller's firmware; `firmware` is undefined where none is configured. */
export function firmwareRoutes(app: Hono, firmware: Firmware | undefined): void {
  const configured = () => {
    if (firmware !== undefined) return firmware;
    throw new LiuhenError('LIUHEN_STATE', 'firmware: this device has no microcontroller configured', {
      next: 'set hardware.board.port',
    });
  };
  app.get('/firmware', async (c) => c.json(await configured().info()));
  app.get('/firmware/progress', (c) => c.json(configured().progress ?? null));
  app.post('/firmware/update', async (c) =>
    c.json(await configured().update(await readBody(c.req, updateSchema))),
  );
  app.post('/firmware/confirm', async (c) => c.json(await configured().confirm()));
  app.post('/firmware/rollback', async (c) => c.json(await configured().rollback()));
}
