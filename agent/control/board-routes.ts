import type { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import { LiuhenError } from '../../config/errors.js';
import { MAX_ENVELOPE_BYTES } from '../disclosure/envelope.js';
import type { Accepted, Refused } from '../disclosure/refusal.js';
import type { BoardReport } from './board-report.js';
import { readBody } from './body.js';

/** What a running kiosk can be asked about its content, and given. */
export interface BoardActions {
  report(): BoardReport;
  /** Takes one envelope as from a file. */
  take(envelope: Buffer): Promise<Accepted | Refused>;
}

const takeSchema = z.strictObject({ envelope: z.string().min(1).max(MAX_ENVELOPE_BYTES) });
/** An envelope as a JSON string: its quotation marks are escaped. */
const MAX_BODY_BYTES = 2 * MAX_ENVELOPE_BYTES;

/** Registered before the general limit of a request's body, which an envelope may exceed. */
export function boardRoutes(app: Hono, board: BoardActions | undefined): void {
  const configured = () => {
    if (board !== undefined) return board;
    throw new LiuhenError('LIUHEN_STATE', 'board: this agent shows no content', {
      next: 'ask the one that runs with profile: kiosk',
    });
  };
  app.get('/board', (c) => c.json(configured().report()));
  app.post('/board/take', bodyLimit({ maxSize: MAX_BODY_BYTES }), async (c) => {
    const { envelope } = await readBody(c.req, takeSchema);
    return c.json(await configured().take(Buffer.from(envelope)));
  });
}
