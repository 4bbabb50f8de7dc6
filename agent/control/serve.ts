import { chmod, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { LiuhenError, messageOf } from '../../config/errors.js';
import type { Routes } from './route.js';
import { controlSocket } from './socket.js';

/** How long who asked may take to read the last answer. */
const READ_MS = 2000;

/** A request that is being answered. */
interface Answering {
  incoming: IncomingMessage;
  done: Promise<void>;
}

/**
 * Answers on the data folder's socket, which only the agent's own user can open; for those who hold its database. Node's own server, because
 * a framework's `Response` would bring ten megabytes of HTTP client along. Returns how to end it: what is being done is done and answered
 * first, and who says half of something, or does not read, keeps no device from ending.
 */
export async function serveSocket(
  dataFolder: string,
  routes: Routes,
  readMs = READ_MS,
): Promise<() => Promise<void>> {
  const path = controlSocket(dataFolder);
  // The data folder is locked by its database, so a socket that is here belongs to an agent that died.
  await rm(path, { force: true });
  const answering = new Set<Answering>();
  const server = createServer((incoming, outgoing) => {
    const each = { incoming, done: answer(routes, incoming, outgoing) };
    answering.add(each);
    void each.done.then(() => answering.delete(each));
  });
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

/** Never rejects: who asked is told what failed, in the form that `callAgent` reads. */
async function answer(routes: Routes, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  try {
    const name = `${incoming.method} ${incoming.url}`;
    const route = Object.hasOwn(routes, name) ? routes[name] : undefined;
    if (route === undefined) {
      throw new LiuhenError('LIUHEN_USAGE', `${name.slice(0, 80)}: this agent answers no such request`);
    }
    say(outgoing, 200, await route.answer(await bodyOf(incoming, route.maxBytes)));
  } catch (error) {
    const known = error instanceof LiuhenError;
    const { code, next } = known ? error : { code: 'LIUHEN_STORAGE_IO', next: undefined };
    say(outgoing, known ? 409 : 500, { code, message: messageOf(error), next });
  }
}

function say(outgoing: ServerResponse, status: number, value: unknown): void {
  // What is left of a body that nobody read would be in the way of the next request.
  if (!outgoing.req.complete) outgoing.shouldKeepAlive = false;
  outgoing.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value ?? null));
}

async function bodyOf(incoming: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes)
      throw new LiuhenError('LIUHEN_USAGE', `request: expected at most ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
