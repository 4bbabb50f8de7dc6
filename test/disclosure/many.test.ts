import test from 'ava';
import { formatVkey } from '../../agent/journal/vkey.js';
import { DisclosureRig, envelopeOf, signerNamed } from '../support/disclosure.js';
import { decisionDocument, type Plain, postDocument } from '../support/hall.js';

test('hundreds of decisions are there again after a restart, each verified, and expire one by one', async (t) => {
  const rig = await DisclosureRig.open(t);
  const count = 300;
  const expires = (at: number) => new Date(rig.clock.reading.wallMs + (at + 1) * 60_000).toISOString();
  await Promise.all(
    Array.from({ length: count }, (_, at) =>
      rig.good(
        envelopeOf(decisionDocument({ id: `decision-${at}`, expires: expires(at) }), rig.keys.publisher),
      ),
    ),
  );
  t.is(rig.board.shown('decision').length, count);
  await rig.restart();
  t.is(rig.board.shown('decision').length, count);
  rig.clock.pass(100 * 60_000);
  t.is(rig.board.shown('decision').length, count - 100);
});

test('what comes in one go is judged in its order: revisions, a trust document amid them, and the last that fits', async (t) => {
  const rig = await DisclosureRig.open(t, { maxItems: 4 });
  const { publisher } = rig.keys;
  const successor = signerNamed('publisher-2');
  const post = (revision: number, signer = publisher) => envelopeOf(postDocument({ revision }), signer);
  const other = (id: string) => envelopeOf(postDocument({ id }), publisher);
  const withSuccessor = (keys: Plain[]) => [
    ...keys,
    { vkey: formatVkey(successor.vkey), roles: ['publisher'], holder: 'successor' },
  ];
  const taken = await Promise.all(
    [
      post(1),
      post(2),
      post(1),
      post(2),
      post(3, successor),
      rig.trustEnvelope(2, withSuccessor),
      post(4, successor),
      other('window-4'),
      other('window-5'),
      other('window-6'),
    ].map((envelope) => rig.take(envelope)),
  );
  t.deepEqual(
    taken.map((each) => (each.accepted ? (each.fresh ? 'new' : 'known') : each.refusal)),
    ['new', 'new', 'revision-back', 'known', 'unsigned', 'new', 'new', 'new', 'new', 'full'],
  );
  t.is(rig.board.item('post', 'window-3')?.revision, 4);
  await rig.restart();
  t.is(rig.board.item('post', 'window-3')?.revision, 4);
  t.is(rig.board.shown('post').length, 3);
});

test('when the disk fails nothing of that go is shown, and whoever brought it is told', async (t) => {
  const rig = await DisclosureRig.open(t);
  rig.disclosure.store.put = () => Promise.reject(new Error('disk full'));
  const brought = ['window-4', 'window-5'].map((id) =>
    rig.publish(postDocument({ id })).then(
      () => 'taken',
      ({ message }: Error) => message,
    ),
  );
  t.deepEqual(await Promise.all(brought), ['disk full', 'disk full']);
  t.deepEqual(rig.board.items(), []);
});
