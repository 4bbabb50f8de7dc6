import test from 'ava';
import type { ContentRef } from '../../agent/disclosure/kinds/head.js';
import { DisclosureRig, envelopeOf } from '../support/disclosure.js';
import { decisionDocument, majorDecision, postDocument, withdrawalOf } from '../support/hall.js';

const SCREEN = 'screen-1';

async function rigWithPost(t: Parameters<typeof DisclosureRig.open>[0], changes = {}) {
  const rig = await DisclosureRig.open(t);
  const { ref } = await rig.publish(postDocument(changes));
  return { rig, ref, report: (...shown: ContentRef[]) => rig.disclosure.displayed.report(SCREEN, shown) };
}

/** What the journal says of displays: `began`, or why it ceased. */
async function displays(rig: DisclosureRig): Promise<(string | undefined)[]> {
  const entries = (await rig.written()).filter(({ type }) => type === 'displayed');
  return entries.map(({ change, reason }) => (change === 'began' ? 'began' : (reason as string)));
}

test('nothing is displayed before a page reports that it shows it, and then it is with all its hashes', async (t) => {
  const { rig, ref, report } = await rigWithPost(t);
  t.deepEqual(await displays(rig), []);
  report(ref);
  report(ref);
  const entries = (await rig.written()).filter(({ type }) => type === 'displayed');
  t.is(entries.length, 1);
  const envelope = rig.board.item('post', 'window-3')?.envelopeSha256;
  t.like(entries[0], { ...ref, change: 'began', screen: SCREEN, envelope });
});

test('a display ends when the page shows something else, and its end names its beginning', async (t) => {
  const { rig, ref, report } = await rigWithPost(t);
  report(ref);
  report();
  const [began, ceased] = (await rig.written()).filter(({ type }) => type === 'displayed');
  t.like(ceased, { ...ref, change: 'ceased', reason: 'page-changed', began: began?.n });
  t.deepEqual(rig.disclosure.displayed.showing, []);
});

test('a display ends when the page is silent for too long, and not while it goes on', async (t) => {
  const { rig, ref, report } = await rigWithPost(t);
  for (let at = 0; at < 5; at++) {
    report(ref);
    rig.pass(10_000);
  }
  t.deepEqual(await displays(rig), ['began']);
  rig.pass(5000);
  t.deepEqual(await displays(rig), ['began', 'heartbeat-lost']);
  report(ref);
  t.deepEqual(await displays(rig), ['began', 'heartbeat-lost', 'began']);
});

test('a display ends with the content: replaced, withdrawn or expired, whatever the page goes on to say', async (t) => {
  const { rig, ref, report } = await rigWithPost(t);
  report(ref);
  const second = await rig.publish(postDocument({ revision: 2 }));
  report(ref);
  report(second.ref);
  await rig.publish(withdrawalOf(postDocument({ revision: 2 })));
  report(second.ref);
  const third = await rig.publish(postDocument({ revision: 3, expires: '2026-03-16T10:00:05+08:00' }));
  report(third.ref);
  rig.pass(5000);
  report(third.ref);
  t.deepEqual(await displays(rig), ['began', 'replaced', 'began', 'withdrawn', 'began', 'expired']);
});

test('a display ends when its signer is trusted no more', async (t) => {
  const { rig, ref, report } = await rigWithPost(t);
  report(ref);
  await rig.good(rig.trustEnvelope(2, (keys) => keys.slice(1)));
  t.deepEqual(await displays(rig), ['began', 'held-back']);
});

test('a page that claims what may not be shown is not believed', async (t) => {
  const { rig, ref, report } = await rigWithPost(t);
  const held = await rig.publish(majorDecision());
  report(held.ref, { ...ref, sha256: '0'.repeat(64) }, { ...ref, revision: 2 }, { ...ref, id: 'nothing' });
  t.deepEqual(await displays(rig), []);
  t.is(rig.disclosure.displayed.ignored, 4);
  rig.disclosure.displayed.report('../screen', [ref]);
  t.is(rig.disclosure.displayed.ignored, 5);
});

test('two screens are two displays', async (t) => {
  const { rig, ref, report } = await rigWithPost(t);
  report(ref);
  rig.disclosure.displayed.report('screen-2', [ref]);
  report();
  t.deepEqual(await displays(rig), ['began', 'began', 'page-changed']);
  t.deepEqual(
    rig.disclosure.displayed.showing.map(({ screen }) => screen),
    ['screen-2'],
  );
});

test('what was published late says so when it is displayed', async (t) => {
  const rig = await DisclosureRig.open(t);
  const { ref } = await rig.publish(decisionDocument({ decided: '2026-03-04' }));
  rig.disclosure.displayed.report(SCREEN, [ref]);
  const entry = (await rig.written()).find(({ type }) => type === 'displayed');
  t.deepEqual(entry?.late, { due: '2026-03-13', workingDays: 1 });
});

test('an agent that is ended says that its displays end', async (t) => {
  const { rig, ref, report } = await rigWithPost(t);
  report(ref);
  await rig.restart();
  t.deepEqual(await displays(rig), ['began', 'stopped']);
});

test('after a power cut the next start says that what hung was cut off', async (t) => {
  const { rig, ref, report } = await rigWithPost(t);
  report(ref);
  await rig.disclosure.displayed.settled();
  // The store is closed and nothing else: what a process that is cut off leaves behind.
  rig.board.close();
  await rig.disclosure.store.close();
  await rig.start();
  t.deepEqual(await displays(rig), ['began', 'cut-off']);
  const [began, ceased] = (await rig.written()).filter(({ type }) => type === 'displayed');
  t.like(ceased, { ...ref, began: began?.n, screen: SCREEN });
  await rig.restart();
  t.deepEqual(await displays(rig), ['began', 'cut-off']);
});

test('where the store cannot remember a display, its end names its beginning all the same', async (t) => {
  const { rig, ref, report } = await rigWithPost(t);
  rig.disclosure.store.remember = () => Promise.reject(new Error('disk full'));
  report(ref);
  report();
  const [began, ceased] = (await rig.written()).filter(({ type }) => type === 'displayed');
  t.like(ceased, { change: 'ceased', began: began?.n });
  t.is(rig.errors.length, 2);
});

test('a journal that takes no entry keeps no hall from being served', async (t) => {
  const { rig, ref, report } = await rigWithPost(t);
  await rig.journal.journal.close();
  report(ref);
  await rig.good(envelopeOf(postDocument({ revision: 2 }), rig.keys.publisher));
  await rig.disclosure.displayed.settled();
  t.is(rig.board.item('post', 'window-3')?.state, 'shown');
  t.true(rig.errors.length > 0);
});
