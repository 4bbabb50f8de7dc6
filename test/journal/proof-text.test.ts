import test from 'ava';
import fc from 'fast-check';
import { parseCheckpoint, signCheckpoint } from '../../agent/journal/checkpoint.js';
import { publicKeyOf } from '../../agent/journal/ed25519.js';
import { leafHash } from '../../agent/journal/merkle.js';
import {
  formatProof,
  inclusionPath,
  MAX_EXTRA_BYTES,
  parseProof,
  verifyInclusion,
} from '../../agent/journal/proof.js';
import { SignatureType, vkeyOf } from '../../agent/journal/vkey.js';
import { LiuhenError } from '../../config/errors.js';
import { numberedEntries, TreeInMemory } from '../support/tree.js';

const seed = Buffer.alloc(32, 5);
const origin = 'liuhen.example/recorder-0001';
const signer = { vkey: vkeyOf(origin, SignatureType.ed25519, publicKeyOf(seed)), seed };

async function exampleOf(index: number, size: number) {
  const entries = numberedEntries(size);
  const tree = new TreeInMemory();
  const root = await tree.append(entries);
  const path = await inclusionPath(index, size, tree.read);
  return {
    entry: entries[index] as Buffer,
    path,
    checkpoint: signCheckpoint({ origin, size, root }, signer),
  };
}

test('a proof written as text carries all that verifies the entry', async (t) => {
  const { entry, path, checkpoint } = await exampleOf(299, 300);
  const text = formatProof(299, path, checkpoint, entry);
  t.true(text.startsWith(`c2sp.org/tlog-proof@v1\nextra ${entry.toString('base64')}\nindex 299\n`));
  t.true(text.endsWith(`\n\n${checkpoint}`));
  const proof = parseProof(text);
  const { size, root } = parseCheckpoint(proof.checkpoint);
  t.deepEqual(proof.extra, entry);
  t.notThrows(() =>
    verifyInclusion({ index: proof.index, leaf: leafHash(entry), size, root, path: proof.path }),
  );
});

test('extra data and hashes may be absent', async (t) => {
  const { path, checkpoint } = await exampleOf(0, 1);
  const text = formatProof(0, path, checkpoint);
  t.is(text, `c2sp.org/tlog-proof@v1\nindex 0\n\n${checkpoint}`);
  t.deepEqual(parseProof(text), { index: 0, path: [], checkpoint });
});

test('what is no tlog-proof is refused', async (t) => {
  const { path, checkpoint } = await exampleOf(2, 5);
  const good = formatProof(2, path, checkpoint, Buffer.from('about it'));
  t.notThrows(() => parseProof(good));
  const hash = (path[0] as Buffer).toString('base64');
  const spoilt: Record<string, string> = {
    nothing: '',
    'another version': good.replace('@v1', '@v2'),
    'no index': good.replace('index 2\n', ''),
    'an index with a zero before it': good.replace('index 2', 'index 02'),
    'a negative index': good.replace('index 2', 'index -2'),
    'an index beyond 2^53': good.replace('index 2', 'index 9007199254740992'),
    'extra data behind the index': good.replace(/(extra .*\n)(index 2\n)/, '$2$1'),
    'extra data twice': good.replace(/(extra .*\n)/, '$1$1'),
    'extra data that is no base64': good.replace(/extra .*/, 'extra !'),
    'extra data in base64 without padding': good.replace(/extra .*/, 'extra YQ'),
    'a hash too short': good.replace(hash, hash.slice(4)),
    'a hash of loose base64': good.replace(hash, `${hash.slice(0, -2)}${hash.at(-2) === 'B' ? 'C' : 'B'}=`),
    'carriage returns': good.replaceAll('\n', '\r\n'),
    'no checkpoint': good.slice(0, good.indexOf('\n\n') + 2),
    'no empty line': good.replace('\n\n', '\n'),
    'too many hashes': good.replace(hash, Array(65).fill(hash).join('\n')),
    'more bytes than any proof has': good + 'x'.repeat(300_000),
  };
  for (const [how, text] of Object.entries(spoilt)) {
    t.not(text, good, how);
    t.throws(() => parseProof(text), { instanceOf: LiuhenError, code: 'LIUHEN_TREE' }, how);
  }
  const tooMuch = Buffer.alloc(MAX_EXTRA_BYTES + 1);
  t.throws(() => formatProof(2, path, checkpoint, tooMuch), { code: 'LIUHEN_TREE' });
  t.throws(() => formatProof(-1, path, checkpoint), { code: 'LIUHEN_TREE' });
});

test('what was formatted is parsed as it was', (t) => {
  const hashes = fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), { maxLength: 64 });
  const extras = fc.option(fc.uint8Array({ maxLength: 200 }), { nil: undefined });
  fc.assert(
    fc.property(fc.maxSafeNat(), hashes, extras, (index, path, extra) => {
      const proof = parseProof(formatProof(index, path.map(Buffer.from), 'checkpoint\n', extra));
      t.is(proof.index, index);
      t.deepEqual(proof.path, path.map(Buffer.from));
      t.deepEqual(proof.extra, extra === undefined ? undefined : Buffer.from(extra));
    }),
    { numRuns: 50 },
  );
});
