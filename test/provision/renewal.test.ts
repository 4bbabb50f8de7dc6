import { spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { revocationList } from '../../agent/authority/ca.js';
import { places } from '../../agent/authority/ca-folder.js';
import { openJournal, openStores } from '../../agent/buffer/open.js';
import { deviceCertificateFinding } from '../../agent/doctor/renewal.js';
import { decodeEntry } from '../../agent/journal/entry.js';
import { proveConnection } from '../../agent/provision/exchange.js';
import { certificateIn, files } from '../../agent/provision/files.js';
import { renewalDueMs, startRenewal } from '../../agent/provision/renewal.js';
import { replaceFile } from '../../agent/provision/secret-file.js';
import { startUplink } from '../../agent/uplink/uplink.js';
import { words } from '../../agent/words/words.js';
import type { Config } from '../../config/load.js';
import { systemClock } from '../../drivers/clock.js';
import { serialIn, TestAuthorityHouse } from '../support/authority.js';
import { LIUHEN, liuhen } from '../support/liuhen.js';
import { withoutMosquitto } from '../support/mosquitto.js';
import { ManualTimers, quietLog, untilStatus } from '../support/uplink.js';

const run = withoutMosquitto === undefined ? test : test.skip;
const HOUR_MS = 3_600_000;

async function house(t: ExecutionContext): Promise<TestAuthorityHouse> {
  const made = await TestAuthorityHouse.of(t);
  await made.startBroker();
  return made;
}

/** Whether the broker takes what is in place. */
function connects({ uplink, device }: Config): Promise<void> {
  const { broker = '', tls } = uplink;
  return proveConnection({ section: 'uplink', broker, tls }, `liuhen/1/${device.id}/receipt`);
}

run(
  'a running device renews a certificate in its last third by itself, and its next connection shows the new one',
  async (t) => {
    const it = await house(t);
    // Three days long with the day that it is backdated: its last third begins a day before its end.
    it.issueFor(2);
    const { config } = await it.enrolled('recorder-0001');
    const { data } = config;
    const old = await serialIn(data);
    const machine = systemClock();
    let laterMs = 0;
    const clock = { read: () => ({ ...machine.read(), wallMs: machine.read().wallMs + laterMs }) };
    const stores = await openStores(data);
    const { journal } = await openJournal(stores, machine, config.journal);
    const uplink = startUplink({
      config: { ...config.uplink, backoff: { minMs: 10, maxMs: 50 } as typeof config.uplink.backoff },
      ...{
        device: 'recorder-0001',
        journal,
        store: stores.store,
        footage: stores.footage,
        log: quietLog,
        clock,
      },
      telemetry: async () => ({ disk: { freeBytes: 1 } }),
    });
    const timers = new ManualTimers();
    const warned: object[] = [];
    const log = { info() {}, warn: (fields: object) => void warned.push(fields) };
    const renewal = startRenewal({
      config,
      uplink,
      journal,
      clock,
      log,
      timers,
      waitMs: 300,
      random: () => 0.5,
    });
    t.teardown(async () => {
      await renewal.stop();
      await uplink.stop();
      await journal.close();
      await stores.close();
    });
    await untilStatus(uplink, ({ connected }) => connected);
    const found = () => deviceCertificateFinding(words('en'), config, clock.read().wallMs);

    await renewal.look();
    t.is(await serialIn(data), old, 'it is not time yet');
    t.like(await renewal.status(), { problem: null });

    laterMs = 25 * HOUR_MS;
    await renewal.look();
    await renewal.look();
    t.is(await serialIn(data), old, 'the authority is away: the old one stays');
    t.regex((await renewal.status())?.problem ?? '', /no answer from the authority/);
    t.is(warned.length, 1, 'and it is said once');
    const finding = await found();
    t.is(finding.result, 'warning');
    t.regex(finding.value, /no answer from the authority/);

    await it.serve();
    const connectedForMs = uplink.status().connectedForMs ?? 0;
    timers.advance(HOUR_MS * 1.2);
    // On a busy machine the answer may take longer than is waited for.
    do await renewal.look();
    while ((await serialIn(data)) === old);
    const renewed = await serialIn(data);
    t.like(await renewal.status(), { problem: null });
    laterMs = 0;
    t.is((await found()).result, 'ok');
    t.true(
      (uplink.status().connectedForMs ?? 0) >= connectedForMs,
      'and the connection that is open goes on',
    );
    const entries: { type: string; name?: unknown; what?: unknown }[] = [];
    for await (const encoded of stores.store.entries(0, journal.size))
      entries.push(decodeEntry(encoded, entries.length));
    t.is(entries.filter(({ name }) => name === 'renewal-failed').length, 1);
    t.is(entries.filter(({ what }) => String(what).includes(renewed)).length, 1);

    // From here on the broker takes every certificate but the old one.
    const list = await revocationList(it.authority.ca, [{ serial: old, atMs: Date.now() }], Date.now());
    await replaceFile(join(places.broker(it.authority.dir), 'crl.pem'), list, 0o644);
    const down = untilStatus(uplink, ({ connected }) => !connected);
    await it.stopBroker();
    await down;
    await it.startBroker();
    await untilStatus(uplink, ({ connected }) => connected);
    t.true(uplink.status().connected, 'without a restart of the device');
  },
);

run(
  'killed between the phases of a renewal, a device connects with what it has, and the renewal is done again',
  async (t) => {
    const it = await house(t);
    await it.serve();
    const { config } = await it.enrolled('recorder-0001');
    const { data } = config;
    const configFile = join(it.folder, 'recorder-0001.yaml');
    const renew = ['provision', '--renew', '--config', configFile];
    for (const phase of [files.nextRequest, files.nextIdentity]) {
      const before = await serialIn(data);
      const child = spawn(process.execPath, [LIUHEN, ...renew], { stdio: 'ignore' });
      const watcher = watch(files.folder(data), (_event, name) => {
        if (name === basename(phase(data))) child.kill('SIGKILL');
      });
      const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
      watcher.close();
      t.is(signal, 'SIGKILL');
      t.is(await serialIn(data), before, basename(phase(data)));
      await t.notThrowsAsync(connects(config));
    }
    const before = await serialIn(data);
    const done = await liuhen(it.folder, ...renew);
    t.is(done.status, 0, done.stderr);
    t.is(done.stdout.trim(), await serialIn(data));
    t.not(done.stdout.trim(), before);
    await t.notThrowsAsync(connects(config));
    const again = await liuhen(it.folder, ...renew, '--within', '30d');
    t.deepEqual([again.status, again.stdout], [0, '']);
    t.regex(again.stderr, /^not yet: the certificate ends in 89 days\n$/);
  },
);

run(
  'a renewal that cannot be written into the journal is done all the same, and no problem stays',
  async (t) => {
    const it = await house(t);
    await it.serve();
    it.issueFor(1);
    const { config } = await it.enrolled('recorder-0001');
    const old = await serialIn(config.data);
    const clock = { read: () => ({ ...systemClock().read(), wallMs: Date.now() + 20 * HOUR_MS }) };
    const uplink = { status: () => ({ connected: true }), on: () => uplink, off: () => uplink } as never;
    const journal = { append: () => Promise.reject(new Error('the disk is full')) } as never;
    const warned: string[] = [];
    const log = { info() {}, warn: (_: object, message: string) => void warned.push(message) };
    const renewal = startRenewal({ config, uplink, journal, clock, log });
    t.teardown(() => renewal.stop());
    await renewal.look();
    t.not(await serialIn(config.data), old);
    t.like(await renewal.status(), { problem: null });
    t.deepEqual(warned, ['that could not be written down']);
  },
);

test('a certificate is due before its end as is asked, and one that lives shorter in its last third', async (t) => {
  const it = await TestAuthorityHouse.of(t);
  const dayMs = 24 * HOUR_MS;
  const leftAt = async (days: number, before: number) => {
    it.issueFor(days);
    const { config } = await it.enrolled(`recorder-${days}`);
    const pem = certificateIn(await readFile(files.identity(config.data), 'utf8')) ?? '';
    const certificate = new X509Certificate(pem);
    return (Date.parse(certificate.validTo) - renewalDueMs(certificate, before)) / dayMs;
  };
  t.is(await leftAt(825, 30 * dayMs), 30);
  t.is(await leftAt(20, 30 * dayMs), 7);
});

test('what did not come from liuhen provision, or is not to be renewed, is left alone', async (t) => {
  const it = await TestAuthorityHouse.of(t);
  it.issueFor(1);
  const { config } = await it.enrolled('recorder-0001');
  const clock = { read: () => ({ ...systemClock().read(), wallMs: Date.now() + 23 * HOUR_MS }) };
  const fail = () => {
    throw new Error('it was asked');
  };
  const uplink = { status: fail, on: fail, off: () => uplink } as never;
  const journal = { append: fail } as never;
  const elsewhere = join(it.folder, 'elsewhere.pem');
  await writeFile(elsewhere, await readFile(files.identity(config.data)), { mode: 0o600 });
  const tls = { ...config.uplink.tls, certFile: elsewhere, keyFile: elsewhere };
  for (const changed of [{ tls }, { renewBeforeMs: 0 }]) {
    const as = { ...config, uplink: { ...config.uplink, ...changed } } as Config;
    const renewal = startRenewal({ config: as, uplink, journal, clock, log: { info: fail, warn: fail } });
    await t.notThrowsAsync(renewal.look());
    await renewal.stop();
  }
});
