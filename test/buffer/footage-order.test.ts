import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { Database } from '../../agent/buffer/database.js';
import { type FootageRef, FootageStore } from '../../agent/buffer/footage.js';

test('the order of the store is the order of recording: LevelDB then writes no byte a third time', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-footage-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const footage = new FootageStore(await Database.open(folder, { compression: false }));
  const recorded: FootageRef[] = [];
  for (const recording of [9, 10]) {
    for (const take of [0, 1]) {
      for (const index of ['init', 0, 1, 10] as const) recorded.push({ recording, take, index });
    }
  }
  for (const ref of recorded) await footage.put(ref, Buffer.from('footage'));
  const found: FootageRef[] = [];
  for await (const ref of footage.refs(0)) found.push(ref);
  await footage.close();
  t.deepEqual(found, recorded);
});
