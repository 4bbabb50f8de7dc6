import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import test, { type ExecutionContext } from 'ava';
import { type RecorderFacts, startRecorderWeb } from '../../agent/web/server.js';
import { type Language, words } from '../../agent/words/words.js';
import { LiuhenError } from '../../config/errors.js';

const facts: RecorderFacts = {
  device: async () => 'liuhen.example/<script>alert(1)</script>',
  rows: async () => [['camera', '"><img src=x onerror=alert(1)>', true]],
  recordings: async () => [],
  history: async () => [],
  footage: async () => undefined,
  exportRecording: () => Promise.reject(new Error('nothing is to be exported here')),
};

async function page(t: ExecutionContext, changes: Partial<RecorderFacts> = {}, language: Language = 'en') {
  const web = await startRecorderWeb({ ...facts, ...changes }, words(language), 0);
  t.teardown(() => web.close());
  const url = new URL(web.url);
  const entered = await fetch(url, { redirect: 'manual' });
  const [cookie = ''] = (entered.headers.get('set-cookie') ?? '').split(';', 1);
  return { url, cookie };
}

/** With headers that `fetch` sets itself. */
async function asked(url: URL, method: string, path: string, headers: Record<string, string>) {
  const outgoing = request({ host: '127.0.0.1', port: url.port, method, path, headers }).end();
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  answer.resume();
  return answer.statusCode;
}

test('a name elsewhere that was made to point here shows nothing and changes nothing, whatever it knows', async (t) => {
  const { url, cookie } = await page(t);
  const there = `rebound.example:${url.port}`;
  t.is(await asked(url, 'GET', '/', { host: there, cookie }), 421);
  const post = { host: there, cookie, origin: `http://${there}` };
  t.is(await asked(url, 'POST', '/export/1', post), 421);
  t.is(await asked(url, 'POST', '/export/1', { host: url.host, cookie }), 403, 'without an origin');
  t.is(await asked(url, 'GET', '/', { host: url.host, cookie }), 200);
  t.is(await asked(url, 'GET', '/assets/..%2f..%2fserver.js', { host: url.host, cookie }), 404);
  t.is(await asked(url, 'GET', '/', { host: url.host, cookie, large: 'x'.repeat(32 * 1024) }), 431);
});

test('two pages on one machine know each their own key', async (t) => {
  const [one, other] = [await page(t), await page(t)];
  const jar = new Map([one, other].map(({ cookie }) => cookie.split('=', 2) as [string, string]));
  const cookie = [...jar].map((each) => each.join('=')).join('; ');
  for (const { url } of [one, other]) t.is(await asked(url, 'GET', '/', { host: url.host, cookie }), 200);
  t.is(await asked(one.url, 'GET', '/', { host: one.url.host, cookie: other.cookie }), 403);
});

test('names are text on the page, and never markup', async (t) => {
  const { url, cookie } = await page(t);
  const text = await (await fetch(url.origin, { headers: { cookie } })).text();
  t.false(text.includes('<script>alert'));
  t.false(text.includes('<img src=x'));
});

test('what the agent says in English is on a Chinese page in Chinese, and a fault says what to do', async (t) => {
  const next = 'try again when it has ended';
  const busy = 'another process is changing the authority in /a';
  const { url, cookie } = await page(
    t,
    {
      rows: async () => [['摄像头', `/dev/video0: ${busy}`, true]],
      exportRecording: () => Promise.reject(new LiuhenError('LIUHEN_LOCKED', busy, { next })),
    },
    'zh',
  );
  const rows = await (await fetch(new URL('/status.json', url), { headers: { cookie } })).json();
  t.regex(JSON.stringify(rows), /^\[\["摄像头","\/dev\/video0：\p{Script=Han}.*\/a.*",true\]\]$/u);
  const headers = { cookie, origin: url.origin };
  const refused = await fetch(new URL('/export/1', url), { method: 'POST', headers });
  t.is(refused.status, 409);
  const [fault = '', todo = ''] = (await refused.text()).split('\n');
  t.regex(fault, /^\p{Script=Han}.* \/a/u);
  t.regex(todo, /^\p{Script=Han}/u);
});
