import { z } from 'zod';
import { LiuhenError } from '../../config/errors.js';
import { MAX_ENVELOPE_BYTES } from '../disclosure/envelope.js';
import { KINDS } from '../disclosure/kinds/head.js';
import type { Accepted, Refused } from '../disclosure/refusal.js';
import type { NoticeSummary } from '../evidence/notice-bundle.js';
import type { BoardReport } from './board-report.js';
import type { NoticeOrder } from './notice-export.js';
import { order, question, type Routes } from './route.js';

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
/** An envelope as a JSON string: its quotation marks are escaped. */
const MAX_BODY_BYTES = 2 * MAX_ENVELOPE_BYTES;

/** What a running kiosk is asked about its content, and given. */
export function boardRoutes(board: BoardActions | undefined): Routes {
  const configured = () => {
    if (board !== undefined) return board;
    throw new LiuhenError('LIUHEN_STATE', 'board: this agent shows no content', {
      next: 'ask the one that runs with profile: kiosk',
    });
  };
  return {
    'GET /board': question(() => configured().report()),
    'POST /board/take': order(
      takeSchema,
      ({ envelope }) => configured().take(Buffer.from(envelope)),
      MAX_BODY_BYTES,
    ),
    'POST /board/export': order(noticeSchema, (notice) => {
      const { exportNotice } = configured();
      if (exportNotice !== undefined) return exportNotice(notice);
      throw new LiuhenError('LIUHEN_STATE', 'board: this agent exports no display');
    }),
  };
}
