import test from 'ava';
import { signEnvelope } from '../../agent/disclosure/envelope.js';
import { payloadTypeOf } from '../../agent/disclosure/kinds/head.js';
import { boardTopic } from '../../agent/disclosure/topic.js';
import { formatVkey } from '../../agent/journal/vkey.js';
import { DisclosureRig, envelopeOf, signerNamed } from '../support/disclosure.js';
import { DAY_MS, decisionDocument, HALL, postDocument, reviewOf, trustDocument } from '../support/hall.js';

const POST_TOPIC = boardTopic(HALL, 'post', 'window-3');

/** The name shown at window 3, which every refusal below must leave as it is. */
const nameAtWindow = (rig: DisclosureRig) => rig.board.shown('post')[0]?.content.name.zh;

test('a post that the publisher signed is shown, and is on disk', async (t) => {
  const rig = await DisclosureRig.open(t);
  const taken = await rig.take(envelopeOf(postDocument(), rig.keys.publisher), POST_TOPIC);
  t.like(taken, { accepted: true, fresh: true, ref: { kind: 'post', id: 'window-3', revision: 1 } });
  t.is(nameAtWindow(rig), '林晓岚');
  await rig.restart();
  t.is(nameAtWindow(rig), '林晓岚');
});

test('what is not good is refused with its reason, counted, journalled, and the last good content stays', async (t) => {
  const rig = await DisclosureRig.open(t);
  const { publisher, reviewer, dispatcher, root } = rig.keys;
  await rig.good(envelopeOf(postDocument({ revision: 2 }), publisher), POST_TOPIC);
  const stranger = signerNamed('publisher-1');
  const next = (changes = {}) => postDocument({ revision: 3, name: { zh: '别人' }, ...changes });
  const signed = JSON.parse(String(envelopeOf(next(), publisher)));
  const payloadOf = (text: string) => Buffer.from(text).toString('base64');
  const cases: [refusal: string, envelope: Uint8Array, topic?: string][] = [
    ['unsigned', Buffer.from(JSON.stringify({ ...signed, signatures: [{ keyid: 'x', sig: '' }] }))],
    ['unsigned', envelopeOf(next(), stranger)],
    ['unsigned', Buffer.from(JSON.stringify({ ...signed, payload: payloadOf('{"kind":"post"}') }))],
    ['unsigned', envelopeOf(next(), root)],
    ['unsigned', envelopeOf(trustDocument(2, rig.trustedKeys()), publisher)],
    ['role', envelopeOf(next(), reviewer)],
    ['role', envelopeOf(next(), dispatcher)],
    ['role', envelopeOf(reviewOf(decisionDocument()), publisher)],
    ['not-an-envelope', Buffer.from('{}')],
    ['not-an-envelope', Buffer.from([0xff, 0xfe])],
    ['not-an-envelope', Buffer.from(JSON.stringify({ ...signed, signatures: [] }))],
    ['too-large', Buffer.alloc(1024 * 1024 + 1, ' ')],
    ['unknown-kind', envelopeOf({ ...next(), kind: 'advert' }, publisher)],
    [
      'document',
      Buffer.from(signEnvelope(payloadTypeOf('decision'), Buffer.from(JSON.stringify(next())), publisher)),
    ],
    ['document', envelopeOf(next({ surprise: 1 }), publisher)],
    ['document', envelopeOf(next({ id: '../window-3' }), publisher)],
    ['document', envelopeOf(next({ id: 'a/b' }), publisher)],
    ['document', envelopeOf(next({ issued: 'yesterday' }), publisher)],
    ['revision-back', envelopeOf(postDocument({ revision: 1 }), publisher)],
    ['revision-reused', envelopeOf(postDocument({ revision: 2, name: { zh: '别人' } }), publisher)],
    ['wrong-hall', envelopeOf(next({ hall: 'other-hall' }), publisher)],
    ['wrong-hall', envelopeOf(next(), publisher), boardTopic('other-hall', 'post', 'window-3')],
    ['topic-mismatch', envelopeOf(next(), publisher), boardTopic(HALL, 'post', 'window-4')],
    ['topic-mismatch', envelopeOf(next(), publisher), boardTopic(HALL, 'decision', 'window-3')],
    ['topic', envelopeOf(next(), publisher), `liuhen/1/board/${HALL}/post/../window-3`],
    ['topic', envelopeOf(next(), publisher), `liuhen/1/board/${HALL}/advert/window-3`],
    ['topic', envelopeOf(next(), publisher), `${POST_TOPIC}/`],
    ['cleared', Buffer.alloc(0), POST_TOPIC],
    [
      'expired',
      envelopeOf(postDocument({ id: 'window-9', expires: '2026-03-16T09:59:59+08:00' }), publisher),
    ],
  ];
  const counts: Record<string, number> = {};
  for (const [refusal, envelope, topic] of cases) {
    t.is(await rig.refusal(envelope, topic), refusal, `${cases.findIndex((each) => each[1] === envelope)}`);
    counts[refusal] = (counts[refusal] ?? 0) + 1;
    t.is(nameAtWindow(rig), '林晓岚');
  }
  t.deepEqual(rig.disclosure.intake.counters.refused, counts);
  const written = (await rig.written()).filter(({ name }) => name === 'refused');
  t.deepEqual(
    written.slice(0, 5).map(({ value }) => (value as { refusal: string }).refusal),
    cases.slice(0, 5).map(([refusal]) => refusal),
  );
  t.is(rig.board.items().length, 1);
});

test('refusals fill no journal: each message is written once, and a flood is told by its number', async (t) => {
  const rig = await DisclosureRig.open(t);
  for (let at = 0; at < 40; at++) await rig.refusal(Buffer.from(`not an envelope ${at % 35}`));
  const refused = async () => (await rig.written()).filter(({ name }) => name === 'refused');
  t.is((await refused()).length, 20);
  rig.pass(60_000);
  await rig.refusal(Buffer.from('one more'));
  const last = (await refused()).at(-1)?.value;
  t.like(last, { refusal: 'not-an-envelope', suppressed: 15 });
  t.is(rig.disclosure.intake.counters.refused['not-an-envelope'], 41);
});

test('a retained message that comes again is known, and neither refused nor written again', async (t) => {
  const rig = await DisclosureRig.open(t);
  const envelope = envelopeOf(postDocument(), rig.keys.publisher);
  await rig.good(envelope, POST_TOPIC);
  const before = (await rig.written()).length;
  t.like(await rig.take(envelope, POST_TOPIC), { accepted: true, fresh: false });
  await rig.restart();
  t.like(await rig.take(envelope, POST_TOPIC), { accepted: true, fresh: false });
  t.is((await rig.written()).length, before);
});

test('a revision does not go back after a restart either, nor after it expired or was withdrawn', async (t) => {
  const rig = await DisclosureRig.open(t);
  const old = envelopeOf(postDocument({ revision: 1 }), rig.keys.publisher);
  await rig.publish(postDocument({ revision: 2, expires: '2026-03-17T00:00:00+08:00' }));
  await rig.restart(() => rig.clock.pass(DAY_MS));
  t.is(rig.board.item('post', 'window-3')?.state, 'expired');
  t.is(await rig.refusal(old), 'revision-back');
  t.deepEqual(rig.board.shown('post'), []);
});

test('a newer revision that is over already ends the older one that is not', async (t) => {
  const rig = await DisclosureRig.open(t);
  await rig.publish(postDocument());
  await rig.publish(postDocument({ revision: 2, expires: '2026-03-16T09:59:59+08:00' }));
  t.is(rig.board.item('post', 'window-3')?.state, 'expired');
});

test('a trust document is taken from the root key alone, never goes back, and is kept over a restart', async (t) => {
  const rig = await DisclosureRig.open(t, { untrusted: true });
  const { root, publisher } = rig.keys;
  t.is(await rig.refusal(envelopeOf(postDocument(), publisher)), 'unsigned');
  t.is(await rig.refusal(envelopeOf(trustDocument(5, rig.trustedKeys()), publisher)), 'unsigned');
  await rig.good(rig.trustEnvelope(5));
  t.is(rig.disclosure.trusted.version, 5);
  t.is(await rig.refusal(rig.trustEnvelope(4)), 'revision-back');
  const other = envelopeOf(
    { ...trustDocument(5, rig.trustedKeys()), issued: '2026-03-02T09:00:00+08:00' },
    root,
  );
  t.is(await rig.refusal(other), 'revision-reused');
  await rig.restart();
  t.is(rig.disclosure.trusted.version, 5);
  t.is(await rig.refusal(rig.trustEnvelope(4)), 'revision-back');
});

test('content that comes before its trust document is taken when that comes', async (t) => {
  const rig = await DisclosureRig.open(t, { untrusted: true });
  t.is(await rig.refusal(envelopeOf(postDocument(), rig.keys.publisher), POST_TOPIC), 'unsigned');
  await rig.good(rig.trustEnvelope(1), boardTopic(HALL, 'trust', 'trust'));
  t.is(nameAtWindow(rig), '林晓岚');
});

test('what a key signed is no longer shown when a newer trust document leaves it out', async (t) => {
  const rig = await DisclosureRig.open(t);
  await rig.publish(postDocument());
  const others = (keys: Record<string, unknown>[]) => keys.slice(1);
  await rig.good(rig.trustEnvelope(2, others));
  t.like(rig.board.item('post', 'window-3'), {
    state: 'held-back',
    reasons: [{ code: 'signer-not-trusted' }],
  });
  await rig.restart();
  t.like(rig.board.item('post', 'window-3'), {
    state: 'held-back',
    reasons: [{ code: 'signer-not-trusted' }],
  });
  await rig.good(rig.trustEnvelope(3));
  t.is(nameAtWindow(rig), '林晓岚');
});

test('the same text, signed anew by a key that is trusted, takes the place of one whose key is not', async (t) => {
  const rig = await DisclosureRig.open(t);
  await rig.publish(postDocument());
  const second = signerNamed('publisher-2');
  const key = { vkey: formatVkey(second.vkey), roles: ['publisher'], holder: 'second desk' };
  await rig.good(rig.trustEnvelope(2, (keys) => [...keys.slice(1), key]));
  t.deepEqual(rig.board.shown('post'), []);
  t.like(await rig.take(envelopeOf(postDocument(), second)), { accepted: true, fresh: true });
  t.is(nameAtWindow(rig), '林晓岚');
  await rig.restart();
  t.is(nameAtWindow(rig), '林晓岚');
});

test('a key signs only in its time: neither before, nor after, nor with a date of long ago', async (t) => {
  const rig = await DisclosureRig.open(t, { untrusted: true });
  const span = { notBefore: '2026-03-10T00:00:00+08:00', notAfter: '2026-03-20T00:00:00+08:00' };
  await rig.good(rig.trustEnvelope(1, ([first = {}, ...rest]) => [{ ...first, ...span }, ...rest]));
  const { publisher } = rig.keys;
  t.is(
    await rig.refusal(envelopeOf(postDocument({ issued: '2026-03-09T23:59:59+08:00' }), publisher)),
    'key-time',
  );
  await rig.publish(postDocument());
  rig.passDays(30);
  t.is(nameAtWindow(rig), '林晓岚', 'what was signed in time stays');
  const backdated = envelopeOf(postDocument({ revision: 2 }), publisher);
  t.is(await rig.refusal(backdated), 'key-time');
});

test('a trust document names every key once, and nobody both publishes and reviews', async (t) => {
  const rig = await DisclosureRig.open(t, { untrusted: true });
  const both = ([first = {}, ...rest]: Record<string, unknown>[]) => [
    { ...first, roles: ['publisher', 'reviewer'] },
    ...rest,
  ];
  t.is(await rig.refusal(rig.trustEnvelope(1, both)), 'document');
  const twice = (keys: Record<string, unknown>[]) => [...keys, { ...keys[0], roles: ['reviewer'] }];
  t.is(await rig.refusal(rig.trustEnvelope(1, twice)), 'document');
});

test('content from the future is refused where the clock was set by somebody who knows, and taken where it was not', async (t) => {
  const rig = await DisclosureRig.open(t);
  const future = envelopeOf(postDocument({ issued: '2026-03-18T09:00:00+08:00' }), rig.keys.publisher);
  rig.clock.reading.source = 'ntp';
  t.is(await rig.refusal(future), 'future');
  rig.clock.reading.source = 'none';
  t.is(await rig.refusal(future), 'accepted');
});

test('a payload with a field twice is refused: two readers could see two texts', async (t) => {
  const rig = await DisclosureRig.open(t);
  const text = JSON.stringify(postDocument()).replace('"window":"3"', '"window":"4","window":"3"');
  const envelope = signEnvelope(payloadTypeOf('post'), Buffer.from(text), rig.keys.publisher);
  t.is(await rig.refusal(Buffer.from(envelope)), 'document');
});

test('no more pieces of content are taken than the settings allow; what is here can still be replaced', async (t) => {
  const rig = await DisclosureRig.open(t, { maxItems: 3 });
  await rig.publish(postDocument({ id: 'a' }));
  await rig.publish(postDocument({ id: 'b' }));
  t.is(await rig.refusal(envelopeOf(postDocument({ id: 'c' }), rig.keys.publisher)), 'full');
  await rig.publish(postDocument({ id: 'a', revision: 2 }));
  t.is(rig.board.item('post', 'a')?.revision, 2);
});

test('what is accepted is in the journal, with its hashes and who signed', async (t) => {
  const rig = await DisclosureRig.open(t);
  await rig.publish(postDocument());
  const accepted = (await rig.written()).filter(({ name }) => name === 'accepted');
  const item = rig.board.item('post', 'window-3');
  t.like(accepted.at(-1)?.value as object, {
    kind: 'post',
    id: 'window-3',
    revision: 1,
    sha256: item?.sha256,
    envelope: item?.envelopeSha256,
  });
});
