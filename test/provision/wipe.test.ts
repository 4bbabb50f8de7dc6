import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { pino } from 'pino';
import { readSettings } from '../../agent/authority/ca-folder.js';
import { openJournal, openStores } from '../../agent/buffer/open.js';
import { wipe, wouldLose } from '../../agent/provision/wipe.js';
import { loadConfig } from '../../config/load.js';
import { systemClock } from '../../drivers/clock.js';
import { TestAuthorityHouse } from '../support/authority.js';
import { LIUHEN, liuhen } from '../support/liuhen.js';
import { withoutMosquitto } from '../support/mosquitto.js';

const run = withoutMosquitto === undefined ? test : test.skip;
const log = pino({ level: 'silent' });
/** By whoever would lose nothing. */
const UNFORCED = { why: 'again', force: false, uploadMs: 0, log };

test('a device is not wiped without its id, nor while the archive lacks anything of it', async (t) => {
  const it = await TestAuthorityHouse.of(t);
  const { config, configPath } = await it.provision('recorder-0001');
  const secrets = async () =>
    (await readdir(config.data, { recursive: true })).filter((name) => /keys|tls/.test(name)).sort();
  const before = await secrets();
  const asked = (...args: string[]) =>
    liuhen(it.folder, 'wipe', '--config', configPath, '--why', 'test', ...args);
  const without = await asked();
  t.is(without.status, 64);
  t.regex(without.stderr, /--device recorder-0001/);
  const wrong = await asked('--device', 'recorder-0002', '--force');
  t.is(wrong.status, 64);
  const refused = await asked('--device', 'recorder-0001');
  t.is(refused.status, 70);
  t.regex(refused.stderr, /LIUHEN_NOT_ARCHIVED: not wiped, it would be lost: 1 entries/);
  t.deepEqual(await secrets(), before);
});

test('forced, it leaves no key and nothing but the configuration, set aside', async (t) => {
  const it = await TestAuthorityHouse.of(t);
  const { config, configPath } = await it.provision('recorder-0001');
  const done = await liuhen(
    it.folder,
    'wipe',
    '--config',
    configPath,
    '--why',
    'scrapped',
    '--device',
    'recorder-0001',
    '--force',
    '--json',
  );
  t.is(done.status, 0, done.stderr);
  const { loss, witnessed } = JSON.parse(done.stdout) as {
    loss: { unwitnessed: number };
    witnessed: boolean;
  };
  t.deepEqual([loss.unwitnessed, witnessed], [1, false]);
  t.deepEqual(await readdir(config.data), []);
  t.false(existsSync(configPath));
  t.true((await readFile(`${configPath}.wiped`, 'utf8')).includes('recorder-0001'));
});

test('a wipe that was cut off goes on, whatever is missing by then', async (t) => {
  const it = await TestAuthorityHouse.of(t);
  const { config, configPath } = await it.provision('recorder-0001');
  await writeFile(join(config.data, 'wiping'), '');
  await rm(join(config.data, 'keys'), { recursive: true });
  await wipe(config, configPath, UNFORCED);
  t.deepEqual(await readdir(config.data), []);
});

test('a marker that another device left in the folder spares this one no question', async (t) => {
  const it = await TestAuthorityHouse.of(t);
  const { config, configPath } = await it.provision('recorder-0001');
  const other = await it.provision('recorder-0002');
  await writeFile(join(config.data, 'wiping'), `${other.rootVkey}\n`);
  await t.throwsAsync(wipe(config, configPath, UNFORCED), { code: 'LIUHEN_NOT_ARCHIVED' });
});

test('a device that ran again after a wipe was cut off is asked again what would be lost', async (t) => {
  const it = await TestAuthorityHouse.of(t);
  const { config, configPath } = await it.provision('recorder-0001');
  const stores = await openStores(config.data);
  const marked = [(await stores.store.identity())?.rootVkey, await stores.store.checkpoint()];
  const { journal } = await openJournal(stores, systemClock(), config.journal);
  await journal.append({ type: 'event', source: 'test', name: 'recorded since', value: {} });
  await journal.close();
  await stores.close();
  for (const marker of marked) {
    await writeFile(join(config.data, 'wiping'), marker ?? '');
    await t.throwsAsync(wipe(config, configPath, UNFORCED), { code: 'LIUHEN_NOT_ARCHIVED' });
  }
});

test('while an agent has the journal open nothing is wiped', async (t) => {
  const it = await TestAuthorityHouse.of(t);
  const { config, configPath } = await it.provision('recorder-0001');
  const stores = await openStores(config.data);
  await t.throwsAsync(wipe(config, configPath, { why: 'x', force: true, uploadMs: 0, log }), {
    code: 'LIUHEN_LOCKED',
  });
  await stores.close();
  t.is((await wouldLose(config)).unwitnessed, 1);
});

run(
  'with its archive in reach a device sends what is left, is witnessed to the last entry, and goes without force',
  async (t) => {
    const it = await TestAuthorityHouse.of(t);
    await it.startBroker();
    await it.enrolled('recorder-0001');
    t.is((await readSettings(it.authority.dir)).archive, it.archive);
    const archive = await it.startArchive();
    const path = join(it.folder, 'recorder-0001.yaml');
    const wiped = await wipe(loadConfig(path), path, {
      why: 'handed back',
      force: false,
      uploadMs: 60_000,
      log,
    });
    t.deepEqual(wiped.loss, { unreceipted: [], unwitnessed: 0 });
    t.true(wiped.witnessed);
    await archive.stop();
    const folder = join(it.archive, 'devices/recorder-0001/tile/entries');
    const tiles = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) =>
      entry.isFile(),
    );
    const entries = await Promise.all(
      tiles.map(({ parentPath, name }) => readFile(join(parentPath, name), 'utf8')),
    );
    t.regex(
      entries.join(),
      /"what":"wipe: 0 recordings without a receipt, 0 entries without a witness","why":"handed back"/,
    );
  },
);

test('killed at any moment, a wipe leaves the device as it was, or is ended by the next one', async (t) => {
  const it = await TestAuthorityHouse.of(t);
  const seen = new Set<string>();
  let wholeMs = 0;
  for (let round = 0; round < 8; round++) {
    const { config, configPath } = await it.provision(`recorder-${round}`);
    const args = [
      'wipe',
      '--config',
      configPath,
      '--device',
      `recorder-${round}`,
      '--why',
      'test',
      '--force',
    ];
    const startedMs = performance.now();
    const child = spawn(process.execPath, [LIUHEN, ...args], { stdio: 'ignore' });
    const timer = setTimeout(
      () => child.kill('SIGKILL'),
      round === 0 ? 60_000 : wholeMs * (0.6 + 0.06 * round),
    );
    await once(child, 'exit');
    clearTimeout(timer);
    if (round === 0) wholeMs = performance.now() - startedMs;
    const isUntouched = existsSync(configPath) && !existsSync(join(config.data, 'wiping'));
    seen.add(isUntouched ? 'untouched' : 'begun');
    if (isUntouched) t.is((await wouldLose(config)).unreceipted.length, 0, 'its journal still opens');
    if (existsSync(configPath)) {
      await wipe(loadConfig(configPath), configPath, { why: 'again', force: true, uploadMs: 0, log });
    } else if (existsSync(join(config.data, 'wiping'))) await rm(join(config.data, 'wiping'));
    t.deepEqual(await readdir(config.data), [], `round ${round}`);
  }
  t.true(seen.has('begun'));
});
