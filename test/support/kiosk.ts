import type { ExecutionContext } from 'ava';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import type { DutySaid } from '../../agent/kiosk/duty.js';
import type { Connection } from '../../agent/kiosk/screen.js';
import { type Kiosk, type KioskSettings, startKiosk } from '../../agent/kiosk/server.js';
import { DisclosureRig } from './disclosure.js';
import {
  correctionOf,
  decisionDocument,
  guideDocument,
  HALL,
  inspectionDocument,
  postDocument,
} from './hall.js';

/** The screen over a hall's content on real databases, with its journal. */
export class KioskRig {
  readonly hall: DisclosureRig;
  readonly warnings: string[] = [];
  kiosk!: Kiosk;
  said: DutySaid | undefined;
  connection: Connection | undefined = { connected: true, sinceMs: undefined };
  witnessed = 0;
  /** Set, and the journal takes nothing. */
  journalFails = false;
  #port = 0;
  readonly #settings: Partial<KioskSettings>;

  private constructor(hall: DisclosureRig, settings: Partial<KioskSettings>) {
    this.hall = hall;
    this.#settings = settings;
  }

  static async open(t: ExecutionContext, settings: Partial<KioskSettings> = {}): Promise<KioskRig> {
    const rig = new KioskRig(await DisclosureRig.open(t, { maxItems: 20_000 }), settings);
    await rig.start();
    t.teardown(() => rig.kiosk.close());
    return rig;
  }

  get url(): string {
    return this.kiosk.url;
  }

  async start(): Promise<void> {
    const { hall } = this;
    const { disclosure } = hall;
    const { journal } = hall.journal;
    this.kiosk = await startKiosk({
      board: disclosure.board,
      clock: hall.clock,
      device: 'kiosk-0001',
      settings: {
        window: '3',
        hall: { zh: '示例市政务服务大厅', en: 'Example City Service Hall' },
        port: this.#port,
        idleMs: 600_000,
        staleAfterMs: 60_000,
        lostAfterMs: 15_000,
        ...this.#settings,
      },
      said: () => this.said,
      connection: () => this.connection,
      append: async (draft) => {
        if (this.journalFails) throw new Error('the disk is full');
        return await journal.append(draft);
      },
      report: (shown) => disclosure.displayed.report('main', shown),
      witnessed: () => this.witnessed,
      log: { info() {}, warn: (_, message) => this.warnings.push(message) },
    });
    this.#port = Number(new URL(this.kiosk.url).port);
  }

  /** Ends the screen and starts it again at the same address, as after a power cut. */
  async restart(): Promise<void> {
    await this.kiosk.close();
    await this.start();
  }

  /** Events that the screen wrote. */
  async events(): Promise<Record<string, unknown>[]> {
    const entries = (await this.hall.journal.entries()) as unknown as Record<string, unknown>[];
    return entries.filter(({ type, source }) => type === 'event' && source === 'kiosk');
  }

  get(path: string, init?: RequestInit): Promise<Response> {
    return fetch(new URL(path, this.url), init);
  }

  async html(path: string): Promise<string> {
    return await (await this.get(path)).text();
  }
}

const BROWSER = '/usr/bin/chromium';
/** What Debian's Chromium needs to run headless on a machine without a network and a graphics card. */
const FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync', '--lang=zh-CN'],
];

export async function launchBrowser(): Promise<Browser> {
  return await chromium.launch({ executablePath: BROWSER, args: FLAGS });
}

/** The address of a page in these modes, such as `lang=en`. */
export function withModes(url: string, path: string, ...modes: string[]): string {
  const address = new URL(path, url);
  for (const mode of modes) address.searchParams.set(...(mode.split('=') as [string, string]));
  return address.href;
}

/** What a page did that it must not: requests that left for elsewhere, errors of script or policy. */
export interface Watched {
  context: BrowserContext;
  elsewhere: string[];
  errors: string[];
}

/** A window of the browser in which every request is looked at. Nothing leaves the machine. */
export async function watchedContext(
  browser: Browser,
  url: string,
  size: { width: number; height: number } = { width: 1080, height: 1920 },
): Promise<Watched> {
  const context = await browser.newContext({ viewport: size, reducedMotion: 'reduce' });
  const watched: Watched = { context, elsewhere: [], errors: [] };
  await context.route(
    (address) => !address.href.startsWith(url),
    (route) => {
      watched.elsewhere.push(route.request().url());
      return route.abort();
    },
  );
  context.on('console', (message) => {
    // A page that is not there and one that was withdrawn answer 404 and 410, which Chromium calls errors.
    if (
      message.type() === 'error' &&
      !/status of (404|410|422|429|503)|ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED/.test(message.text())
    ) {
      watched.errors.push(message.text());
    }
  });
  context.on('weberror', (error) => watched.errors.push(error.error().message));
  return watched;
}

/** Waits until the page's script listens for changes. */
export async function listening(page: Page, kiosk: Kiosk): Promise<void> {
  for (let left = 200; kiosk.facts().listening === 0 && left > 0; left--) await page.waitForTimeout(10);
}

const issued = '2026-03-16T09:00:00+08:00';
const head = (id: string, section: string) => ({
  kind: 'disclosure',
  id,
  revision: 1,
  hall: HALL,
  issued,
  section,
});
const LAW = {
  law: { zh: '中华人民共和国行政许可法', en: 'Administrative Licensing Law' },
  article: { zh: '第三十二条', en: 'Article 32' },
};

/** One of everything that a hall publishes. */
export function everything(): (Record<string, unknown> & { kind: string })[] {
  const decision = decisionDocument({
    title: { zh: '对某食品店的行政处罚决定', en: 'Penalty for a food shop' },
  });
  const guide = guideDocument({
    title: { zh: '食品经营许可办理指南', en: 'How to get a food business licence' },
    materials: [
      { name: { zh: '食品经营许可申请书', en: 'Application form' }, original: 1 },
      { name: { zh: '营业执照', en: 'Business licence' }, copies: 2, note: { zh: '加盖公章', en: 'sealed' } },
    ],
    procedure: 'procedure-licence',
    windows: ['3', '4'],
    basis: [LAW],
  });
  return [
    postDocument({ services: ['guide-food-licence'] }),
    guide,
    guideDocument({
      id: 'guide-bank',
      title: { zh: '重庆银行网点设立登记', en: 'Registering a branch of a bank' },
      fee: { charged: true, amount: { zh: '每件 50 元', en: '50 yuan' }, basis: [LAW] },
      website: 'https://hall.example/guides/bank',
    }),
    {
      ...head('procedure-licence', 'procedure'),
      title: { zh: '行政许可流程', en: 'Licence procedure' },
      action: 'licence',
      steps: [
        {
          id: 'apply',
          name: { zh: '提出申请', en: 'Apply' },
          actor: { zh: '申请人', en: 'Applicant' },
          next: [{ to: 'check' }],
        },
        {
          id: 'check',
          name: { zh: '材料审查', en: 'Check of the papers' },
          text: { zh: '当场审查。', en: 'Checked on the spot.' },
          workingDays: 0,
          next: [
            { to: 'complete', when: { zh: '不齐全', en: 'incomplete' } },
            { to: 'decide', when: { zh: '齐全', en: 'complete' } },
          ],
        },
        {
          id: 'complete',
          name: { zh: '一次性告知补正', en: 'Told what is missing' },
          next: [{ to: 'check' }],
        },
        { id: 'decide', name: { zh: '作出决定', en: 'Decision' }, workingDays: 5, next: [] },
      ],
    },
    {
      ...head('basis-licences', 'legal-basis'),
      title: { zh: '行政许可依据', en: 'Basis of licences' },
      items: [{ ...LAW, text: { zh: '申请材料不齐全的，应当一次告知。' } }],
    },
    {
      ...head('body', 'body'),
      title: { zh: '执法主体', en: 'Enforcement body' },
      name: { zh: '示例市市场监督管理局', en: 'Market Supervision' },
      functions: { zh: '市场监管。', en: 'Supervises the market.' },
      phone: '010-5550 0101',
    },
    {
      ...head('people', 'personnel'),
      title: { zh: '执法人员', en: 'Staff' },
      people: [
        {
          name: { zh: '林晓岚', en: 'Lin Xiaolan' },
          post: { zh: '科员', en: 'Officer' },
          credential: '示例-0301',
        },
      ],
    },
    {
      ...head('duties', 'duties'),
      title: { zh: '执法职责', en: 'Duties' },
      items: [
        { name: { zh: '许可', en: 'Licences' }, text: { zh: '受理许可。', en: 'Takes applications.' } },
      ],
    },
    {
      ...head('powers', 'powers'),
      title: { zh: '执法权限', en: 'Powers' },
      items: [{ name: { zh: '食品经营许可', en: 'Food licences' }, action: 'licence', basis: [LAW] }],
    },
    {
      ...head('checklist', 'inspection-list'),
      title: { zh: '随机抽查事项清单', en: 'Random inspections' },
      items: [
        {
          matter: { zh: '食品标签', en: 'Labels' },
          targets: { zh: '食品店', en: 'Food shops' },
          content: { zh: '标签', en: 'Labels' },
          method: { zh: '现场', en: 'On site' },
          extent: { zh: '每年5%', en: '5% a year' },
          basis: [LAW],
        },
      ],
    },
    {
      ...head('supervision', 'supervision'),
      title: { zh: '监督渠道', en: 'Supervision' },
      channels: [{ name: { zh: '监察室', en: 'Inspectorate' }, phone: '010-5550 0199' }],
    },
    {
      ...head('remedies', 'remedies'),
      title: { zh: '救济途径', en: 'Remedies' },
      ways: [
        {
          way: 'reconsideration',
          to: { zh: '示例市人民政府', en: 'City government' },
          withinDays: 60,
          from: { zh: '知道之日', en: 'the day you know of it' },
        },
      ],
    },
    decision,
    inspectionDocument({ title: { zh: '食品销售单位随机抽查结果', en: 'Random inspection of food shops' } }),
    correctionOf(decision, { title: { zh: '更正公告', en: 'Correction' } }),
  ];
}

/** A path of every kind of page. */
export const PAGES = [
  '/',
  '/guides',
  '/guides?q=yhwd',
  '/guides?q=none',
  '/guides/guide-food-licence',
  '/procedures',
  '/procedures/procedure-licence',
  '/basis',
  '/basis/basis-licences',
  '/decisions',
  '/decisions/decision-17',
  '/inspections',
  '/inspections/inspection-5',
  '/about',
  '/remedies',
  '/notices',
  '/notices/correction/correction-2',
  '/report?kind=decision&id=decision-17',
  '/rate',
  '/receipt/KIOSK-0001-999999',
  '/nowhere',
] as const;

export const SIZES = [
  { width: 1080, height: 1920 },
  { width: 1920, height: 1080 },
  { width: 1024, height: 600 },
] as const;
