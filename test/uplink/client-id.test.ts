import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { makeStores } from '../../agent/buffer/open.js';
import { clientIdOf } from '../../agent/uplink/client-id.js';

test("a device's client id cannot be guessed, and is the same for life", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-client-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const fail = (error: unknown) => t.fail(String(error));
  const idIn = async (name: string) => {
    const stores = await makeStores(join(folder, name));
    const id = await clientIdOf(stores.store, 'recorder-0001', fail);
    await stores.close();
    return id;
  };
  const first = await idIn('a');
  t.regex(first, /^liuhen-recorder-0001-[0-9a-f]{16}$/);
  t.is(await idIn('a'), first);
  t.not(await idIn('b'), first);
});

test('a disk that takes nothing costs no connection', async (t) => {
  const errors: unknown[] = [];
  const store = { view: async () => undefined, writeView: () => Promise.reject(new Error('disk full')) };
  const id = await clientIdOf(store, 'recorder-0001', (error) => errors.push(error));
  t.regex(id, /^liuhen-recorder-0001-[0-9a-f]{16}$/);
  t.is(errors.length, 1);
});
