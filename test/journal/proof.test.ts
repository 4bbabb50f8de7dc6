import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { EMPTY_ROOT, leafHash, nodeHash } from '../../agent/journal/merkle.js';
import {
  type Consistency,
  consistencyPath,
  type Inclusion,
  inclusionPath,
  verifyConsistency,
  verifyInclusion,
} from '../../agent/journal/proof.js';
import { LiuhenError } from '../../config/errors.js';
import { auditPath, consistencyProof, numberedEntries, TreeInMemory, treeHash } from '../support/tree.js';

const vectors = JSON.parse(readFileSync('test/vectors/rfc6962-tree.json', 'utf8'));
const hex = (text: string) => Buffer.from(text, 'hex');
const leaves: Buffer[] = vectors.leaves.map(hex);
const rootAt = (size: number) => hex(size === 0 ? vectors.emptyRoot : vectors.roots[size - 1]);

function refuses(t: ExecutionContext, verify: () => void, comment: string): void {
  t.throws(verify, { instanceOf: LiuhenError, code: 'LIUHEN_TREE' }, comment);
}

/** One way each to spoil an inclusion proof; undefined where the proof at hand cannot be spoilt that way. */
const INCLUSION_SPOILT: Record<string, (good: Inclusion) => Inclusion | undefined> = {
  'index one less': (p) => ({ ...p, index: p.index - 1 }),
  'index one more': (p) => ({ ...p, index: p.index + 1 }),
  'index of the node beside the sibling': (p) => ({ ...p, index: p.index + (p.index % 4 < 2 ? 2 : -2) }),
  'size doubled': (p) => ({ ...p, size: p.size * 2 }),
  'size halved': (p) => ({ ...p, size: Math.floor(p.size / 2) }),
  'index at the size': (p) => ({ ...p, index: p.size }),
  'index no integer': (p) => ({ ...p, index: p.index + 0.5 }),
  'index beyond what is safe': (p) => ({ ...p, index: 2 ** 60, size: 2 ** 61 }),
  'another leaf': (p) => ({ ...p, leaf: leafHash(Buffer.from('another')) }),
  'a leaf cut short': (p) => ({ ...p, leaf: p.leaf.subarray(1) }),
  'no leaf': (p) => ({ ...p, leaf: Buffer.alloc(0) }),
  'another root': (p) => ({ ...p, root: randomBytes(32) }),
  'the root of the empty tree': (p) => ({ ...p, root: EMPTY_ROOT }),
  'no root': (p) => ({ ...p, root: Buffer.alloc(0) }),
  'garbage behind the path': (p) => ({ ...p, path: [...p.path, Buffer.alloc(0)] }),
  'a hash behind the path': (p) => ({ ...p, path: [...p.path, randomBytes(32)] }),
  'the root behind the path': (p) => ({ ...p, path: [...p.path, p.root] }),
  'garbage before the path': (p) => ({ ...p, path: [Buffer.alloc(0), ...p.path] }),
  'the root before the path': (p) => ({ ...p, path: [p.root, ...p.path] }),
  'the path cut short': (p) => (p.path.length > 0 ? { ...p, path: p.path.slice(0, -1) } : undefined),
  'the path without its first hash': (p) => (p.path.length > 0 ? { ...p, path: p.path.slice(1) } : undefined),
  'a hash twice': (p) => (p.path.length > 0 ? { ...p, path: [p.path[0] as Buffer, ...p.path] } : undefined),
  'the path reversed': (p) => (p.path.length > 1 ? { ...p, path: [...p.path].reverse() } : undefined),
  'a path longer than any tree is high': (p) => ({ ...p, path: Array(65).fill(p.root) }),
  'the leaf moved up by one level': (p) =>
    p.path[0] === undefined
      ? undefined
      : {
          ...p,
          index: Math.floor(p.index / 2),
          leaf: p.index % 2 === 1 ? nodeHash(p.path[0], p.leaf) : nodeHash(p.leaf, p.path[0]),
          path: p.path.slice(1),
        },
};

const CONSISTENCY_SPOILT: Record<string, (good: Consistency) => Consistency | undefined> = {
  'older size one less': (p) => ({ ...p, fromSize: p.fromSize - 1 }),
  'older size one more': (p) => ({ ...p, fromSize: p.fromSize + 1 }),
  'older size with its second bit turned': (p) => ({
    ...p,
    fromSize: p.fromSize + (p.fromSize % 4 < 2 ? 2 : -2),
  }),
  'newer size doubled': (p) => ({ ...p, toSize: p.toSize * 2 }),
  'newer size halved': (p) => ({ ...p, toSize: Math.floor(p.toSize / 2) }),
  'older size beyond the newer': (p) => ({ ...p, fromSize: p.toSize + 1 }),
  'sizes no integers': (p) => ({ ...p, fromSize: p.fromSize + 0.5, toSize: p.toSize + 0.5 }),
  'another older root': (p) => ({ ...p, fromRoot: randomBytes(32) }),
  'another newer root': (p) => ({ ...p, toRoot: randomBytes(32) }),
  'roots exchanged': (p) => ({ ...p, fromRoot: p.toRoot, toRoot: p.fromRoot }),
  'no path': (p) => ({ ...p, path: [] }),
  'garbage behind the path': (p) => ({ ...p, path: [...p.path, Buffer.alloc(0)] }),
  'the older root behind the path': (p) => ({ ...p, path: [...p.path, p.fromRoot] }),
  'the newer root behind the path': (p) => ({ ...p, path: [...p.path, p.toRoot] }),
  'garbage before the path': (p) => ({ ...p, path: [Buffer.alloc(0), ...p.path] }),
  'the older root before the path': (p) => ({ ...p, path: [p.fromRoot, ...p.path] }),
  'the newer root before the path': (p) => ({ ...p, path: [p.toRoot, ...p.path] }),
  'the first hash twice': (p) => ({ ...p, path: [p.path[0] ?? p.toRoot, ...p.path] }),
  'the path cut short': (p) => ({ ...p, path: p.path.slice(0, -1) }),
  'the path without its first hash': (p) => ({ ...p, path: p.path.slice(1) }),
  'the path reversed': (p) => (p.path.length > 1 ? { ...p, path: [...p.path].reverse() } : undefined),
};

function flipBit(path: readonly Buffer[], at: number, bit: number): Buffer[] {
  return path.map((hash, index) => {
    const copy = Buffer.from(hash);
    if (index === at) copy[bit >> 3] = (copy[bit >> 3] as number) ^ (1 << (bit & 7));
    return copy;
  });
}

for (const { comment, index, size, path } of vectors.inclusion) {
  const good: Inclusion = {
    index,
    leaf: leafHash(leaves[index] as Buffer),
    size,
    root: rootAt(size),
    path: path.map(hex),
  };

  test(`the published inclusion proof of ${index} in ${size} verifies, and spoilt it does not: ${comment}`, async (t) => {
    t.notThrows(() => verifyInclusion(good));
    const tree = new TreeInMemory();
    await tree.append(leaves);
    t.deepEqual(await inclusionPath(index, size, tree.read), good.path);
    for (const [how, spoil] of Object.entries(INCLUSION_SPOILT)) {
      const spoilt = spoil(good);
      if (spoilt !== undefined) refuses(t, () => verifyInclusion(spoilt), how);
    }
    for (let at = 0; at < path.length; at++) {
      for (const bit of [0, 3, 4, 255]) {
        refuses(t, () => verifyInclusion({ ...good, path: flipBit(good.path, at, bit) }), `${at} bit ${bit}`);
      }
    }
  });
}

for (const { comment, from, to, path } of vectors.consistency) {
  const good: Consistency = {
    fromSize: from,
    fromRoot: rootAt(from),
    toSize: to,
    toRoot: rootAt(to),
    path: path.map(hex),
  };

  test(`the published consistency proof from ${from} to ${to} verifies, and spoilt it does not: ${comment}`, async (t) => {
    t.notThrows(() => verifyConsistency(good));
    const tree = new TreeInMemory();
    await tree.append(leaves);
    t.deepEqual(await consistencyPath(from, to, tree.read), good.path);
    if (from === to) {
      refuses(t, () => verifyConsistency({ ...good, path: [good.toRoot] }), 'a path between equal sizes');
      refuses(t, () => verifyConsistency({ ...good, toRoot: randomBytes(32) }), 'another root');
      return;
    }
    for (const [how, spoil] of Object.entries(CONSISTENCY_SPOILT)) {
      const spoilt = spoil(good);
      if (spoilt !== undefined) refuses(t, () => verifyConsistency(spoilt), how);
    }
    for (let at = 0; at < path.length; at++) {
      for (const bit of [0, 3, 4, 255]) {
        refuses(
          t,
          () => verifyConsistency({ ...good, path: flipBit(good.path, at, bit) }),
          `${at} bit ${bit}`,
        );
      }
    }
  });
}

test('no entry is in an empty tree', (t) => {
  const root = EMPTY_ROOT;
  refuses(t, () => verifyInclusion({ index: 0, leaf: root, size: 0, root, path: [] }), 'verifying');
  return t.throwsAsync(inclusionPath(0, 0, new TreeInMemory().read), { code: 'LIUHEN_TREE' });
});

test('consistency with an empty tree proves nothing and is refused, except with itself', async (t) => {
  const root = EMPTY_ROOT;
  t.notThrows(() => verifyConsistency({ fromSize: 0, fromRoot: root, toSize: 0, toRoot: root, path: [] }));
  const other = rootAt(1);
  for (const path of [[], [root]]) {
    refuses(
      t,
      () => verifyConsistency({ fromSize: 0, fromRoot: root, toSize: 1, toRoot: other, path }),
      'to one',
    );
  }
  refuses(
    t,
    () => verifyConsistency({ fromSize: 0, fromRoot: other, toSize: 0, toRoot: other, path: [] }),
    'an empty tree with a root of its own',
  );
  await t.throwsAsync(consistencyPath(0, 1, new TreeInMemory().read), { code: 'LIUHEN_TREE' });
  await t.throwsAsync(consistencyPath(2, 1, new TreeInMemory().read), { code: 'LIUHEN_TREE' });
});

test('every proof built from tiles is the one RFC 6962 defines, and verifies', async (t) => {
  const entries = numberedEntries(600);
  const tree = new TreeInMemory();
  await tree.append(entries);
  const inTree = fc
    .integer({ min: 1, max: 600 })
    .chain((size) => fc.tuple(fc.constant(size), fc.nat(size - 1)));
  await fc.assert(
    fc.asyncProperty(inTree, async ([size, index]) => {
      const some = entries.slice(0, size);
      const root = treeHash(some);
      const path = await inclusionPath(index, size, tree.read);
      const fromSize = index + 1;
      const steps = await consistencyPath(fromSize, size, tree.read);
      const fromRoot = treeHash(some.slice(0, fromSize));
      t.deepEqual(path, auditPath(index, some));
      t.deepEqual(steps, consistencyProof(fromSize, some));
      verifyInclusion({ index, leaf: leafHash(some[index] as Buffer), size, root, path });
      verifyConsistency({ fromSize, fromRoot, toSize: size, toRoot: root, path: steps });
    }),
    { numRuns: 60, examples: [[[1, 0]], [[257, 256]], [[512, 255]], [[513, 511]], [[600, 599]]] },
  );
});

test('all proofs of all trees up to 40 entries verify, and only where they belong', async (t) => {
  const entries = numberedEntries(40);
  const tree = new TreeInMemory();
  await tree.append(entries);
  const roots = entries.map((_, at) => treeHash(entries.slice(0, at + 1)));
  let verified = 0;
  for (let size = 1; size <= 40; size++) {
    const root = roots[size - 1] as Buffer;
    for (let index = 0; index < size; index++) {
      const path = await inclusionPath(index, size, tree.read);
      const leaf = leafHash(entries[index] as Buffer);
      for (let other = 0; other < size; other++) {
        const claim = () => verifyInclusion({ index: other, leaf, size, root, path });
        if (other === index) claim();
        else refuses(t, claim, `${index} as ${other} of ${size}`);
      }
      const fromSize = index + 1;
      const fromRoot = roots[index] as Buffer;
      verifyConsistency({
        fromSize,
        fromRoot,
        toSize: size,
        toRoot: root,
        path: await consistencyPath(fromSize, size, tree.read),
      });
      verified++;
    }
  }
  t.is(verified, 820);
});

test('no proof verifies once any part of it is mutated', async (t) => {
  const entries = numberedEntries(600);
  const tree = new TreeInMemory();
  await tree.append(entries);
  const mutated = fc.record({
    size: fc.integer({ min: 2, max: 600 }),
    at: fc.nat(),
    hash: fc.nat(),
    bit: fc.nat(255),
  });
  await fc.assert(
    fc.asyncProperty(mutated, async ({ size, at, hash, bit }) => {
      const index = at % size;
      const root = treeHash(entries.slice(0, size));
      const path = await inclusionPath(index, size, tree.read);
      const leaf = leafHash(entries[index] as Buffer);
      refuses(
        t,
        () => verifyInclusion({ index, leaf, size, root, path: flipBit(path, hash % path.length, bit) }),
        'path',
      );
      refuses(
        t,
        () => verifyInclusion({ index, leaf: flipBit([leaf], 0, bit)[0] as Buffer, size, root, path }),
        'leaf',
      );
      const fromSize = 1 + (at % (size - 1));
      const fromRoot = treeHash(entries.slice(0, fromSize));
      const steps = await consistencyPath(fromSize, size, tree.read);
      const good = { fromSize, fromRoot, toSize: size, toRoot: root, path: steps };
      refuses(
        t,
        () => verifyConsistency({ ...good, path: flipBit(steps, hash % steps.length, bit) }),
        'steps',
      );
      refuses(
        t,
        () => verifyConsistency({ ...good, fromRoot: flipBit([fromRoot], 0, bit)[0] as Buffer }),
        'older root',
      );
    }),
    { numRuns: 60 },
  );
});

test('a proof is built at 2^53 - 1 entries from few hashes', async (t) => {
  const size = Number.MAX_SAFE_INTEGER;
  let read = 0;
  const hashOf = (level: number, index: number) => leafHash(Buffer.from(`${level}/${index}`));
  const sparse = async (level: number, from: number, count: number) => {
    read += count;
    t.true(Number.isSafeInteger(from) && count <= 128);
    return Array.from({ length: count }, (_, at) => hashOf(level, from + at));
  };
  // The last entry alone ends the right edge: its path is the left siblings all the way up.
  const index = size - 1;
  const path = await inclusionPath(index, size, sparse);
  t.is(path.length, 52);
  t.true(read < 53 * 128);
  const leaf = hashOf(0, index);
  const root = path.reduce((hash, sibling) => nodeHash(sibling, hash), leaf);
  verifyInclusion({ index, leaf, size, root, path });
  refuses(t, () => verifyInclusion({ index: index - 1, leaf, size, root, path }), 'the entry before');
  refuses(t, () => verifyInclusion({ index: index % 2 ** 32, leaf, size, root, path }), 'its low 32 bits');
  // The path has every complete subtree of the size and ends in the last entry: so does the step from one entry less.
  const steps = await consistencyPath(size - 1, size, sparse);
  const fromRoot = path.slice(1).reduce((hash, sibling) => nodeHash(sibling, hash), path[0] as Buffer);
  verifyConsistency({ fromSize: size - 1, fromRoot, toSize: size, toRoot: root, path: steps });
});

test('a hash that cannot be read is told with its level', async (t) => {
  const tree = new TreeInMemory();
  await tree.append(numberedEntries(300));
  const holed = async (level: number, from: number, count: number) =>
    level === 0 ? (await tree.read(level, from, count)).slice(1) : tree.read(level, from, count);
  await t.throwsAsync(inclusionPath(299, 300, holed), { code: 'LIUHEN_TREE', message: /hashes of level 0/ });
});
