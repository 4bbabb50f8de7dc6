import test, { type ExecutionContext } from 'ava';
import { Backlog } from '../../agent/uplink/backlog.js';
import type { Uplink } from '../../agent/uplink/uplink.js';
import { MAX_URGENT, Urgent } from '../../agent/uplink/urgent.js';
import { archiveSettings, TestArchive } from '../support/archive.js';
import { TestDevice } from '../support/device.js';
import { Mosquitto, withoutMosquitto } from '../support/mosquitto.js';
import { startTestUplink, untilStatus } from '../support/uplink.js';

/** Takes several asks of an archive that takes one MiB at a time, so that its first wants name only the oldest. */
const LONG = { fragments: 12, bytes: 300_000 };
const SHORT = { fragments: 4, bytes: 300_000 };

async function scene(t: ExecutionContext) {
  const device = await TestDevice.open();
  const archive = await TestArchive.init([device.rootVkey]);
  t.teardown(async () => {
    await archive.remove();
    await device.remove();
  });
  const start = async (broker?: string) => {
    const connection = broker === undefined ? { embeddedBroker: { host: '127.0.0.1', port: 0 } } : { broker };
    await archive.start(broker, {
      settings: archiveSettings({ ...connection, limits: { inFlight: '1MiB' } }),
    });
  };
  return { device, archive, start };
}

/** A recording with an SOS mark. */
async function sos(device: TestDevice): Promise<number> {
  const { recording, footage } = await device.record({ ...SHORT, open: true });
  await device.journal.append({ type: 'mark', recording, kind: 'sos' });
  await device.stop(recording, footage);
  return recording;
}

/** In which order this many recordings are archived. */
async function order(uplink: Uplink, count: number): Promise<number[]> {
  const archived: number[] = [];
  uplink.on('archived', (recording) => archived.push(recording));
  await untilStatus(uplink, (status) => status.archived === count);
  return archived;
}

test('recordings with an SOS mark are archived before older ones, the newest mark first', async (t) => {
  const { device, archive, start } = await scene(t);
  const { recording: long } = await device.record(LONG);
  const first = await sos(device);
  const second = await sos(device);
  await start();
  const uplink = startTestUplink(device, archive.port, archive.witness);
  t.teardown(() => uplink.stop());
  t.deepEqual(await order(uplink, 3), [second, first, long]);
});

const withMosquitto = withoutMosquitto === undefined ? test : test.skip;
withMosquitto(
  'a call for a recording outlives the connection, and one for another overtakes it',
  async (t) => {
    const { device, archive, start } = await scene(t);
    const mosquitto = await Mosquitto.start();
    t.teardown(() => mosquitto.remove());
    const { recording: long } = await device.record(LONG);
    const { recording: first } = await device.record(SHORT);
    const { recording: second } = await device.record(SHORT);
    const uplink = startTestUplink(device, mosquitto.port, archive.witness, { bandwidth: '8Mbit/s' });
    t.teardown(() => uplink.stop());
    await untilStatus(uplink, ({ connected }) => connected);
    uplink.prioritise(first);
    await mosquitto.kill();
    await untilStatus(uplink, ({ connected }) => !connected);
    await device.journal.append({ type: 'heartbeat' });
    uplink.prioritise(second);
    uplink.prioritise(987_654);
    await mosquitto.startAgain();
    await start(`mqtt://127.0.0.1:${mosquitto.port}`);
    t.deepEqual(await order(uplink, 3), [second, first, long]);
  },
);

test('what the journal says of SOS marks is known again after a restart, and forgotten with the receipt', async (t) => {
  const { device, archive, start } = await scene(t);
  await device.record(SHORT);
  const urgent = await sos(device);
  const backlog = new Backlog(device.store);
  await backlog.load(device.journal.size);
  t.deepEqual(backlog.urgent.newestFirst(), [urgent]);
  await start();
  const uplink = startTestUplink(device, archive.port, archive.witness);
  t.teardown(() => uplink.stop());
  t.is((await order(uplink, 2))[0], urgent);
  const after = new Backlog(device.store);
  await after.load(device.journal.size);
  t.true(after.urgent.isEmpty);
  t.false(await after.prioritise(urgent, device.journal.size), 'it has its receipt');
});

test('a mark in the recording that is going on makes it urgent as soon as it is sealed', async (t) => {
  const { device } = await scene(t);
  const { recording } = await device.record({ open: true });
  const backlog = new Backlog(device.store);
  await backlog.load(device.journal.size);
  await device.journal.append({ type: 'mark', recording, kind: 'mark' });
  t.false(await backlog.follow(device.journal.size));
  const { n } = await device.journal.append({ type: 'mark', recording, kind: 'sos' });
  t.true(await backlog.follow(device.journal.size));
  t.is(backlog.urgent.rankOf(recording), n);
});

test('no more recordings are urgent than a message may name: the ones called for first go back into the line', (t) => {
  const urgent = new Urgent();
  for (let n = 1; n <= MAX_URGENT + 3; n++) t.true(urgent.call(n * 10, n));
  t.false(urgent.call(10, 1), 'too old to be news');
  t.false(urgent.call(190, 5), 'known, and with a newer call');
  t.is(urgent.newestFirst().length, MAX_URGENT);
  t.deepEqual(urgent.newestFirst().slice(0, 2), [190, 180]);
  t.true(urgent.call(50, 100));
  t.is(urgent.newestFirst()[0], 50);
});
