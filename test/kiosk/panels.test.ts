import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import test from 'ava';
import type { Browser, Page } from 'playwright-core';
import { postDocument } from '../support/hall.js';
import {
  everything,
  KioskRig,
  launchBrowser,
  PAGES,
  SIZES,
  watchedContext,
  withModes,
} from '../support/kiosk.js';

/** A folder for pictures of every page; none are made where it is not set. */
const PICTURES = process.env.LIUHEN_PICTURES;
const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let browser: Browser;
test.before(async () => {
  browser = await launchBrowser();
});
test.after.always(() => browser.close());

interface Violation {
  id: string;
  impact: string;
  nodes: { html: string; failureSummary: string }[];
}

/** What axe-core finds against WCAG 2.2 A and AA and its best practices. */
async function findings(page: Page): Promise<string[]> {
  // By the debugger's own way, which no page's policy forbids.
  await page.evaluate(AXE);
  const violations = (await page.evaluate(
    "axe.run(document, { resultTypes: ['violations'], rules: { region: { enabled: true } } }).then((result) => result.violations)",
  )) as Violation[];
  return violations
    .filter(({ impact }) => impact !== 'minor')
    .map(
      ({ id, impact, nodes }) =>
        `${impact} ${id}: ${nodes[0]?.html.slice(0, 200)} ${nodes[0]?.failureSummary ?? ''}`,
    );
}

/** Each mode at least once; all together where pictures are taken. */
const MODES =
  PICTURES === undefined
    ? [[], ['lang=en', 'size=large'], ['contrast=high']]
    : [[], ['lang=en'], ['size=large'], ['contrast=high'], ['lang=en', 'size=large', 'contrast=high']];

test.serial(
  'every page is sound in both languages, large and in high contrast: for axe-core, at three sizes, without a request to elsewhere',
  async (t) => {
    const rig = await KioskRig.open(t);
    for (const document of everything()) await rig.hall.publish(document);
    const watched = await watchedContext(browser, rig.url);
    const page = await watched.context.newPage();
    for (const path of PAGES) {
      for (const modes of MODES) {
        await page.goto(withModes(rig.url, path, ...modes), { waitUntil: 'domcontentloaded' });
        const what = `${path} ${modes.join(' ')}`;
        const isEnglish = modes.includes('lang=en');
        t.is(await page.getAttribute('html', 'lang'), isEnglish ? 'en' : 'zh-CN', what);
        t.deepEqual(await findings(page), [], what);
        for (const size of SIZES) {
          await page.setViewportSize(size);
          const facts = await page.evaluate(`({
          sideways: document.documentElement.scrollWidth - innerWidth,
          small: [...document.querySelectorAll('a:not(.skip), button, input:not([type=hidden]), textarea')]
            .map((each) => [each, (each.closest('label') ?? each).getBoundingClientRect()])
            .filter(([, box]) => box.width > 0 && (box.width < 44 || box.height < 44))
            .map(([each]) => each.outerHTML.slice(0, 120)),
          ways: [...document.querySelectorAll('main a, .bar a')].filter(({ pathname }) => pathname === '/').length,
        })`);
          const { sideways, small, ways } = facts as { sideways: number; small: string[]; ways: number };
          const where = `${what} at ${size.width}×${size.height}`;
          t.is(sideways, 0, `${where} scrolls sideways`);
          t.deepEqual(small, [], `${where} has targets under 44 px`);
          t.true(path === '/' || ways > 0, `${where} has no way home`);
          if (PICTURES !== undefined) {
            await mkdir(PICTURES, { recursive: true });
            const name = `${path}-${modes.join('-')}-${size.width}x${size.height}`.replaceAll(
              /[^a-z0-9-]+/gi,
              '_',
            );
            await page.screenshot({ path: join(PICTURES, `${name}.png`) });
          }
        }
        await page.setViewportSize(SIZES[0]);
      }
    }
    t.deepEqual(watched.elsewhere, []);
    t.deepEqual(watched.errors, []);
    await watched.context.close();
  },
);

/** Panels of halls: upright, wide, and nearly square; the smallest has 7 inches. */
const PANELS = [
  ...SIZES,
  ...['768x1366', '800x1280', '1024x768', '1280x720', '1280x800', '1280x1024', '1366x768', '3840x2160'].map(
    (panel) => {
      const [width = 0, height = 0] = panel.split('x').map(Number);
      return { width, height };
    },
  ),
];

test.serial('all of the first screen is seen at once, on every panel and whoever serves', async (t) => {
  const rig = await KioskRig.open(t);
  for (const document of everything()) await rig.hall.publish(document);
  const full = {
    revision: 2,
    duties: [
      {
        zh: '受理市场主体登记、变更和注销申请',
        en: 'Takes applications to register, change or close a business',
      },
      {
        zh: '一次性告知所需材料，出具受理通知书',
        en: 'Says at once which papers are needed and gives a receipt for the application',
      },
    ],
    languages: [
      { zh: '普通话', en: 'Mandarin' },
      { zh: '英语', en: 'English' },
    ],
    services: ['guide-food-licence', 'guide-bank'],
    workingHours: {
      zh: '周一至周五 9:00–12:00，13:30–17:00（法定节假日除外）',
      en: 'Monday to Friday 9:00–12:00 and 13:30–17:00, except public holidays',
    },
  };
  await rig.hall.publish(postDocument(full));
  const colleague = { name: { zh: '周牧云', en: 'Zhou Muyun' }, credential: '示例-0302' };
  await rig.hall.publish(postDocument({ id: 'window-4', window: '4', ...colleague }));
  const watched = await watchedContext(browser, rig.url);
  const page = await watched.context.newPage();
  for (const state of [undefined, 'on-duty', 'away'] as const) {
    const { credential } = colleague;
    rig.said = state === undefined ? undefined : { credential, state, atMs: rig.hall.clock.read().wallMs };
    for (const modes of [[], ['lang=en']]) {
      await page.goto(withModes(rig.url, '/', ...modes), { waitUntil: 'domcontentloaded' });
      for (const size of PANELS) {
        await page.setViewportSize(size);
        const below = await page.evaluate('document.documentElement.scrollHeight - innerHeight');
        const what = `${modes.join(' ')} at ${size.width}×${size.height}, ${state ?? 'her own window'}`;
        t.is(below, 0, `the first screen ${what} scrolls down`);
      }
    }
  }
  await watched.context.close();
});
