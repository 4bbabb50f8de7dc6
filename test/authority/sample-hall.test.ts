import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { manyDecisions } from '../../agent/authority/many-decisions.js';
import { SAMPLE_NOW_MS, sampleHall } from '../../agent/authority/sample-hall.js';
import { readYamlDocuments } from '../../agent/authority/yaml-documents.js';
import { DEFAULT_TERMS } from '../../agent/disclosure/deadlines.js';
import { ACTIONS } from '../../agent/disclosure/kinds/head.js';
import { openDisclosure } from '../../agent/disclosure/open.js';
import { PACKAGE_ROOT } from '../../config/package-root.js';
import { HandClock } from '../support/clock.js';
import { ManualTimers } from '../support/timers.js';

/** The sample hall as a kiosk takes it at this moment, by the kiosk's own code. */
async function hallAt(t: ExecutionContext, now: number) {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-sample-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const sample = await sampleHall(folder, { hall: 'hall-1', now });
  const disclosure = await openDisclosure({
    folder,
    settings: {
      hall: 'hall-1',
      root: sample.rootVkey,
      terms: DEFAULT_TERMS,
      maxItems: 10_000,
      displayLostMs: 15_000,
    },
    clock: new HandClock(now),
    timers: new ManualTimers(),
    journal: { append: () => Promise.resolve({ n: 0 }) },
    onJournalError: (error) => t.fail(String(error)),
  });
  t.teardown(() => disclosure.close());
  for (const { topic, bytes, file } of sample.envelopes) {
    const taken = await disclosure.intake.take(topic, bytes);
    t.true(taken.accepted, `${file}: ${JSON.stringify(taken)}`);
  }
  return { sample, disclosure, board: disclosure.board };
}

const MOMENTS = [
  '2026-11-23T10:00:00+08:00',
  '2026-10-05T23:59:00+08:00',
  '2027-02-11T00:30:00+08:00',
  '2028-01-01T04:00:00+08:00',
];
for (const moment of MOMENTS) {
  test(`made at ${moment}, the sample hall shows what it is meant to, holds back two decisions and is late with one`, async (t) => {
    const { board } = await hallAt(t, Date.parse(moment));
    const decisions = board.items('decision');
    const named = (state: string) =>
      decisions
        .filter((item) => item.state === state)
        .map(({ id }) => id)
        .sort();
    t.deepEqual(named('held-back'), ['cf-2026-0161', 'cf-2026-0162']);
    t.deepEqual(named('withdrawn'), ['cf-2026-0140']);
    t.deepEqual(
      decisions.filter(({ lateness }) => lateness !== undefined).map(({ id }) => id),
      ['cf-2026-0131'],
    );
    t.deepEqual(
      board.item('decision', 'cf-2026-0161')?.reasons.map(({ code }) => code),
      ['review-missing'],
    );
    t.deepEqual(
      board.item('decision', 'cf-2026-0162')?.reasons.map(({ code }) => code),
      ['review-item-not-in-order', 'review-not-passed'],
    );
    t.like(board.item('decision', 'cf-2026-0151'), { revision: 2, state: 'shown' });
    t.is(board.item('decision', 'cf-2026-0151')?.notices[0]?.id, 'gz-2026-0003');
    t.deepEqual(
      board.items('inspection-result').filter(({ lateness }) => lateness !== undefined),
      [],
    );
    const reviewed = decisions.filter(({ state, major = [] }) => state === 'shown' && major.length > 0);
    t.true(reviewed.length >= 4, 'major decisions with a review that passed');
  });
}

test('the sample hall is complete: windows, guides, procedures, all that stands open, all six kinds of action', async (t) => {
  const { board } = await hallAt(t, SAMPLE_NOW_MS);
  const posts = board.shown('post').map(({ content }) => content);
  t.true(posts.length >= 4);
  t.true(posts.every(({ photo }) => photo !== undefined));
  t.deepEqual([...new Set(posts.map(({ duty }) => duty.state))].sort(), ['away', 'on-duty', 'replaced']);
  const open = board.shown('disclosure').map(({ content }) => content);
  const count = (section: string) => open.filter((each) => each.section === section).length;
  t.true(count('guide') >= 6 && count('procedure') >= 3);
  for (const section of [
    'body',
    'personnel',
    'duties',
    'powers',
    'inspection-list',
    'legal-basis',
    'supervision',
    'remedies',
  ]) {
    t.is(count(section), 1, section);
  }
  const decisions = board.shown('decision').map(({ content }) => content);
  t.true(decisions.length >= 20);
  t.deepEqual([...new Set(decisions.map(({ action }) => action))].sort(), [...ACTIONS].sort());

  const ids = new Set(open.map(({ id }) => id));
  for (const { services } of posts) for (const id of services) t.true(ids.has(id), id);
  for (const each of open)
    if (each.section === 'guide' && each.procedure !== undefined) t.true(ids.has(each.procedure));
  const windows = new Set(posts.map(({ window }) => window));
  for (const each of open)
    if (each.section === 'guide') for (const at of each.windows) t.true(windows.has(at), at);
});

test('every text of the sample hall stands there in Chinese and in English', async (t) => {
  const folder = join(PACKAGE_ROOT, 'config/sample-hall');
  const lacking: string[] = [];
  const look = (value: unknown, at: string): void => {
    if (typeof value !== 'object' || value === null) return;
    if ('zh' in value && !('en' in value)) lacking.push(at);
    for (const [key, inner] of Object.entries(value)) look(inner, `${at}.${key}`);
  };
  for (const name of (await readdir(folder)).filter((each) => each.endsWith('.yaml'))) {
    for (const { value } of await readYamlDocuments(join(folder, name))) look(value, name);
  }
  t.deepEqual(lacking, []);
});

test('decisions in any number are taken and shown, each with an id of its own and none late', async (t) => {
  const { sample, disclosure, board } = await hallAt(t, SAMPLE_NOW_MS);
  const before = board.shown('decision').length;
  for (const { topic, bytes } of manyDecisions(sample, 150, SAMPLE_NOW_MS)) {
    t.true((await disclosure.intake.take(topic, bytes)).accepted);
  }
  const shown = board.shown('decision');
  t.is(shown.length, before + 150);
  t.deepEqual(
    shown.filter(({ id, lateness }) => id.startsWith('many-') && lateness !== undefined),
    [],
  );
});
