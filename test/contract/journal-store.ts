import { randomBytes } from 'node:crypto';
import test, { type ExecutionContext } from 'ava';
import type { JournalBatch, JournalStore } from '../../agent/journal/store.js';
import { collect } from '../support/collect.js';

/** A batch that says `entries` from `from` on; hashes, notes and views only where given. */
function batch(from: number, entries: string[], more: Partial<JournalBatch> = {}): JournalBatch {
  return {
    from,
    entries: entries.map((entry) => Buffer.from(entry)),
    hashes: [],
    checkpoint: `checkpoint ${from + entries.length}`,
    keyNotes: [],
    view: [],
    ...more,
  };
}

/** What every JournalStore must do. `open` gives an empty one, and removes it when the test is over. */
export function journalStoreContract(
  name: string,
  open: (t: ExecutionContext) => Promise<JournalStore>,
): void {
  const fact = (title: string, check: (t: ExecutionContext, store: JournalStore) => Promise<void>) =>
    test(`${name}: ${title}`, async (t) => check(t, await open(t)));

  fact('an empty store has no identity, no checkpoint, no epoch and no entry', async (t, store) => {
    t.is(await store.identity(), undefined);
    t.is(await store.checkpoint(), undefined);
    t.is(await store.cosigned(), undefined);
    t.is(await store.epoch(), 0);
    t.deepEqual(await collect(store.keyNotes(0)), []);
    t.deepEqual(await collect(store.entries(0, 0)), []);
    t.deepEqual(await collect(store.views('')), []);
    t.is(await store.view('anything'), undefined);
  });

  fact('what was written is there after the store was closed and opened again', async (t, store) => {
    await store.setIdentity({ origin: 'liuhen.example/a', rootVkey: 'root' });
    await store.commit(batch(0, ['one', 'two'], { view: [{ key: 'seen', value: { n: 2 } }] }));
    await store.setCosigned('cosigned 1');
    await store.writeView([{ key: 'receipt/1', value: 'signed' }]);
    await store.reopen();
    t.deepEqual(await store.identity(), { origin: 'liuhen.example/a', rootVkey: 'root' });
    t.is(await store.checkpoint(), 'checkpoint 2');
    t.is(await store.cosigned(), 'cosigned 1');
    t.deepEqual((await collect(store.entries(0, 2))).map(String), ['one', 'two']);
    t.deepEqual(await store.view('seen'), { n: 2 });
    t.is(await store.view('receipt/1'), 'signed');
  });

  fact('entries come in order of their number, also past ten and past a million', async (t, store) => {
    const texts = Array.from({ length: 12 }, (_, n) => `entry ${n}`);
    await store.commit(batch(0, texts));
    await store.commit(batch(1_000_000, ['a million']));
    t.deepEqual((await collect(store.entries(8, 12))).map(String), texts.slice(8));
    t.deepEqual((await collect(store.entries(1_000_000, 1_000_001))).map(String), ['a million']);
  });

  fact('entry bytes are kept as they are, whatever they are', async (t, store) => {
    const bytes = randomBytes(16 * 1024);
    await store.commit({ ...batch(0, []), entries: [new Uint8Array(bytes), Buffer.alloc(0)] });
    t.deepEqual(await collect(store.entries(0, 2)), [bytes, Buffer.alloc(0)]);
  });

  fact('a missing entry is an error that names it, at the end and in the middle', async (t, store) => {
    await store.commit(batch(0, ['zero']));
    await store.commit(batch(2, ['two']));
    const missing = { code: 'LIUHEN_JOURNAL_INCONSISTENT', message: /entry 1 / };
    await t.throwsAsync(collect(store.entries(0, 3)), missing);
    await t.throwsAsync(collect(store.entries(0, 2)), missing);
    await t.throwsAsync(collect(store.entries(2, 4)), {
      code: 'LIUHEN_JOURNAL_INCONSISTENT',
      message: /entry 3 /,
    });
  });

  fact('hashes are read by level and index, and a missing one is an error', async (t, store) => {
    const hashes = Array.from({ length: 300 }, (_, index) => ({ level: 0, index, hash: randomBytes(32) }));
    const above = { level: 1, index: 0, hash: randomBytes(32) };
    await store.commit(batch(0, ['x'], { hashes: [...hashes, above] }));
    const expected = hashes.slice(255, 260).map(({ hash }) => hash);
    t.deepEqual(await store.readHashes(0, 255, 5), expected);
    t.deepEqual(await store.readHashes(1, 0, 1), [above.hash]);
    await t.throwsAsync(store.readHashes(0, 299, 2), { code: 'LIUHEN_JOURNAL_INCONSISTENT' });
    await t.throwsAsync(store.readHashes(2, 0, 1), { code: 'LIUHEN_JOURNAL_INCONSISTENT' });
  });

  fact('the epoch is the newest with a key note, and notes come in order', async (t, store) => {
    const keyNotes = [1, 2, 10].map((epoch) => ({ epoch, text: `note ${epoch}` }));
    for (const note of keyNotes) await store.commit(batch(0, ['x'], { keyNotes: [note] }));
    t.is(await store.epoch(), 10);
    t.deepEqual(await collect(store.keyNotes(2)), ['note 2', 'note 10']);
  });

  fact('a view value is replaced and deleted by key, and listed by prefix in key order', async (t, store) => {
    const view = [
      { key: 'a/2', value: 'two' },
      { key: 'a/1', value: 'one' },
      { key: 'ab', value: 'not below a/' },
      { key: 'a/3', value: 'three' },
    ];
    await store.commit(batch(0, ['x'], { view }));
    await store.writeView([
      { key: 'a/2', value: undefined },
      { key: 'a/1', value: 'one again' },
    ]);
    t.deepEqual(await collect(store.views('a/')), [
      ['a/1', 'one again'],
      ['a/3', 'three'],
    ]);
    await store.commit(batch(1, ['y'], { view: [{ key: 'a/3', value: undefined }] }));
    t.is(await store.view('a/3'), undefined);
    t.is(await store.view('ab'), 'not below a/');
  });

  fact('a commit whose view cannot be written writes nothing at all', async (t, store) => {
    const circular: { self?: unknown } = {};
    circular.self = circular;
    await t.throwsAsync(store.commit(batch(0, ['one'], { view: [{ key: 'bad', value: circular }] })));
    t.is(await store.checkpoint(), undefined);
    await t.throwsAsync(collect(store.entries(0, 1)));
  });
}
