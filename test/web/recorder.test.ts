import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import test, { type ExecutionContext } from 'ava';
import type { Page } from 'playwright-core';
import { History, type Sample } from '../../agent/doctor/history.js';
import { historyFile } from '../../agent/doctor/history-file.js';
import { NewestPicture } from '../../agent/recorder/newest-picture.js';
import type { AgentStatus } from '../../agent/status.js';
import { chartSvg } from '../../agent/web/chart.js';
import { Bench } from '../support/bench.js';
import { launchBrowser, watchedContext } from '../support/kiosk.js';
import { LIUHEN } from '../support/liuhen.js';

const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** Where a picture of the page is put; none is taken where it is not set. */
const PICTURES = process.env.LIUHEN_PICTURES;

/** `liuhen status --web` on a running agent; resolves with the address that it printed. */
async function served(t: ExecutionContext, bench: Bench, ...args: string[]): Promise<string> {
  const web = spawn(process.execPath, [LIUHEN, 'status', '--web', ...args], { cwd: bench.folder });
  const exited = once(web, 'exit');
  t.teardown(async () => {
    web.kill('SIGTERM');
    await exited;
  });
  const [line] = (await once(createInterface({ input: web.stdout }), 'line')) as [string];
  return line;
}

/** Asked by the debugger, since the page's policy forbids what `waitForFunction` does. */
async function until(page: Page, expression: string): Promise<void> {
  for (let left = 600; !(await page.evaluate(expression)); left--) {
    if (left === 0) throw new Error(`not within 600 looks: ${expression}`);
    await page.waitForTimeout(20);
  }
}

test.serial(
  'a browser shows the live picture, charts and recordings, and a button exports one',
  async (t) => {
    const bench = await Bench.make(t);
    await bench.run(t, '--record');
    for (let fragments = 0; fragments === 0; ) {
      const status = JSON.parse((await bench.liuhen('status', '--json')).stdout) as AgentStatus;
      fragments = status.recording?.fragments ?? 0;
    }
    const stopped = await bench.liuhen('stop', '--json');
    const { recording } = JSON.parse(stopped.stdout) as { recording: number };
    const url = await served(t, bench, '--lang', 'zh', '--out', 'exports');
    t.regex(url, /^http:\/\/127\.0\.0\.1:\d+\/\?key=[0-9a-f]{32}$/);

    const browser = await launchBrowser();
    t.teardown(() => browser.close());
    const watched = await watchedContext(browser, new URL('/', url).href);
    const page = await watched.context.newPage();
    await page.goto(url);
    t.is(page.url(), new URL('/', url).href, 'the key does not stay in the address');
    t.is(await page.getAttribute('html', 'lang'), 'zh-CN');
    await until(page, "document.querySelector('.picture').naturalWidth === 320");
    await until(
      page,
      "[...document.querySelectorAll('.chart')].length === 2 && [...document.querySelectorAll('.chart')].every((each) => each.naturalWidth > 0)",
    );
    const text = async (selector: string) => (await page.textContent(selector)) ?? '';
    t.true((await text('#status')).includes('未录制'));
    t.true((await bench.liuhen('start')).status === 0);
    await until(page, "document.querySelector('#status').textContent.includes('正在录制')");
    await until(page, "document.querySelector('#recordings').textContent.includes('正在录制')");

    await page.click(`form[action="/export/${recording}"] button`);
    await until(page, "document.querySelector('.said').textContent.length > 1");
    t.regex(await text('.said'), /^已导出到 /);
    const folder = (await text('.said')).replace('已导出到', '').trim();
    t.true(folder.startsWith(join(bench.folder, 'exports', `recording-${recording}-`)), folder);
    t.true((await readFile(join(folder, 'manifest.json'), 'utf8')).length > 0);

    await page.evaluate(AXE);
    const violations = (await page.evaluate(
      "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations.map(({ id, impact }) => impact + ' ' + id))",
    )) as string[];
    t.deepEqual(violations, []);
    t.deepEqual(watched.elsewhere, []);
    t.deepEqual(watched.errors, []);
    if (PICTURES !== undefined)
      await page.screenshot({ path: join(PICTURES, 'recorder.png'), fullPage: true });
  },
);

test.serial('whoever has no key, another host name, or another origin is not let in', async (t) => {
  const bench = await Bench.make(t);
  await bench.run(t);
  const url = new URL(await served(t, bench));
  t.is((await fetch(url.origin)).status, 403);
  t.is((await fetch(`${url.origin}/picture.jpg`)).status, 403);
  t.is((await fetch(`${url.origin}/?key=${'0'.repeat(32)}`)).status, 403);
  const entered = await fetch(url, { redirect: 'manual' });
  t.is(entered.status, 302);
  const cookie = entered.headers.get('set-cookie') ?? '';
  t.regex(cookie, /; HttpOnly/);
  t.regex(cookie, /; SameSite=Strict/);
  const headers = { cookie: cookie.split(';', 1)[0] ?? '' };
  const page = await fetch(url.origin, { headers });
  t.is(page.status, 200);
  t.regex(
    page.headers.get('content-security-policy') ?? '',
    /^default-src 'none'; script-src 'self'; .*img-src 'self'/,
  );
  const foreign = { ...headers, origin: 'http://elsewhere.example' };
  t.is((await fetch(`${url.origin}/export/1`, { method: 'POST', headers: foreign })).status, 403);
  const own = { ...headers, origin: url.origin };
  const none = await fetch(`${url.origin}/export/999`, { method: 'POST', headers: own });
  t.is(none.status, 409);
  t.is((await fetch(`${url.origin}/export/x`, { method: 'POST', headers: own })).status, 400);
});

test.serial('without an agent there is no page, and it says so', async (t) => {
  const bench = await Bench.make(t);
  const none = await bench.liuhen('status', '--web');
  t.is(none.status, 70);
  t.regex(none.stderr, /LIUHEN_NOT_RUNNING/);
});

test('a chart begins at zero, is broken where nothing is known, and leaves out what is older than a day', (t) => {
  const now = Date.parse('2026-03-02T08:00:00Z');
  const sample = (minutesAgo: number, backlogBytes: number) => {
    return { wallMs: now - minutesAgo * 60_000, backlogBytes, freeBytes: 0 };
  };
  const samples = [sample(1500, 999), sample(100, 10), sample(99, 20), sample(50, 40)];
  const svg = chartSvg(
    'waits',
    samples,
    now,
    ({ backlogBytes }) => backlogBytes,
    (value) => `${value} B`,
  );
  t.regex(svg, /<title>waits<\/title>/);
  t.deepEqual(svg.match(/>\d+ B</g), ['>0 B<', '>40 B<']);
  const path = / d="([^"]*)"/.exec(svg)?.[1] ?? '';
  t.is(path.split('M').length - 1, 2, 'two stretches');
  t.is(svg.split('<rect ').length - 1, 3, 'before, between and after them nothing is known');
  t.notThrows(() => chartSvg('', [], now, () => 0, String));
});

test('the history has a sample at once, and one that cannot be taken is missing', async (t) => {
  const taken: Promise<unknown>[] = [];
  const read = (result: Promise<{ wallMs: number; backlogBytes: number; freeBytes: number }>) => () => {
    taken.push(result.catch(() => {}));
    return result;
  };
  const history = new History(read(Promise.resolve({ wallMs: 1, backlogBytes: 2, freeBytes: 3 })));
  const without = new History(read(Promise.reject(new Error('no disk'))));
  await Promise.all(taken);
  await new Promise((resolve) => setImmediate(resolve));
  t.deepEqual(history.samples, [{ wallMs: 1, backlogBytes: 2, freeBytes: 3 }]);
  t.deepEqual(without.samples, []);
  await history.close();
  await without.close();
});

test('a restart goes on with the samples of the run before; a file that is none is passed over with a warning', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-history-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const warned: object[] = [];
  const log = { warn: (fields: object) => void warned.push(fields) };
  const path = join(folder, 'history.json');
  const sample = (hour: number) => ({ wallMs: hour * 3_600_000, backlogBytes: hour, freeBytes: 100 });
  const run = async (hour: number) => {
    const history = new History(async () => sample(hour), await historyFile(folder, log));
    await history.close();
    return history.samples;
  };
  t.deepEqual(await run(1), [sample(1)]);
  t.deepEqual(await run(20), [sample(1), sample(20)]);
  t.deepEqual(await run(28), [sample(20), sample(28)], 'at most a day and a bit');
  t.deepEqual(warned, []);
  for (const bad of [
    '{"version":1,"samples":[[1,2',
    '{"version":1,"samples":[[1,2,-3]]}',
    'x'.repeat(300_000),
  ]) {
    await writeFile(path, bad);
    t.deepEqual(await run(29), [sample(29)]);
    t.is(warned.length, 1);
    t.like(warned.pop(), { path });
  }
  await rm(path);
  await mkdir(path);
  t.deepEqual(await run(30), [sample(30)], 'what cannot be written costs a warning');
  t.is(warned.length, 2);
});

test('a day of samples is written seldom, and stays small', async (t) => {
  const written: number[] = [];
  const save = async (samples: readonly Sample[]) => void written.push(samples.length);
  let minute = 0;
  let tell = () => {};
  const read = async () => {
    if (++minute === 41) tell();
    return { wallMs: minute * 60_000, backlogBytes: 1, freeBytes: 1 };
  };
  const kept = Array.from({ length: 5000 }, () => ({ wallMs: 0, backlogBytes: 1, freeBytes: 1 }));
  const enough = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const history = new History(read, { kept, save }, 1);
  // Its timer keeps nothing alive.
  const alive = setInterval(() => {}, 1000);
  await enough;
  clearInterval(alive);
  await history.close();
  t.deepEqual(written.slice(0, 4), [1560, 1560, 1560, 1560]);
  t.is(written.length, 5, 'and once at the end');
});

test('the newest picture is a fragment that begins with a key frame, of the take that runs', (t) => {
  const picture = new NewestPicture();
  const init = (text: string) => ({ bytes: Buffer.from(text), sha256: '', codecs: '' });
  const fragment = (text: string, keyframe: boolean) => {
    const media = { start: 0, duration: 1, timescale: 1 };
    return { bytes: Buffer.from(text), sha256: '', media, keyframe, samples: 1 };
  };
  t.is(picture.mp4, undefined);
  picture.began(init('I'));
  picture.came(fragment('a', true));
  picture.came(fragment('b', false));
  t.is(picture.mp4?.toString(), 'Ia');
  picture.began(init('J'));
  t.is(picture.mp4, undefined, 'another take needs another fragment');
  picture.came(fragment('c', true));
  t.is(picture.mp4?.toString(), 'Jc');
  picture.lost();
  t.is(picture.mp4, undefined);
});
