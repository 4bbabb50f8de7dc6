import test from 'ava';
import { smallBundle } from '../support/bundle.js';
import { unnoticedFlips } from '../support/tamper.js';

test('no byte of the entries can change unnoticed, with nothing but the root key pinned', async (t) => {
  const { files, logOnly } = await smallBundle();
  const { checked, unnoticed } = await unnoticedFlips(files, ['tile/entries/000.p/10'], logOnly);
  t.deepEqual(unnoticed, []);
  t.true(checked > 2000);
});

test('no byte of checkpoint or receipt can change unnoticed when a witness is pinned', async (t) => {
  const { files, withWitness } = await smallBundle();
  const { checked, unnoticed } = await unnoticedFlips(files, ['checkpoint', 'archived'], withWitness);
  t.deepEqual(unnoticed, []);
  t.true(checked > 400);
});
