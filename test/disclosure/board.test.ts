import { join } from 'node:path';
import test from 'ava';
import { Database } from '../../agent/buffer/database.js';
import type { ContentName } from '../../agent/disclosure/kinds/head.js';
import { DisclosureRig, envelopeOf } from '../support/disclosure.js';
import { correctionOf, DAY_MS, decisionDocument, postDocument, withdrawalOf } from '../support/hall.js';

function changesOf(rig: DisclosureRig): ContentName[] {
  const names: ContentName[] = [];
  rig.board.on('change', (changed) => names.push(...changed));
  return names;
}

test('content expires by itself, at its moment, and the board says so', async (t) => {
  const rig = await DisclosureRig.open(t);
  await rig.publish(postDocument({ expires: '2026-03-16T10:00:40+08:00' }));
  const changes = changesOf(rig);
  rig.pass(39_000);
  t.is(rig.board.shown('post').length, 1);
  t.deepEqual(changes, []);
  rig.pass(16_000);
  t.deepEqual(changes, ['post/window-3']);
  t.like(rig.board.item('post', 'window-3'), { state: 'expired', reasons: [{ code: 'expired' }] });
});

test('nobody who asks sees what expired, even before a timer came', async (t) => {
  const rig = await DisclosureRig.open(t);
  await rig.publish(postDocument({ expires: '2026-03-16T10:00:05+08:00' }));
  rig.clock.pass(5000);
  t.deepEqual(rig.board.shown('post'), []);
});

test('content that expired while the power was off is not shown after it', async (t) => {
  const rig = await DisclosureRig.open(t);
  await rig.publish(postDocument({ expires: '2026-03-17T00:00:00+08:00' }));
  await rig.restart(() => rig.clock.pass(DAY_MS));
  t.is(rig.board.item('post', 'window-3')?.state, 'expired');
});

test('a clock that starts in 1970 brings nothing back that was over when the newest content was signed', async (t) => {
  const rig = await DisclosureRig.open(t);
  await rig.publish(postDocument({ id: 'old', expires: '2026-03-17T00:00:00+08:00' }));
  rig.passDays(2);
  await rig.publish(postDocument({ id: 'new', issued: '2026-03-18T09:00:00+08:00' }));
  await rig.restart(() => {
    rig.clock.reading.wallMs = 0;
  });
  t.is(rig.board.item('post', 'old')?.state, 'expired');
  t.is(rig.board.item('post', 'new')?.state, 'shown');
});

test('what was dated far ahead while nobody had set the clock takes nothing away once somebody has', async (t) => {
  const rig = await DisclosureRig.open(t);
  await rig.publish(postDocument({ expires: '2026-03-17T00:00:00+08:00' }));
  await rig.publish(postDocument({ id: 'ahead', issued: '2062-03-16T09:00:00+08:00' }));
  const state = () => rig.board.item('post', 'window-3')?.state;
  t.is(state(), 'expired', 'a clock that nobody set may be behind');
  rig.clock.reading.source = 'ntp';
  t.is(state(), 'shown');
  await rig.publish(postDocument({ id: 'other', expires: '2026-03-18T00:00:00+08:00' }));
  await rig.restart(() => {});
  t.is(state(), 'shown');
  t.is(rig.board.item('post', 'other')?.state, 'shown');
  rig.passDays(1);
  t.is(state(), 'expired', 'at its own time');
});

test('a clock that is set back brings nothing back that was over when the newest content came', async (t) => {
  const rig = await DisclosureRig.open(t);
  rig.clock.reading.source = 'ntp';
  await rig.publish(postDocument({ expires: '2026-03-20T00:00:00+08:00' }));
  rig.passDays(10);
  await rig.publish(postDocument({ id: 'newer', issued: '2026-03-26T09:00:00+08:00' }));
  const state = () => rig.board.item('post', 'window-3')?.state;
  t.is(state(), 'expired');
  rig.passDays(-9);
  t.is(state(), 'expired', 'whoever answers for NTP');
  await rig.restart(() => {});
  t.is(state(), 'expired');
});

test('within the day that clocks may differ by the newest content tells the time to any clock', async (t) => {
  const rig = await DisclosureRig.open(t);
  rig.clock.reading.source = 'gnss';
  await rig.publish(postDocument({ expires: '2026-03-16T12:00:00+08:00' }));
  await rig.publish(postDocument({ id: 'ahead', issued: '2026-03-16T13:00:00+08:00' }));
  t.is(rig.board.item('post', 'window-3')?.state, 'expired');
});

test('a newer revision replaces the older, which stays in history', async (t) => {
  const rig = await DisclosureRig.open(t);
  await rig.publish(postDocument());
  await rig.publish(postDocument({ revision: 2, name: { zh: '周清' } }));
  t.deepEqual(
    rig.board.shown('post').map(({ revision, content }) => [revision, content.name.zh]),
    [[2, '周清']],
  );
  const history = await rig.board.history('post', 'window-3');
  t.deepEqual(
    history.map(({ revision, state }) => [revision, state]),
    [
      [2, 'shown'],
      [1, 'replaced'],
    ],
  );
});

test('a correction stands beside what it corrects, also beside the corrected revision, and the old text stays in history', async (t) => {
  const rig = await DisclosureRig.open(t);
  const wrong = decisionDocument();
  await rig.publish(wrong);
  const changes = changesOf(rig);
  await rig.publish(correctionOf(wrong));
  t.deepEqual(changes.sort(), ['correction/correction-2', 'decision/decision-17']);
  const corrected = decisionDocument({
    revision: 2,
    firstPublished: '2026-03-16',
    outcome: { zh: '罚款1200元。' },
  });
  await rig.publish(corrected);
  const item = rig.board.item('decision', 'decision-17');
  t.like(item, { state: 'shown', revision: 2 });
  t.deepEqual(
    item?.notices.map(({ kind, id }) => [kind, id]),
    [['correction', 'correction-2']],
  );
  const history = await rig.board.history('decision', 'decision-17');
  t.is(
    history.at(-1)?.content.kind === 'decision' && history.at(-1)?.sha256,
    rig.board.item('correction', 'correction-2')?.content.corrects.sha256,
  );
});

test('a withdrawal takes a revision and all before it away, and is seen in its place', async (t) => {
  const rig = await DisclosureRig.open(t);
  const document = postDocument({ revision: 3 });
  await rig.publish(document);
  await rig.publish(withdrawalOf(document));
  const item = rig.board.item('post', 'window-3');
  t.like(item, { state: 'withdrawn', reasons: [{ code: 'withdrawn' }] });
  t.is(item?.notices[0]?.kind, 'withdrawal');
  t.is(rig.board.shown('withdrawal').length, 1);
  await rig.restart();
  t.is(rig.board.item('post', 'window-3')?.state, 'withdrawn');
  await rig.publish(postDocument({ revision: 4 }));
  t.like(rig.board.item('post', 'window-3'), { state: 'shown', notices: [] });
});

test('a withdrawal counts when it comes before what it withdraws, and goes on when its own notice has expired', async (t) => {
  const rig = await DisclosureRig.open(t);
  const document = postDocument();
  await rig.publish(withdrawalOf(document, { expires: '2026-03-17T00:00:00+08:00' }));
  await rig.publish(document);
  t.is(rig.board.item('post', 'window-3')?.state, 'withdrawn');
  rig.passDays(2);
  t.like(rig.board.item('post', 'window-3'), { state: 'withdrawn', notices: [] });
  t.is(rig.board.item('withdrawal', 'withdrawal-2')?.state, 'expired');
});

test('a correction that was itself withdrawn is seen no more beside what it corrected', async (t) => {
  const rig = await DisclosureRig.open(t);
  const document = decisionDocument();
  await rig.publish(document);
  const correction = correctionOf(document);
  await rig.publish(correction);
  await rig.publish(withdrawalOf(correction));
  t.deepEqual(rig.board.item('decision', 'decision-17')?.notices, []);
  t.is(rig.board.item('correction', 'correction-2')?.state, 'withdrawn');
});

test('what was changed on disk is not shown after a restart, no older revision comes in its place, and the same envelope heals it', async (t) => {
  const rig = await DisclosureRig.open(t);
  await rig.publish(postDocument());
  const newest = envelopeOf(postDocument({ revision: 2, name: { zh: '周清' } }), rig.keys.publisher);
  await rig.good(newest);
  await rig.restart(async () => {
    const database = await Database.open(join(rig.folder, 'content'), { compression: true });
    const key = 'e!post!window-3!0000000000000002';
    const stored = await database.level.get(key);
    if (stored === undefined) throw new Error(`expected ${key}`);
    const text = stored.toString('latin1').replace('"sig":"', '"sig":"AAAA');
    await database.level.put(key, Buffer.from(text, 'latin1'));
    await database.close();
  });
  t.deepEqual(rig.board.shown('post'), []);
  t.is(rig.board.item('post', 'window-3')?.reasons[0]?.code, 'signer-not-trusted');
  t.is(await rig.refusal(envelopeOf(postDocument(), rig.keys.publisher)), 'revision-back');
  await rig.good(newest);
  t.is(rig.board.shown('post')[0]?.content.name.zh, '周清');
});

test('a text that another signed envelope brought into the place of this one on disk is told as damage', async (t) => {
  const rig = await DisclosureRig.open(t);
  await rig.publish(postDocument({ id: 'a' }));
  await rig.publish(postDocument({ id: 'b' }));
  await rig.restart(async () => {
    const database = await Database.open(join(rig.folder, 'content'), { compression: true });
    const other = await database.level.get('e!post!b!0000000000000001');
    if (other === undefined) throw new Error('expected post b');
    await database.level.put('e!post!a!0000000000000001', other);
    await database.close();
  });
  t.deepEqual(
    rig.board.shown('post').map(({ id }) => id),
    ['b'],
  );
  t.like(rig.board.damages, [{ kind: 'post', id: 'a', revision: 1 }]);
});

test('a wall clock that was set forward and back within a day takes nothing away for the rest of it', async (t) => {
  const rig = await DisclosureRig.open(t);
  const { ref } = await rig.publish(
    postDocument({ expires: new Date(rig.clock.read().wallMs + 3_600_000).toISOString() }),
  );
  rig.clock.reading.wallMs += 7_200_000;
  t.false(rig.board.isShown(ref));
  rig.clock.reading.wallMs -= 7_200_000;
  t.true(rig.board.isShown(ref));
});
