import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import { LiuhenError, messageOf } from '../../config/errors.js';
import type { ContentRef } from '../disclosure/kinds/head.js';
import { type Assets, loadAssets } from './assets.js';
import { type Append, FeedbackBox } from './feedback.js';
import { guard } from './guard.js';
import { beatSchema, Heartbeat, type PageFacts } from './heartbeat.js';
import { Live, type LiveEvent } from './live.js';
import { messagePage } from './pages/forms.js';
import { feedbackRoutes } from './routes-feedback.js';
import { pageRoutes, viewOfRequest } from './routes-pages.js';
import { Screen, type ScreenParts, type ScreenSettings } from './screen.js';

export interface KioskSettings extends ScreenSettings {
  /** 0: the kernel picks one. */
  port: number;
  /** Silence of the page after which it counts as showing nothing. */
  lostAfterMs: number;
}

export interface KioskParts extends Omit<ScreenParts, 'build' | 'settings'> {
  settings: KioskSettings;
  device: string;
  append: Append;
  /** What the page shows at this moment, as long as it goes on saying so. */
  report(shown: readonly ContentRef[]): void;
  /** Entries that the archive has cosigned. */
  witnessed(): number;
  log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
}

export interface KioskFacts {
  url: string;
  window: string;
  page: PageFacts;
  /** Pages that listen. */
  listening: number;
  /** Who the first page says serves. */
  serving: { name: string; state: string } | null;
  stale: { since: string | null } | null;
  feedback: { taken: number; refused: number };
}

export interface Kiosk {
  url: string;
  facts(): KioskFacts;
  /** Tells the open pages. */
  tell(event: LiveEvent): void;
  close(): Promise<void>;
}

/** Who looks at the clock for what time alone changes: stale content, somebody's return. */
const LOOK_MS = 5000;
/** A browser opens six at a time; a second window and a technician's curl fit as well. */
const MOST_CONNECTIONS = 64;

/** Serves the screen on 127.0.0.1 until closed. Rejects with LIUHEN_STATE when the port is taken. */
export async function startKiosk(parts: KioskParts): Promise<Kiosk> {
  const { settings, board, clock } = parts;
  const assets = await loadAssets();
  const screen = new Screen({ ...parts, build: assets.build });
  const live = new Live(assets.build);
  const box = new FeedbackBox({ ...parts, window: settings.window });
  const heartbeat = new Heartbeat({
    renders: screen.renders,
    clock,
    lostAfterMs: settings.lostAfterMs,
    report: parts.report,
  });
  const onChange = () => live.tell('change');
  board.on('change', onChange);

  let port = settings.port;
  const app = routes({ ...parts, screen, live, box, heartbeat, assets, port: () => port });
  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  server.maxConnections = MOST_CONNECTIONS;
  server.headersTimeout = 10_000;
  server.requestTimeout = 20_000;
  port = await listening(server, settings.port);
  let signature = screen.signature();
  const look = setInterval(() => {
    const now = screen.signature();
    if (now !== signature) live.tell('change');
    signature = now;
  }, LOOK_MS);

  const url = `http://127.0.0.1:${port}/`;
  return {
    url,
    tell: (event) => live.tell(event),
    facts: () => factsOf(url, { screen, live, box, heartbeat }),
    async close() {
      clearInterval(look);
      board.off('change', onChange);
      live.close();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      screen.close();
    },
  };
}

interface Routed extends KioskParts {
  screen: Screen;
  live: Live;
  box: FeedbackBox;
  heartbeat: Heartbeat;
  assets: Assets;
  port(): number;
}

function routes(parts: Routed): Hono {
  const { screen, live, box, heartbeat, assets, log } = parts;
  const app = new Hono();
  app.use(guard(parts.port));
  app.get('/assets/:build/:name', (c) => {
    const file = c.req.param('build') === assets.build ? assets.files.get(c.req.param('name')) : undefined;
    if (file === undefined) return c.text('not found\n', 404);
    return c.body(file.body, 200, {
      'Content-Type': file.type,
      'Cache-Control': 'public, max-age=31536000, immutable',
    });
  });
  app.use(async (c, next) => {
    await next();
    c.res.headers.set('Cache-Control', 'no-store');
  });
  app.get('/live', (c) => live.stream(c));
  app.get('/health', (c) => c.json(heartbeat.facts()));
  app.post('/heartbeat', bodyLimit({ maxSize: 1024 }), async (c) => {
    const beat = beatSchema.safeParse(await c.req.json().catch(() => undefined));
    if (!beat.success) return c.text('expected render and drawn\n', 400);
    return c.body(null, heartbeat.beat(beat.data) ? 204 : 410);
  });
  pageRoutes(app, screen);
  feedbackRoutes(app, { screen, box, witnessed: parts.witnessed, log });
  app.notFound((c) => {
    const view = viewOfRequest(c);
    const frame = screen.frame(c.req.path, []);
    return c.html(
      messagePage({ view: { ...view, path: '/' }, frame, title: 'missing', next: 'missingNext' }),
      404,
    );
  });
  app.onError((error, c) => {
    // A body beyond its bound, or one that breaks off.
    if (error instanceof HTTPException) return error.getResponse();
    log.warn({ err: messageOf(error), path: c.req.path }, 'kiosk: a page failed');
    const view = viewOfRequest(c);
    const frame = screen.frame(c.req.path, []);
    return c.html(
      messagePage({ view: { ...view, path: '/' }, frame, title: 'failed', next: 'failedNext' }),
      500,
    );
  });
  return app;
}

function factsOf(
  url: string,
  { screen, live, box, heartbeat }: Pick<Routed, 'screen' | 'live' | 'box' | 'heartbeat'>,
) {
  const serving = screen.serving();
  const stale = screen.stale();
  return {
    url,
    window: screen.window,
    page: heartbeat.facts(),
    listening: live.pages,
    serving: serving === undefined ? null : { name: serving.person.name.zh, state: serving.state },
    stale:
      stale === undefined
        ? null
        : { since: stale.sinceMs === undefined ? null : new Date(stale.sinceMs).toISOString() },
    feedback: { ...box.counts },
  };
}

/** Listens on the loopback address alone. */
function listening(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      reject(
        new LiuhenError('LIUHEN_STATE', `kiosk: could not listen on 127.0.0.1:${port}: ${cause.message}`, {
          cause,
          next: 'end what uses that port, or set kiosk.port to another',
        }),
      );
    });
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(address !== null && typeof address === 'object' ? address.port : port);
    });
  });
}
