import { randomBytes } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { FootageRef } from '../../agent/buffer/footage.js';
import { collect } from '../support/collect.js';
import { TestDevice } from '../support/device.js';

const MiB = 1024 * 1024;

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

test('bytes come back as they were put, also after the store was reopened', async (t) => {
  const { footage } = await fresh(t);
  const bytes = randomBytes(300_000);
  await footage.put(piece(5, 0), bytes);
  t.deepEqual(await footage.get(piece(5, 0)), bytes);
  await footage.reopen();
  t.deepEqual(await footage.get(piece(5, 0)), bytes);
  t.true(await footage.has(piece(5, 0)));
});

test('what is not there is undefined, whichever part of its name differs', async (t) => {
  const { footage } = await fresh(t);
  await footage.put(piece(5, 0), Buffer.from('x'));
  for (const other of [init(5), piece(5, 1), piece(5, 0, 1), piece(50, 0), piece(6, 0)]) {
    t.is(await footage.get(other), undefined);
    t.false(await footage.has(other));
  }
  await footage.remove(piece(5, 0));
  t.false(await footage.has(piece(5, 0)));
});

test('footage is listed in journal order, an init before its fragments, between two recordings', async (t) => {
  const { footage } = await fresh(t);
  const ordered = [
    ...[init(2), piece(2, 0)],
    ...[init(10), piece(10, 0), piece(10, 9), piece(10, 10), init(10, 1), piece(10, 0, 1)],
    ...[init(11), init(9_000_000_000_000_000)],
  ];
  for (const ref of [...ordered].reverse()) await footage.put(ref, Buffer.from('x'));
  t.deepEqual(await collect(footage.refs(0)), ordered);
  t.deepEqual(await collect(footage.refs(10)), ordered.slice(2));
  t.deepEqual(await collect(footage.refs(10, 10)), ordered.slice(2, 8));
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
  const inMemory = async (index: number) => (await footage.get(piece(5, index))) === put[index];
  t.deepEqual(await Promise.all([0, 1, 2].map(inMemory)), [false, true, true]);
  footage.sent(piece(5, 1));
  t.deepEqual(await Promise.all([0, 1, 2].map(inMemory)), [false, false, true]);
  for (const [index, bytes] of put.entries()) t.deepEqual(await footage.get(piece(5, index)), bytes);
  await footage.put(piece(5, 3), randomBytes(3000));
  t.true(await inMemory(2), 'what is larger than the bound is not kept, and displaces nothing');
  await footage.removeRecording(5);
  t.is(await footage.get(piece(5, 2)), undefined);
});

test('nothing is kept in memory unless somebody is there to send it', async (t) => {
  const { footage } = await fresh(t);
  const bytes = randomBytes(1000);
  await footage.put(piece(5, 0), bytes);
  const found = await footage.get(piece(5, 0));
  t.not(found, bytes);
  t.deepEqual(found, bytes);
});
