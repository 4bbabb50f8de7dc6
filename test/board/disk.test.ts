import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { Disk } from '../../scripts/board/disk.js';

const SECTORS = 64;

async function emptyDisk(t: ExecutionContext): Promise<Disk> {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-disk-'));
  const image = join(folder, 'disk.img');
  await writeFile(image, '');
  await truncate(image, SECTORS * 512);
  const disk = new Disk(image);
  t.teardown(async () => {
    disk.close();
    await rm(folder, { recursive: true });
  });
  return disk;
}

const sectorOf = (byte: number) => Buffer.alloc(512, byte);

test('what was written is read back, flushed or not', async (t) => {
  const disk = await emptyDisk(t);
  disk.write(512, sectorOf(1));
  disk.flush();
  disk.write(1024, sectorOf(2));
  t.deepEqual(disk.read(0, 2048), Buffer.concat([sectorOf(0), sectorOf(1), sectorOf(2), sectorOf(0)]));
});

test('a power cut takes what was not flushed, and nothing that was', async (t) => {
  const disk = await emptyDisk(t);
  disk.write(0, sectorOf(1));
  disk.flush();
  disk.write(0, sectorOf(2));
  disk.write(512, sectorOf(3));
  t.deepEqual(disk.losePower(0), { keptSectors: 0, lostSectors: 2 });
  t.deepEqual(disk.read(0, 1024), Buffer.concat([sectorOf(1), sectorOf(0)]));
});

test('a power cut may keep a later write and lose an earlier one', async (t) => {
  const disk = await emptyDisk(t);
  let reordered = false;
  for (let round = 1; round <= 255 && !reordered; round++) {
    disk.write(0, sectorOf(round));
    disk.write(512, sectorOf(round));
    disk.losePower(0.5);
    const [earlier, later] = [disk.read(0, 512), disk.read(512, 512)];
    reordered = later.equals(sectorOf(round)) && !earlier.equals(sectorOf(round));
  }
  t.true(reordered);
});

test('power that goes with a write stays away until it is switched on', async (t) => {
  const disk = await emptyDisk(t);
  const cut = disk.cutAtWrite(2);
  disk.write(0, sectorOf(1));
  t.true(disk.powered);
  disk.write(512, sectorOf(2));
  await cut;
  t.false(disk.powered);
  disk.losePower(1);
  t.false(disk.powered);
  disk.powerOn();
  t.true(disk.powered);
});

test('what lies outside the disk, or in parts of sectors, is refused', async (t) => {
  const disk = await emptyDisk(t);
  for (const [offset, length] of [
    [SECTORS * 512, 512],
    [-512, 512],
    [0, 100],
    [10, 512],
  ] as const) {
    t.throws(() => disk.read(offset, length), { instanceOf: RangeError });
    t.throws(() => disk.write(offset, Buffer.alloc(length)), { instanceOf: RangeError });
  }
});
