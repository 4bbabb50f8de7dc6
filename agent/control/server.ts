import { chmod, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { createAdaptorServer, type Http2Bindings, type HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import { LiuhenError, messageOf } from '../../config/errors.js';
import type { Firmware } from '../firmware.js';
import { type BoardActions, boardRoutes } from './board-routes.js';
import { readBody } from './body.js';
import { type CommandDoor, commandRoutes } from './command-routes.js';
import { type ExaminationActions, examinationRoutes } from './examination-routes.js';
import { firmwareRoutes } from './firmware-routes.js';
import { controlSocket } from './socket.js';

/** What the socket can ask of a running agent. Each answers with what it prints as JSON. */
export interface ControlActions {
  status(): Promise<unknown>;
  recordings(): Promise<unknown>;
  start(request: z.infer<typeof startSchema>): Promise<unknown>;
  stop(request: z.infer<typeof stopSchema>): Promise<unknown>;
  mark(request: z.infer<typeof markSchema>): Promise<unknown>;
  check(request: z.infer<typeof checkSchema>): Promise<unknown>;
  exportBundle(request: z.infer<typeof exportSchema>): Promise<unknown>;
  /** Absent where nothing is examined. */
  examination?: ExaminationActions | undefined;
  /** Absent where no microcontroller is configured. */
  firmware?: Firmware | undefined;
  /** Absent where no root key is pinned, and so nobody can command it. */
  commands?: CommandDoor | undefined;
  /** Absent where no content is shown. */
  board?: BoardActions | undefined;
}

const text = z.string().max(1024);
const startSchema = z.strictObject({
  behaviour: text.optional(),
  case: text.optional(),
  officer: text.optional(),
  wholeProcess: z.boolean().optional(),
});
/** `confirmed` ends a whole-process recording as well. */
const stopSchema = z.strictObject({ confirmed: z.boolean().default(false) });
const markSchema = z.strictObject({ kind: text.min(1).default('mark'), note: text.optional() });
const checkSchema = z.strictObject({ quick: z.boolean().default(false) });
const exportSchema = z.strictObject({
  recording: z.int().min(0).optional(),
  out: z.string().min(1).max(4096),
  why: text.default('exported by command'),
});

/** How long who asked may take to read the last answer. */
const READ_MS = 2000;

/** A request that is being answered. */
interface Answering {
  incoming: HttpBindings['incoming'] | Http2Bindings['incoming'];
  done: Promise<unknown>;
}

/**
 * Listens on the data folder's socket, which only the agent's own user can open. Returns how to end it: what is being done is done and answered
 * first, and who says half of something, or does not read, keeps no device from ending.
 */
export async function startControl(
  dataFolder: string,
  actions: ControlActions,
  readMs = READ_MS,
): Promise<() => Promise<void>> {
  return await serveSocket(dataFolder, routes(actions), readMs);
}

/** Answers on the data folder's socket; for those who hold its database. */
export async function serveSocket(
  dataFolder: string,
  app: Hono,
  readMs = READ_MS,
): Promise<() => Promise<void>> {
  const path = controlSocket(dataFolder);
  // The data folder is locked by its database, so a socket that is here belongs to an agent that died.
  await rm(path, { force: true });
  const answering = new Set<Answering>();
  const fetch = (request: Request, { incoming }: HttpBindings | Http2Bindings) => {
    const answer = Promise.resolve(app.fetch(request));
    // Whoever waits for the rest of a request that was cut short waits for ever.
    const cutShort = new Promise<void>((resolve) => {
      incoming.once('close', () => {
        if (!incoming.complete) resolve();
      });
    });
    const each = { incoming, done: Promise.race([answer, cutShort]).catch(() => {}) };
    answering.add(each);
    void each.done.then(() => answering.delete(each));
    return answer;
  };
  const server = createAdaptorServer({ fetch }) as Server;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  await chmod(path, 0o600);
  return async () => {
    // From here on node looks at no time limit of a connection any more.
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    while (answering.size > 0) {
      for (const { incoming } of answering) if (!incoming.complete) incoming.destroy();
      await Promise.all([...answering].map(({ done }) => done));
    }
    const enough = setTimeout(() => server.closeAllConnections(), readMs);
    await closed;
    clearTimeout(enough);
  };
}

function routes(actions: ControlActions): Hono {
  const app = new Hono();
  boardRoutes(app, actions.board);
  commandRoutes(app, actions.commands);
  app.use(bodyLimit({ maxSize: 64 * 1024 }));
  app.get('/status', async (c) => c.json(await actions.status()));
  app.get('/recordings', async (c) => c.json(await actions.recordings()));
  app.post('/start', async (c) => c.json(await actions.start(await readBody(c.req, startSchema))));
  app.post('/stop', async (c) => c.json(await actions.stop(await readBody(c.req, stopSchema))));
  app.post('/mark', async (c) => c.json(await actions.mark(await readBody(c.req, markSchema))));
  app.post('/check', async (c) => c.json(await actions.check(await readBody(c.req, checkSchema))));
  app.post('/export', async (c) => c.json(await actions.exportBundle(await readBody(c.req, exportSchema))));
  examinationRoutes(app, actions.examination);
  firmwareRoutes(app, actions.firmware);
  answerErrors(app);
  return app;
}

/** What failed, in the form that `callAgent` reads. */
export function answerErrors(app: Hono): void {
  app.onError((error, c) => {
    const known = error instanceof LiuhenError;
    const { code, next } = known ? error : { code: 'LIUHEN_STORAGE_IO', next: undefined };
    return c.json({ code, message: messageOf(error), next }, known ? 409 : 500);
  });
}
