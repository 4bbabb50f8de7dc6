import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { callAgent } from '../../agent/control/client.js';
import { type ControlActions, startControl } from '../../agent/control/server.js';
import { controlSocket } from '../../agent/control/socket.js';
import { type LiuhenError, nextOf } from '../../config/errors.js';

async function folderOf(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-control-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Connected, and this much was said; nothing is read. */
async function saying(t: ExecutionContext, folder: string, text: string): Promise<Socket> {
  const socket = connect(controlSocket(folder)).pause();
  socket.on('error', () => {});
  t.teardown(() => socket.destroy());
  await new Promise<void>((resolve) => socket.once('connect', () => socket.write(text, () => resolve())));
  return socket;
}

/** Only what is asked of it here. */
function actions(some: Partial<ControlActions>): ControlActions {
  return some as ControlActions;
}

test('who says nothing, half of something, or reads no answer does not keep an agent from ending', async (t) => {
  const folder = await folderOf(t);
  const large = 'x'.repeat(8 * 1024 * 1024);
  let asked = 0;
  const status = async () => {
    asked++;
    return { large };
  };
  const end = await startControl(folder, actions({ status }), 50);
  t.is((await stat(controlSocket(folder))).mode & 0o777, 0o600);
  await saying(t, folder, '');
  await saying(t, folder, 'POST /stop HTTP/1.1\r\nHost: a\r\n');
  await saying(t, folder, 'POST /stop HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{');
  await saying(t, folder, 'GET /status HTTP/1.1\r\nHost: a\r\n\r\n');
  while (asked === 0) await new Promise(setImmediate);
  await end();
  t.pass();
});

test('what is being done when an agent ends is done first, and answered', async (t) => {
  const folder = await folderOf(t);
  let begun: () => void = () => {};
  let finish: () => void = () => {};
  const working = new Promise<void>((resolve) => (begun = resolve));
  const done = new Promise<void>((resolve) => (finish = resolve));
  const mark = async () => {
    begun();
    await done;
    return { entry: 7 };
  };
  const end = await startControl(folder, actions({ mark }), 50);
  const answer = callAgent(folder, 'POST', '/mark', {});
  await working;
  const ended = end();
  // Longer than a client may take for reading.
  setTimeout(finish, 200);
  t.deepEqual(await answer, { entry: 7 });
  await ended;
});

test('a request that is not known, is no JSON, is too long or not what was expected is answered, and the next one as well', async (t) => {
  const folder = await folderOf(t);
  t.teardown(await startControl(folder, actions({ mark: async ({ kind }) => ({ kind }) })));
  const refused = async (path: string, body?: unknown) => {
    const error = await t.throwsAsync<LiuhenError>(callAgent(folder, 'POST', path, body));
    return [error?.code, error?.message];
  };
  const none = 'this agent answers no such request';
  t.deepEqual(await refused('/nothing'), ['LIUHEN_USAGE', `POST /nothing: ${none}`]);
  t.deepEqual(await refused('/constructor'), ['LIUHEN_USAGE', `POST /constructor: ${none}`]);
  const long = { note: 'x'.repeat(16 * 1024 * 1024) };
  t.deepEqual(await refused('/mark', long), ['LIUHEN_USAGE', 'request: expected at most 65536 bytes']);
  t.deepEqual(await refused('/mark', []), [
    'LIUHEN_USAGE',
    'request: Invalid input: expected object, received array',
  ]);
  const half = '{"kind":';
  const socket = await saying(
    t,
    folder,
    `POST /mark HTTP/1.1\r\nHost: a\r\nContent-Length: ${half.length}\r\n\r\n${half}`,
  );
  const [answer] = (await once(socket.resume(), 'data')) as [Buffer];
  t.regex(answer.toString(), /^HTTP\/1\.1 409 [\s\S]*"message":"request: expected JSON"/);
  t.deepEqual(await callAgent(folder, 'POST', '/mark', { kind: 'fire' }), { kind: 'fire' });
  t.deepEqual(await callAgent(folder, 'POST', '/mark'), { kind: 'mark' });
});

const asRoot = process.getuid?.() === 0 ? test.serial : test.serial.skip;
asRoot('another user is told whom to be, not to start an agent that runs', async (t) => {
  const folder = await folderOf(t);
  t.teardown(await startControl(folder, actions({ status: async () => ({}) })));
  process.seteuid?.(65_534);
  const refused = await t
    .throwsAsync<LiuhenError>(callAgent(folder, 'GET', '/status'))
    .finally(() => process.seteuid?.(0));
  t.is(refused?.code, 'LIUHEN_STORAGE_IO');
  t.is(refused?.message, `agent at ${controlSocket(folder)}: only its own user may ask it`);
  t.is(nextOf(refused), 'run it again as root (sudo), or as the user that owns it');
});
