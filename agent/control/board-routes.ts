import type { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import { LiuhenError } from '../../config/errors.js';
import { MAX_ENVELOPE_BYTES } from '../disclosure/envelope.js';
import { KINDS } from '../disclosure/kinds/head.js';
import type { Accepted, Refused } from '../disclosure/refusal.js';
import type { NoticeSummary } from '../evidence/notice-bundle.js';
import type { BoardReport } from './board-report.js';
import { readBody } from './body.js';
import type { NoticeOrder } from './notice-export.js';

/** What a running kiosk can be asked about its content, and given. */
export interface BoardActions {
  report(): BoardReport;
  /** Takes one envelope as from a file. */
  take(envelope: Buffer): Promise<Accepted | Refused>;
  /** Writes the proof of a display, and says so in the journal. */
  exportNotice?(order: NoticeOrder): Promise<NoticeSummary>;
}

const noticeSchema = z.strictObject({
  kind: z.enum(KINDS),
  id: z.string().max(64),
  began: z.int().min(0).optional(),
  out: z.string().max(4096),
  why: z.string().max(1024).default('exported by command'),
});

const takeSchema = z.strictObject({ envelope: z.string().min(1).max(MAX_ENVELOPE_BYTES) });
const MAX_REQUEST_BYTES = 64 * 1024;
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
  app.post('/board/export', bodyLimit({ maxSize: MAX_REQUEST_BYTES }), async (c) => {
    const order = await readBody(c.req, noticeSchema);
    const { exportNotice } = configured();
    if (exportNotice === undefined)
      throw new LiuhenError('LIUHEN_STATE', 'board: this agent exports no display');
    return c.json(await exportNotice(order));
  });
}
