import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { Database } from '../../agent/buffer/database.js';
import { hasJournal, makeStores, openStores } from '../../agent/buffer/open.js';
import { initDevice } from '../../agent/init.js';
import { systemClock } from '../../drivers/clock.js';

const DEVICE = { authority: 'liuhen.example', id: 'recorder-0001' };

test('a device whose making was cut off before its journal is none yet, is not gone on with by opening it, and can be made', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-open-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const journal = join(folder, 'journal');
  // A file in its place keeps the journal from being made.
  await writeFile(journal, '');
  await t.throwsAsync(makeStores(folder));
  await rm(journal);
  await t.throwsAsync(openStores(folder), { code: 'LIUHEN_NOT_FOUND', message: /there is no device in/ });
  t.false(hasJournal(folder));
  t.deepEqual(await readdir(folder), ['footage']);

  const rootVkey = await initDevice(folder, DEVICE, systemClock());
  const stores = await openStores(folder);
  t.is((await stores.store.identity())?.rootVkey, rootVkey);
  await stores.close();
});

test('what makes a device opens one that is made, as it is', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-open-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const rootVkey = await initDevice(folder, DEVICE, systemClock());
  const stores = await makeStores(folder);
  t.is((await stores.store.identity())?.rootVkey, rootVkey);
  await stores.close();
  await t.throwsAsync(initDevice(folder, DEVICE, systemClock()), { code: 'LIUHEN_STATE' });
});

test('a device is not made over a journal that lost only whose it is: its key stays', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-open-'));
  t.teardown(() => rm(folder, { recursive: true }));
  await initDevice(folder, DEVICE, systemClock());
  const database = await Database.open(join(folder, 'journal'), { compression: true });
  await database.write((level) => level.del('m!identity'));
  await database.close();
  const [name = ''] = await readdir(join(folder, 'keys'));
  const key = await readFile(join(folder, 'keys', name));
  await t.throwsAsync(initDevice(folder, DEVICE, systemClock()), { code: 'LIUHEN_JOURNAL_INCONSISTENT' });
  t.true(key.equals(await readFile(join(folder, 'keys', name))));
});
