import test from 'ava';
import { cosign, parseCheckpoint } from '../../agent/journal/checkpoint.js';
import { signNote } from '../../agent/journal/note.js';
import { receiptKeyOf, receiptText } from '../../agent/journal/receipt.js';
import { type Attack, attackTests, change, plainBundle, text } from '../support/attack.js';
import {
  digestOf,
  layOut,
  newSigner,
  PaperJournal,
  PaperWitness,
  record,
  sha256,
  smallBundle,
} from '../support/bundle.js';

const attacks: Attack[] = [
  {
    title: 'an older checkpoint put back',
    files: async ({ files, journal }) =>
      new Map(files).set('checkpoint', Buffer.from(await journal.checkpoint({ size: 8, epoch: 1 }))),
    verdict: 'untrusted',
    finds: { kind: 'tree-root', file: 'checkpoint' },
  },
  {
    title: 'an older checkpoint put back, with the tiles of its tree beside the others',
    files: async ({ files, journal, made, logOnly }) => {
      const checkpoint = await journal.checkpoint({ size: 8, epoch: 1 });
      const older = await layOut(journal, made, { checkpoint, policy: logOnly });
      return new Map([...older, ...files]).set('checkpoint', Buffer.from(checkpoint));
    },
    verdict: 'altered',
    finds: { kind: 'tile-name', file: 'tile/0/000.p/10' },
  },
  {
    title: 'a checkpoint from before the recording, with a whole bundle made for it',
    files: async ({ files, journal }) => {
      const checkpoint = await journal.checkpoint({ size: 2, epoch: 1 });
      return new Map(files)
        .set('checkpoint', Buffer.from(checkpoint))
        .set('tile/0/000.p/2', Buffer.concat(await journal.readHashes(0, 0, 2)));
    },
    verdict: 'altered',
    finds: { kind: 'range', entry: 2 },
  },
  {
    title: 'another device of the same authority',
    files: async () => (await smallBundle()).files,
    verdict: 'untrusted',
    finds: { kind: 'key-chain' },
  },
  {
    title: 'another device with another name',
    files: ({ files }) => files,
    policy: () => `log ${new PaperJournal('b.example/r').rootVkey}\nquorum none\n`,
    verdict: 'untrusted',
    finds: { kind: 'pinned-key', file: 'checkpoint' },
  },
  {
    title: 'a device that was never rotated, signed by another key of the same name',
    files: async () => {
      const journal = new PaperJournal();
      return (await plainBundle(journal, record(journal))).files;
    },
    verdict: 'untrusted',
    finds: { kind: 'checkpoint-signer' },
  },
  {
    title: 'the checkpoint signed anew over a changed root',
    files: text('checkpoint', /\n10\n./, '\n10\n+'),
    verdict: 'altered',
    finds: { kind: 'checkpoint-signature', file: 'checkpoint' },
  },
  {
    title: 'a key note missing',
    files: change('keys', () => ''),
    verdict: 'untrusted',
    finds: { kind: 'checkpoint-signer' },
  },
  {
    title: 'a key note too many: the checkpoint is by a key that was erased',
    files: async ({ files, journal }) => {
      journal.rotate();
      return new Map(files).set('keys', Buffer.from(journal.keyNotes.join('')));
    },
    verdict: 'untrusted',
    finds: { kind: 'old-key', file: 'keys' },
  },
  {
    title: 'a checkpoint over a rotation, signed by the key before it',
    files: async ({ files, journal }) =>
      new Map(files)
        .set('keys', Buffer.from(''))
        .set('checkpoint', Buffer.from(await journal.checkpoint({ epoch: 0 }))),
    verdict: 'untrusted',
    finds: { kind: 'old-key', file: 'checkpoint', entry: 5 },
  },
  {
    title: 'a key note twice',
    files: change('keys', (bytes) => Buffer.concat([bytes, bytes])),
    verdict: 'altered',
    finds: { kind: 'key-chain', file: 'keys' },
  },
  {
    title: 'no witness on the checkpoint although the policy demands one',
    files: async ({ files, journal }) =>
      new Map(files).set('checkpoint', Buffer.from(await journal.checkpoint())),
    policy: ({ withWitness }) => withWitness,
    verdict: 'untrusted',
    finds: {
      kind: 'quorum',
      actual: 'none by w; export again after the archive has witnessed the journal this far',
    },
  },
  {
    title: 'a forged witness line',
    files: async ({ files, journal, witness }) => {
      const forger = { vkey: witness.signer.vkey, seed: newSigner('x', 4).seed };
      const forged = cosign(parseCheckpoint(await journal.checkpoint()), forger, 1_700_000_000);
      return new Map(files).set('checkpoint', Buffer.from(forged));
    },
    policy: ({ logOnly, witness }) => logOnly.replace('quorum', `witness w ${witness.vkey}\nquorum`),
    verdict: 'altered',
    finds: { kind: 'cosignature', file: 'checkpoint' },
  },
  {
    title: 'a receipt by a stranger',
    files: change('archived', (_, { journal, made }) => new PaperWitness().receipt(journal, made)),
    policy: ({ withWitness }) => withWitness,
    verdict: 'untrusted',
    finds: { kind: 'receipt-signer', file: 'archived' },
  },
  {
    title: 'a receipt forged in the name of the archive',
    files: change('archived', (_, { journal, made, witness }) => {
      const forger = { vkey: receiptKeyOf(witness.signer.vkey), seed: newSigner('x', 4).seed };
      const { origin } = journal;
      return signNote(receiptText({ origin, recording: 2, fragments: 3, digest: digestOf(made) }), forger);
    }),
    policy: ({ withWitness }) => withWitness,
    verdict: 'altered',
    finds: { kind: 'receipt', file: 'archived' },
  },
  {
    title: 'a good receipt for fewer fragments',
    files: change('archived', (_, { journal, made, witness }) =>
      witness.receipt(journal, made, { fragments: 2 }),
    ),
    verdict: 'altered',
    finds: { kind: 'receipt', file: 'archived' },
  },
  {
    title: 'a good receipt for other footage',
    files: change('archived', (_, { journal, made, witness }) =>
      witness.receipt(journal, made, { digest: sha256(Buffer.from('other')) }),
    ),
    verdict: 'altered',
    finds: { kind: 'receipt', file: 'archived' },
  },
  {
    title: 'a policy in the bundle that names another key',
    files: change('policy', () => `log ${new PaperJournal().rootVkey}\nquorum none\n`),
    verdict: 'altered',
    finds: { kind: 'policy-log', file: 'policy' },
  },
];

attackTests(test, attacks);
