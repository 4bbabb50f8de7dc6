import { randomBytes, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { LiuhenError, messageOf } from '../../config/errors.js';
import { PACKAGE_ROOT } from '../../config/package-root.js';
import type { RecordingState } from '../buffer/recordings.js';
import { bytesText } from '../cli/text.js';
import type { History } from '../doctor/history.js';
import { CONTENT_SECURITY_POLICY, guard } from '../kiosk/guard.js';
import { loadLanguage, spokenIn } from '../words/spoken.js';
import type { Words } from '../words/words.js';
import { chartSvg } from './chart.js';
import { recorderPage, type StatusRow } from './page.js';
import { pictureOf } from './picture.js';

/** What the page is made of, asked of the running agent. */
export interface RecorderFacts {
  device(): Promise<string>;
  rows(): Promise<StatusRow[]>;
  recordings(): Promise<RecordingState[]>;
  history(): Promise<History['samples']>;
  /** Fragmented MP4 that begins with a key frame; undefined while there is none. */
  footage(): Promise<Buffer | undefined>;
  /** Writes a bundle and returns its folder. */
  exportRecording(recording: number): Promise<string>;
}

export interface RecorderWeb {
  /** With the key that lets in: other users of this machine can reach the port, and do not know it. */
  url: string;
  close(): Promise<void>;
}

const ASSETS = {
  'recorder.css': 'text/css',
  'recorder.js': 'text/javascript',
  'recorder.svg': 'image/svg+xml',
} as const;
const MOST_SHOWN = 200;
const POLICY = CONTENT_SECURITY_POLICY.replace('img-src data:', "img-src 'self'");

/** Serves the recorder's own page on 127.0.0.1 until closed; port 0: the kernel picks one. Rejects with LIUHEN_STATE when it is taken. */
export async function startRecorderWeb(
  facts: RecorderFacts,
  words: Words,
  wantedPort: number,
): Promise<RecorderWeb> {
  await loadLanguage(words.language);
  const key = randomBytes(16).toString('hex');
  let port = wantedPort;
  // A browser keeps the cookies of all ports of a machine together: each page has one of its own.
  const cookie = () => `liuhen-${port}`;
  const app = new Hono();
  app.use(async (c, next) => {
    await next();
    c.res.headers.set('Content-Security-Policy', POLICY);
    if (!c.res.headers.has('Cache-Control')) c.res.headers.set('Cache-Control', 'no-store');
  });
  app.use(guard(() => port));
  app.use(async (c, next) => {
    const asked = c.req.query('key');
    if (asked !== undefined && isKey(asked, key)) {
      setCookie(c, cookie(), key, { httpOnly: true, sameSite: 'Strict', path: '/' });
      return c.redirect('/');
    }
    if (!isKey(getCookie(c, cookie()) ?? '', key))
      return c.text('expected the address that liuhen status --web printed\n', 403);
    await next();
    return undefined;
  });
  pages(app, facts, words);
  app.onError((error, c) => c.text(faultText(error, words), error instanceof LiuhenError ? 409 : 500));

  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  server.maxConnections = 32;
  port = await listening(server, wantedPort);
  return {
    url: `http://127.0.0.1:${port}/?key=${key}`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function pages(app: Hono, facts: RecorderFacts, words: Words): void {
  // What the agent says about just this moment is English: why the camera fails, why the link broke.
  const rowsInLanguage = async () =>
    (await facts.rows()).map(
      ([name, value, isAlarm]): StatusRow => [name, spokenIn(words.language, value), isAlarm],
    );
  app.get('/', async (c) => {
    const [device, rows, recordings] = await Promise.all([
      facts.device(),
      rowsInLanguage(),
      facts.recordings(),
    ]);
    const newest = recordings.toReversed().slice(0, MOST_SHOWN);
    return c.html(recorderPage({ words, device, rows, recordings: newest }));
  });
  app.get('/status.json', async (c) => c.json(await rowsInLanguage()));
  app.get('/picture.jpg', async (c) => {
    const footage = await facts.footage();
    const picture = footage === undefined ? undefined : await pictureOf(footage);
    if (picture === undefined) return c.text('no picture\n', 404);
    return c.body(new Uint8Array(picture), 200, { 'Content-Type': 'image/jpeg' });
  });
  app.get('/chart/backlog.svg', (c) =>
    chart(c, words.web.chart.backlog, facts, ({ backlogBytes }) => backlogBytes),
  );
  app.get('/chart/disk.svg', (c) => chart(c, words.web.chart.disk, facts, ({ freeBytes }) => freeBytes));
  app.post('/export/:recording', async (c) => {
    const id = c.req.param('recording');
    if (!/^[0-9]{1,15}$/.test(id)) return c.text('expected the id of a recording\n', 400);
    return c.text(words.web.exported(await facts.exportRecording(Number(id))));
  });
  for (const [name, type] of Object.entries(ASSETS)) {
    app.get(`/assets/${name}`, async (c) => {
      const body = await readFile(join(PACKAGE_ROOT, 'agent/web/assets', name), 'utf8');
      return c.body(body, 200, { 'Content-Type': `${type}; charset=utf-8` });
    });
  }
}

/** What went wrong and what to do, in the language of the page. */
function faultText(error: Error, { language }: Words): string {
  const next = error instanceof LiuhenError && error.next !== undefined ? [error.next] : [];
  return [messageOf(error), ...next].map((text) => `${spokenIn(language, text)}\n`).join('');
}

async function chart(
  c: Context,
  title: string,
  facts: RecorderFacts,
  quantityOf: (sample: History['samples'][number]) => number,
) {
  const svg = chartSvg(title, await facts.history(), Date.now(), quantityOf, bytesText);
  return c.body(svg, 200, { 'Content-Type': 'image/svg+xml' });
}

function isKey(asked: string, key: string): boolean {
  const given = Buffer.from(asked);
  const wanted = Buffer.from(key);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

function listening(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const next = 'choose another with --port';
      reject(new LiuhenError('LIUHEN_STATE', `port ${port}: ${messageOf(error)}`, { cause: error, next }));
    });
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
