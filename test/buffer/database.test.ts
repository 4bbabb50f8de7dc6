import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { Database, storageError } from '../../agent/buffer/database.js';
import { hasJournal, makeStores, openStores } from '../../agent/buffer/open.js';
import { LiuhenError } from '../../config/errors.js';
import { TestDevice } from '../support/device.js';
import { occupy, smallDisk } from '../support/small-disk.js';
import { noSpace } from '../support/stores.js';

test('a database that is open elsewhere says so and what to do', async (t) => {
  const device = await TestDevice.open();
  t.teardown(() => device.remove());
  const error = await t.throwsAsync(Database.open(join(device.folder, 'footage'), { compression: false }), {
    instanceOf: LiuhenError,
    code: 'LIUHEN_LOCKED',
  });
  t.regex(error?.next ?? '', /stop it first/);
});

test('a database without the file that names its tables is refused, since LevelDB would remove them', async (t) => {
  const device = await TestDevice.open();
  t.teardown(() => device.remove());
  await device.record();
  await device.close();
  const journal = join(device.folder, 'journal');
  await rm(join(journal, 'CURRENT'));
  const before = await readdir(journal);
  t.true(hasJournal(device.folder), 'it is damaged, and not none');
  for (const open of [openStores, makeStores]) {
    await t.throwsAsync(open(device.folder), {
      code: 'LIUHEN_STORAGE_IO',
      message: /journal: expected CURRENT beside \S+\.(?:ldb|log)/,
    });
  }
  t.deepEqual(await readdir(journal), before);
});

test('a full disk is told from other failures of a disk', (t) => {
  t.is(storageError('x', noSpace()).code, 'LIUHEN_STORAGE_FULL');
  t.is(storageError('x', Object.assign(new Error('write'), { code: 'ENOSPC' })).code, 'LIUHEN_STORAGE_FULL');
  t.is(storageError('x', new Error('Input/output error')).code, 'LIUHEN_STORAGE_IO');
});

test('after a write that failed on a full disk none is taken until reopen, so none is acknowledged and lost', async (t) => {
  const disk = await smallDisk(t, 24);
  if (disk === undefined) {
    t.pass();
    return;
  }
  const database = await Database.open(join(disk, 'db'), { compression: false });
  t.teardown(() => database.close());
  const kept: string[] = [];
  const put = async (key: string, bytes: number) => {
    await database.write((level) => level.put(key, Buffer.alloc(bytes, 1), { sync: true }));
    kept.push(key);
  };
  await put('before', 1000);
  await occupy(join(disk, 'other'));
  await t.throwsAsync(put('too large', 300_000), { message: /No space left/ });
  await rm(join(disk, 'other'));
  await t.throwsAsync(put('behind a record that was cut short', 1000), { message: /No space left/ });
  await database.reopen();
  await put('after', 1000);
  await database.reopen();
  t.deepEqual(await database.level.keys().all(), [...kept].sort());
  t.deepEqual(kept, ['before', 'after']);
});
