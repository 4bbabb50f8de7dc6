import test from 'ava';
import type { ReasonCode } from '../../agent/disclosure/board-item.js';
import { formatVkey } from '../../agent/journal/vkey.js';
import { DisclosureRig, envelopeOf, signerNamed } from '../support/disclosure.js';
import {
  decisionDocument,
  majorDecision,
  type Plain,
  reviewOf,
  SIX_ITEMS,
  withdrawalOf,
} from '../support/hall.js';

const decisionIn = (rig: DisclosureRig) => rig.board.item('decision', 'decision-17');
const reasonsIn = (rig: DisclosureRig) => decisionIn(rig)?.reasons.map(({ code }) => code);

test('a decision that is not major is shown without a review', async (t) => {
  const rig = await DisclosureRig.open(t);
  await rig.publish(decisionDocument());
  t.like(decisionIn(rig), { state: 'shown', major: [] });
});

test('a major decision is held back until its review arrives, and then shown at once', async (t) => {
  const rig = await DisclosureRig.open(t);
  const decision = majorDecision();
  await rig.publish(decision);
  t.like(decisionIn(rig), { state: 'held-back', major: ['large-penalty-person', 'hearing-held'] });
  t.deepEqual(reasonsIn(rig), ['review-missing']);
  const changes: string[] = [];
  rig.board.on('change', (names) => changes.push(...names));
  await rig.publish(reviewOf(decision));
  t.deepEqual(changes.sort(), ['decision/decision-17', 'review/review-17']);
  t.like(decisionIn(rig), { state: 'shown', reasons: [] });
  await rig.restart();
  t.is(decisionIn(rig)?.state, 'shown');
});

test('a review that came before its decision opens the gate as well', async (t) => {
  const rig = await DisclosureRig.open(t);
  const decision = majorDecision();
  await rig.publish(reviewOf(decision));
  t.like(rig.board.item('review', 'review-17'), { state: 'held-back', reasons: [{ code: 'no-decision' }] });
  await rig.publish(decision);
  t.is(decisionIn(rig)?.state, 'shown');
  t.is(rig.board.item('review', 'review-17')?.state, 'shown');
});

const { law: _, ...WITHOUT_LAW } = SIX_ITEMS;
const BAD_REVIEWS: [what: string, changes: Plain, codes: ReasonCode[]][] = [
  [
    'of another text',
    { decision: { kind: 'decision', id: 'decision-17', revision: 1, sha256: '0'.repeat(64) } },
    ['review-other-text'],
  ],
  ['that lacks an item', { items: WITHOUT_LAW }, ['review-item-missing']],
  ['without any item', { items: {} }, Array(6).fill('review-item-missing')],
  [
    'with an item not in order',
    { items: { ...SIX_ITEMS, facts: { finding: 'not-in-order', opinion: { zh: '证据不足。' } } } },
    ['review-item-not-in-order'],
  ],
  [
    'with an item that was not examined',
    { items: { ...SIX_ITEMS, subject: { finding: 'not-examined', opinion: { zh: '未审。' } } } },
    ['review-item-not-in-order'],
  ],
  ['that did not pass', { conclusion: 'not-passed' }, ['review-not-passed']],
  ['that asks for changes', { conclusion: 'to-be-changed' }, ['review-not-passed']],
  ['without materials', { materials: [] }, ['review-no-materials']],
  ['completed before it was received', { received: '2026-03-11', completed: '2026-03-10' }, ['review-dates']],
  ['completed after the decision was made', { completed: '2026-03-13' }, ['review-dates']],
  ['that took eleven working days', { received: '2026-02-25', completed: '2026-03-11' }, ['review-late']],
];

for (const [what, changes, codes] of BAD_REVIEWS) {
  test(`a review ${what} opens no gate, and the board says why`, async (t) => {
    const rig = await DisclosureRig.open(t);
    const decision = majorDecision();
    await rig.publish(decision);
    await rig.publish(reviewOf(decision, changes));
    t.is(decisionIn(rig)?.state, 'held-back');
    t.deepEqual(reasonsIn(rig), codes);
    t.is(rig.board.item('review', 'review-17')?.state, 'held-back');
    t.deepEqual(
      rig.board.item('review', 'review-17')?.reasons.map(({ code }) => code),
      codes,
    );
  });
}

test('every reason is given, not the first alone', async (t) => {
  const rig = await DisclosureRig.open(t);
  const decision = majorDecision();
  await rig.publish(decision);
  await rig.publish(reviewOf(decision, { items: WITHOUT_LAW, conclusion: 'not-passed', materials: [] }));
  t.deepEqual(reasonsIn(rig), ['review-item-missing', 'review-not-passed', 'review-no-materials']);
});

test('a review that took ten working days is in time, and the term is a setting', async (t) => {
  const terms = { decision: 20, licence: 7, penalty: 7, inspectionResult: 20, review: 2 };
  const [rig, strict] = [await DisclosureRig.open(t), await DisclosureRig.open(t, { terms })];
  const decision = majorDecision();
  for (const each of [rig, strict]) {
    await each.publish(decision);
    await each.publish(reviewOf(decision, { received: '2026-02-26' }));
  }
  t.is(decisionIn(rig)?.state, 'shown');
  t.deepEqual(reasonsIn(strict), ['review-late']);
});

test('a reviewer who also signed the decision does not count', async (t) => {
  const rig = await DisclosureRig.open(t);
  const { publisher, reviewer } = rig.keys;
  const decision = majorDecision();
  await rig.good(envelopeOf(decision, publisher, reviewer));
  await rig.publish(reviewOf(decision));
  t.deepEqual(reasonsIn(rig), ['review-by-signer']);
});

test('a person with two keys is one person: who published does not review with the other', async (t) => {
  const rig = await DisclosureRig.open(t);
  await rig.good(rig.trustEnvelope(2, (keys) => keys.map((key) => ({ ...key, holder: 'the same' }))));
  const decision = majorDecision();
  await rig.publish(decision);
  await rig.publish(reviewOf(decision));
  t.deepEqual(reasonsIn(rig), ['review-by-signer']);
});

test('a second reviewer who did not sign the decision opens the gate that the first could not', async (t) => {
  const rig = await DisclosureRig.open(t);
  const { publisher, reviewer } = rig.keys;
  const second = signerNamed('reviewer-2');
  const key = { vkey: formatVkey(second.vkey), roles: ['reviewer'], holder: 'second reviewer' };
  await rig.good(rig.trustEnvelope(2, (keys) => [...keys, key]));
  const decision = majorDecision();
  await rig.good(envelopeOf(decision, publisher, reviewer));
  await rig.publish(reviewOf(decision));
  t.is(decisionIn(rig)?.state, 'held-back');
  await rig.good(envelopeOf(reviewOf(decision, { id: 'review-18' }), second));
  t.is(decisionIn(rig)?.state, 'shown');
});

test('a decision that was changed after its review is held back again, and the earlier text does not come back', async (t) => {
  const rig = await DisclosureRig.open(t);
  const decision = majorDecision();
  await rig.publish(decision);
  await rig.publish(reviewOf(decision));
  await rig.publish(
    majorDecision({ revision: 2, firstPublished: '2026-03-16', outcome: { zh: '罚款90000元。' } }),
  );
  t.like(decisionIn(rig), { state: 'held-back', revision: 2 });
  t.deepEqual(reasonsIn(rig), ['review-other-text']);
});

test('a review that was withdrawn, or whose reviewer is trusted no more, closes the gate again', async (t) => {
  const rig = await DisclosureRig.open(t);
  const decision = majorDecision();
  const review = reviewOf(decision);
  await rig.publish(decision);
  await rig.publish(review);
  await rig.publish(withdrawalOf(review));
  t.deepEqual(reasonsIn(rig), ['review-missing']);

  const other = await DisclosureRig.open(t);
  await other.publish(decision);
  await other.publish(review);
  await other.good(other.trustEnvelope(2, ([publisher = {}]) => [publisher]));
  t.deepEqual(reasonsIn(other), ['signer-not-trusted']);
});

test('a review that expires closes the gate by itself', async (t) => {
  const rig = await DisclosureRig.open(t);
  const decision = majorDecision();
  await rig.publish(decision);
  await rig.publish(reviewOf(decision, { expires: '2026-03-18T00:00:00+08:00' }));
  t.is(decisionIn(rig)?.state, 'shown');
  rig.passDays(3);
  t.deepEqual(reasonsIn(rig), ['expired']);
});

test('a decision whose outcome names more than it declares is weighed by what it names', async (t) => {
  const rig = await DisclosureRig.open(t);
  await rig.publish(decisionDocument({ outcome: { zh: '处人民币伍万元罚款。' } }));
  t.like(decisionIn(rig), { state: 'held-back', major: ['large-penalty-person'] });
});
