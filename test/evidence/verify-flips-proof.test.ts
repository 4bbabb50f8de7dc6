import test from 'ava';
import { smallBundle } from '../support/bundle.js';
import { unnoticedFlips } from '../support/tamper.js';

const PROOF = [
  'checkpoint',
  'keys',
  'archived',
  'policy',
  'manifest.json',
  'recording.mp4',
  'tile/0/000.p/10',
];

test('no byte of manifest, checkpoint, keys, receipt, policy, footage or tile can change unnoticed, with nothing but the root key pinned', async (t) => {
  const { files, logOnly } = await smallBundle();
  const { checked, unnoticed } = await unnoticedFlips(files, PROOF, logOnly);
  t.deepEqual(unnoticed, []);
  t.true(checked > 2000);
});
