import test, { type ExecutionContext } from 'ava';
import type { TlsFiles } from '../../agent/link/settings.js';
import type { ConfigInput } from '../../config/load.js';
import { archiveSettings, TestArchive, untilArchive } from '../support/archive.js';
import { TestDevice } from '../support/device.js';
import { Mosquitto, withoutMosquitto } from '../support/mosquitto.js';
import { newWitness } from '../support/scripted-archive.js';
import { type Certificate, TestAuthority } from '../support/tls.js';
import { startTestUplink, untilArchived, untilStatus } from '../support/uplink.js';

const run = withoutMosquitto === undefined ? test : test.skip;
const PASSWORD = 'right-4711';
const WRONG_PASSWORD = 'wrong-4711';

/** What one broker demands: certificates of the authority, and the password. */
interface Scene {
  authority: TestAuthority;
  stranger: TestAuthority;
  client: Certificate;
  expired: Certificate;
  /** Of the other authority. */
  foreign: Certificate;
  url: string;
  rightFile: string;
  wrongFile: string;
}

type Settings = Pick<NonNullable<ConfigInput['uplink']>, 'broker' | 'username' | 'passwordFile' | 'tls'>;

async function scene(t: ExecutionContext, server: { host?: string; expired?: boolean } = {}): Promise<Scene> {
  const authority = await TestAuthority.create();
  t.teardown(() => authority.remove());
  const stranger = await TestAuthority.create('stranger');
  t.teardown(() => stranger.remove());
  const broker = await Mosquitto.start([
    ...authority.listener(await authority.certify('broker', server)),
    ...(await authority.users('liuhen', PASSWORD)),
  ]);
  t.teardown(() => broker.remove());
  return {
    authority,
    stranger,
    client: await authority.certify('client'),
    expired: await authority.certify('expired', { expired: true }),
    foreign: await stranger.certify('client'),
    url: `mqtts://127.0.0.1:${broker.port}`,
    rightFile: await authority.passwordFile('right', PASSWORD),
    wrongFile: await authority.passwordFile('wrong', WRONG_PASSWORD),
  };
}

function settings({ url, rightFile }: Scene, tls: TlsFiles, passwordFile = rightFile): Settings {
  return { broker: url, username: 'liuhen', passwordFile, tls };
}

interface Case {
  title: string;
  server?: { host?: string; expired?: boolean };
  wrong: (scene: Scene) => Settings;
  /** What it says on each side, where `<side>` stands for `uplink` or `archive`. */
  says: string;
  next: string;
}

const cases: Case[] = [
  {
    title: 'a broker whose certificate another authority signed',
    wrong: (it) => settings(it, { ...it.client, caFile: it.stranger.caFile }),
    says: "the broker's certificate is not signed by one of <side>.tls.caFile: ",
    next: '<side>.tls.caFile',
  },
  {
    title: "a broker whose certificate the system's authorities did not sign",
    wrong: (it) => settings(it, { ...it.client }),
    says: "the broker's certificate is not signed by one of the system's certificates: ",
    next: '<side>.tls.caFile',
  },
  {
    title: 'a broker whose certificate has expired',
    server: { expired: true },
    wrong: (it) => settings(it, it.authority.client(it.client)),
    says: "the broker's certificate is out of its time: certificate has expired",
    next: 'clock',
  },
  {
    title: 'a broker whose certificate is for another host',
    server: { host: 'DNS:elsewhere.example' },
    wrong: (it) => settings(it, it.authority.client(it.client)),
    says: "the broker's certificate is for another host than <side>.broker names: ",
    next: '',
  },
  {
    title: 'a client certificate that is not set',
    wrong: (it) => settings(it, it.authority.client()),
    says: 'the broker was shown no client certificate, and ',
    next: '<side>.tls.certFile',
  },
  {
    title: 'a client certificate that has expired',
    wrong: (it) => settings(it, it.authority.client(it.expired)),
    says: 'the broker was shown the client certificate of <side>.tls.certFile, and ',
    next: 'in its time',
  },
  {
    title: 'a client certificate of another authority',
    wrong: (it) => settings(it, { ...it.authority.client(), ...it.foreign }),
    says: 'the broker was shown the client certificate of <side>.tls.certFile, and ',
    next: 'signed by whom the broker trusts',
  },
  {
    title: 'a wrong password',
    wrong: (it) => settings(it, it.authority.client(it.client), it.wrongFile),
    says: 'the broker refused user name liuhen or its password ',
    next: '<side>.passwordFile',
  },
];

/** Everything a side said, as one text; fails when a secret is in it. */
async function harmless(t: ExecutionContext, it: Scene, said: unknown): Promise<string> {
  const text = JSON.stringify(said);
  const keys = [it.client, it.expired, it.foreign].map((each) => it.authority.secretOf(each));
  for (const secret of [PASSWORD, WRONG_PASSWORD, 'PRIVATE KEY', ...(await Promise.all(keys))]) {
    t.true(secret.length > 8 && !text.includes(secret));
  }
  return text;
}

function hasLine(t: ExecutionContext, log: readonly Record<string, unknown>[], side: string, it: Case): void {
  const [says, next] = [it.says, it.next].map((text) => text.replaceAll('<side>', side)) as [string, string];
  const line = log.find(({ msg }) => String(msg).startsWith(`${side}: ${says}`));
  t.truthy(line, `${side}: ${says}\n${log.map(({ msg }) => msg).join('\n')}`);
  t.true(String(line?.next ?? '').includes(next), String(line?.next));
}

for (const each of cases) {
  run(`${each.title} is named by the uplink, which keeps no recording waiting`, async (t) => {
    const it = await scene(t, each.server);
    const device = await TestDevice.open();
    t.teardown(() => device.remove());
    const log: Record<string, unknown>[] = [];
    const note = (fields: object, msg: string) => void log.push({ ...fields, msg });
    const wrong = { protocol: 5, ...each.wrong(it) } as const;
    const uplink = startTestUplink(device, 0, newWitness(), wrong, {
      log: { info: note, warn: note, error: note },
    });
    t.teardown(() => uplink.stop());
    await untilStatus(uplink, ({ lastError }) => lastError !== undefined);
    const before = device.journal.size;
    await device.record({ fragments: 5 });
    t.is(device.journal.size - before, 8, 'started, take, five fragments, stopped: all sealed');
    const status = uplink.status();
    t.false(status.connected);
    t.true(status.lastError?.startsWith(each.says.replaceAll('<side>', 'uplink')), status.lastError);
    t.deepEqual(status.counts, {});
    hasLine(t, log, 'uplink', each);
    await harmless(t, it, [status, log]);
  });

  run(`${each.title} is named by the archive, which goes on trying`, async (t) => {
    const it = await scene(t, each.server);
    const archive = await TestArchive.init();
    t.teardown(() => archive.remove());
    const running = await archive.launch({ settings: archiveSettings(each.wrong(it)) });
    await untilArchive(running, ({ lastError }) => lastError !== undefined);
    await new Promise((resolve) => running.once('offline', resolve));
    const { online, lastError } = running.status();
    t.false(online);
    t.true(lastError?.startsWith(each.says.replaceAll('<side>', 'archive')), lastError);
    hasLine(t, archive.log, 'archive', each);
    await harmless(t, it, [running.status(), archive.log]);
  });
}

for (const protocol of [4, 5] as const) {
  run(`over mutual TLS with a password, MQTT level ${protocol}, a recording is archived`, async (t) => {
    const it = await scene(t);
    const device = await TestDevice.open();
    const archive = await TestArchive.init([device.rootVkey]);
    t.teardown(async () => {
      await archive.remove();
      await device.remove();
    });
    const all = { protocol, ...settings(it, it.authority.client(it.client)) };
    await archive.start(undefined, { settings: archiveSettings(all) });
    const uplink = startTestUplink(device, 0, archive.witness, all);
    t.teardown(() => uplink.stop());
    const archived = untilArchived(uplink, 1);
    await device.record({ fragments: 3, bytes: 200_000 });
    await archived;
    t.deepEqual([uplink.status().lastError, archive.running.status().lastError], [undefined, undefined]);
    await harmless(t, it, [archive.log, archive.running.status(), uplink.status()]);
  });
}

run(
  'an archive whose certificate or password file is not there says which, and does not start',
  async (t) => {
    const it = await scene(t);
    const archive = await TestArchive.init();
    t.teardown(() => archive.remove());
    const good = settings(it, it.authority.client(it.client));
    const missing = `${it.authority.folder}/missing`;
    const launch = (wrong: Settings) => archive.launch({ settings: archiveSettings({ ...good, ...wrong }) });
    await t.throwsAsync(launch({ passwordFile: missing }), { message: /archive\.passwordFile at .*missing/ });
    const tls = it.authority.client(it.client);
    for (const key of ['caFile', 'certFile', 'keyFile'] as const) {
      const message = new RegExp(`archive\\.tls\\.${key}: .*missing`);
      await t.throwsAsync(launch({ tls: { ...tls, [key]: missing } }), { message });
    }
    const swapped = { ...tls, keyFile: it.expired.keyFile };
    const error = await t.throwsAsync(launch({ tls: swapped }), { message: /^archive\.tls: .*mismatch/ });
    await harmless(t, it, error.message);
  },
);
