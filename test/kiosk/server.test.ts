import { request } from 'node:http';
import test from 'ava';
import { guideDocument, hashOf, postDocument, withdrawalOf } from '../support/hall.js';
import { everything, KioskRig } from '../support/kiosk.js';

/** Status of a request under another host name, which fetch would not send. */
function statusAs(url: string, headers: Record<string, string>): Promise<number> {
  const { port, pathname } = new URL(url);
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path: pathname, headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    sent.once('error', reject).end();
  });
}

function form(rig: KioskRig, path: string, fields: string, headers: Record<string, string> = {}) {
  const origin = new URL(rig.url).origin;
  return rig.get(path, {
    method: 'POST',
    body: fields,
    redirect: 'manual',
    headers: { origin, 'content-type': 'application/x-www-form-urlencoded', ...headers },
  });
}

test('only who asks for 127.0.0.1 by that name is answered', async (t) => {
  const rig = await KioskRig.open(t);
  const { port } = new URL(rig.url);
  t.is(await statusAs(rig.url, { host: `127.0.0.1:${port}` }), 200);
  t.is(await statusAs(rig.url, { host: `localhost:${port}` }), 200);
  for (const host of [
    'attacker.example',
    `attacker.example:${port}`,
    `127.0.0.1.attacker.example:${port}`,
    '127.0.0.1:1',
  ]) {
    t.is(await statusAs(rig.url, { host }), 421, host);
  }
});

test('pages forbid script and style of others, frames, and everything from elsewhere', async (t) => {
  const rig = await KioskRig.open(t);
  const { headers } = await rig.get('/');
  const policy = headers.get('content-security-policy') ?? '';
  t.regex(policy, /^default-src 'none'; script-src 'self'; style-src 'self'; img-src data:;/);
  t.notRegex(policy, /unsafe|\*|https?:/);
  t.regex(policy, /frame-ancestors 'none'/);
  t.is(headers.get('x-content-type-options'), 'nosniff');
  const html = await rig.html('/');
  t.notRegex(html, /<script(?! src="\/assets\/)|<style|\son\w+=|style="/);
  t.notRegex(html, /https?:\/\//);
});

test('a report is one entry of the journal, bound to what it is about, and its receipt names the entry', async (t) => {
  const rig = await KioskRig.open(t);
  const guide = guideDocument();
  await rig.hall.publish(guide);
  const answer = await form(
    rig,
    '/report?lang=en',
    `kind=disclosure&id=${guide.id}&what=wrong&what=outdated&note=%20x%0d%0ay%00z%20`,
  );
  t.is(answer.status, 303);
  const [event] = await rig.events();
  t.like(event, {
    name: 'error-report',
    value: {
      window: '3',
      about: { kind: 'disclosure', id: guide.id, revision: 1, sha256: hashOf(guide) },
      what: ['wrong', 'outdated'],
      note: 'x\nyz',
    },
  });
  const number = `KIOSK-0001-${String(event?.n).padStart(6, '0')}`;
  t.is(answer.headers.get('location'), `/receipt/${number}?lang=en`);
  t.true((await rig.html(`/receipt/${number}`)).includes('等待上报'));
  rig.witnessed = Number(event?.n) + 1;
  t.true((await rig.html(`/receipt/${number}`)).includes('已上报'));
});

test('a rating names who served', async (t) => {
  const rig = await KioskRig.open(t);
  await rig.hall.publish(postDocument());
  t.is((await form(rig, '/rate', 'rating=bad&why=waiting')).status, 303);
  const [event] = await rig.events();
  t.like(event, { name: 'rating', value: { rating: 'bad', why: ['waiting'], credential: '示例-0301' } });
});

test('what is not a good form is asked for again, and is no entry', async (t) => {
  const rig = await KioskRig.open(t);
  const bad: [string, string][] = [
    ['/report', ''],
    ['/report', 'what=nonsense'],
    ['/report', `note=${'字'.repeat(501)}`],
    ['/rate', ''],
    ['/rate', 'rating=perfect'],
    ['/rate', 'rating=good&why=%3Cscript%3E'],
  ];
  for (const [path, fields] of bad) t.is((await form(rig, path, fields)).status, 422, fields.slice(0, 40));
  t.is((await form(rig, '/rate', `rating=good&note=${'a'.repeat(20_000)}`)).status, 413);
  t.deepEqual(await rig.events(), []);
});

test('a page from elsewhere cannot send a form', async (t) => {
  const rig = await KioskRig.open(t);
  for (const origin of ['http://attacker.example', 'null', '']) {
    t.is((await form(rig, '/rate', 'rating=good', { origin })).status, 403, origin);
  }
  t.deepEqual(await rig.events(), []);
});

test('too many forms at once are refused and counted, and taken again after a while', async (t) => {
  const rig = await KioskRig.open(t);
  const statuses: number[] = [];
  for (let at = 0; at < 8; at++) statuses.push((await form(rig, '/rate', 'rating=good')).status);
  t.deepEqual(statuses, [303, 303, 303, 303, 303, 303, 429, 429]);
  t.deepEqual(rig.kiosk.facts().feedback, { taken: 6, refused: 2 });
  rig.hall.clock.pass(20_000);
  t.is((await form(rig, '/rate', 'rating=good')).status, 303);
});

test('a visitor is told when the journal takes nothing', async (t) => {
  const rig = await KioskRig.open(t);
  rig.journalFails = true;
  const answer = await form(rig, '/rate', 'rating=good');
  t.is(answer.status, 503);
  t.true((await answer.text()).includes('暂时无法接收'));
  t.is(rig.warnings.length, 1);
});

test('a heartbeat says what is shown, and only of what this server drew', async (t) => {
  const rig = await KioskRig.open(t);
  await rig.hall.publish(postDocument());
  const render = /data-render="([^"]+)"/.exec(await rig.html('/'))?.[1] ?? '';
  const origin = new URL(rig.url).origin;
  const beat = (body: unknown) =>
    rig.get('/heartbeat', { method: 'POST', body: JSON.stringify(body), headers: { origin } });
  const showing = () => rig.hall.disclosure.displayed.showing.map(({ ref }) => ref.id);
  t.is((await beat({ render, drawn: true })).status, 204);
  t.deepEqual(showing(), ['window-3']);
  t.is((await beat({ render, drawn: false })).status, 204);
  t.deepEqual(showing(), []);
  t.is((await beat({ render: 'invented-1', drawn: true })).status, 410);
  t.is((await beat({ render, drawn: 'yes' })).status, 400);
  t.is((await beat({ render, drawn: true, shown: [{ kind: 'post' }] })).status, 400);
  t.deepEqual(showing(), []);
});

test('one older page does not speak while a newer one does', async (t) => {
  const rig = await KioskRig.open(t);
  await rig.hall.publish(postDocument());
  const renderOf = (html: string) => /data-render="([^"]+)"/.exec(html)?.[1] ?? '';
  const older = renderOf(await rig.html('/'));
  const newer = renderOf(await rig.html('/guides'));
  const origin = new URL(rig.url).origin;
  const beat = async (render: string) => {
    await rig.get('/heartbeat', {
      method: 'POST',
      body: JSON.stringify({ render, drawn: true }),
      headers: { origin },
    });
    return rig.kiosk.facts().page.path;
  };
  t.is(await beat(older), '/');
  t.is(await beat(newer), '/guides');
  t.is(await beat(older), '/guides');
  rig.hall.clock.pass(16_000);
  t.is(await beat(older), '/');
});

test('what was withdrawn says so with the notice, and what is not there leads on', async (t) => {
  const rig = await KioskRig.open(t);
  const guide = guideDocument();
  await rig.hall.publish(guide);
  t.is((await rig.get(`/guides/${guide.id}`)).status, 200);
  await rig.hall.publish(withdrawalOf(guide));
  const gone = await rig.get(`/guides/${guide.id}`);
  t.is(gone.status, 410);
  const html = await gone.text();
  t.true(html.includes('撤回公告') && html.includes('发布有误。'));
  const missing = await rig.get('/guides/none');
  t.is(missing.status, 404);
  t.true((await missing.text()).includes('href="/"'));
});

test('guides are found by their letters in any reading, by Chinese and by English', async (t) => {
  const rig = await KioskRig.open(t);
  for (const document of everything()) await rig.hall.publish(document);
  const found = async (query: string) =>
    [
      ...(await rig.html(`/guides?q=${encodeURIComponent(query)}`)).matchAll(/href="\/guides\/([a-z-]+)"/g),
    ].map(([, id]) => id);
  for (const query of ['cqyh', 'ZQYH', 'yhwd', '银行', 'BANK', '重庆 登记', 'cq 登记'])
    t.deepEqual(await found(query), ['guide-bank'], query);
  for (const query of ['spjyxk', 'ＳＰＪＹ', '许可'])
    t.deepEqual(await found(query), ['guide-food-licence'], query);
  t.deepEqual(await found('hqyc'), []);
  t.is((await found('')).length, 2);
});

test('a page beyond the last is the last, and one that is no number the first', async (t) => {
  const rig = await KioskRig.open(t);
  for (let at = 1; at <= 15; at++) await rig.hall.publish(guideDocument({ id: `guide-${at}` }));
  const rows = async (page: string) =>
    (await rig.html(`/guides?page=${page}`)).split('class="row"').length - 1;
  t.deepEqual(
    [await rows('1'), await rows('2'), await rows('99'), await rows('-1'), await rows('x')],
    [12, 3, 3, 12, 12],
  );
});

test('without the broker for a while the pages say since when', async (t) => {
  const rig = await KioskRig.open(t);
  const sinceMs = rig.hall.clock.read().wallMs;
  rig.connection = { connected: false, sinceMs };
  t.notRegex(await rig.html('/'), /网络中断/);
  rig.hall.clock.pass(61_000);
  t.regex(await rig.html('/'), /网络中断，以下内容截至 10:00/);
  rig.connection = { connected: false, sinceMs: undefined };
  t.regex(await rig.html('/?lang=en'), /Not connected yet/);
  rig.connection = { connected: true, sinceMs };
  t.notRegex(await rig.html('/'), /网络中断|尚未连接/);
});
