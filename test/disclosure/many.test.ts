import test from 'ava';
import { DisclosureRig, envelopeOf } from '../support/disclosure.js';
import { decisionDocument } from '../support/hall.js';

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
