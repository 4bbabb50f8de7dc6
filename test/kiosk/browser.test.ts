import test from 'ava';
import type { Browser } from 'playwright-core';
import {
  correctionOf,
  DAY_MS,
  decisionDocument,
  guideDocument,
  majorDecision,
  postDocument,
  reviewOf,
  withdrawalOf,
} from '../support/hall.js';
import {
  everything,
  KioskRig,
  launchBrowser,
  listening,
  watchedContext,
  withModes,
} from '../support/kiosk.js';

let browser: Browser;
test.before(async () => {
  browser = await launchBrowser();
});
test.after.always(() => browser.close());

test.serial(
  'content arrives, is replaced, corrected, withdrawn and expires before the eyes of whoever looks',
  async (t) => {
    const rig = await KioskRig.open(t);
    const watched = await watchedContext(browser, rig.url);
    const page = await watched.context.newPage();
    await page.goto(rig.url);
    await page.getByText('本窗口的岗位信息尚未公布').waitFor();
    await listening(page, rig.kiosk);
    await rig.hall.publish(postDocument());
    await page.getByText('林晓岚').waitFor();
    await rig.hall.publish(
      postDocument({
        revision: 2,
        duty: { state: 'replaced', by: { name: { zh: '陈雨桐' }, credential: '示例-0302' } },
      }),
    );
    await page.getByText('陈雨桐').waitFor();
    await page.getByText('代林晓岚值守').waitFor();

    const guide = guideDocument({ expires: '2026-03-18T00:00:00+08:00' });
    await rig.hall.publish(guide);
    await page.goto(`${rig.url}guides/${guide.id}`);
    await listening(page, rig.kiosk);
    await rig.hall.publish(correctionOf(guide, { id: 'correction-9' }));
    await page.getByText('应为1200元。').waitFor();
    rig.hall.pass(2 * DAY_MS);
    await page.getByText('找不到这一页').waitFor();

    const decision = decisionDocument();
    await rig.hall.publish(decision);
    await page.goto(`${rig.url}decisions/${decision.id}`);
    await listening(page, rig.kiosk);
    await rig.hall.publish(withdrawalOf(decision));
    await page.getByText('发布有误。').waitFor();
    t.deepEqual(watched.errors, []);
    await watched.context.close();
  },
);

test.serial('a held-back decision appears when its review arrives', async (t) => {
  const rig = await KioskRig.open(t);
  const watched = await watchedContext(browser, rig.url);
  const page = await watched.context.newPage();
  const decision = majorDecision();
  await rig.hall.publish(decision);
  await page.goto(`${rig.url}decisions`);
  await page.getByText('这里暂时没有内容').waitFor();
  t.is((await rig.get(`/decisions/${decision.id}`)).status, 404);
  await listening(page, rig.kiosk);
  await rig.hall.publish(reviewOf(decision));
  await page.getByText('对某食品店的行政处罚决定').click();
  await page.getByText('罚款80000元。').waitFor();
  await watched.context.close();
});

test.serial('markup and direction tricks in content stay text', async (t) => {
  const rig = await KioskRig.open(t);
  const hostile = `<script>document.title='taken'</script><img src=x onerror="document.title='taken'"> שלום`;
  const text = { zh: hostile, en: hostile };
  const short = { zh: `"><b onclick=1>א`, en: `"><b onclick=1>א` };
  await rig.hall.publish(
    postDocument({
      name: short,
      post: short,
      duties: [text],
      languages: [short],
      workingHours: text,
      window: '3',
    }),
  );
  await rig.hall.publish(
    guideDocument({
      title: text,
      conditions: [text],
      materials: [{ name: text, note: text }],
      fee: { charged: true, amount: text, basis: [{ law: text, article: short, text }] },
      audience: text,
      windows: ['"><i>'],
    }),
  );
  await rig.hall.publish(
    decisionDocument({
      title: text,
      number: '"><u>1',
      party: { type: 'organisation', name: short },
      facts: text,
      outcome: text,
      body: short,
    }),
  );
  const watched = await watchedContext(browser, rig.url);
  const page = await watched.context.newPage();
  for (const path of [
    '/',
    '/guides',
    '/guides/guide-food-licence',
    '/decisions',
    '/decisions/decision-17',
    '/report?kind=disclosure&id=guide-food-licence',
    '/guides?q=%3Cscript%3Ealert(1)%3C/script%3E',
  ]) {
    for (const modes of [[], ['lang=en']]) {
      await page.goto(withModes(rig.url, path, ...modes));
      t.is(
        await page
          .locator('main script, main img:not(.photo), main [onclick], main [onerror], main u, main i')
          .count(),
        0,
        path,
      );
      t.notRegex(await page.title(), /^taken/, path);
      // A right-to-left text is alone in its isolate: what follows it on the line keeps its place.
      const isolated = await page.evaluate(
        `[...document.querySelectorAll('main bdi')].every((each) => getComputedStyle(each).unicodeBidi === 'isolate')`,
      );
      t.true(isolated as boolean, path);
    }
  }
  const outside = await page.evaluate(`(() => {
    const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) if (/[\\u0590-\\u05ff]/.test(walker.currentNode.data) && walker.currentNode.parentElement.closest('bdi') === null) found.push(walker.currentNode.data);
    return found;
  })()`);
  t.deepEqual(outside, []);
  t.deepEqual(watched.errors, []);
  await watched.context.close();
});

test.serial(
  'a visitor who leaves is asked, and the next one finds the first page without anything of the last',
  async (t) => {
    const rig = await KioskRig.open(t, { idleMs: 2000 });
    await rig.hall.publish(postDocument());
    const watched = await watchedContext(browser, rig.url);
    const page = await watched.context.newPage();
    await page.goto(withModes(rig.url, '/guides', 'lang=en', 'size=large', 'q=abc'));
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    await page.getByRole('button', { name: 'Stay on this page' }).click();
    await dialog.waitFor({ state: 'hidden' });
    t.true(page.url().includes('/guides'));
    await page.waitForURL(rig.url);
    t.is(await page.getAttribute('html', 'lang'), 'zh-CN');
    t.is(await page.getAttribute('html', 'class'), null);
    await watched.context.close();
  },
);

test.serial('everything is reached and done with the keyboard alone', async (t) => {
  const rig = await KioskRig.open(t);
  for (const document of everything()) await rig.hall.publish(document);
  const watched = await watchedContext(browser, rig.url);
  const page = await watched.context.newPage();
  await page.goto(rig.url);
  const tabTo = async (name: RegExp | string) => {
    for (let left = 80; left > 0; left--) {
      await page.keyboard.press('Tab');
      const label = (await page.evaluate(
        `(() => { const { activeElement: at } = document; return at.getAttribute('aria-label') ?? at.labels?.[0]?.innerText ?? at.innerText; })()`,
      )) as string;
      if (new RegExp(name).test(label ?? '')) return;
    }
    throw new Error(`nothing called ${name} was reached`);
  };
  await page.keyboard.press('Tab');
  t.is(await page.evaluate('document.activeElement.className'), 'skip');
  await tabTo('^评价');
  await page.keyboard.press('Enter');
  await page.waitForURL(/rate/);
  await tabTo('^满意');
  await page.keyboard.press('Space');
  await tabTo('服务态度');
  await page.keyboard.press('Space');
  await tabTo('提交');
  await page.keyboard.press('Enter');
  await page.waitForURL(/receipt/);
  t.regex(await page.locator('#receipt-number').innerText(), /^KIOSK-0001-\d{6}$/);
  const [event] = await rig.events();
  t.like(event, { name: 'rating', value: { rating: 'good', why: ['manner'] } });
  await page.keyboard.press('Escape');
  await page.waitForURL(rig.url);
  await watched.context.close();
});

test.serial('guides are found by touch, letter by letter, and the code to take along is drawn', async (t) => {
  const rig = await KioskRig.open(t);
  for (const document of everything()) await rig.hall.publish(document);
  const watched = await watchedContext(browser, rig.url);
  const page = await watched.context.newPage();
  await page.goto(rig.url);
  await page.getByRole('link', { name: /办事指南/ }).click();
  for (const letter of 'CQ') {
    await page.getByRole('link', { name: `首字母 ${letter}` }).click();
    await page.waitForURL(new RegExp(`q=c${letter === 'Q' ? 'q' : '$'}`));
  }
  await page.getByRole('link', { name: /重庆银行/ }).click();
  await page.getByRole('img', { name: /带走本指南/ }).waitFor();
  t.true(page.url().endsWith('/guides/guide-bank'));
  await watched.context.close();
});

test.serial('the page is drawn, so its notice hangs, until it is hidden, asleep or gone', async (t) => {
  const rig = await KioskRig.open(t);
  await rig.hall.publish(postDocument());
  const watched = await watchedContext(browser, rig.url);
  const page = await watched.context.newPage();
  const beat = () => page.waitForResponse((answer) => answer.url().endsWith('/heartbeat'));
  const showing = () => rig.hall.disclosure.displayed.showing.map(({ ref }) => ref.id);
  await Promise.all([beat(), page.goto(rig.url)]);
  t.deepEqual(showing(), ['window-3']);
  t.like(rig.kiosk.facts().page, { drawn: true, path: '/' });
  await listening(page, rig.kiosk);
  await Promise.all([beat(), rig.kiosk.tell('sleep')]);
  t.deepEqual(showing(), []);
  await Promise.all([beat(), rig.kiosk.tell('wake')]);
  t.deepEqual(showing(), ['window-3']);
  await Promise.all([beat(), page.goto(`${rig.url}decisions`)]);
  t.deepEqual(showing(), []);
  await watched.context.close();
});

test.serial('what expires while the agent is gone is not shown any longer', async (t) => {
  const rig = await KioskRig.open(t);
  const expires = new Date(rig.hall.clock.read().wallMs + 2500).toISOString();
  await rig.hall.publish(postDocument({ expires }));
  const watched = await watchedContext(browser, rig.url);
  const page = await watched.context.newPage();
  await page.goto(rig.url);
  await listening(page, rig.kiosk);
  await rig.kiosk.close();
  t.true(await page.getByText('林晓岚').isVisible());
  await page.getByText('原有内容已过期').waitFor();
  t.false(await page.getByText('林晓岚').isVisible());
  await rig.start();
  await page.getByText('林晓岚').waitFor();
  await page.getByText('原有内容已过期').waitFor({ state: 'hidden' });
  await watched.context.close();
});

test.serial('when the agent is gone the page stays and says so, and comes back by itself', async (t) => {
  const rig = await KioskRig.open(t);
  await rig.hall.publish(postDocument());
  const watched = await watchedContext(browser, rig.url);
  const page = await watched.context.newPage();
  await page.goto(rig.url);
  await listening(page, rig.kiosk);
  await rig.kiosk.close();
  await page.getByText(/本机正在恢复，以下内容截至 \d\d:\d\d/).waitFor();
  t.true(await page.getByText('林晓岚').isVisible());
  await rig.start();
  await page.getByText('本机正在恢复').waitFor({ state: 'hidden' });
  await rig.hall.publish(postDocument({ revision: 2, name: { zh: '周子昂' } }));
  await page.getByText('周子昂').waitFor();
  await watched.context.close();
});
