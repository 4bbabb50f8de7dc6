import { readdir } from 'node:fs/promises';
import { connect as connectTcp } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { encode } from 'cborg';
import fc from 'fast-check';
import { connectAsync } from 'mqtt';
import { registerDevice } from '../../agent/archive/archive.js';
import { PacketBound } from '../../agent/link/packet-bound.js';
import { topics } from '../../agent/uplink/topics.js';
import { TestArchive, untilArchive } from '../support/archive.js';
import { sha256Of, TestDevice } from '../support/device.js';
import { Mosquitto, withoutMosquitto } from '../support/mosquitto.js';
import { ScriptedDevice } from '../support/scripted-device.js';

async function rig(t: ExecutionContext, useMosquitto = false) {
  const device = await TestDevice.open();
  const archive = await TestArchive.init([device.rootVkey]);
  const mosquitto = useMosquitto ? await Mosquitto.start() : undefined;
  await archive.start(mosquitto && `mqtt://127.0.0.1:${mosquitto.port}`);
  const port = mosquitto?.port ?? archive.port;
  const wire = await ScriptedDevice.connect(port, device);
  t.teardown(async () => {
    await wire.close();
    await archive.remove();
    await mosquitto?.remove();
    await device.remove();
  });
  return { device, archive, wire, port };
}

const refusals = (archive: TestArchive) =>
  Object.values(archive.running.status().counters).reduce((sum, count) => sum + count, 0);

const run = withoutMosquitto === undefined ? test : test.skip;

run('garbage on every topic is refused and counted, and the archive goes on', async (t) => {
  const { device, archive, wire } = await rig(t, true);
  const { footage } = await device.record({ fragments: 2 });
  const sha256 = footage[1]?.sha256 ?? '';
  const honest = await wire.piece(0, device.journal.size);
  const bytes = fc.uint8Array({ maxLength: 2000 }).map((array) => Buffer.from(array));
  const json = fc.json().map((text) => Buffer.from(text));
  const cbor = fc
    .record({
      from: fc.oneof(fc.nat(), fc.constantFrom(2 ** 50, 2 ** 53 - 1, -1, 1.5)),
      entries: fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 4 }),
      checkpoint: fc.oneof(fc.string(), fc.constant(honest.checkpoint)),
      keys: fc.array(fc.oneof(fc.string(), fc.constant(honest.checkpoint)), { maxLength: 3 }),
    })
    .map((message) => Buffer.from(encode(message)));
  const up = (kind: 'journal' | 'state' | 'telemetry') => fc.constant(topics[kind](device.id));
  const message = fc.oneof(
    fc.tuple(up('journal'), fc.oneof(bytes, cbor, json)),
    fc.tuple(fc.oneof(up('state'), up('telemetry')), fc.oneof(bytes, json)),
    fc.tuple(
      fc
        .oneof(
          fc.constantFrom('0', '-1', '00', '1e3', '999999999999999', '9999999999999999', '../0'),
          fc.nat().map(String),
        )
        .map((offset) => `liuhen/1/${device.id}/footage/${sha256Of(Buffer.from(offset))}/${offset}`),
      bytes,
    ),
    fc.tuple(
      fc.constantFrom(
        'liuhen/1/../journal',
        'liuhen/1/..%2f..%2fetc/journal',
        'liuhen/1/UPPER/journal',
        `liuhen/1/${'a'.repeat(65)}/state`,
        `liuhen/1/${device.id}/footage/../../etc/passwd`,
        `liuhen/1/${device.id}/footage/${sha256}/0`,
      ),
      bytes,
    ),
  );
  const sent = fc.sample(message, 400);
  for (const [topic, payload] of sent) await wire.publish(topic, payload);
  const want = await wire.sendAll();
  t.is(want.journal, device.journal.size);
  t.true(refusals(archive) > 100);
  t.is(archive.running.status().devices[0]?.forks, 0);
  t.is(archive.running.status().inFlightBytes <= 2000 * 2, true);
  await archive.stop();
  t.deepEqual((await readdir(archive.data)).sort(), ['archive.key', 'devices', 'state', 'witness']);
  t.deepEqual(await readdir(`${archive.data}/devices`), [device.id]);
});

run('a payload larger than the bound is refused before it is parsed', async (t) => {
  const { archive, wire, device } = await rig(t, true);
  await wire.publish(topics.journal(device.id), Buffer.alloc(1024 * 1024 + 1));
  await untilArchive(archive.running, ({ counters }) => counters['too-large'] === 1);
  t.pass();
});

test('a device that is not registered is refused, told of once, and known as soon as it is registered', async (t) => {
  const { archive, port } = await rig(t);
  const stranger = await TestDevice.open({ id: 'recorder-0002' });
  const wire = await ScriptedDevice.connect(port, stranger);
  t.teardown(async () => {
    await wire.close();
    await stranger.remove();
  });
  await wire.sendJournal(await wire.piece(0, 1));
  await wire.sendJournal(await wire.piece(0, 1));
  await untilArchive(archive.running, ({ counters }) => counters['unknown-device'] === 2);
  const told = archive.log.filter(({ code }) => code === 'LIUHEN_UNKNOWN_DEVICE');
  t.is(told.length, 1);
  t.regex(String(told[0]?.next), /liuhen archive add/);
  t.is(archive.running.status().devices.length, 1);

  await archive.stop();
  await registerDevice(archive.data, stranger.rootVkey);
  await archive.start();
  const again = await ScriptedDevice.connect(archive.port, stranger);
  t.teardown(() => again.close());
  t.is((await again.sendAll()).journal, 1);
});

test('a device registered while the archive runs is taken without a restart', async (t) => {
  const { archive, port } = await rig(t);
  const late = await TestDevice.open({ id: 'recorder-0003' });
  await registerDevice(archive.data, late.rootVkey);
  const wire = await ScriptedDevice.connect(port, late);
  t.teardown(async () => {
    await wire.close();
    await late.remove();
  });
  t.is((await wire.sendAll()).journal, 1);
});

test('the embedded broker lets nobody but the archive hear footage or send receipts', async (t) => {
  const { archive, device, port } = await rig(t);
  const thief = await connectAsync(`mqtt://127.0.0.1:${port}`, { protocolVersion: 4, reconnectPeriod: 0 });
  t.teardown(() => thief.endAsync(true));
  thief.on('error', () => {});
  for (const filter of ['#', 'liuhen/1/+/journal', `liuhen/1/${device.id}/footage/+/+`]) {
    await t.throwsAsync(thief.subscribeAsync(filter));
  }
  await thief.subscribeAsync(topics.receipt(device.id));
  const closed = new Promise<void>((resolve) => thief.once('close', () => resolve()));
  thief.publish(topics.receipt(device.id), 'forged', { qos: 1 });
  await closed;
  t.is(archive.running.status().counters['bad-topic'], 1);
  await t.throwsAsync(
    connectAsync(`mqtt://127.0.0.1:${port}`, {
      protocolVersion: 4,
      reconnectPeriod: 0,
      username: 'liuhen-archive',
      password: '00',
    }),
  );
});

test('the embedded broker keeps content for the screens of a hall, and nothing else that looks like it', async (t) => {
  const { archive, port } = await rig(t);
  const connect = () => connectAsync(`mqtt://127.0.0.1:${port}`, { protocolVersion: 4, reconnectPeriod: 0 });
  const platform = await connect();
  t.teardown(() => platform.endAsync(true));
  await platform.publishAsync('liuhen/1/board/hall-1/post/window-1', 'content', { qos: 1, retain: true });

  const kiosk = await connect();
  t.teardown(() => kiosk.endAsync(true));
  const message = new Promise<string>((resolve) => {
    kiosk.once('message', (topic, payload, { retain }) => resolve(`${topic} ${payload} ${retain}`));
  });
  await kiosk.subscribeAsync('liuhen/1/board/hall-1/#', { qos: 1 });
  // Whoever published reads back what was kept, topic by topic.
  await kiosk.subscribeAsync('liuhen/1/board/hall-1/post/window-9', { qos: 1 });
  t.is(await message, 'liuhen/1/board/hall-1/post/window-1 content true');
  for (const filter of ['liuhen/1/board/#', 'liuhen/1/board/+/#', 'liuhen/1/board/hall-1/post/#']) {
    await t.throwsAsync(kiosk.subscribeAsync(filter), undefined, filter);
  }

  platform.on('error', () => {});
  const closed = new Promise<void>((resolve) => platform.once('close', () => resolve()));
  platform.publish('liuhen/1/board/hall-1/post/window-1/more', 'x', { qos: 1, retain: true });
  await closed;
  t.is(archive.running.status().counters['bad-topic'], 1);
});

test('the embedded broker ends a connection whose packet claims 256 MiB, before buffering it', async (t) => {
  const { archive, port } = await rig(t);
  const socket = connectTcp({ host: '127.0.0.1', port });
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.on('error', () => {});
  socket.write(Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f]));
  await closed;
  t.is(archive.running.status().counters['too-large'], 1);
});

test('the bound follows packets however the stream is cut', (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(3000), { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 50 }),
      (lengths, cuts) => {
        const stream = Buffer.concat(
          lengths.map((length) => {
            const head = length < 128 ? [length] : [(length % 128) | 0x80, Math.floor(length / 128)];
            return Buffer.concat([Buffer.from([0x30, ...head]), Buffer.alloc(length, 0xff)]);
          }),
        );
        const bound = new PacketBound(1000);
        let accepted = true;
        for (let at = 0, i = 0; at < stream.length && accepted; i++) {
          const end = at + (cuts[i % cuts.length] as number);
          accepted = bound.accepts(stream.subarray(at, end));
          at = end;
        }
        return accepted === lengths.every((length) => length <= 1000);
      },
    ),
  );
  t.pass();
});
