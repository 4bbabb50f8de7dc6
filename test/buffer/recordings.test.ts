import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import {
  allRecordings,
  digestOf,
  footageOf,
  placesOf,
  type RecordingSummary,
  RecordingsView,
  readRecording,
} from '../../agent/buffer/recordings.js';
import { decodeEntry, type Entry, type EntryDraft } from '../../agent/journal/entry.js';
import { RecordingDigest } from '../../agent/journal/receipt.js';
import { collect } from '../support/collect.js';
import { sha256Of, TestDevice } from '../support/device.js';

async function fresh(t: ExecutionContext): Promise<TestDevice> {
  const device = await TestDevice.open();
  t.teardown(() => device.remove());
  return device;
}

type Step = 'start' | 'stop' | 'take' | 'fragment' | 'gap' | 'mark' | 'other';

/** What a recorder may do, as drafts: nothing of a recording comes before its start or after its stop. */
function draftsOf(steps: readonly { step: Step; size: number }[], size: number): EntryDraft[] {
  const drafts: EntryDraft[] = [];
  let open: number | undefined;
  let take = -1;
  let index = 0;
  const sha256 = (n: number) => sha256Of(Buffer.from([n]));
  for (const { step, size: bytes } of steps) {
    const recording = open ?? 0;
    if (step === 'other') drafts.push({ type: 'heartbeat' });
    else if (step === 'start' && open === undefined) {
      open = size + drafts.length;
      take = -1;
      drafts.push({
        type: 'recording-started',
        trigger: 'button',
        preRecordMs: bytes,
        wholeProcess: bytes > 5,
      });
    } else if (open === undefined) {
    } else if (step === 'take') {
      take++;
      index = 0;
      drafts.push({
        type: 'take-started',
        recording,
        take,
        init: { sha256: sha256(bytes), bytes },
        codecs: 'x',
      });
    } else if (step === 'fragment' && take >= 0) {
      const media = { start: 0, duration: bytes * 1000, timescale: 90_000 };
      drafts.push({ type: 'fragment', recording, take, index: index++, sha256: sha256(bytes), bytes, media });
    } else if (step === 'gap') {
      drafts.push({ type: 'gap', recording, reason: 'camera-failed', fromMono: 0, toMono: bytes });
    } else if (step === 'mark') drafts.push({ type: 'mark', recording, kind: 'evidence' });
    else if (step === 'stop') {
      drafts.push({ type: 'recording-stopped', recording, fragments: 0, bytes: 0, reason: 'button' });
      open = undefined;
    }
  }
  return drafts;
}

/** The recordings, counted from all entries at once. */
function recount(entries: readonly Entry[]): Partial<RecordingSummary>[] {
  return entries
    .filter((entry) => entry.type === 'recording-started')
    .map(({ n, at, preRecordMs, wholeProcess }) => {
      const own = entries.filter((entry) => 'recording' in entry && entry.recording === n);
      const takes = own.filter((entry) => entry.type === 'take-started');
      const fragments = own.filter((entry) => entry.type === 'fragment');
      const stop = own.find((entry) => entry.type === 'recording-stopped');
      const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);
      return {
        recording: n,
        startedAt: at,
        trigger: 'button',
        preRecordMs,
        wholeProcess,
        takes: takes.length,
        take: takes.length - 1,
        takeFragments: fragments.filter(({ take }) => take === takes.length - 1).length,
        fragments: fragments.length,
        bytes: sum([...takes.map(({ init }) => init.bytes), ...fragments.map(({ bytes }) => bytes)]),
        durationMs: sum(fragments.map(({ media }) => (media.duration / media.timescale) * 1000)),
        gaps: own.filter(({ type }) => type === 'gap').length,
        marks: own.filter(({ type }) => type === 'mark').length,
        footageAt: fragments.at(-1)?.at ?? at,
        ...(stop === undefined ? {} : { stopped: { n: stop.n, at: stop.at, reason: 'button' } }),
      };
    });
}

const steps = fc.array(
  fc.record({
    step: fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom<Step>('start', 'take', 'stop') },
      { weight: 4, arbitrary: fc.constantFrom<Step>('fragment', 'gap', 'mark', 'other') },
    ),
    size: fc.nat(9),
  }),
  { maxLength: 60 },
);

test('the view is what a recount of all entries says, whatever was recorded and however it was grouped', async (t) => {
  await fc.assert(
    fc.asyncProperty(steps, async (script) => {
      const device = await TestDevice.open();
      try {
        const { journal, store } = device;
        const drafts = draftsOf(script, journal.size);
        const half = Math.floor(drafts.length / 2);
        for (const draft of drafts.slice(0, half)) await journal.append(draft);
        await Promise.all(drafts.slice(half).map((draft) => journal.append(draft)));
        const entries = (await collect(store.entries(0, journal.size))).map(
          (e, n) => decodeEntry(e, n) as Entry,
        );
        const expected = recount(entries);
        t.deepEqual(await allRecordings(store), expected as never);
        const again = new RecordingsView();
        await again.load(store);
        const open = expected.find(({ stopped }) => stopped === undefined);
        t.deepEqual(again.open, open as never);
        t.deepEqual(device.view.open, open as never);
        for (const [n, entry] of entries.entries()) {
          const sha256 = entry.type === 'fragment' ? entry.sha256 : undefined;
          if (sha256 === undefined) continue;
          const places = await collect(placesOf(store, sha256));
          const { recording, take, index, bytes } = entry as Extract<Entry, { type: 'fragment' }>;
          t.true(
            places.some(
              (p) => p.recording === recording && p.take === take && p.index === index && p.bytes === bytes,
            ),
            `footage of entry ${n} is found by its hash`,
          );
        }
      } finally {
        await device.remove();
      }
    }),
    { numRuns: 15 },
  );
});

test('the footage of a recording is its inits and fragments in journal order, and its digest goes over them', async (t) => {
  const device = await fresh(t);
  await device.record({ fragments: 1 });
  const { recording, footage } = await device.record({ fragments: 4 });
  const state = await readRecording(device.store, recording);
  if (state === undefined) throw new Error(`no recording ${recording}`);
  const listed = await collect(footageOf(device.store, state));
  t.deepEqual(
    listed.map(({ sha256, ref, bytes }) => ({ sha256, ref, bytes })),
    footage.map(({ sha256, ref, bytes }) => ({ sha256, ref, bytes: bytes.length })),
  );
  const digest = new RecordingDigest();
  for (const { sha256 } of footage) digest.add(sha256);
  t.deepEqual(await digestOf(device.store, state), { fragments: 4, digest: digest.finish() });
});

test('a recording that does not exist is undefined', async (t) => {
  const { store } = await fresh(t);
  t.is(await readRecording(store, 0), undefined);
});
