import { manyDecisions } from '../../../agent/authority/many-decisions.js';
import { sampleHall } from '../../../agent/authority/sample-hall.js';
import { DEFAULT_TERMS } from '../../../agent/disclosure/deadlines.js';
import { openDisclosure } from '../../../agent/disclosure/open.js';
import { startKiosk } from '../../../agent/kiosk/server.js';
import { systemClock } from '../../../drivers/clock.js';
import { systemTimers } from '../../../drivers/timers.js';

export interface DecisionsResult {
  shown: number;
  takeMs: number;
  reopenMs: number;
  /** Of this process, after everything was read back and every page was asked for once. */
  rssBytes: number;
  heapBytes: number;
  pages: Record<string, { bytes: number; firstMs: number; medianMs: number; worstMs: number }>;
}

const ASKED = {
  'first page': '/',
  'list of decisions': '/decisions',
  'last page of the list': '/decisions?page=9999',
  'search by letters': '/decisions?q=xz',
  'search by text': '/decisions?q=00042',
};
const TIMES = 50;

/** A hall with so many decisions in a process of its own: taken, read back as after a restart, and looked at. */
export async function run({
  folder,
  decisions,
}: {
  folder: string;
  decisions: number;
}): Promise<DecisionsResult> {
  const now = Date.now();
  const hall = await sampleHall(folder, { now });
  const clock = systemClock();
  let n = 0;
  const open = () =>
    openDisclosure({
      folder,
      settings: {
        hall: hall.hall,
        root: hall.rootVkey,
        terms: DEFAULT_TERMS,
        maxItems: 100_000,
        displayLostMs: 15_000,
      },
      ...{ clock, timers: systemTimers, journal: { append: async () => ({ n: n++ }) } },
      onJournalError(error) {
        throw error;
      },
    });
  const first = await open();
  const startMs = performance.now();
  for (const { topic, bytes } of hall.envelopes) await first.intake.take(topic, bytes);
  for (const { topic, bytes } of manyDecisions(hall, decisions, now)) await first.intake.take(topic, bytes);
  const takeMs = performance.now() - startMs;
  await first.close();

  const reopenAtMs = performance.now();
  const disclosure = await open();
  const reopenMs = performance.now() - reopenAtMs;
  const kiosk = await startKiosk({
    ...{ board: disclosure.board, clock, device: 'kiosk-0001' },
    settings: {
      ...{ window: '1', hall: { zh: '枫桥区政务服务大厅' }, port: 0 },
      ...{ idleMs: 60_000, staleAfterMs: 60_000, lostAfterMs: 15_000 },
    },
    said: () => undefined,
    connection: () => undefined,
    append: async () => ({ n: n++, at: { wall: new Date().toISOString() } }),
    report: () => {},
    witnessed: () => 0,
    log: { info() {}, warn() {} },
  });
  const pages: DecisionsResult['pages'] = {};
  for (const [name, path] of Object.entries(ASKED)) {
    const times: number[] = [];
    let bytes = 0;
    for (let at = 0; at < TIMES; at++) {
      const askedMs = performance.now();
      bytes = Buffer.byteLength(await (await fetch(new URL(path, kiosk.url))).text());
      times.push(performance.now() - askedMs);
    }
    const [firstMs = 0, ...rest] = times;
    rest.sort((a, b) => a - b);
    const at = (part: number) => rest[Math.floor((rest.length - 1) * part)] ?? 0;
    pages[name] = { bytes, firstMs, medianMs: at(0.5), worstMs: at(1) };
  }
  const { rss, heapUsed } = process.memoryUsage();
  const shown = disclosure.board.shown('decision').length;
  await kiosk.close();
  await disclosure.close();
  return { shown, takeMs, reopenMs, rssBytes: rss, heapBytes: heapUsed, pages };
}
