import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { ERROR_CODES, type ErrorCode, LiuhenError, messageOf, systemCodeOf } from '../../config/errors.js';
import { controlSocket } from './socket.js';

/**
 * Asks the agent that runs on this data folder. Throws LIUHEN_NOT_RUNNING when none does, LIUHEN_STORAGE_IO where
 * its folder is another user's, and the agent's own error otherwise. Waits as long as the agent takes.
 */
export async function callAgent(
  dataFolder: string,
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
): Promise<unknown> {
  const { status, answer } = await send(controlSocket(dataFolder), method, path, body);
  let value: unknown;
  try {
    value = JSON.parse(answer);
  } catch {
    throw new LiuhenError(
      'LIUHEN_MESSAGE',
      `agent: expected JSON from ${method} ${path}, got ${answer.slice(0, 80)}`,
    );
  }
  if (status === 200) return value;
  const { code, message, next } = value as { code?: string; message?: string; next?: string };
  const known =
    code !== undefined && Object.hasOwn(ERROR_CODES, code) ? (code as ErrorCode) : 'LIUHEN_MESSAGE';
  throw new LiuhenError(known, message ?? `agent: status ${status}`, next === undefined ? {} : { next });
}

function send(
  socketPath: string,
  method: string,
  path: string,
  body: unknown,
): Promise<{ status: number; answer: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ socketPath, method, path, headers: { 'content-type': 'application/json' } });
    outgoing.on('error', (error) => {
      const code = systemCodeOf(error);
      if (code === 'ENOENT' || code === 'ECONNREFUSED') {
        const none = `no agent is running on ${socketPath}`;
        reject(
          new LiuhenError('LIUHEN_NOT_RUNNING', none, { cause: error, next: 'start it with liuhen run' }),
        );
      } else if (code === 'EACCES') {
        const refused = `agent at ${socketPath}: only its own user may ask it`;
        reject(new LiuhenError('LIUHEN_STORAGE_IO', refused, { cause: error }));
      } else {
        const broken = `agent at ${socketPath}: ${messageOf(error)}`;
        reject(
          new LiuhenError('LIUHEN_LINK', broken, {
            cause: error,
            next: 'liuhen status says whether it still runs',
          }),
        );
      }
    });
    outgoing.on('response', (incoming) => {
      text(incoming).then((answer) => resolve({ status: incoming.statusCode ?? 0, answer }), reject);
    });
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
