import { createHash } from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import { publicKeyOf } from '../../agent/journal/ed25519.js';
import { parseNote, type Signer, signNote } from '../../agent/journal/note.js';
import {
  parseReceiptText,
  type Receipt,
  RecordingDigest,
  receiptKeyOf,
  receiptText,
  signReceipt,
  verifyReceipt,
} from '../../agent/journal/receipt.js';
import { SignatureType, vkeyOf } from '../../agent/journal/vkey.js';
import { LiuhenError } from '../../config/errors.js';

const seed = Buffer.alloc(32, 6);
const witness = vkeyOf('archive.example', SignatureType.cosignature, publicKeyOf(seed));
const archive: Signer = { vkey: receiptKeyOf(witness), seed };
const digest = createHash('sha256').update('hashes').digest('hex');
const receipt: Receipt = { origin: 'liuhen.example/recorder-0001', recording: 17, fragments: 240, digest };

test('a receipt is exactly the five lines of the design, under the archive’s key', (t) => {
  const text = signReceipt(receipt, archive);
  t.true(text.startsWith(`liuhen/archived\n${receipt.origin}\n17\n240\n${digest}\n\n— archive.example `));
  t.deepEqual(verifyReceipt(text, witness), receipt);
});

test('a receipt that nobody trusted signed, or that was altered, does not verify', (t) => {
  const stranger: Signer = {
    vkey: vkeyOf('archive.example', SignatureType.ed25519, publicKeyOf(Buffer.alloc(32, 7))),
    seed: Buffer.alloc(32, 7),
  };
  t.throws(() => verifyReceipt(signReceipt(receipt, stranger), witness), { code: 'LIUHEN_RECEIPT' });
  const forged: Signer = { vkey: archive.vkey, seed: Buffer.alloc(32, 7) };
  t.throws(() => verifyReceipt(signReceipt(receipt, forged), witness), { instanceOf: LiuhenError });
  const good = signReceipt(receipt, archive);
  for (const altered of [good.replace('\n17\n', '\n18\n'), good.replace('\n240\n', '\n241\n')]) {
    t.throws(() => verifyReceipt(altered, witness), { instanceOf: LiuhenError });
  }
  const asCosigner: Signer = { vkey: witness, seed };
  t.throws(
    () => verifyReceipt(signReceipt(receipt, asCosigner), witness),
    { code: 'LIUHEN_RECEIPT' },
    'a line under the cosigner’s key id is no receipt',
  );
});

test('what is no receipt is refused even when the archive signed it', (t) => {
  const good = receiptText(receipt);
  const spoilt: Record<string, string> = {
    'another header': good.replace('archived', 'archive'),
    'a recording with a zero before it': good.replace('\n17\n', '\n017\n'),
    'a negative recording': good.replace('\n17\n', '\n-17\n'),
    'no number of fragments': good.replace('\n240\n', '\n\n'),
    'a number beyond 2^53': good.replace('\n240\n', '\n9007199254740993\n'),
    'a digest in upper case': good.replace(digest, digest.toUpperCase()),
    'a digest cut short': good.replace(digest, digest.slice(1)),
    'a line more': `${good}more\n`,
    'a line less': good.replace('240\n', ''),
  };
  for (const [how, text] of Object.entries(spoilt)) {
    t.throws(() => verifyReceipt(signNote(text, archive), witness), { code: 'LIUHEN_RECEIPT' }, how);
  }
});

test('a checkpoint that the archive cosigned cannot be taken for a receipt', (t) => {
  const checkpoint = signNote(`${receipt.origin}\n17\n${Buffer.alloc(32).toString('base64')}\n`, archive);
  t.throws(() => verifyReceipt(checkpoint, witness), { code: 'LIUHEN_RECEIPT' });
});

test('the digest is that of the raw hashes one after another', (t) => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), { maxLength: 20 }), (hashes) => {
      const ours = new RecordingDigest();
      for (const hash of hashes) ours.add(Buffer.from(hash).toString('hex'));
      return ours.finish() === createHash('sha256').update(Buffer.concat(hashes)).digest('hex');
    }),
    { numRuns: 50 },
  );
  const inOrder = new RecordingDigest();
  const exchanged = new RecordingDigest();
  for (const byte of ['11', '22']) inOrder.add(byte.repeat(32));
  for (const byte of ['22', '11']) exchanged.add(byte.repeat(32));
  t.not(inOrder.finish(), exchanged.finish());
});

test('every receipt is read as it was written', (t) => {
  const receipts = fc.record({
    origin: fc.stringMatching(/^[a-z0-9.]{1,20}\/[a-z0-9-]{1,20}$/),
    recording: fc.nat(),
    fragments: fc.nat(),
    digest: fc.stringMatching(/^[0-9a-f]{64}$/),
  });
  fc.assert(
    fc.property(receipts, (receipt) => {
      t.deepEqual(parseReceiptText(parseNote(signReceipt(receipt, archive)).text), receipt);
    }),
    { numRuns: 40 },
  );
});
