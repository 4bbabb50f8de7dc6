import test from 'ava';
import fc from 'fast-check';
import { HASH_BYTES, leafHash } from '../../agent/journal/merkle.js';
import { inclusionPath, verifyInclusion } from '../../agent/journal/proof.js';
import {
  compactRangeAt,
  encodeEntryBundle,
  entriesPath,
  hashesAtLevel,
  type ReadHashes,
  rightEdge,
  splitEntryBundle,
  splitTile,
  TILE_WIDTH,
  type Tile,
  tilePath,
  tilesFor,
  tileWidth,
} from '../../agent/journal/tiles.js';
import { numberedEntries, TreeInMemory, treeHash } from '../support/tree.js';

const paths = (tiles: Tile[]) => tiles.map(tilePath);

test('tile paths are those that tlog-tiles names', (t) => {
  t.is(tilePath({ level: 0, index: 1234067, width: 256 }), 'tile/0/x001/x234/067');
  t.is(tilePath({ level: 1, index: 0, width: 17 }), 'tile/1/000.p/17');
  t.is(tilePath({ level: 0, index: 999, width: 256 }), 'tile/0/999');
  t.is(tilePath({ level: 0, index: 1000, width: 1 }), 'tile/0/x001/000.p/1');
  t.is(entriesPath(1234067, 256), 'tile/entries/x001/x234/067');
  t.is(entriesPath(273, 112), 'tile/entries/273.p/112');
});

test('a tree of 70,000 entries has the tiles that tlog-tiles counts', (t) => {
  const size = 70_000;
  t.is(hashesAtLevel(size, 1), 273);
  t.is(tileWidth(size, 0, 272), 256);
  t.is(tileWidth(size, 0, 273), 112);
  t.is(tileWidth(size, 0, 274), 0);
  t.is(tileWidth(size, 1, 0), 256);
  t.is(tileWidth(size, 1, 1), 17);
  t.is(tileWidth(size, 2, 0), 1);
  t.is(tileWidth(size, 3, 0), 0);
  t.deepEqual(paths(rightEdge(size)), ['tile/0/273.p/112', 'tile/1/001.p/17', 'tile/2/000.p/1']);
});

test('a tree of 256 entries has one full tile and a partial one of width 1 above it', (t) => {
  t.is(tileWidth(256, 0, 0), 256);
  t.deepEqual(paths(rightEdge(256)), ['tile/1/000.p/1']);
  t.deepEqual(paths(tilesFor(256, 0, 256)), ['tile/0/000', 'tile/1/000.p/1']);
});

test('an empty tree has no tiles', (t) => {
  t.deepEqual(rightEdge(0), []);
  t.deepEqual(tilesFor(0, 0, 0), []);
});

test('partial widths follow the formula of tlog-tiles up to the largest safe size', (t) => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (size) => {
      for (const { level, index, width } of rightEdge(size)) {
        const hashes = BigInt(size) / 256n ** BigInt(level);
        if (BigInt(width) !== hashes % 256n || BigInt(index) !== hashes / 256n) return false;
      }
      return true;
    }),
  );
  t.pass();
});

test('stored hashes give the root of the tree as it was at every size', async (t) => {
  const entries = numberedEntries(600);
  const tree = new TreeInMemory();
  await tree.append(entries);
  for (let size = 0; size <= entries.length; size++) {
    const range = await compactRangeAt(size, tree.read);
    t.deepEqual(range.root(), treeHash(entries.slice(0, size)), `size ${size}`);
  }
});

test('a tree grown in groups, reopened from its hashes each time, is the tree grown at once', async (t) => {
  const groups = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(groups, async (counts) => {
      const entries = numberedEntries(counts.reduce((a, b) => a + b, 0));
      const tree = new TreeInMemory();
      let root: Buffer = Buffer.alloc(0);
      for (const count of counts) root = await tree.append(entries.slice(tree.size, tree.size + count));
      return root.equals(treeHash(entries));
    }),
    { numRuns: 20 },
  );
  t.pass();
});

test('a missing hash is told, not hashed over', async (t) => {
  const tree = new TreeInMemory();
  await tree.append(numberedEntries(300));
  const holed: ReadHashes = async (level, from, count) => (await tree.read(level, from, count)).slice(1);
  await t.throwsAsync(compactRangeAt(300, holed), {
    code: 'LIUHEN_TREE',
    message: /expected hashes for 300/,
  });
});

test('the tiles named for a range hold all that proves its entries, and nothing else is read', async (t) => {
  const entries = numberedEntries(70_000);
  const tree = new TreeInMemory();
  const root = await tree.append(entries);
  const range = fc.tuple(fc.nat(entries.length - 1), fc.integer({ min: 1, max: 1500 }));
  await fc.assert(
    fc.asyncProperty(range, async ([from, count]) => {
      const to = Math.min(entries.length, from + count);
      const tiles = tilesFor(entries.length, from, to);
      const widths = new Map(tiles.map(({ level, index, width }) => [`${level}/${index}`, width]));
      const fromTiles: ReadHashes = async (level, first, many) => {
        const index = Math.floor(first / TILE_WIDTH);
        const width = widths.get(`${level}/${index}`) ?? 0;
        return first - index * TILE_WIDTH + many <= width ? tree.read(level, first, many) : [];
      };
      if (!(await compactRangeAt(entries.length, fromTiles)).root().equals(root)) return false;
      for (const index of [from, Math.floor((from + to) / 2), to - 1]) {
        const path = await inclusionPath(index, entries.length, fromTiles);
        const leaf = leafHash(entries[index] as Buffer);
        verifyInclusion({ index, leaf, size: entries.length, root, path });
      }
      return tiles.every(({ level, index, width }) => width === tileWidth(entries.length, level, index));
    }),
    { numRuns: 40, examples: [[[0, 1]], [[65_535, 2]], [[69_999, 1]], [[65_536, 1500]]] },
  );
  t.pass();
});

test('a tile of another length than its width is refused', (t) => {
  const tile = { level: 0, index: 3, width: 2 };
  const bytes = Buffer.alloc(2 * HASH_BYTES, 7);
  t.is(splitTile(bytes, tile).length, 2);
  t.deepEqual(splitTile(bytes, tile)[1], Buffer.alloc(HASH_BYTES, 7));
  for (const length of [0, HASH_BYTES, 2 * HASH_BYTES - 1, 2 * HASH_BYTES + 1, 3 * HASH_BYTES]) {
    t.throws(() => splitTile(Buffer.alloc(length), tile), { code: 'LIUHEN_TREE', message: /tile 0\/3/ });
  }
});

test('an entry bundle splits into the entries it was made of', (t) => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 }), (entries) => {
      const bundle = encodeEntryBundle(entries);
      const split = splitEntryBundle(bundle, 0, entries.length);
      return split.every((entry, at) => entry.equals(entries[at] as Uint8Array));
    }),
  );
  t.deepEqual(encodeEntryBundle([Buffer.from('ab'), Buffer.alloc(0)]), Buffer.from('000261620000', 'hex'));
});

test('an entry bundle that is cut, longer, or of another count is refused', (t) => {
  const bundle = encodeEntryBundle(numberedEntries(3));
  for (let length = 0; length < bundle.length; length++) {
    t.throws(() => splitEntryBundle(bundle.subarray(0, length), 5, 3), { code: 'LIUHEN_TREE' });
  }
  const longer = Buffer.concat([bundle, Buffer.of(0)]);
  t.throws(() => splitEntryBundle(longer, 5, 3), { code: 'LIUHEN_TREE', message: /entry bundle 5/ });
  t.throws(() => splitEntryBundle(bundle, 5, 2), { code: 'LIUHEN_TREE' });
  t.throws(() => splitEntryBundle(bundle, 5, 4), { code: 'LIUHEN_TREE' });
});
