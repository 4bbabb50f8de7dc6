import { z } from 'zod';
import { LiuhenError } from '../../config/errors.js';
import type { Firmware } from '../firmware.js';
import { order, question, type Routes } from './route.js';

const updateSchema = z.strictObject({
  file: z.string().min(1).max(4096),
  confirm: z.boolean().default(false),
});

/** What the socket can ask about the microcontroller's firmware; `firmware` is undefined where none is configured. */
export function firmwareRoutes(firmware: Firmware | undefined): Routes {
  const configured = () => {
    if (firmware !== undefined) return firmware;
    throw new LiuhenError('LIUHEN_STATE', 'firmware: this device has no microcontroller configured', {
      next: 'set hardware.board.port',
    });
  };
  return {
    'GET /firmware': question(() => configured().info()),
    'GET /firmware/progress': question(() => configured().progress ?? null),
    'POST /firmware/update': order(updateSchema, (update) => configured().update(update)),
    'POST /firmware/confirm': question(() => configured().confirm()),
    'POST /firmware/rollback': question(() => configured().rollback()),
  };
}
