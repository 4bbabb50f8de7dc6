import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { connectAsync } from 'mqtt';
import { backoffMs } from '../../agent/link/timers.js';
import { decodeJournal, decodeState } from '../../agent/uplink/messages.js';
import { topics } from '../../agent/uplink/topics.js';
import { EmbeddedBroker } from '../support/aedes.js';
import { freePort, type TestBroker } from '../support/broker.js';
import { TestDevice } from '../support/device.js';
import { Mosquitto, withoutMosquitto } from '../support/mosquitto.js';
import { newWitness, ScriptedArchive } from '../support/scripted-archive.js';
import { ManualTimers, startTestUplink, untilArchived, untilStatus } from '../support/uplink.js';
import { uplinkScene } from '../support/uplink-scene.js';

const overMosquitto = withoutMosquitto === undefined ? test : test.skip;
if (withoutMosquitto !== undefined) console.log(`tests against mosquitto are skipped: ${withoutMosquitto}`);

async function mosquitto(t: ExecutionContext, extra: string[] = []): Promise<Mosquitto> {
  const broker = await Mosquitto.start(extra);
  t.teardown(() => broker.remove());
  return broker;
}

async function embedded(t: ExecutionContext): Promise<EmbeddedBroker> {
  const broker = await EmbeddedBroker.start();
  t.teardown(() => broker.kill());
  return broker;
}

async function openDevice(t: ExecutionContext): Promise<TestDevice> {
  const device = await TestDevice.open();
  t.teardown(() => device.remove());
  return device;
}

async function killedAmidTransfer(t: ExecutionContext, broker: TestBroker): Promise<void> {
  const device = await openDevice(t);
  const witness = newWitness();
  const { recording, footage } = await device.record({ fragments: 20, bytes: 300_000 });
  let chunks = 0;
  let killed: Promise<void> | undefined;
  const archive = await ScriptedArchive.connect(broker.port, device, witness, {
    arrives: (topic) => {
      if (topic.includes('/footage/') && ++chunks === 12) killed = broker.kill();
      return true;
    },
  });
  t.teardown(() => archive.close());
  const uplink = startTestUplink(device, broker.port, witness, { chunkSize: '64KiB' });
  t.teardown(() => uplink.stop());
  await untilStatus(uplink, ({ lastError }) => lastError !== undefined);
  t.true(chunks >= 12);
  await killed;
  await broker.startAgain();
  await untilArchived(uplink, recording);
  for (const { sha256, bytes } of footage) t.true(archive.footage.get(sha256)?.whole?.equals(bytes));
}

overMosquitto('a transfer goes on after mosquitto was killed amid it and started again', async (t) => {
  await killedAmidTransfer(t, await mosquitto(t));
});

test('a transfer goes on after the embedded broker was killed amid it and started again', async (t) => {
  await killedAmidTransfer(t, await embedded(t));
});

test('a broker that is away for the whole recording costs the recording nothing', async (t) => {
  const broker = await embedded(t);
  const device = await openDevice(t);
  const witness = newWitness();
  await broker.kill();
  const uplink = startTestUplink(device, broker.port, witness);
  t.teardown(() => uplink.stop());
  await untilStatus(uplink, ({ lastError }) => lastError !== undefined);
  const { recording } = await device.record({
    fragments: 30,
    bytes: 20_000,
    beforeFragment: (index) => (index % 10 === 5 ? device.journal.rotateKey() : undefined),
  });
  t.false(uplink.status().connected);
  t.is(uplink.status().backlog.entries, device.journal.size);
  await broker.startAgain();
  const archive = await ScriptedArchive.connect(broker.port, device, witness);
  t.teardown(() => archive.close());
  await untilArchived(uplink, recording);
  t.is(archive.chain.epoch, 3);
});

test('a long backlog goes up in several messages, each with a checkpoint of its own', async (t) => {
  const { device, archive, start } = await uplinkScene(t);
  const note = 'x'.repeat(2000);
  for (let i = 0; i < 3; i++) {
    await Promise.all(
      Array.from({ length: 200 }, () =>
        device.journal.append({ type: 'event', source: 'test', name: 'n', value: note }),
      ),
    );
    await device.journal.rotateKey();
  }
  const uplink = start();
  await untilStatus(uplink, ({ witnessed }) => witnessed?.size === device.journal.size);
  t.is(archive.entries.length, device.journal.size);
  const sent = archive.heard.filter(({ topic }) => topic.endsWith('/journal'));
  t.true(sent.length >= 5);
  t.true(sent.every(({ payload }) => payload.length <= 300_000));
});

test('the last will is heard when the socket dies, and online again afterwards', async (t) => {
  const { device, broker, start } = await uplinkScene(t);
  const watcher = await connectAsync(`mqtt://127.0.0.1:${broker.port}`, { protocolVersion: 4 });
  t.teardown(() => watcher.endAsync(true));
  const heard: boolean[] = [];
  let look = () => {};
  watcher.on('message', (_topic, payload) => {
    heard.push(decodeState(payload).online);
    look();
  });
  const until = (count: number) =>
    new Promise<void>((resolve) => {
      look = () => {
        if (heard.length >= count) resolve();
      };
      look();
    });
  await watcher.subscribeAsync(topics.state(device.id), { qos: 1 });
  const uplink = start();
  await until(1);
  broker.cut(`liuhen-${device.id}`);
  await until(3);
  t.deepEqual(heard, [true, false, true]);
  await uplink.stop();
  await until(4);
  t.deepEqual(heard, [true, false, true, false], 'a stop says goodbye itself');

  const late = await connectAsync(`mqtt://127.0.0.1:${broker.port}`, { protocolVersion: 4 });
  t.teardown(() => late.endAsync(true));
  const retained = new Promise<Buffer>((resolve) => {
    late.on('message', (_topic, payload) => resolve(payload));
  });
  await late.subscribeAsync(topics.state(device.id), { qos: 1 });
  t.false(decodeState(await retained).online);
});

test('while the window is full of footage no more of it leaves, and the journal still does', async (t) => {
  const { device, broker, archive, start } = await uplinkScene(t);
  const CHUNK = 60 * 1024;
  const held: (() => void)[] = [];
  let heldBytes = 0;
  let full = () => {};
  const isFull = new Promise<void>((resolve) => {
    full = resolve;
  });
  broker.hold = (topic, payload, go) => {
    if (!topic.includes('/footage/') || payload.length < CHUNK) return go();
    held.push(go);
    heldBytes += payload.length;
    if (held.length === 4) full();
  };
  const { recording } = await device.record({ fragments: 3, bytes: 10 * CHUNK });
  const uplink = start({ chunkSize: '60KiB', windowBytes: '256KiB' }, { answerMs: 60_000 });
  await isFull;
  const { n } = await device.journal.append({ type: 'heartbeat' });
  await untilStatus(uplink, ({ witnessed }) => (witnessed?.size ?? 0) > n);
  t.is(heldBytes, 4 * CHUNK);
  t.is(uplink.status().inFlightBytes, 4 * CHUNK);
  broker.hold = undefined;
  for (const go of held) go();
  await untilArchived(uplink, recording);
  t.is(archive.footageBytes, 200 + 30 * CHUNK);
});

overMosquitto("chunks keep to the broker's maximum packet size and Receive Maximum", async (t) => {
  const broker = await mosquitto(t, ['max_packet_size 40000', 'max_inflight_messages 3']);
  const device = await openDevice(t);
  const witness = newWitness();
  const archive = await ScriptedArchive.connect(broker.port, device, witness);
  t.teardown(() => archive.close());
  const uplink = startTestUplink(device, broker.port, witness, { protocol: 5, chunkSize: '120KiB' });
  t.teardown(() => uplink.stop());
  const { recording } = await device.record({ fragments: 3, bytes: 300_000 });
  await untilArchived(uplink, recording);
  const chunks = archive.heard.filter(({ topic }) => topic.includes('/footage/'));
  t.true(chunks.every(({ payload }) => payload.length < 40_000));
  t.is(uplink.status().lastError, undefined, 'the broker never cut the connection');
});

overMosquitto('key notes that do not fit beside entries go ahead of them', async (t) => {
  const broker = await mosquitto(t, ['max_packet_size 40000']);
  const device = await openDevice(t);
  const witness = newWitness();
  for (let epoch = 1; epoch <= 100; epoch++) await device.journal.rotateKey();
  const archive = await ScriptedArchive.connect(broker.port, device, witness);
  t.teardown(() => archive.close());
  const uplink = startTestUplink(device, broker.port, witness, { protocol: 5 });
  t.teardown(() => uplink.stop());
  await untilStatus(uplink, ({ witnessed }) => witnessed?.size === device.journal.size);
  t.is(archive.chain.epoch, 100);
  const messages = archive.heard.filter(({ topic }) => topic.endsWith('/journal'));
  t.true(messages.every(({ payload }) => payload.length < 40_000));
  const [first] = messages.map(({ payload }) => decodeJournal(payload));
  t.true((first?.keys.length ?? 0) > 10 && (first?.keys.length ?? 0) < 100);
  t.is(first?.entries.length, 0);
});

overMosquitto('a publication that the broker refuses with a reason code is counted', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-acl-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const acl = join(folder, 'acl');
  await writeFile(acl, 'topic read #\ntopic write liuhen/1/+/state\ntopic write liuhen/1/+/receipt\n', {
    mode: 0o644,
  });
  const broker = await mosquitto(t, [`acl_file ${acl}`, 'user root']);
  const device = await openDevice(t);
  const uplink = startTestUplink(device, broker.port, newWitness(), { protocol: 5 });
  t.teardown(() => uplink.stop());
  await untilStatus(uplink, ({ counts }) => (counts['refused-by-broker'] ?? 0) >= 1);
  t.true(uplink.status().connected);
});

overMosquitto(
  'TLS is checked against the given certificate, and a client certificate is shown',
  async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'liuhen-tls-'));
    t.teardown(() => rm(folder, { recursive: true }));
    const certify = async (name: string) => {
      const files = { keyFile: join(folder, `${name}.key`), certFile: join(folder, `${name}.pem`) };
      const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'];
      const out = ['-keyout', files.keyFile, '-out', files.certFile];
      const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
      await promisify(execFile)('openssl', ['req', '-x509', ...key, ...subject, ...out]);
      return files;
    };
    const [server, client, stranger] = [
      await certify('server'),
      await certify('client'),
      await certify('stranger'),
    ];
    const broker = await mosquitto(t, [
      `cafile ${client.certFile}`,
      `certfile ${server.certFile}`,
      `keyfile ${server.keyFile}`,
      'require_certificate true',
      'user root',
    ]);
    const device = await openDevice(t);
    const attempt = (tls: { caFile: string; certFile: string; keyFile: string }) => {
      const url = `mqtts://127.0.0.1:${broker.port}`;
      const uplink = startTestUplink(device, broker.port, newWitness(), { broker: url, tls });
      t.teardown(() => uplink.stop());
      return uplink;
    };
    const good = attempt({ ...client, caFile: server.certFile });
    await untilStatus(good, ({ connected }) => connected);
    await good.stop();
    const wrongServer = attempt({ ...client, caFile: stranger.certFile });
    await untilStatus(wrongServer, ({ lastError }) => /certificate/.test(lastError ?? ''));
    const wrongClient = attempt({ ...stranger, caFile: server.certFile });
    await untilStatus(wrongClient, ({ lastError }) => lastError !== undefined);
    t.false(wrongServer.status().connected || wrongClient.status().connected);
  },
);

overMosquitto('the password is read from its file at each connection', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-password-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const users = join(folder, 'users');
  await promisify(execFile)('mosquitto_passwd', ['-c', '-b', users, 'recorder', 'right']);
  const broker = await mosquitto(t, [`password_file ${users}`, 'allow_anonymous false', 'user root']);
  const device = await openDevice(t);
  const passwordFile = join(folder, 'password');
  await writeFile(passwordFile, 'wrong\n', { mode: 0o600 });
  const uplink = startTestUplink(device, broker.port, newWitness(), { username: 'recorder', passwordFile });
  t.teardown(() => uplink.stop());
  await untilStatus(uplink, ({ lastError }) => lastError !== undefined);
  t.false(uplink.status().connected);
  await writeFile(passwordFile, 'right\n');
  await untilStatus(uplink, ({ connected }) => connected);
  t.pass();
});

test('a stop does not wait for a server that never answers', async (t) => {
  const server = createServer(() => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  const device = await openDevice(t);
  const uplink = startTestUplink(device, port, newWitness());
  await once(server, 'connection');
  await uplink.stop();
  t.false(uplink.status().connected);
});

test('waits between attempts are anything up to the doubled wait, and never more than the longest', (t) => {
  const backoff = { minMs: 1000, maxMs: 60_000 };
  t.deepEqual(
    [0, 1, 2, 5, 6, 50].map((attempt) => backoffMs(attempt, backoff, () => 1)),
    [1000, 2000, 4000, 32_000, 60_000, 60_000],
  );
  t.is(
    backoffMs(9, backoff, () => 0),
    0,
  );
  t.is(
    backoffMs(2, backoff, () => 0.5),
    2000,
  );
});

test('without a broker the uplink waits longer and longer, on the timers it was given', async (t) => {
  const device = await openDevice(t);
  const timers = new ManualTimers();
  const backoff = { min: '1s', max: '60s' };
  const more = { timers, random: () => 0.999 };
  const uplink = startTestUplink(device, await freePort(), newWitness(), { backoff }, more);
  t.teardown(() => uplink.stop());
  const waits: number[] = [];
  while (waits.length < 8) {
    const due = timers.due.at(-1);
    if (due === undefined) await new Promise((resolve) => setImmediate(resolve));
    else {
      waits.push(Math.round(due));
      timers.advance(due);
    }
  }
  t.deepEqual(waits, [999, 1998, 3996, 7992, 15_984, 31_968, 59_940, 59_940]);
});
