import test, { type ExecutionContext } from 'ava';
import { connectAsync } from 'mqtt';
import { topics } from '../../agent/uplink/topics.js';
import { EmbeddedBroker } from '../support/aedes.js';
import { archiveSettings, TestArchive, untilArchive } from '../support/archive.js';
import { freePort } from '../support/broker.js';
import { TestDevice } from '../support/device.js';
import { Mosquitto, withoutMosquitto } from '../support/mosquitto.js';
import { startTestUplink, untilArchived } from '../support/uplink.js';

const overMosquitto = withoutMosquitto === undefined ? test : test.skip;

async function rig(t: ExecutionContext) {
  const device = await TestDevice.open();
  const archive = await TestArchive.init([device.rootVkey]);
  t.teardown(async () => {
    await archive.remove();
    await device.remove();
  });
  return { device, archive };
}

async function embedded(t: ExecutionContext): Promise<EmbeddedBroker> {
  const broker = await EmbeddedBroker.start();
  t.teardown(() => broker.kill());
  return broker;
}

test('an archive set to MQTT 5 works with a broker that only speaks 3.1.1', async (t) => {
  const broker = await embedded(t);
  const { device, archive } = await rig(t);
  const settings = archiveSettings({ broker: `mqtt://127.0.0.1:${broker.port}`, protocol: 5 });
  await archive.start(undefined, { settings });
  t.regex(archive.running.status().lastError ?? '', /does not speak MQTT protocol level 5/);
  const uplink = startTestUplink(device, broker.port, archive.witness);
  t.teardown(() => uplink.stop());
  const archived = untilArchived(uplink, 1);
  await device.record({ fragments: 1 });
  await archived;
});

test('a packet beyond the bound ends the connection before it is gathered, and the archive comes back', async (t) => {
  const broker = await embedded(t);
  const { device, archive } = await rig(t);
  const settings = archiveSettings({ broker: `mqtt://127.0.0.1:${broker.port}`, protocol: 4 });
  await archive.start(undefined, { settings });
  const attacker = await connectAsync(`mqtt://127.0.0.1:${broker.port}`, { protocolVersion: 4 });
  t.teardown(() => attacker.endAsync(true));
  const back = new Promise<void>((resolve) => archive.running.once('online', resolve));
  await attacker.publishAsync(topics.journal(device.id), Buffer.alloc(4 * 1024 * 1024 + 1), { qos: 0 });
  await untilArchive(archive.running, ({ counters }) => counters['too-large'] === 1);
  t.regex(archive.running.status().lastError ?? '', /packets of at most 4194304 bytes/);
  await back;
  t.true(archive.running.status().online);
});

overMosquitto('an MQTT 5 broker is told the bound and sends no larger packet', async (t) => {
  const broker = await Mosquitto.start();
  const { device, archive } = await rig(t);
  t.teardown(() => broker.remove());
  const url = `mqtt://127.0.0.1:${broker.port}`;
  await archive.start(undefined, {
    settings: archiveSettings({ broker: url, protocol: 5, limits: { message: '16KiB' } }),
  });
  const other = await connectAsync(url, { protocolVersion: 5 });
  t.teardown(() => other.endAsync(true));
  await other.publishAsync(topics.state(device.id), Buffer.alloc(18_000), { qos: 1 });
  await other.publishAsync(topics.state(device.id), Buffer.alloc(16_500), { qos: 1 });
  await untilArchive(archive.running, ({ counters }) => counters['too-large'] === 1);
  t.deepEqual(archive.running.status().counters, { 'too-large': 1 }, 'only the smaller one came');
});

test('without its broker an archive says so once aloud, and then more quietly, after waits that are drawn and bounded', async (t) => {
  const port = await freePort();
  const { archive } = await rig(t);
  const settings = archiveSettings({
    broker: `mqtt://127.0.0.1:${port}`,
    backoff: { min: '10ms', max: '80ms' },
  });
  const running = await archive.launch({ settings });
  const tries = () => archive.log.filter(({ msg }) => /ECONNREFUSED/.test(String(msg)));
  await untilArchive(running, () => tries().length >= 6);
  const waits = tries().map(({ delayMs }) => Number(delayMs));
  t.true(waits.every((delayMs, attempt) => delayMs <= Math.min(80, 10 * 2 ** attempt)));
  t.true(new Set(waits).size > 1, 'the waits are drawn, not counted');
  t.deepEqual(
    tries().map(({ level }) => level),
    [40, ...waits.slice(1).map(() => 30)],
  );
});
