import test from 'ava';
import { cosign, parseCheckpoint, signCheckpoint } from '../../agent/journal/checkpoint.js';
import type { EntryDraft } from '../../agent/journal/entry.js';
import { renderManifest } from '../../agent/journal/manifest.js';
import { type Attack, attackTests, change, lie, on, plainBundle, text } from '../support/attack.js';
import { layOut, PaperJournal, record, smallBundle } from '../support/bundle.js';

const attacks: Attack[] = [
  {
    title: 'the tail dropped: entries, footage and manifest agree, the checkpoint does not',
    files: on(
      async () => {
        const journal = new PaperJournal();
        const made = record(journal, { takes: [Array<number>(300).fill(4)] });
        return { ...(await smallBundle()), ...(await plainBundle(journal, made)) };
      },
      ({ files, made }) => {
        const cut = new Map(files);
        const pieces = made.takes[0] as Buffer[];
        const kept = Buffer.concat(pieces.slice(0, 255));
        const manifest = JSON.parse(String(files.get('manifest.json')));
        cut.delete('tile/entries/001.p/47');
        manifest.files = manifest.files.filter(
          ({ path }: { path: string }) => path !== 'tile/entries/001.p/47',
        );
        manifest.journal.to = 256;
        manifest.takes[0].bytes = kept.length;
        manifest.takes[0].fragments = 254;
        return cut.set('recording.mp4', kept).set('manifest.json', Buffer.from(renderManifest(manifest)));
      },
    ),
    verdict: 'altered',
    finds: { kind: 'range', entry: 256 },
  },
  {
    title: 'a manifest that begins the recording at another entry',
    files: text('manifest.json', '"recording": 2', '"recording": 3'),
    verdict: 'altered',
    finds: { kind: 'range', entry: 3, actual: 'take-started' },
  },
  {
    title: 'an entry that claims more bytes than any disk has',
    files: lie((draft) => (draft.type === 'fragment' ? { ...draft, bytes: Number.MAX_SAFE_INTEGER } : draft)),
    verdict: 'altered',
    finds: { kind: 'footage-short', entry: 4 },
  },
  {
    title: 'an entry that is not of its form',
    files: lie((draft) => (draft.type === 'mark' ? ({ type: 'mark' } as unknown as EntryDraft) : draft)),
    verdict: 'altered',
    finds: { kind: 'malformed-entry', entry: 7 },
  },
  {
    title: 'a fragment of another recording in the midst of this one',
    files: lie((draft) =>
      draft.type === 'fragment' && draft.index === 1 ? { ...draft, recording: 1 } : draft,
    ),
    verdict: 'altered',
    finds: { kind: 'entry-order', entry: 6, actual: 'one of recording 1' },
  },
  {
    title: 'a fragment whose index was left out',
    files: lie((draft) => (draft.type === 'fragment' && draft.index === 1 ? { ...draft, index: 2 } : draft)),
    verdict: 'altered',
    finds: { kind: 'entry-order', entry: 6, expected: 'fragment 1 of take 0' },
  },
  {
    title: 'a take that does not begin with 0',
    files: lie((draft) => (draft.type === 'take-started' ? { ...draft, take: 1 } : draft)),
    verdict: 'altered',
    finds: { kind: 'entry-order', entry: 3, expected: 'take 0' },
  },
  {
    title: 'an end that counts other totals',
    files: lie((draft) => (draft.type === 'recording-stopped' ? { ...draft, fragments: 4 } : draft)),
    verdict: 'altered',
    finds: { kind: 'totals', entry: 9 },
  },
  {
    title: 'a rotation to a key that no note names',
    files: on(
      () => smallBundle({ before: () => {} }),
      async ({ journal, made, logOnly }) => {
        const other = new PaperJournal().rootVkey;
        journal.rotate();
        journal.entries.pop();
        const lied = new PaperJournal();
        lied.signers.splice(0, 1, ...journal.signers);
        lied.keyNotes.push(...journal.keyNotes);
        for (const entry of journal.entries) lied.addBytes(entry);
        lied.add({ type: 'key-rotated', epoch: 1, vkey: other });
        return await layOut(lied, made, { checkpoint: await lied.checkpoint(), policy: logOnly });
      },
    ),
    verdict: 'untrusted',
    finds: { kind: 'key-rotated' },
  },
  {
    title: 'a witnessed entry with a root that the tree never had',
    files: on(
      () => smallBundle({ before: () => {} }),
      async ({ journal, made, logOnly, witness }) => {
        const head = { origin: journal.origin, size: 3, root: Buffer.alloc(32) };
        const fork = signCheckpoint(head, journal.signers[0] as never);
        const checkpoint = cosign(parseCheckpoint(fork), witness.signer, 1_772_000_000);
        journal.add({ type: 'witnessed', size: 3, checkpoint });
        return await layOut(journal, made, { checkpoint: await journal.checkpoint(), policy: logOnly });
      },
    ),
    verdict: 'altered',
    finds: { kind: 'witnessed' },
  },
  {
    title: 'a witnessed entry that saw more than there was',
    files: on(
      () => smallBundle({ before: () => {} }),
      async ({ journal, made, logOnly, checkpoint }) => {
        journal.add({ type: 'witnessed', size: 99, checkpoint });
        return await layOut(journal, made, { checkpoint: await journal.checkpoint(), policy: logOnly });
      },
    ),
    verdict: 'altered',
    finds: { kind: 'witnessed' },
  },
  {
    title: 'the entries exchanged for others of a good form',
    files: (bundle) => {
      const other = new PaperJournal();
      other.add({ type: 'heartbeat' });
      const path = 'tile/entries/000.p/10';
      const before = bundle.files.get(path) as Buffer;
      return new Map(bundle.files).set(
        path,
        Buffer.from(before.toString('latin1').replace('"kind":"m"', '"kind":"n"'), 'latin1'),
      );
    },
    verdict: 'altered',
    finds: { kind: 'entry-hash', entry: 7 },
  },
  {
    title: 'a tile exchanged for random hashes: the entries still prove themselves',
    files: change('tile/0/000.p/10', (bytes) => Buffer.alloc(bytes.length, 7)),
    verdict: 'altered',
    finds: { kind: 'tile-hash', file: 'tile/0/000.p/10' },
  },
];

attackTests(test, attacks);
