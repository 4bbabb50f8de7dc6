import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { TestDevice } from '../support/device.js';

const MiB = 1024 * 1024;
const RECORDINGS = 8;
const KEPT = 3;
const FRAGMENTS = 16;
/** LevelDB's memtable, and so its tables, hold four of these fragments; three of them may belong to the next recording. */
const SHARED_BYTES = 3.1 * MiB;

/** Bytes that LevelDB wrote again in compactions, from its own log. */
async function rewrittenBytes(folder: string): Promise<number> {
  const log = await readFile(join(folder, 'footage', 'LOG'), 'utf8');
  return [...log.matchAll(/Compacted .* => (\d+) bytes/g)].reduce((sum, [, bytes]) => sum + Number(bytes), 0);
}

test('of what is written while recordings are removed, no more is written again than shares a table with one of them', async (t) => {
  const device = await TestDevice.open();
  t.teardown(() => device.remove());
  const { footage } = device;
  const bytes = randomBytes(MiB);
  let removal: Promise<void> = Promise.resolve();
  for (let recording = 1; recording <= RECORDINGS; recording++) {
    const puts: Promise<void>[] = [];
    for (let index = 0; index < FRAGMENTS; index++) {
      puts.push(footage.put({ recording, take: 0, index }, bytes));
      if (index !== FRAGMENTS / 2) continue;
      // In the middle of the writing, as retention comes.
      await puts[FRAGMENTS / 4];
      await removal;
      if (recording > KEPT) removal = footage.removeRecording(recording - KEPT);
    }
    await Promise.all(puts);
  }
  await removal;
  t.true((await rewrittenBytes(device.folder)) < (RECORDINGS - KEPT) * SHARED_BYTES);
  for (let recording = 1; recording <= RECORDINGS; recording++) {
    const found = await footage.get({ recording, take: 0, index: FRAGMENTS - 1 }, bytes.length);
    t.is(found && Buffer.concat(found).equals(bytes), recording > RECORDINGS - KEPT ? true : undefined);
  }
});
