import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { TestDevice } from '../support/device.js';
import { Mosquitto } from '../support/mosquitto.js';
import { newWitness, ScriptedArchive } from '../support/scripted-archive.js';
import { ManualTimers, startTestUplink, untilStatus } from '../support/uplink.js';

const BOARD = 'liuhen/1/board/example-hall/#';
/** An acl_file of mosquitto's grants every subscription and drops the messages; this, of the same package, refuses it, as most brokers do. */
const PLUGIN = readdirSync('/usr/lib')
  .map((folder) => `/usr/lib/${folder}/mosquitto_dynamic_security.so`)
  .find((path) => existsSync(path));
const overMosquitto = PLUGIN === undefined ? test.skip : test;

overMosquitto(
  'where a broker refuses a hall its board, evidence goes up all the same, and the topic is named; without the receipt topic nothing does',
  async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'liuhen-acl-'));
    t.teardown(() => rm(folder, { recursive: true }));
    const rules = join(folder, 'rules.json');
    const refuse = (topic: string) => writeFile(rules, rulesRefusing(topic), { mode: 0o644 });
    await refuse('liuhen/1/board/#');
    const broker = await Mosquitto.start([
      'user root',
      `plugin ${PLUGIN}`,
      `plugin_opt_config_file ${rules}`,
    ]);
    t.teardown(() => broker.remove());
    const device = await TestDevice.open();
    t.teardown(() => device.close());
    const witness = newWitness();
    const archive = await ScriptedArchive.connect(broker.port, device, witness);
    t.teardown(() => archive.close());
    const alsoListen = { topics: [BOARD], maxPayloadBytes: 1000, onMessage: () => {} };
    const timers = new ManualTimers();
    for (const protocol of [4, 5] as const) {
      const uplink = startTestUplink(device, broker.port, witness, { protocol }, { alsoListen, timers });
      const { n } = await device.journal.append({ type: 'heartbeat' });
      await untilStatus(uplink, ({ witnessed }) => (witnessed?.size ?? 0) > n);
      t.like(uplink.status(), { connected: true, counts: { 'subscription-refused': 1 } });
      t.deepEqual(uplink.status().notGranted, [BOARD]);
      timers.advance(60_000);
      await untilStatus(uplink, ({ counts }) => counts['subscription-refused'] === 2);
      await uplink.stop();
    }
    await refuse('liuhen/1/+/receipt');
    await broker.startAgain();
    const deaf = startTestUplink(device, broker.port, witness, {}, { alsoListen });
    t.teardown(() => deaf.stop());
    await untilStatus(deaf, ({ lastError }) => lastError?.includes('/receipt') === true);
    t.false(deaf.status().connected);
  },
);

/** For clients without a name: everything but this subscription. */
function rulesRefusing(topic: string): string {
  const role = {
    rolename: 'all-but-one',
    acls: [
      { acltype: 'subscribePattern', topic, priority: 10, allow: false },
      { acltype: 'subscribePattern', topic: '#', priority: 0, allow: true },
    ],
  };
  return JSON.stringify({
    defaultACLAccess: {
      publishClientSend: true,
      publishClientReceive: true,
      subscribe: false,
      unsubscribe: true,
    },
    roles: [role],
    groups: [{ groupname: 'unnamed', roles: [{ rolename: role.rolename }] }],
    anonymousGroup: 'unnamed',
    clients: [],
  });
}
