import test from 'ava';
import type { Verdict } from '../../agent/evidence/verify/verdict.js';
import { verifyBundle } from '../../agent/evidence/verify/verify.js';
import type { EntryDraft } from '../../agent/journal/entry.js';
import { plainBundle } from '../support/attack.js';
import {
  layOut,
  type PaperBundle,
  PaperJournal,
  type PaperPlan,
  PaperWitness,
  record,
  smallBundle,
} from '../support/bundle.js';
import { withFolder } from '../support/tamper.js';

/** Verifies a recording made to plan, with the root key pinned and no witness demanded. */
async function judged(plan: PaperPlan, changes: Partial<PaperBundle> = {}): Promise<Verdict> {
  const journal = new PaperJournal();
  const made = record(journal, plan);
  const policy = `log ${journal.rootVkey}\nquorum none\n`;
  const files = await layOut(journal, made, { checkpoint: await journal.checkpoint(), policy, ...changes });
  return withFolder(files, (folder) => verifyBundle(folder, policy));
}

const kinds = ({ findings }: Verdict) => findings.map(({ kind }) => kind);

test('an untouched bundle is intact, and the verdict states what the journal says', async (t) => {
  const bundle = await smallBundle();
  const verdict = await withFolder(bundle.files, (folder) =>
    verifyBundle(folder, bundle.withWitness, { tool: 'test/1' }),
  );
  t.deepEqual(verdict.findings, []);
  t.like(verdict, {
    verdict: 'intact',
    device: 'r',
    origin: 'a.example/r',
    recording: 2,
    software: 't',
    trigger: 'button',
    wholeProcess: false,
    fragments: 3,
    bytes: 84,
    durationSec: 3,
    clockSources: ['ntp'],
    archived: { by: 'w' },
    notEarlierThan: '2026-02-13T16:26:40Z',
    notLaterThan: '2026-03-08T20:00:00Z',
    unlisted: [],
    tool: 'test/1',
  });
  t.like(verdict.journal, { from: 2, to: 10, size: 10, epoch: 1 });
  t.deepEqual(
    verdict.witnesses.map(({ size, atSec }) => [size, atSec]),
    [
      [1, undefined],
      [10, 3],
    ],
  );
  t.deepEqual(
    verdict.points.map(({ type, atSec }) => [type, atSec]),
    [
      ['key-rotated', 1],
      ['mark', 2],
    ],
  );
  t.is(verdict.runs.length, 1);
  t.like(verdict.runs[0], {
    firstEntry: 4,
    lastEntry: 8,
    fragments: 3,
    fromSec: 0,
    toSec: 3,
    state: 'authentic',
  });
  t.true(
    verdict.summary.startsWith('intact: 3 s of footage, 3 fragments, witnessed by w at 2026-03-08T20:00:00Z'),
  );
});

test('without a witness in the trust policy a bundle is intact, and neither witnessed nor archived', async (t) => {
  const { files, logOnly } = await smallBundle();
  const verdict = await withFolder(files, (folder) => verifyBundle(folder, logOnly));
  t.like(verdict, { verdict: 'intact', witnesses: [], archived: undefined });
  t.is(verdict.notLaterThan, undefined);
  t.true(verdict.summary.endsWith('not witnessed'));
});

test('a witnessed entry behind the recording bounds it where the checkpoint has no cosignature', async (t) => {
  const { journal, made, withWitness, witness } = await smallBundle();
  const covering = witness.cosign(await journal.checkpoint(), 1_774_000_000);
  journal.add({ type: 'witnessed', size: journal.size, checkpoint: covering });
  const policy = withWitness.replace('quorum w', 'quorum none');
  const files = await layOut(journal, made, { checkpoint: await journal.checkpoint(), policy });
  const verdict = await withFolder(files, (folder) => verifyBundle(folder, policy));
  t.like(verdict, { verdict: 'intact', notLaterThan: '2026-03-20T09:46:40Z' });
});

test('a witnessed entry that only a stranger cosigned bounds nothing', async (t) => {
  const { journal, made, logOnly } = await smallBundle();
  const policy = logOnly.replace('quorum', `witness w ${new PaperWitness().vkey}\nquorum`);
  const files = await layOut(journal, made, { checkpoint: await journal.checkpoint(), policy });
  const verdict = await withFolder(files, (folder) => verifyBundle(folder, policy));
  t.is(verdict.verdict, 'intact');
  t.is(verdict.notEarlierThan, undefined);
  t.deepEqual(verdict.witnesses, []);
});

test('a gap makes a recording incomplete, lengthens the timeline and breaks the run', async (t) => {
  const journal = new PaperJournal();
  const gap = (index: number) => {
    const draft: EntryDraft = {
      type: 'gap',
      recording: 0,
      reason: 'camera stalled',
      fromMono: 0,
      toMono: 2500,
    };
    if (index === 1) journal.add(draft);
  };
  const { files, logOnly } = await plainBundle(journal, record(journal, { before: gap }));
  const verdict = await withFolder(files, (folder) => verifyBundle(folder, logOnly));
  t.is(verdict.verdict, 'incomplete');
  t.like(verdict.findings[0], { kind: 'gap', entry: 3, mediaSec: 1 });
  t.deepEqual(verdict.gaps, [{ entry: 3, reason: 'camera stalled', fromSec: 1, toSec: 3.5 }]);
  t.deepEqual(
    verdict.runs.map(({ fromSec, toSec }) => [fromSec, toSec]),
    [
      [0, 1],
      [3.5, 5.5],
    ],
  );
  t.is(verdict.durationSec, 5.5);
});

test('media time that jumps without a declared gap makes a recording incomplete', async (t) => {
  const edit = (draft: EntryDraft): EntryDraft =>
    draft.type === 'fragment' && draft.index === 2
      ? { ...draft, media: { ...draft.media, start: 9 } }
      : draft;
  const verdict = await judged({ edit });
  t.is(verdict.verdict, 'incomplete');
  t.like(verdict.findings[0], { kind: 'media-jump', entry: 4, mediaSec: 2 });
  t.is(verdict.runs.length, 2);
});

for (const reason of ['button', 'command', 'schedule', 'policy', 'shutdown']) {
  test(`a recording that ended by ${reason} is intact`, async (t) => {
    t.is((await judged({ reason })).verdict, 'intact');
  });
}

test('a whole process that the end of the program ended, and nobody confirmed, was cut short', async (t) => {
  const edit = (draft: EntryDraft): EntryDraft =>
    draft.type === 'recording-started' ? { ...draft, wholeProcess: true } : draft;
  t.is((await judged({ edit, reason: 'button' })).verdict, 'intact');
  const verdict = await judged({ edit, reason: 'shutdown' });
  t.is(verdict.verdict, 'incomplete');
  t.like(verdict.findings[0], { kind: 'stopped-early', entry: 5 });
});

for (const [reason, kind] of [
  ['interrupted', 'interrupted'],
  ['storage-full', 'storage-full'],
  ['camera lost', 'stopped-early'],
] as const) {
  test(`a recording that ended as ${reason} is incomplete, and says where`, async (t) => {
    const verdict = await judged({ reason });
    t.is(verdict.verdict, 'incomplete');
    t.like(verdict.findings[0], { kind, entry: 5, mediaSec: 3 });
    t.is(verdict.stopped?.reason, reason);
  });
}

test('a recording that goes on is incomplete', async (t) => {
  const verdict = await judged({ reason: undefined });
  t.is(verdict.verdict, 'incomplete');
  t.deepEqual(kinds(verdict), ['not-stopped']);
  t.is(verdict.stopped, undefined);
});

test('fragments declared absent make a bundle incomplete, one finding a stretch', async (t) => {
  const absent = {
    0: [
      { from: 0, to: 1 },
      { from: 2, to: 4 },
    ],
  };
  const verdict = await judged({ takes: [[5, 6, 7, 8, 9]] }, { absent });
  t.is(verdict.verdict, 'incomplete');
  t.deepEqual(
    verdict.findings.map(({ kind, entry, mediaSec }) => [kind, entry, mediaSec]),
    [
      ['absent', 2, 0],
      ['absent', 4, 2],
    ],
  );
  t.deepEqual(
    verdict.runs.map(({ state, fragments }) => [state, fragments]),
    [
      ['absent', 1],
      ['authentic', 1],
      ['absent', 2],
      ['authentic', 1],
    ],
  );
});

test('takes have a file each, and a take whose file is gone makes the bundle incomplete', async (t) => {
  const journal = new PaperJournal();
  const { files, logOnly } = await plainBundle(journal, record(journal, { takes: [[5, 6], [7], [8, 9]] }));
  const whole = await withFolder(files, (folder) => verifyBundle(folder, logOnly));
  t.is(whole.verdict, 'intact');
  t.deepEqual(
    whole.runs.map(({ take, fragments }) => [take, fragments]),
    [
      [0, 2],
      [1, 1],
      [2, 2],
    ],
  );
  files.delete('recording-2.mp4');
  const less = await withFolder(files, (folder) => verifyBundle(folder, logOnly));
  t.is(less.verdict, 'incomplete');
  t.like(less.findings[0], { kind: 'missing-file', file: 'recording-2.mp4', entry: 4, mediaSec: 2 });
  t.deepEqual(
    less.runs.map(({ state }) => state),
    ['authentic', 'absent', 'authentic'],
  );
});

test('a recording without footage is intact when the journal names none', async (t) => {
  const verdict = await judged({ takes: [] });
  t.like(verdict, { verdict: 'intact', fragments: 0, durationSec: 0 });
});

test('notes beside the evidence are listed and change nothing', async (t) => {
  const { files, logOnly } = await smallBundle();
  const noted = new Map(files)
    .set('notes.txt', Buffer.from('n'))
    .set('photos/1.jpg', Buffer.from('p'))
    .set('tile/.DS_Store', Buffer.from('d'))
    .set('README.txt', Buffer.from('another text'));
  const verdict = await withFolder(noted, (folder) => verifyBundle(folder, logOnly));
  t.like(verdict, { verdict: 'intact', unlisted: ['notes.txt', 'photos/', 'tile/.DS_Store'] });
});

test('the footage is hashed the same on worker threads and in the main thread', async (t) => {
  const journal = new PaperJournal();
  const takes = [[2_500_000, 1, 1_048_576, 700_000], [3_000_000]];
  const { files, logOnly } = await plainBundle(journal, record(journal, { takes }));
  await withFolder(files, async (folder) => {
    const seen: number[] = [];
    const onProgress = (done: number, total: number) => seen.push(done / total);
    t.is((await verifyBundle(folder, logOnly, { workers: 0 })).verdict, 'intact');
    t.is((await verifyBundle(folder, logOnly, { workers: 2, onProgress })).verdict, 'intact');
    t.is(seen.at(-1), 1);
  });
  const file = files.get('recording.mp4') as Buffer;
  file[file.length - 1] = (file.at(-1) as number) ^ 1;
  await withFolder(files, async (folder) => {
    for (const workers of [0, 2]) {
      const { findings } = await verifyBundle(folder, logOnly, { workers });
      t.like(findings[0], { kind: 'footage-hash', file: 'recording.mp4', entry: 5 });
    }
  });
});

test('findings are bounded, the first place first', async (t) => {
  const journal = new PaperJournal();
  const { files, logOnly } = await plainBundle(
    journal,
    record(journal, { takes: [Array<number>(500).fill(3)] }),
  );
  files.set('recording.mp4', Buffer.alloc((files.get('recording.mp4') as Buffer).length));
  const verdict = await withFolder(files, (folder) => verifyBundle(folder, logOnly));
  t.is(verdict.findings.length, 200);
  t.is(verdict.moreFindings, 301);
  t.is(verdict.findings[0]?.entry, 1);
});

test('a value of thousands of brackets, which the device signed, costs the verdict nothing', async (t) => {
  const journal = new PaperJournal();
  const deep = `${'['.repeat(7000)}${']'.repeat(7000)}`;
  const before = (index: number) => {
    if (index !== 1) return;
    const at = journal.add({ type: 'event', source: 'case', name: 'cover', value: 'PLACE' });
    const text = String(journal.entries[at])
      .replace('"PLACE"', deep)
      .replace(`"n":${at}`, `"n":${at + 1}`);
    journal.addBytes(Buffer.from(text));
  };
  const made = record(journal, { before, reason: 'button' });
  const policy = `log ${journal.rootVkey}\nquorum none\n`;
  const files = await layOut(journal, made, { checkpoint: await journal.checkpoint(), policy });
  const verdict = await withFolder(files, (folder) => verifyBundle(folder, policy));
  t.is(verdict.verdict, 'intact');
  t.true(verdict.points.some(({ text }) => text === 'case cover …'));
});
