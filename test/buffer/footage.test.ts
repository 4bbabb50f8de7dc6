import { randomBytes } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { Level } from 'level';
import type { FootageRef } from '../../agent/buffer/footage.js';
import { collect } from '../support/collect.js';
import { TestDevice } from '../support/device.js';

const MiB = 1024 * 1024;
/** What one value of the store holds. */
const PIECE = 30 * 1024;

async function fresh(t: ExecutionContext): Promise<TestDevice> {
  const device = await TestDevice.open();
  t.teardown(() => device.remove());
  return device;
}

async function bytesOnDisk(folder: string): Promise<number> {
  let sum = 0;
  for (const name of await readdir(folder)) sum += (await stat(join(folder, name))).size;
  return sum;
}

const init = (recording: number, take = 0): FootageRef => ({ recording, take, index: 'init' });
const piece = (recording: number, index: number, take = 0): FootageRef => ({ recording, take, index });

const whole = (pieces: Buffer[] | undefined) => pieces && Buffer.concat(pieces);

test('bytes come back as they were put, also after the store was reopened', async (t) => {
  const { footage } = await fresh(t);
  const put = [0, 1, PIECE - 1, PIECE, PIECE + 1, 300_000, 3 * MiB + 1].map((bytes) => randomBytes(bytes));
  for (const [index, bytes] of put.entries()) await footage.put(piece(5, index), bytes);
  for (const reopened of [false, true]) {
    if (reopened) await footage.reopen();
    for (const [index, bytes] of put.entries()) {
      t.true(whole(await footage.get(piece(5, index), bytes.length))?.equals(bytes), `${bytes.length} bytes`);
      t.true(await footage.has(piece(5, index)));
    }
  }
  t.is((await collect(footage.refs(0))).length, put.length);
});

test('of bytes that are not as many as their entry says, those come that are there, and never more than were asked for', async (t) => {
  const { footage } = await fresh(t);
  const bytes = randomBytes(5 * PIECE);
  await footage.put(piece(5, 0), bytes);
  for (const said of [5 * PIECE + 1, Number.MAX_SAFE_INTEGER]) {
    t.true(whole(await footage.get(piece(5, 0), said))?.equals(bytes));
  }
  t.is(whole(await footage.get(piece(5, 0), 1))?.length, PIECE);
  await footage.put(piece(5, 0), Buffer.from('forged'));
  t.deepEqual(whole(await footage.get(piece(5, 0), 6)), Buffer.from('forged'));
});

test('what an earlier version kept in one value is read, listed and removed as what is kept in pieces', async (t) => {
  const device = await fresh(t);
  const bytes = randomBytes(5 * PIECE);
  await device.footage.put(piece(5, 0), bytes);
  await device.close();
  const level = new Level<string, Buffer>(join(device.folder, 'footage'), { valueEncoding: 'buffer' });
  await level.put('0000000000000005/0000000/000000001', bytes);
  await level.close();
  const { footage } = await TestDevice.open({ folder: device.folder });
  t.teardown(() => footage.close());
  for (const index of [0, 1]) {
    t.true(await footage.has(piece(5, index)));
    t.true(whole(await footage.get(piece(5, index), bytes.length))?.equals(bytes));
  }
  t.deepEqual(await collect(footage.refs(0)), [piece(5, 0), piece(5, 1)]);
  t.deepEqual(await collect(footage.refs(piece(5, 1))), [piece(5, 1)]);
  await footage.remove(piece(5, 1));
  t.false(await footage.has(piece(5, 1)));
});

test('all of a fragment is removed, and nothing of its neighbours', async (t) => {
  const { footage } = await fresh(t);
  const bytes = randomBytes(5 * PIECE);
  const all = [init(5), piece(5, 0), piece(5, 1), piece(5, 10), piece(50, 1)];
  for (const ref of all) await footage.put(ref, bytes);
  await footage.remove(piece(5, 1));
  t.deepEqual(await collect(footage.refs(0)), all.toSpliced(2, 1));
  for (const ref of all.toSpliced(2, 1)) t.true(whole(await footage.get(ref, bytes.length))?.equals(bytes));
  t.is(await footage.get(piece(5, 1), bytes.length), undefined);
});

test('what is not there is undefined, whichever part of its name differs', async (t) => {
  const { footage } = await fresh(t);
  await footage.put(piece(5, 0), Buffer.from('x'));
  for (const other of [init(5), piece(5, 1), piece(5, 0, 1), piece(50, 0), piece(6, 0)]) {
    t.is(await footage.get(other, 1), undefined);
    t.false(await footage.has(other));
  }
  await footage.remove(piece(5, 0));
  t.false(await footage.has(piece(5, 0)));
});

test('footage is listed in journal order, an init before its fragments, from a recording or a fragment on', async (t) => {
  const { footage } = await fresh(t);
  const ordered = [
    ...[init(2), piece(2, 0)],
    ...[init(10), piece(10, 0), piece(10, 9), piece(10, 10), init(10, 1), piece(10, 0, 1)],
    ...[init(11), init(9_000_000_000_000_000)],
  ];
  for (const ref of [...ordered].reverse()) await footage.put(ref, Buffer.from('x'));
  t.deepEqual(await collect(footage.refs(0)), ordered);
  t.deepEqual(await collect(footage.refs(10)), ordered.slice(2));
  for (const [at, ref] of ordered.entries()) t.deepEqual(await collect(footage.refs(ref)), ordered.slice(at));
  t.deepEqual(await collect(footage.refs(piece(10, 2))), ordered.slice(4), 'from where it would stand');
});

test('a recording that is removed gives its space back, and its neighbours stay', async (t) => {
  const { footage, folder } = await fresh(t);
  for (const recording of [1, 10, 100]) {
    for (let index = 0; index < 16; index++) await footage.put(piece(recording, index), randomBytes(MiB / 2));
  }
  const path = join(folder, 'footage');
  const before = await bytesOnDisk(path);
  await footage.removeRecording(10);
  const after = await bytesOnDisk(path);
  t.true(before - after > 7 * MiB, `${before} bytes before, ${after} after`);
  t.deepEqual([...new Set((await collect(footage.refs(0))).map(({ recording }) => recording))], [1, 100]);
  await footage.reopen();
  t.false(await footage.has(piece(10, 0)), 'it is gone for good');
});

test('what was put last is kept in memory until it was sent, within its bound, the oldest going first', async (t) => {
  const { footage } = await fresh(t);
  footage.keepUnsent(2500);
  const put = [0, 1, 2].map(() => randomBytes(1000));
  for (const [index, bytes] of put.entries()) await footage.put(piece(5, index), bytes);
  const inMemory = async (index: number) => (await footage.get(piece(5, index), 1000))?.[0] === put[index];
  t.deepEqual(await Promise.all([0, 1, 2].map(inMemory)), [false, true, true]);
  footage.sent(piece(5, 1));
  t.deepEqual(await Promise.all([0, 1, 2].map(inMemory)), [false, false, true]);
  for (const [index, bytes] of put.entries())
    t.deepEqual(whole(await footage.get(piece(5, index), 1000)), bytes);
  await footage.put(piece(5, 3), randomBytes(3000));
  t.true(await inMemory(2), 'what is larger than the bound is not kept, and displaces nothing');
  await footage.removeRecording(5);
  t.is(await footage.get(piece(5, 2), 1000), undefined);
});

test('nothing is kept in memory unless somebody is there to send it', async (t) => {
  const { footage } = await fresh(t);
  const bytes = randomBytes(1000);
  await footage.put(piece(5, 0), bytes);
  const found = await footage.get(piece(5, 0), 1000);
  t.not(found?.[0], bytes);
  t.deepEqual(whole(found), bytes);
});
