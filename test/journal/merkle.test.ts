import { readFileSync } from 'node:fs';
import test from 'ava';
import fc from 'fast-check';
import { CompactRange, EMPTY_ROOT, leafHash, subtreeHash } from '../../agent/journal/merkle.js';
import { numberedEntries, treeHash } from '../support/tree.js';

const vectors = JSON.parse(readFileSync('test/vectors/rfc6962-tree.json', 'utf8'));
const leaves: Buffer[] = vectors.leaves.map((hex: string) => Buffer.from(hex, 'hex'));

test('the roots of the eight-leaf tree are the published ones, at every size', (t) => {
  const range = new CompactRange();
  t.is(range.root().toString('hex'), vectors.emptyRoot);
  t.is(EMPTY_ROOT.toString('hex'), vectors.emptyRoot);
  for (const [at, leaf] of leaves.entries()) {
    range.append(leafHash(leaf));
    t.is(range.root().toString('hex'), vectors.roots[at]);
    t.is(treeHash(leaves.slice(0, at + 1)).toString('hex'), vectors.roots[at], 'the reference agrees');
  }
});

test('the root is that of RFC 6962 whatever the number of entries', (t) => {
  const entries = numberedEntries(600);
  const hashes = entries.map(leafHash);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 600 }), (size) => {
      const range = new CompactRange();
      for (const hash of hashes.slice(0, size)) range.append(hash);
      return range.size === size && range.root().equals(treeHash(entries.slice(0, size)));
    }),
    { numRuns: 60, examples: [[0], [1], [255], [256], [257], [511], [512], [513], [600]] },
  );
  t.pass();
});

test('subtrees appended whole give the root that their leaves give', (t) => {
  const hashes = numberedEntries(300).map(leafHash);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 300 }), fc.infiniteStream(fc.nat(8)), (size, levels) => {
      const range = new CompactRange();
      while (range.size < size) {
        let level = levels.next().value as number;
        while (range.size % 2 ** level !== 0 || range.size + 2 ** level > size) level--;
        range.appendSubtree(level, subtreeHash(hashes.slice(range.size, range.size + 2 ** level)));
      }
      const oneByOne = new CompactRange();
      for (const hash of hashes.slice(0, size)) oneByOne.append(hash);
      return range.root().equals(oneByOne.root());
    }),
    { numRuns: 50 },
  );
  t.pass();
});

test('every subtree that an append completes is told once, with its level, index and hash', (t) => {
  const entries = numberedEntries(21);
  const told: string[] = [];
  const range = new CompactRange();
  for (const entry of entries) {
    range.append(leafHash(entry), (level, index, hash) => {
      told.push(`${level}/${index}`);
      t.deepEqual(hash, treeHash(entries.slice(index * 2 ** level, (index + 1) * 2 ** level)));
    });
  }
  t.is(told.length, 21 + 10 + 5 + 2 + 1);
  t.is(new Set(told).size, told.length);
});

test('a subtree that does not begin at a multiple of its width is refused', (t) => {
  const range = new CompactRange();
  range.append(EMPTY_ROOT);
  t.throws(() => range.appendSubtree(1, EMPTY_ROOT), { instanceOf: RangeError });
  t.is(range.size, 1);
});

test('a copy grows on its own', (t) => {
  const range = new CompactRange();
  for (const entry of numberedEntries(5)) range.append(leafHash(entry));
  const before = range.root();
  const copy = range.clone();
  for (const entry of numberedEntries(3)) copy.append(leafHash(entry));
  t.is(copy.size, 8);
  t.is(range.size, 5);
  t.deepEqual(range.root(), before);
});

test('sizes beyond 2^32 do not lose bits', (t) => {
  const range = new CompactRange();
  range.appendSubtree(40, EMPTY_ROOT);
  range.appendSubtree(33, EMPTY_ROOT);
  const completed: string[] = [];
  range.appendSubtree(33, EMPTY_ROOT, (level, index) => completed.push(`${level}/${index}`));
  t.is(range.size, 2 ** 40 + 2 ** 34);
  t.deepEqual(completed, ['33/129', '34/64']);
});
