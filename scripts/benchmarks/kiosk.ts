import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { manyDecisions } from '../../agent/authority/many-decisions.js';
import { publishRetained } from '../../agent/authority/publish.js';
import { type SampleHall, sampleHall } from '../../agent/authority/sample-hall.js';
import { signEnvelope } from '../../agent/disclosure/envelope.js';
import { payloadTypeOf } from '../../agent/disclosure/kinds/head.js';
import { type ContentOf, encodeDocument } from '../../agent/disclosure/kinds/kinds.js';
import { initDevice } from '../../agent/init.js';
import { brokerSocket } from '../../agent/link/broker-socket.js';
import { Connection } from '../../agent/link/connection.js';
import { systemClock } from '../../drivers/clock.js';
import { startLiuhen } from '../child.js';
import { type BenchArchive, startArchive } from './archive.js';
import { AUTHORITY } from './device.js';
import {
  type Ground,
  type Measurement,
  median,
  msText,
  quantile,
  type Row,
  rounded,
  valueRow,
} from './measurement.js';
import { memoryOf } from './proc.js';
import type { DecisionsResult } from './work/kiosk-decisions.js';
import { runAsAgent } from './work.js';

const DECISIONS = 5000;
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
];

/** From the platform's publication to what a person sees, and what a hall with many decisions costs. */
export const kiosk: Measurement = {
  name: 'kiosk',
  about: 'publish → visible on the screen; weight and first paint of the page; a hall with 5,000 decisions',
  async run(ground: Ground) {
    return [...(await onScreen(ground)), ...(await manyOf(ground))];
  },
};

async function onScreen(ground: Ground): Promise<Row[]> {
  const folder = await ground.folder('kiosk');
  const archive = await startArchive(folder);
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS });
  try {
    const hall = await sampleHall(join(folder, 'authority'));
    const running = await startKiosk(folder, archive, hall);
    try {
      await publishRetained(
        { broker: archive.broker },
        hall.envelopes.map(({ topic, bytes: payload }) => ({ topic, payload })),
      );
      const { url } = running.ready as { url: string };
      const visible = await untilVisible(ground, browser, url, archive.broker, hall);
      const cold = await firstPaint(ground, browser, url);
      const live = [...(await withMany(ground, running.pid, archive.broker, hall, url))];
      return [...visible, ...cold, ...live];
    } finally {
      await running.stop();
    }
  } finally {
    await browser.close();
    await archive.running.stop();
  }
}

async function startKiosk(folder: string, archive: BenchArchive, hall: SampleHall) {
  const home = join(folder, 'kiosk');
  await mkdir(home);
  const device = { id: 'kiosk-0001', authority: AUTHORITY };
  const settings = {
    ...{ profile: 'kiosk', device, data: 'data' },
    uplink: { broker: archive.broker, witness: archive.witness },
    disclosure: { hall: hall.hall, root: hall.rootVkey },
    kiosk: { window: '1', port: 0 },
  };
  const config = join(home, 'liuhen.yaml');
  await writeFile(config, JSON.stringify(settings));
  await archive.add(await initDevice(join(home, 'data'), device, systemClock()));
  return await startLiuhen(['run', '--config', config], join(folder, 'kiosk.log'));
}

/** From handing the envelope to the broker's connection until the browser has drawn a frame with the new name in it. */
async function untilVisible(
  ground: Ground,
  browser: Browser,
  url: string,
  broker: string,
  hall: SampleHall,
): Promise<Row[]> {
  const rounds = ground.quick ? 40 : 200;
  ground.progress(`kiosk: ${rounds} changes of a post, until each is drawn`);
  const page = await browser.newPage({ viewport: { width: 1080, height: 1920 } });
  await page.goto(url);
  const post = postOf(hall);
  await page.getByText(post.name.zh).first().waitFor();
  const connection = await openConnection(broker);
  const times: number[] = [];
  try {
    for (let at = 1; at <= rounds; at++) {
      const name = `测试${at}号`;
      const { topic, payload } = renamed(hall, post, at, name);
      const drawn = page.evaluate(`(${UNTIL_DRAWN})(${JSON.stringify(name)})`);
      const startMs = Date.now();
      await connection.publish(topic, payload, true);
      times.push(((await drawn) as number) - startMs);
    }
  } finally {
    await connection.end();
    await page.close();
  }
  const [typical, late] = [median(times), quantile(times, 0.99)];
  return [
    valueRow('kiosk: publish → drawn on the screen, median', msText(typical), {
      detail: { visibleMs: times },
    }),
    valueRow('  99th percentile', msText(late)),
  ];
}

/** In the page: when a frame was drawn that has this text in it, Unix ms. Both clocks are this machine's. */
const UNTIL_DRAWN = `(text) => new Promise((resolve) => {
  const look = () => {
    if (document.querySelector('.person-name')?.textContent !== text) return false;
    requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.timeOrigin + performance.now())));
    return true;
  };
  if (look()) return;
  const observer = new MutationObserver(() => { if (look()) observer.disconnect(); });
  observer.observe(document.body, { subtree: true, childList: true, characterData: true });
})`;

async function openConnection(broker: string): Promise<Connection> {
  const settings = { section: 'publish' as const, broker };
  return await Connection.open({
    ...settings,
    makeSocket: (onread) => brokerSocket(settings, undefined, onread),
    ...{
      protocol: 4,
      clientId: 'liuhen-bench',
      password: undefined,
      keepaliveMs: 30_000,
      connectTimeoutMs: 5000,
    },
    ...{ will: undefined, subscriptions: [], maxIncomingBytes: 1024, onMessage: () => {} },
  });
}

type PostContent = ContentOf<'post'>;

function postOf({ envelopes }: SampleHall): PostContent {
  const posts = envelopes.flatMap(({ document }) => (document.kind === 'post' ? [document] : []));
  const post = posts.filter(({ window }) => window === '1').at(-1);
  if (post === undefined) throw new Error('the sample hall has no post for window 1');
  return post;
}

function renamed({ hall, signers }: SampleHall, post: PostContent, by: number, name: string) {
  const document = {
    ...post,
    revision: post.revision + by,
    issued: new Date().toISOString(),
    name: { zh: name },
    duty: { state: 'on-duty' as const },
  };
  const envelope = signEnvelope(payloadTypeOf('post'), encodeDocument(document), signers.publisher);
  return { topic: `liuhen/1/board/${hall}/post/${post.id}`, payload: Buffer.from(envelope) };
}

/** What a browser with nothing in its cache loads, and when it first paints words. */
async function firstPaint(ground: Ground, browser: Browser, url: string): Promise<Row[]> {
  const paints: number[] = [];
  const weights: number[] = [];
  for (let at = 0; at < (ground.quick ? 3 : 10); at++) {
    const context = await browser.newContext({ viewport: { width: 1080, height: 1920 } });
    const page = await context.newPage();
    await page.goto(url, { waitUntil: 'load' });
    const [paint, weight] = (await page.evaluate(`new Promise((resolve) => {
      new PerformanceObserver((list) => {
        const paint = list.getEntries().find(({ name }) => name === 'first-contentful-paint');
        if (paint === undefined) return;
        const loaded = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
        const files = loaded.filter(({ name }) => !/live|heartbeat/.test(name));
        resolve([paint.startTime, files.reduce((sum, { transferSize }) => sum + transferSize, 0)]);
      }).observe({ type: 'paint', buffered: true });
    })`)) as [number, number];
    paints.push(paint);
    weights.push(weight);
    await context.close();
  }
  return [
    valueRow('kiosk: first page on a cold start, first contentful paint', msText(median(paints)), {
      detail: { paintMs: paints },
    }),
    valueRow(
      '  its weight: page with portrait, style and script',
      `${rounded(median(weights) / 1024, 0)} KiB`,
      {
        detail: { weightBytes: weights },
      },
    ),
  ];
}

/** The agent's own memory when the broker hands out a hall with many decisions. */
async function withMany(
  ground: Ground,
  pid: number,
  broker: string,
  hall: SampleHall,
  url: string,
): Promise<Row[]> {
  const decisions = ground.quick ? 1000 : DECISIONS;
  ground.progress(`kiosk: ${decisions} decisions published to the running kiosk`);
  const before = memoryOf(pid);
  const envelopes = [...manyDecisions(hall, decisions, Date.now())];
  const startMs = performance.now();
  await publishRetained(
    { broker },
    envelopes.map(({ topic, bytes: payload }) => ({ topic, payload })),
  );
  const last = envelopes.at(-1)?.ref.id ?? '';
  while ((await fetch(new URL(`/decisions/${last}`, url))).status !== 200) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const tookMs = performance.now() - startMs;
  await fetch(new URL('/decisions', url));
  const after = memoryOf(pid);
  const mb = (bytes: number) => rounded(bytes / 1e6, 0);
  return [
    valueRow(
      `kiosk: agent's memory with ${decisions.toLocaleString('en')} decisions, RSS`,
      `${mb(after.rss)} MB (${mb(after.anon)} anonymous, ${mb(after.file)} file-mapped); ${mb(before.rss)} MB without`,
      { detail: { before, after } },
    ),
    valueRow(`  all of them published, verified, sealed and shown in`, `${rounded(tookMs / 1000, 1)} s`),
  ];
}

async function manyOf(ground: Ground): Promise<Row[]> {
  const decisions = ground.quick ? 1000 : DECISIONS;
  ground.progress(`kiosk: pages of a hall with ${decisions} decisions`);
  const folder = await ground.folder('kiosk-decisions');
  const result = await runAsAgent<DecisionsResult>('kiosk-decisions', { folder, decisions });
  const count = decisions.toLocaleString('en');
  return [
    valueRow(`kiosk: opening a store of ${count} decisions, each verified again`, msText(result.reopenMs), {
      detail: { ...result },
    }),
    ...Object.entries(result.pages).map(([name, { medianMs, worstMs, firstMs }]) =>
      valueRow(
        `  ${name}, median; slowest; the very first`,
        `${msText(medianMs)}; ${msText(worstMs)}; ${msText(firstMs)}`,
      ),
    ),
  ];
}
