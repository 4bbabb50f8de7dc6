import type { Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { messageOf } from '../../config/errors.js';
import type { BoardItem } from '../disclosure/board-item.js';
import type { Content } from '../disclosure/kinds/kinds.js';
import { type Feedback, type FeedbackBox, MAX_NOTE_CHARACTERS, ratingForm, reportForm } from './feedback.js';
import { messagePage, ratePage, receiptPage, reportPage } from './pages/forms.js';
import { T } from './pages/parts.js';
import { viewOfRequest } from './routes-pages.js';
import type { Screen } from './screen.js';
import type { View } from './view.js';

export interface FeedbackRoutes {
  screen: Screen;
  box: FeedbackBox;
  /** Entries that the archive has cosigned. */
  witnessed(): number;
  log: { warn(fields: object, message: string): void };
}

const MAX_FORM_BYTES = 16 * 1024;

/** What visitors tell, and the receipts for it. Forms work without any script. */
export function feedbackRoutes(app: Hono, parts: FeedbackRoutes): void {
  const { screen, box, witnessed } = parts;

  app.get('/report', (c) => {
    const kind = c.req.query('kind') ?? '';
    const id = c.req.query('id') ?? '';
    const item = shownItem(screen, kind, id);
    const view = viewOfRequest(c, item === undefined ? {} : { kind, id });
    return c.html(reportPage({ view, frame: screen.frame('/report', []), ...aboutOf(item, view) }));
  });

  app.post('/report', bodyLimit({ maxSize: MAX_FORM_BYTES }), async (c) => {
    const parsed = reportForm.safeParse(await formOf(c));
    const view = viewOfRequest(c);
    const again = (problem: 'chooseOne' | 'tooLong', item?: BoardItem) => {
      const { what: chosen = [], note = '' } = parsed.data ?? {};
      const frame = screen.frame('/report', []);
      return c.html(reportPage({ view, frame, problem, chosen, note, ...aboutOf(item, view) }), 422);
    };
    if (!parsed.success) return again('tooLong');
    const { what, note, kind, id } = parsed.data;
    const item = shownItem(screen, kind, id);
    if (isTooLong(note)) return again('tooLong', item);
    if (what.length === 0 && note === '') return again('chooseOne', item);
    const about = item === undefined ? {} : { about: refOf(item) };
    return await take(c, parts, view, {
      name: 'error-report',
      ...about,
      what,
      ...(note === '' ? {} : { note }),
    });
  });

  app.get('/rate', (c) => c.html(ratePage({ view: viewOfRequest(c), frame: screen.frame('/rate', []) })));

  app.post('/rate', bodyLimit({ maxSize: MAX_FORM_BYTES }), async (c) => {
    const form = await formOf(c);
    const parsed = ratingForm.safeParse(form);
    const view = viewOfRequest(c);
    const frame = screen.frame('/rate', []);
    if (!parsed.success) return c.html(ratePage({ view, frame, problem: 'chooseRating' }), 422);
    const { rating, why, note } = parsed.data;
    if (isTooLong(note))
      return c.html(ratePage({ view, frame, problem: 'tooLong', rating, chosen: why, note }), 422);
    const credential = screen.serving()?.person.credential;
    return await take(c, parts, view, {
      ...{ name: 'rating', rating, why },
      ...(note === '' ? {} : { note }),
      ...(credential === undefined ? {} : { credential }),
    });
  });

  app.get('/receipt/:number', (c) => {
    const view = viewOfRequest(c);
    const receipt = box.receipt(c.req.param('number'));
    const frame = screen.frame('/receipt', []);
    if (receipt === undefined) {
      return c.html(messagePage({ view, frame, title: 'receiptGone', next: 'receiptGoneNext' }), 404);
    }
    return c.html(receiptPage({ view, frame, receipt, witnessed: witnessed() > receipt.n }));
  });
}

/** Seals it and leads to the receipt, which a reload does not send again. */
async function take(c: Context, { screen, box, log }: FeedbackRoutes, view: View, feedback: Feedback) {
  const frame = screen.frame(c.req.path, []);
  try {
    const receipt = await box.take(feedback);
    if (receipt === undefined) {
      return c.html(messagePage({ view, frame, title: 'tooMany', next: 'tooManyNext' }), 429, {
        'Retry-After': '60',
      });
    }
    return c.redirect(view.to(`/receipt/${receipt.number}`), 303);
  } catch (error) {
    log.warn(
      { err: messageOf(error), feedback: feedback.name },
      'kiosk: what a visitor said could not be sealed',
    );
    return c.html(messagePage({ view, frame, title: 'notTaken', next: 'notTakenNext' }), 503);
  }
}

function isTooLong(note: string): boolean {
  return Array.from(note).length > MAX_NOTE_CHARACTERS;
}

/** The fields of a form, a repeated one as a list. */
async function formOf(c: Context): Promise<Record<string, string | string[]>> {
  const fields = new URLSearchParams(await c.req.text());
  return Object.fromEntries(
    [...new Set(fields.keys())].map((name) => {
      const values = fields.getAll(name);
      return [name, values.length === 1 ? (values[0] ?? '') : values];
    }),
  );
}

function shownItem({ board }: Screen, kind: string, id: string): BoardItem | undefined {
  const item = board.item(kind as Content['kind'], id) as BoardItem | undefined;
  return item?.state === 'shown' ? item : undefined;
}

function refOf({ kind, id, revision, sha256 }: BoardItem) {
  return { kind, id, revision, sha256 };
}

function aboutOf(item: BoardItem | undefined, view: View) {
  if (item === undefined || item.content.kind === 'review') return {};
  const { kind, id, content } = item;
  const title = content.kind === 'post' ? content.post : content.title;
  return { about: { kind, id, title: <T of={title} view={view} /> } };
}
