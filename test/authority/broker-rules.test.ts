import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import { issue } from '../../agent/authority/ca.js';
import { officeName } from '../../agent/authority/ca-broker.js';
import { enrol, revoke } from '../../agent/authority/ca-enrol.js';
import { places } from '../../agent/authority/ca-folder.js';
import { revokeOffice } from '../../agent/authority/ca-office.js';
import { files } from '../../agent/provision/files.js';
import { readRequest } from '../../agent/provision/request.js';
import { newTlsKey, tlsPublicKey } from '../../agent/provision/tls-key.js';
import { DOMAIN, TestAuthorityHouse } from '../support/authority.js';
import { withoutMosquitto } from '../support/mosquitto.js';

const run = withoutMosquitto === undefined ? test : test.skip;

/** What is true of both brokers: mosquitto on the generated rules, and the archive's own on the same. */
function onBoth(title: string, fact: (t: ExecutionContext, it: TestAuthorityHouse) => Promise<void>): void {
  run(`mosquitto: ${title}`, async (t) => {
    const it = await house(t);
    await it.startBroker();
    await fact(t, it);
  });
  test(`embedded: ${title}`, async (t) => {
    const it = await house(t);
    await it.startEmbedded();
    await fact(t, it);
  });
}

async function house(t: ExecutionContext): Promise<TestAuthorityHouse> {
  const made = await TestAuthorityHouse.create();
  t.teardown(() => made.remove());
  return made;
}

/** Rejects also when the broker hangs up without a word. */
function connected(broker: string, options: IClientOptions): Promise<MqttClient> {
  const client = connect(broker, options);
  return new Promise((resolve, reject) => {
    client.once('connect', () => resolve(client));
    client.once('error', reject);
    client.once('close', () => reject(new Error('the broker hung up')));
  });
}

/** By the library, past everything of ours: what counts is what the broker lets through. */
async function client(t: ExecutionContext, it: TestAuthorityHouse, identity: string): Promise<MqttClient> {
  const pem = await readFile(identity);
  const ca = await readFile(places.certificate(it.authority.dir));
  const options = { key: pem, cert: pem, ca, protocolVersion: it.protocol, reconnectPeriod: 0 } as const;
  const made = await connected(it.authority.settings.broker, options);
  t.teardown(() => made.endAsync(true));
  return made;
}

function office(it: TestAuthorityHouse, name: 'archive' | 'authority' | 'publisher' | 'dispatcher'): string {
  return places.identity(it.authority.dir, officeName(name, DOMAIN));
}

/** The topics that `to` hears of what `from` publishes there, told by a last one on which it may hear. */
async function heard(
  from: MqttClient,
  to: MqttClient,
  topics: readonly string[],
  last: { by: MqttClient; topic: string },
): Promise<string[]> {
  const got: string[] = [];
  const done = new Promise<void>((resolve) => {
    to.on('message', (topic) => {
      if (topic === last.topic) resolve();
      else got.push(topic);
    });
  });
  await to.subscribeAsync([...new Set(['liuhen/1/#', ...topics, last.topic])], { qos: 1 });
  for (const topic of topics) await from.publishAsync(topic, 'x', { qos: 1 }).catch(() => {});
  await last.by.publishAsync(last.topic, 'x', { qos: 1 });
  await done;
  to.removeAllListeners('message');
  // Two subscriptions that fit may bring a message twice.
  return [...new Set(got)];
}

onBoth('a device publishes under its own id and nowhere else', async (t, it) => {
  const mine = await it.enrolled('recorder-0001');
  await it.enrolled('recorder-0002');
  const device = await client(t, it, files.identity(mine.config.data));
  const archive = await client(t, it, office(it, 'archive'));
  const allowed = ['journal', `footage/${'0'.repeat(64)}/0`, 'state', 'telemetry'].map(
    (each) => `liuhen/1/recorder-0001/${each}`,
  );
  const denied = [
    'liuhen/1/recorder-0002/journal',
    'liuhen/1/recorder-0002/state',
    `liuhen/1/recorder-0002/footage/${'0'.repeat(64)}/0`,
    'liuhen/1/recorder-0002/telemetry',
  ];
  const last = { by: device, topic: 'liuhen/1/recorder-0001/telemetry' };
  const got = await heard(device, archive, [...denied, ...allowed.slice(0, 3)], last);
  t.deepEqual(got, allowed.slice(0, 3));
});

onBoth(
  'a device can answer for nobody: no receipt, command, board or enrolment of its making arrives',
  async (t, it) => {
    const mine = await it.enrolled('recorder-0001');
    const victim = await it.enrolled('kiosk-0001', { profile: 'kiosk', unit: 'hall-1', camera: undefined });
    const device = await client(t, it, files.identity(mine.config.data));
    const other = await client(t, it, files.identity(victim.config.data));
    const archive = await client(t, it, office(it, 'archive'));
    const denied = [
      'liuhen/1/kiosk-0001/receipt',
      'liuhen/1/kiosk-0001/command',
      'liuhen/1/board/hall-1/post/a',
      'liuhen/1/kiosk-0001/renewed',
    ];
    t.deepEqual(
      await heard(device, other, denied, { by: archive, topic: 'liuhen/1/kiosk-0001/receipt' }),
      [],
    );
    const authority = await client(t, it, office(it, 'authority'));
    const end = { by: device, topic: 'liuhen/1/recorder-0001/renew' };
    t.deepEqual(
      await heard(
        device,
        authority,
        ['liuhen/1/enrol/0123456789abcdef/request', 'liuhen/1/kiosk-0001/renew'],
        end,
      ),
      [],
    );
  },
);

onBoth(
  'a device reads its own answers, and a kiosk the board of its hall; nothing of others',
  async (t, it) => {
    const mine = await it.enrolled('kiosk-0001', { profile: 'kiosk', unit: 'hall-1', camera: undefined });
    const kiosk = await client(t, it, files.identity(mine.config.data));
    const archive = await client(t, it, office(it, 'archive'));
    const publisher = await client(t, it, office(it, 'publisher'));
    const dispatcher = await client(t, it, office(it, 'dispatcher'));
    const end = { by: archive, topic: 'liuhen/1/kiosk-0001/receipt' };
    const board = ['liuhen/1/board/hall-1/post/window-1', 'liuhen/1/board/hall-2/post/window-1'];
    t.deepEqual(await heard(publisher, kiosk, board, end), [board[0]]);
    const commands = ['liuhen/1/kiosk-0002/command', 'liuhen/1/kiosk-0001/command'];
    t.deepEqual(await heard(dispatcher, kiosk, commands, end), [commands[1]]);
    const receipts = ['liuhen/1/kiosk-0002/receipt', 'liuhen/1/recorder-0001/receipt'];
    t.deepEqual(await heard(archive, kiosk, receipts, end), []);
    const fromMe = ['liuhen/1/kiosk-0001/journal'];
    t.deepEqual(await heard(kiosk, kiosk, fromMe, end), [], 'what it writes it cannot read');
  },
);

onBoth(
  'whoever publishes or dispatches gives a device its trust document; it reads its own, and nobody else writes one',
  async (t, it) => {
    const mine = await it.enrolled('recorder-0001');
    const next = await it.enrolled('recorder-0002');
    const device = await client(t, it, files.identity(mine.config.data));
    const other = await client(t, it, files.identity(next.config.data));
    const archive = await client(t, it, office(it, 'archive'));
    const end = { by: archive, topic: 'liuhen/1/recorder-0001/receipt' };
    const trust = ['liuhen/1/recorder-0002/trust', 'liuhen/1/recorder-0001/trust'];
    for (const by of ['publisher', 'dispatcher'] as const) {
      t.deepEqual(await heard(await client(t, it, office(it, by)), device, trust, end), [trust[1]], by);
    }
    const authority = await client(t, it, office(it, 'authority'));
    for (const from of [archive, authority, other, device]) {
      t.deepEqual(await heard(from, device, trust, end), []);
    }
  },
);

run(
  'a revoked device is refused when it connects, and an open connection of it carries nothing more',
  async (t) => {
    const it = await house(t);
    await it.startBroker();
    const mine = await it.enrolled('recorder-0001');
    const other = await it.enrolled('recorder-0002');
    const identity = files.identity(mine.config.data);
    const device = await client(t, it, identity);
    const archive = await client(t, it, office(it, 'archive'));
    const reloaded = it.reloaded();
    const { reload } = await revoke(it.authority, 'recorder-0001', 'lost', Date.now());
    t.is(reload, 'reloaded');
    await reloaded;
    const last = {
      by: await client(t, it, files.identity(other.config.data)),
      topic: 'liuhen/1/recorder-0002/state',
    };
    t.deepEqual(await heard(device, archive, ['liuhen/1/recorder-0001/journal'], last), []);
    await t.throwsAsync(client(t, it, identity));
  },
);

run(
  'an office that was revoked goes on with another certificate; the old one is refused, and its open connection carries nothing more',
  async (t) => {
    const it = await house(t);
    await it.startBroker();
    const mine = await it.enrolled('kiosk-0001', { profile: 'kiosk', unit: 'hall-1', camera: undefined });
    const kiosk = await client(t, it, files.identity(mine.config.data));
    const archive = await client(t, it, office(it, 'archive'));
    const stolen = join(it.folder, 'stolen.pem');
    await copyFile(office(it, 'publisher'), stolen);
    const thief = await client(t, it, stolen);
    const reloaded = it.reloaded();
    t.like(await revokeOffice(it.authority, 'publisher', 'a laptop was lost', Date.now()), {
      reload: 'reloaded',
    });
    await reloaded;
    const end = { by: archive, topic: 'liuhen/1/kiosk-0001/receipt' };
    const board = ['liuhen/1/board/hall-1/post/window-1'];
    t.deepEqual(await heard(thief, kiosk, board, end), []);
    await t.throwsAsync(client(t, it, stolen));
    t.deepEqual(await heard(await client(t, it, office(it, 'publisher')), kiosk, board, end), board);
    await enrol(it.authority, await readRequest((await it.provision('recorder-0001')).request), Date.now());
    t.deepEqual(
      await heard(thief, kiosk, board, end),
      [],
      'nor after the rules were written by somebody who began before',
    );
  },
);

test('embedded: an office that was revoked is cut off, and goes on with another certificate', async (t) => {
  const it = await house(t);
  await it.startEmbedded();
  const stolen = join(it.folder, 'stolen.pem');
  await copyFile(office(it, 'dispatcher'), stolen);
  const thief = await client(t, it, stolen);
  const closed = new Promise<void>((resolve) => thief.once('close', () => resolve()));
  await revokeOffice(it.authority, 'dispatcher', 'a laptop was lost', Date.now());
  await client(t, it, office(it, 'dispatcher'));
  await closed;
  await t.throwsAsync(client(t, it, stolen));
});

test('embedded: a revoked device is cut off when its connection is open, and refused when it connects again', async (t) => {
  const it = await house(t);
  await it.startEmbedded();
  const mine = await it.enrolled('recorder-0001');
  const other = await it.enrolled('recorder-0002');
  const identity = files.identity(mine.config.data);
  const device = await client(t, it, identity);
  const closed = new Promise<void>((resolve) => device.once('close', () => resolve()));
  await revoke(it.authority, 'recorder-0001', 'lost', Date.now());
  await client(t, it, files.identity(other.config.data));
  await closed;
  await t.throwsAsync(client(t, it, identity));
});

test('embedded: without a certificate nobody comes in under another name than that of a token', async (t) => {
  const it = await house(t);
  await it.startEmbedded();
  const ca = await readFile(places.certificate(it.authority.dir));
  const { enrolBroker } = it.authority.settings;
  for (const clientId of ['liuhen-recorder-0001', '0123456789abcdef0', 'liuhen-archive']) {
    const asked = { ca, clientId, username: 'liuhen-archive', password: '', reconnectPeriod: 0 };
    await t.throwsAsync(connected(enrolBroker, asked), undefined, clientId);
  }
});

onBoth(
  'a certificate of another CA is refused, and so is none, and so is the one of the broker',
  async (t, it) => {
    const stranger = await house(t);
    const foreign = await stranger.enrolled('recorder-0001');
    await t.throwsAsync(client(t, it, files.identity(foreign.config.data)));
    await t.throwsAsync(
      client(t, it, `${places.broker(it.authority.dir)}/broker.pem`),
      undefined,
      'it is for a server only',
    );
    const ca = await readFile(places.certificate(it.authority.dir));
    await t.throwsAsync(connected(it.authority.settings.broker, { ca, reconnectPeriod: 0 }));
  },
);

onBoth('without a certificate only the exchange of one token can be written and read', async (t, it) => {
  const ca = await readFile(places.certificate(it.authority.dir));
  const asToken = (clientId: string) =>
    connected(it.authority.settings.enrolBroker, { ca, clientId, reconnectPeriod: 0 });
  const mine = '0123456789abcdef';
  const [me, eve] = [await asToken(mine), await asToken('fedcba9876543210')];
  t.teardown(() => Promise.all([me.endAsync(true), eve.endAsync(true)]));
  const authority = await client(t, it, office(it, 'authority'));
  const end = { by: me, topic: `liuhen/1/enrol/${mine}/request` };
  const denied = [end.topic, 'liuhen/1/recorder-0001/renew', 'liuhen/1/board/hall-1/post/a'];
  t.deepEqual(await heard(eve, authority, denied.slice(1), end), []);
  const answers = [`liuhen/1/enrol/${mine}/answer`];
  t.deepEqual(
    await heard(authority, eve, answers, { by: authority, topic: 'liuhen/1/enrol/fedcba9876543210/answer' }),
    [],
  );
  t.deepEqual(
    await heard(authority, me, ['liuhen/1/enrol/fedcba9876543210/answer'], {
      by: authority,
      topic: answers[0] ?? '',
    }),
    [],
  );
});

onBoth('who sends at a time more than anybody has to is cut off, and nothing of it stays', async (t, it) => {
  const ca = await readFile(places.certificate(it.authority.dir));
  const clientId = '0123456789abcdef';
  const eve = await connected(it.authority.settings.enrolBroker, { ca, clientId, reconnectPeriod: 0 });
  t.teardown(() => eve.endAsync(true));
  const closed = new Promise<void>((resolve) => eve.once('close', () => resolve()));
  eve.on('error', () => {});
  eve.publish(
    `liuhen/1/enrol/${clientId}/request`,
    Buffer.alloc(2 * 1024 * 1024),
    { qos: 1, retain: true },
    () => {},
  );
  await closed;
  t.pass();
});

test('a certificate for a client is none for a server, and ends when it should', async (t) => {
  const it = await house(t);
  const publicKey = tlsPublicKey(newTlsKey());
  const nowMs = Date.parse('2026-11-23T12:00:00Z');
  const pem = await issue(it.authority.ca, { name: 'recorder-0001', publicKey, days: 30, nowMs });
  const { X509Certificate } = await import('node:crypto');
  const certificate = new X509Certificate(pem);
  t.is(certificate.validTo, 'Dec 23 12:00:00 2026 GMT');
  t.is(certificate.subject, 'CN=recorder-0001');
  t.deepEqual(certificate.keyUsage, ['1.3.6.1.5.5.7.3.2']);
  t.false(certificate.ca);
  t.true(certificate.verify(new X509Certificate(it.authority.ca.certificate).publicKey));
});
