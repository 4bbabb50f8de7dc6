import test from 'ava';
import { verifyBundle } from '../../agent/evidence/verify/verify.js';
import { plainBundle } from '../support/attack.js';
import { PaperJournal, record } from '../support/bundle.js';
import { withFolder } from '../support/tamper.js';

/** A journal of cheap entries before and behind a recording of 300 fragments. */
async function tallBundle(before: number, behind: number) {
  const journal = new PaperJournal();
  const filler = Buffer.from('{}');
  for (let n = 0; n < before; n++) journal.addBytes(filler);
  const made = record(journal, { takes: [Array<number>(300).fill(2)] });
  for (let n = 0; n < behind; n++) journal.addBytes(filler);
  return { ...(await plainBundle(journal, made)), before };
}

const bundles = {
  'the recording across two tiles of a small tree': await tallBundle(0, 0),
  'the tree exactly full at level 0': await tallBundle(100, 512 - 100 - 303),
  'the recording in full tiles under a parent': await tallBundle(300, 2000),
  'the tree three levels high': await tallBundle(65_500, 400),
  'the tree three levels high and exactly full': await tallBundle(1000, 65_536 - 1000 - 303),
};

for (const [title, { files, logOnly, before }] of Object.entries(bundles)) {
  test(`${title}: intact, and every tile counts`, async (t) => {
    const judge = (changed: Map<string, Buffer>) =>
      withFolder(changed, (folder) => verifyBundle(folder, logOnly));
    const whole = await judge(files);
    t.deepEqual(whole.findings, []);
    t.like(whole, { verdict: 'intact', recording: before, fragments: 300 });
    for (const path of files.keys()) {
      if (!path.startsWith('tile/')) continue;
      const bytes = files.get(path) as Buffer;
      for (const at of [0, bytes.length >> 1, bytes.length - 1]) {
        const flipped = Buffer.from(bytes);
        flipped[at] = (flipped[at] as number) ^ 0x40;
        t.is((await judge(new Map(files).set(path, flipped))).verdict, 'altered', `${path} at ${at}`);
      }
      const without = new Map(files);
      without.delete(path);
      const { verdict } = await judge(without);
      // A tile of level 0 follows from its entries; without any other, what it proves stays unproven.
      const follows = path.startsWith('tile/0/') && files.has(path.replace('tile/0/', 'tile/entries/'));
      t.is(verdict, follows ? 'incomplete' : 'untrusted', `${path} removed`);
    }
  });
}

test('an entry bundle missing in the midst of a recording leaves footage unproven', async (t) => {
  const { files, logOnly } = bundles['the recording in full tiles under a parent'];
  const without = new Map(files);
  without.delete('tile/entries/002');
  const verdict = await withFolder(without, (folder) => verifyBundle(folder, logOnly));
  t.is(verdict.verdict, 'untrusted');
  t.deepEqual(
    verdict.findings.map(({ kind }) => kind),
    ['unproven-footage', 'missing-file'],
  );
  t.like(verdict.findings[1], { file: 'tile/entries/002', entry: 512 });
});
