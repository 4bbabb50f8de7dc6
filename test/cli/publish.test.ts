import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Aedes } from 'aedes';
import test, { type ExecutionContext } from 'ava';
import { connectAsync } from 'mqtt';
import { sampleHall } from '../../agent/authority/sample-hall.js';
import type { BoardReport } from '../../agent/control/board-report.js';
import { liuhen } from '../support/liuhen.js';
import { Mosquitto, withoutMosquitto } from '../support/mosquitto.js';
import { TestAuthority } from '../support/tls.js';

const real = withoutMosquitto === undefined ? test : test.skip;

async function desk(t: ExecutionContext) {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-publish-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const sample = await sampleHall(folder, { hall: 'hall-1' });
  return { folder, sample, publish: (...args: string[]) => liuhen(folder, 'sign', 'publish', ...args) };
}

async function broker(t: ExecutionContext, extra: readonly string[] = []): Promise<Mosquitto> {
  const mosquitto = await Mosquitto.start(extra);
  t.teardown(() => mosquitto.remove());
  return mosquitto;
}

real(
  'a folder is published retained, the newest revision of each, and read back by whoever has the root key',
  async (t) => {
    const { folder, sample, publish } = await desk(t);
    const { port } = await broker(t);
    const url = `mqtt://127.0.0.1:${port}`;
    const ran = await publish('signed', '--broker', url, '--json');
    t.is(ran.status, 0, ran.stderr);
    const { published, topics } = JSON.parse(ran.stdout) as {
      published: boolean;
      topics: { topic: string; revision: number }[];
    };
    t.true(published);
    t.is(topics[0]?.topic, 'liuhen/1/board/hall-1/trust/trust', 'the keys go before what they sign');
    t.is(topics.length, sample.envelopes.length - 1);
    t.is(topics.find(({ topic }) => topic.endsWith('/cf-2026-0151'))?.revision, 2);

    // A stranger's client.
    const client = await connectAsync(url, { reconnectPeriod: 0 });
    t.teardown(() => client.endAsync());
    const message = new Promise<{ payload: Buffer; retain: boolean }>((resolve) => {
      client.once('message', (_, payload, packet) => resolve({ payload, retain: packet.retain }));
    });
    await client.subscribeAsync('liuhen/1/board/hall-1/decision/cf-2026-0151', { qos: 1 });
    const { payload, retain } = await message;
    t.true(retain);
    const newest = sample.envelopes.findLast(({ ref }) => ref.id === 'cf-2026-0151');
    t.is(payload.toString().trim(), newest?.bytes.toString() ?? '');

    const place = ['--broker', url, '--hall', 'hall-1'];
    const board = await liuhen(folder, 'board', ...place, '--root', sample.rootVkey, '--json');
    t.is(board.status, 0, board.stderr);
    const { items, intake } = JSON.parse(board.stdout) as BoardReport;
    t.is(items.length, topics.length - 1);
    t.deepEqual(intake.refused, {});
    const stranger = (await sampleHall(join(folder, 'another'))).rootVkey;
    const untrusted = JSON.parse(
      (await liuhen(folder, 'board', ...place, '--root', stranger, '--json')).stdout,
    ) as BoardReport;
    t.deepEqual(untrusted.items, [], 'nothing counts that another root signed for');
  },
);

test('--dry-run says what would go where, and connects to nothing', async (t) => {
  const { publish } = await desk(t);
  const { status, stdout, stderr } = await publish(
    'signed/post.window-1.r1.dsse.json',
    'signed/trust.trust.r1.dsse.json',
    '--dry-run',
  );
  t.is(status, 0);
  t.deepEqual(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ +/)[0]),
    ['liuhen/1/board/hall-1/trust/trust', 'liuhen/1/board/hall-1/post/window-1'],
  );
  t.is(stderr, 'nothing was published\n');
  t.regex(
    (await publish('signed/trust.trust.r1.dsse.json', '--dry-run')).stderr,
    /names no hall: expected --hall/,
  );
  t.regex((await publish('keys', '--dry-run')).stderr, /expected signed envelopes/);
});

real('a broker that lets this user publish posts and nothing else is told as that', async (t) => {
  const { folder, publish } = await desk(t);
  const acl = join(folder, 'acl');
  await writeFile(acl, 'topic read liuhen/1/board/#\ntopic write liuhen/1/board/hall-1/post/#\n', {
    mode: 0o600,
  });
  const { port } = await broker(t, [`acl_file ${acl}`, 'user root', 'max_qos 1']);
  const post = await publish('signed/post.window-1.r1.dsse.json', '--broker', `mqtt://127.0.0.1:${port}`);
  t.is(post.status, 0, post.stderr);
  const decision = await publish(
    'signed/decision.cf-2026-0158.r1.dsse.json',
    '--broker',
    `mqtt://127.0.0.1:${port}`,
  );
  t.is(decision.status, 70);
  t.is(decision.stdout, '');
  t.regex(
    decision.stderr,
    /LIUHEN_LINK: the broker refused liuhen\/1\/board\/hall-1\/decision\/cf-2026-0158: Not authorized/,
  );
});

test('a broker that acknowledges and drops is found out by reading back', async (t) => {
  const { publish } = await desk(t);
  // MQTT 3.1.1 only, as many are: it has no way to refuse a publication.
  const aedes = await Aedes.createBroker({
    authorizePublish(_, packet, done) {
      if (packet.topic.includes('/decision/')) packet.retain = false;
      done(null);
    },
  });
  const server = createServer(aedes.handle).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(async () => {
    await new Promise<void>((resolve) => aedes.close(resolve));
    server.close();
  });
  const url = `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const post = await publish('signed/post.window-1.r1.dsse.json', '--broker', url);
  t.is(post.status, 0, post.stderr);
  const decision = await publish('signed/decision.cf-2026-0158.r1.dsse.json', '--broker', url);
  t.is(decision.status, 70);
  t.is(decision.stdout, '');
  t.regex(
    decision.stderr,
    /does not hold what it acknowledged: liuhen\/1\/board\/hall-1\/decision\/cf-2026-0158\n/,
  );
  const unchecked = await publish('signed/decision.cf-2026-0158.r1.dsse.json', '--broker', url, '--no-check');
  t.is(unchecked.status, 0);
});

real(
  'over TLS with a client certificate and a password; what is wrong is told by the option to correct',
  async (t) => {
    const { publish } = await desk(t);
    const authority = await TestAuthority.create();
    t.teardown(() => authority.remove());
    const [server, client] = [await authority.certify('broker'), await authority.certify('desk')];
    const users = await authority.users('desk', 'a good password');
    const { port } = await broker(t, [...authority.listener(server), ...users]);
    const good = await authority.passwordFile('good', 'a good password');
    const bad = await authority.passwordFile('bad', 'another');
    const base = ['signed/post.window-1.r1.dsse.json', '--broker', `mqtts://127.0.0.1:${port}`];
    const certificate = ['--cert-file', client.certFile, '--key-file', client.keyFile];
    const run = (...args: string[]) => publish(...base, ...args);
    const ca = ['--ca-file', authority.caFile];
    const ran = await run(...ca, ...certificate, '--username', 'desk', '--password-file', good);
    t.is(ran.status, 0, ran.stderr);
    const refused = await run(...ca, ...certificate, '--username', 'desk', '--password-file', bad);
    t.is(refused.status, 70);
    t.regex(
      refused.stderr,
      /refused user name desk or its password[\s\S]*next: correct --username or the file that --password-file names/,
    );
    t.false(refused.stderr.includes('another'), 'no password in a message');
    t.regex(
      (await run(...certificate)).stderr,
      /not signed by one of the system's certificates[\s\S]*next: --ca-file must hold/,
    );
    t.regex(
      (await run(...ca, '--cert-file', client.certFile)).stderr,
      /expected --cert-file and --key-file together/,
    );
    t.is((await publish('signed', '--broker', 'mqtt://user:secret@127.0.0.1')).status, 64);
  },
);
