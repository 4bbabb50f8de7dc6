import { readFileSync } from 'node:fs';
import test from 'ava';
import { cosignedAt, parseCheckpoint } from '../../agent/journal/checkpoint.js';
import { publicKeyOf } from '../../agent/journal/ed25519.js';
import { decodeEntry } from '../../agent/journal/entry.js';
import { CompactRange, leafHash } from '../../agent/journal/merkle.js';
import { isSignedBy } from '../../agent/journal/note.js';
import { RecordingDigest, verifyReceipt } from '../../agent/journal/receipt.js';
import { parseVkey } from '../../agent/journal/vkey.js';
import {
  decodeJournal,
  decodeReceipt,
  decodeState,
  encodeJournal,
  encodeReceipt,
  MAX_CHUNK_BYTES,
  MAX_JOURNAL_BYTES,
  MAX_RECEIPT_BYTES,
} from '../../agent/uplink/messages.js';
import { parseUpTopic } from '../../agent/uplink/topics.js';
import { sha256Of } from '../support/device.js';

const PAGE = readFileSync('agent/uplink/PROTOCOL.md', 'utf8');

function block(name: string): string {
  const found = new RegExp(`^\`\`\`(?:text|hex) ${name}\n(.*?)\n\`\`\`$`, 'ms').exec(PAGE)?.[1];
  if (found === undefined) throw new Error(`no block ${name} in PROTOCOL.md`);
  return found;
}

const bytes = (name: string) => Buffer.from(block(name).replaceAll('\n', ''), 'hex');
const [device, archive] = block('vkeys').split('\n').map(parseVkey);

test('the keys of the example are those of its seeds', (t) => {
  t.deepEqual(device?.publicKey, publicKeyOf(Buffer.alloc(32, 1)));
  t.deepEqual(archive?.publicKey, publicKeyOf(Buffer.alloc(32, 2)));
});

test('the messages of the example are what this program writes', (t) => {
  for (const name of ['question', 'journal'])
    t.deepEqual(encodeJournal(decodeJournal(bytes(name))), bytes(name));
  for (const name of ['want-0', 'want-4', 'cosigned', 'archived']) {
    t.deepEqual(encodeReceipt(decodeReceipt(bytes(name))), bytes(name));
  }
  t.true(decodeState(Buffer.from(block('state'))).online);
});

test('the journal of the example is signed by the device and cosigned by the archive', (t) => {
  if (device === undefined || archive === undefined) return t.fail();
  const { from, entries, checkpoint } = decodeJournal(bytes('journal'));
  const range = new CompactRange();
  for (const entry of entries) range.append(leafHash(entry));
  const head = parseCheckpoint(checkpoint);
  t.true(isSignedBy(head.note, device));
  t.deepEqual([from, head.size, head.root], [0, 4, range.root()]);
  t.true(isSignedBy(parseCheckpoint(decodeJournal(bytes('question')).checkpoint).note, device));
  const answer = decodeReceipt(bytes('cosigned'));
  const cosigned = parseCheckpoint('cosigned' in answer ? answer.cosigned : '');
  t.deepEqual(cosigned.root, head.root);
  return t.is(cosignedAt(cosigned, archive), 1_772_438_401);
});

test('the footage of the example is what its entries, wants and receipt name', (t) => {
  if (archive === undefined) return t.fail();
  const { entries } = decodeJournal(bytes('journal'));
  const named = entries.flatMap((encoded, n) => {
    const entry = decodeEntry(encoded, n);
    return entry.type === 'take-started'
      ? [entry.init.sha256]
      : entry.type === 'fragment'
        ? [entry.sha256]
        : [];
  });
  const sent = block('footage')
    .split('\n')
    .map((line) => {
      const [topic = '', payload = ''] = line.split(' ');
      const parsed = parseUpTopic(topic);
      t.is(parsed?.kind === 'footage' ? parsed.sha256 : '', sha256Of(Buffer.from(payload)));
      return sha256Of(Buffer.from(payload));
    });
  t.deepEqual(sent, named);
  const want = decodeReceipt(bytes('want-4'));
  t.deepEqual('want' in want ? want.want.footage.map(({ sha256 }) => sha256) : [], named);
  const digest = new RecordingDigest();
  for (const sha256 of named) digest.add(sha256);
  const answer = decodeReceipt(bytes('archived'));
  const receipt = verifyReceipt('archived' in answer ? answer.archived : '', archive);
  return t.like(receipt, { recording: 0, fragments: 1, digest: digest.finish() });
});

test('the bounds that the page states are those of the program', (t) => {
  t.regex(PAGE, /`journal`, at most 1 MiB/);
  t.is(MAX_JOURNAL_BYTES, 2 ** 20);
  t.regex(PAGE, /`receipt`, at most 256 KiB/);
  t.is(MAX_RECEIPT_BYTES, 256 * 1024);
  t.regex(PAGE, /never more\nthan 256 KiB/);
  t.is(MAX_CHUNK_BYTES, 256 * 1024);
});
