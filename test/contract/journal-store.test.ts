import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { Database } from '../../agent/buffer/database.js';
import { LevelJournalStore } from '../../agent/buffer/level-journal.js';
import { collect } from '../support/collect.js';
import { journalStoreContract } from './journal-store.js';

async function freshDatabase(t: ExecutionContext): Promise<Database> {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-store-'));
  const database = await Database.open(folder, { compression: true });
  t.teardown(async () => {
    await database.close();
    await rm(folder, { recursive: true });
  });
  return database;
}

journalStoreContract('a database of its own', async (t) => new LevelJournalStore(await freshDatabase(t)));

journalStoreContract('a prefix between two neighbours', async (t) => {
  const database = await freshDatabase(t);
  for (const prefix of ['recorder-1!', 'recorder-3!']) {
    const neighbour = new LevelJournalStore(database, prefix);
    await neighbour.setIdentity({ origin: 'liuhen.example/neighbour', rootVkey: 'other' });
    await neighbour.setCosigned('cosigned by another');
    await neighbour.commit({
      from: 0,
      entries: [Buffer.from('of another'), Buffer.from('of another')],
      hashes: [{ level: 0, index: 0, hash: Buffer.alloc(32, 7) }],
      checkpoint: 'of another',
      keyNotes: [{ epoch: 77, text: 'of another' }],
      view: [{ key: 'a/0', value: 'of another' }],
    });
  }
  return new LevelJournalStore(database, 'recorder-2!');
});

test('two journals in one database keep the same keys apart', async (t) => {
  const database = await freshDatabase(t);
  const stores = ['a!', 'b!'].map((prefix) => new LevelJournalStore(database, prefix));
  for (const [at, store] of stores.entries()) {
    await store.setIdentity({ origin: `liuhen.example/${at}`, rootVkey: 'root' });
    await store.commit({
      from: 0,
      entries: [Buffer.from(`first of ${at}`)],
      hashes: [],
      checkpoint: `checkpoint of ${at}`,
      keyNotes: [],
      view: [{ key: 'open', value: at }],
    });
  }
  for (const [at, store] of stores.entries()) {
    t.is((await store.identity())?.origin, `liuhen.example/${at}`);
    t.is(await store.checkpoint(), `checkpoint of ${at}`);
    t.deepEqual((await collect(store.entries(0, 1))).map(String), [`first of ${at}`]);
    t.deepEqual(await collect(store.views('')), [['open', at]]);
  }
});
