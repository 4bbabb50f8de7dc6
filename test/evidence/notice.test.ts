import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { Database } from '../../agent/buffer/database.js';
import { FootageStore } from '../../agent/buffer/footage.js';
import type { Kind } from '../../agent/disclosure/kinds/head.js';
import { deviceSource } from '../../agent/evidence/device-source.js';
import { exportNotice } from '../../agent/evidence/notice-bundle.js';
import { renderNoticeReport } from '../../agent/evidence/notice-report.js';
import { verifyNotice } from '../../agent/evidence/verify/notice.js';
import { DisclosureRig, envelopeOf } from '../support/disclosure.js';
import { correctionOf, decisionDocument } from '../support/hall.js';

const SCREEN = 'screen-1';

async function folderOf(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-notice-'));
  t.teardown(() => rm(folder, { recursive: true }));
  return folder;
}

async function exported(t: ExecutionContext, rig: DisclosureRig, began?: number) {
  const folder = await folderOf(t);
  const database = await Database.open(join(folder, 'footage'), { compression: false });
  t.teardown(() => database.close());
  const source = await deviceSource({
    store: rig.journal.store,
    footage: new FootageStore(database),
    witnesses: [],
  });
  const out = join(folder, 'notice');
  const { store } = rig.disclosure;
  const summary = await exportNotice({
    source,
    envelopeOf: (kind, id, revision) => store.envelope(kind as Kind, id, revision),
    kind: 'decision',
    id: 'decision-17',
    began,
    out,
    who: 'tester',
    why: 'test',
    journal: rig.journal.journal,
  });
  return { out, summary, policy: `log ${source.rootVkey}\nquorum none\n` };
}

/** A decision that hung for an hour, with heartbeats of the journal meanwhile. */
async function hung(t: ExecutionContext, { end = true, heartbeats = 300 } = {}) {
  const rig = await DisclosureRig.open(t);
  const { ref } = await rig.publish(decisionDocument());
  rig.disclosure.displayed.report(SCREEN, [ref]);
  await rig.disclosure.displayed.settled();
  for (let beat = 0; beat < heartbeats; beat++) {
    rig.journal.clock.advance(3_600_000 / heartbeats);
    await rig.journal.journal.append({ type: 'heartbeat' });
  }
  if (end) rig.disclosure.displayed.report(SCREEN, []);
  await rig.disclosure.displayed.settled();
  return { rig, ref };
}

test('that a decision hung from one time to another is exported, and verifies as intact', async (t) => {
  const { rig, ref } = await hung(t);
  const { out, summary, policy } = await exported(t, rig);
  t.like(summary, { ceased: true, notice: { ...ref, screen: SCREEN } });
  const verdict = await verifyNotice(out, policy);
  t.deepEqual(verdict.findings, []);
  t.like(verdict, {
    verdict: 'intact',
    notice: { ...ref, screen: SCREEN },
    began: '2026-03-02T08:00:00.000Z',
    until: '2026-03-02T09:00:00.000Z',
    reason: 'page-changed',
    displayedSec: 3600,
    longestSilenceSec: 12,
  });
  t.deepEqual(JSON.parse(verdict.content?.text ?? ''), decisionDocument());
  const entries = await rig.journal.entries();
  t.is(entries.at(-1)?.type, 'exported');
});

test('the report on a display says what hung, when and by whom signed, with a correction beside it, and takes all of it as hostile', async (t) => {
  const rig = await DisclosureRig.open(t);
  const document = decisionDocument({
    title: { zh: '决定</style><script>alert(1)</script>', en: 'Decision' },
  });
  const { ref } = await rig.publish(document);
  rig.disclosure.displayed.report(SCREEN, [ref]);
  const correction = await rig.publish(correctionOf(document));
  rig.disclosure.displayed.report(SCREEN, [ref, correction.ref]);
  rig.disclosure.displayed.report(SCREEN, []);
  await rig.disclosure.displayed.settled();
  const { out, policy } = await exported(t, rig);
  const verdict = await verifyNotice(out, policy);
  t.is(verdict.verdict, 'intact', verdict.summary);
  t.like(verdict.beside, [{ kind: 'correction', id: correction.ref.id, revision: 1 }]);
  const html = renderNoticeReport(verdict, 'liuhen/test');
  t.notRegex(html, /<script|<link|<img|src=|https?:/);
  for (const said of [
    'Intact',
    '完整',
    '决定&lt;/style&gt;',
    'Decision',
    'publisher-1+',
    correction.ref.id,
    ref.sha256,
    '16:00:00 UTC+8',
  ]) {
    t.true(html.includes(said), said);
  }
  await writeFile(join(out, 'notice.json'), 'x');
  const altered = renderNoticeReport(await verifyNotice(out, policy), 'liuhen/test');
  t.regex(altered, /已被改动[\s\S]+First offending place[\s\S]+notice\.json/);
  t.false(altered.includes('决定&lt;'), 'what is not the text that hung is not shown as such');
});

test('a display that goes on is incomplete, and hung at least until the newest entry', async (t) => {
  const { rig } = await hung(t, { end: false });
  const { out, policy } = await exported(t, rig);
  const verdict = await verifyNotice(out, policy);
  t.like(verdict, {
    verdict: 'incomplete',
    findings: [{ kind: 'not-ceased' }],
    until: '2026-03-02T09:00:00.000Z',
  });
});

/** Cuts the agent off and starts it again two hours later. */
async function cutOff(rig: DisclosureRig): Promise<void> {
  rig.board.close();
  await rig.disclosure.store.close();
  rig.journal.clock.advance(7_200_000);
  await rig.journal.journal.append({ type: 'boot', software: 'test', reason: 'start' });
  await rig.start();
}

test('a display that a power cut ended is incomplete, and hung until the last entry before the next start', async (t) => {
  const { rig } = await hung(t, { end: false });
  await cutOff(rig);
  const { out, policy } = await exported(t, rig);
  const verdict = await verifyNotice(out, policy);
  t.like(verdict, {
    verdict: 'incomplete',
    reason: 'cut-off',
    findings: [{ kind: 'cut-off' }],
    until: '2026-03-02T09:00:00.000Z',
  });
});

/** Under which the store remembers that a display hangs. */
async function rememberedKey(rig: DisclosureRig): Promise<string> {
  for await (const [key] of rig.disclosure.store.recall('displayed!')) return key;
  throw new Error('nothing is remembered');
}

test('a display whose power cut came before it was remembered was cut off, and does not pass for altered', async (t) => {
  const { rig, ref } = await hung(t, { end: false, heartbeats: 3 });
  await rig.disclosure.store.remember(await rememberedKey(rig), undefined);
  await cutOff(rig);
  const first = { verdict: 'incomplete', reason: 'cut-off', findings: [{ kind: 'cut-off' }] } as const;
  const { out, policy } = await exported(t, rig);
  t.like(await verifyNotice(out, policy), { ...first, until: '2026-03-02T09:00:00.000Z' });

  rig.disclosure.displayed.report(SCREEN, [ref]);
  rig.disclosure.displayed.report(SCREEN, []);
  const [began] = (await rig.written()).filter(({ type }) => type === 'displayed');
  const again = await exported(t, rig, began?.n);
  const verdict = await verifyNotice(again.out, again.policy);
  t.like(verdict, { ...first, until: '2026-03-02T09:00:00.000Z' }, 'also where it hung again since');
});

test('a display that ceased did not hang until a later power cut, though the disk could not forget it', async (t) => {
  const { rig } = await hung(t, { end: false, heartbeats: 3 });
  const key = await rememberedKey(rig);
  const [began] = (await rig.written()).filter(({ type }) => type === 'displayed');
  rig.disclosure.displayed.report(SCREEN, []);
  await rig.disclosure.displayed.settled();
  const { kind, id, revision, sha256, screen, n } = began ?? t.fail();
  // As a disk that failed has left it.
  await rig.disclosure.store.remember(key, { kind, id, revision, sha256, screen, began: n });
  await cutOff(rig);
  const { out, policy } = await exported(t, rig);
  t.like(await verifyNotice(out, policy), { verdict: 'intact', until: '2026-03-02T09:00:00.000Z' });
});

test('of two displays the one that was asked for is exported, and one that never was is not found', async (t) => {
  const { rig, ref } = await hung(t);
  rig.disclosure.displayed.report(SCREEN, [ref]);
  rig.disclosure.displayed.report(SCREEN, []);
  const began = (await rig.written()).filter(
    ({ type, change }) => type === 'displayed' && change === 'began',
  );
  const first = await exported(t, rig, began[0]?.n);
  t.is((await verifyNotice(first.out, first.policy)).displayedSec, 3600);
  const newest = await exported(t, rig);
  t.is((await verifyNotice(newest.out, newest.policy)).displayedSec, 0);
  await t.throwsAsync(exported(t, rig, 3), { code: 'LIUHEN_NOT_FOUND' });
});

test('every changed byte of the proof is found, and nothing that is removed goes unnoticed', async (t) => {
  const { rig } = await hung(t);
  const { out, policy } = await exported(t, rig);
  const files = (await readdir(out, { recursive: true, withFileTypes: true }))
    .filter((file) => file.isFile() && file.name !== 'README.txt')
    .map((file) => join(file.parentPath, file.name));
  t.true(files.length >= 8);
  for (const file of files) {
    const bytes = await readFile(file);
    for (const at of bytes.length === 0 ? [] : [0, bytes.length >> 1, bytes.length - 1]) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      await writeFile(file, changed);
      t.not((await verifyNotice(out, policy)).verdict, 'intact', `${file} at ${at}`);
    }
    await rm(file);
    t.not((await verifyNotice(out, policy)).verdict, 'intact', `${file} removed`);
    await writeFile(file, bytes);
  }
  t.is((await verifyNotice(out, policy)).verdict, 'intact');
});

test('another content, signed by the same publisher, does not pass for the one that hung', async (t) => {
  const { rig } = await hung(t);
  const { out, policy } = await exported(t, rig);
  await writeFile(
    join(out, 'notice.json'),
    envelopeOf(decisionDocument({ outcome: { zh: '罚款1元。' } }), rig.keys.publisher),
  );
  t.like(await verifyNotice(out, policy), { verdict: 'altered', findings: [{ kind: 'notice-hash' }] });
});

test('a manifest that claims a longer display than the journal has is found out', async (t) => {
  const { rig } = await hung(t);
  const { out, policy, summary } = await exported(t, rig);
  const manifest = await readFile(join(out, 'manifest.json'), 'utf8');
  const { from, to } = summary.journal;
  for (const [a, b] of [
    [`"from": ${from}`, `"from": ${from - 1}`],
    [`"from": ${from}`, `"from": ${from + 1}`],
    [`"to": ${to}`, `"to": ${to - 1}`],
    ['"screen-1"', '"screen-2"'],
    ['"revision": 1', '"revision": 2'],
  ] as const) {
    await writeFile(join(out, 'manifest.json'), manifest.replace(a, b));
    t.is((await verifyNotice(out, policy)).verdict, 'altered', b);
  }
});

test('without the pinned key of this device there is no verdict but untrusted', async (t) => {
  const { rig } = await hung(t);
  const { out } = await exported(t, rig);
  const other = await DisclosureRig.open(t);
  const identity = await other.journal.store.identity();
  const verdict = await verifyNotice(out, `log ${identity?.rootVkey}\nquorum none\n`);
  t.is(verdict.verdict, 'untrusted');
  t.is(verdict.began, undefined);
});
