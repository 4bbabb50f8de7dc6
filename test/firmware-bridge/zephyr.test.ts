import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { ByteLink } from '../../drivers/serial-port.js';
import { SmpClient, type SmpClientOptions } from '../../firmware-bridge/client.js';
import { ImageGroup } from '../../firmware-bridge/image-group.js';
import { learnBuffer, OsGroup } from '../../firmware-bridge/os-group.js';
import { SmpError } from '../../firmware-bridge/smp-error.js';
import { startZephyr, ZEPHYR_VARIABLE, type ZephyrServer, zephyrServers } from '../support/zephyr-server.js';

/*
 * Against a peer that nobody here wrote: Zephyr's own SMP server. Its prebuilt programs are the fixtures of the public repository
 * intercreate/smpclient, tests/fixtures/smp-server: *_native_sim_serial*.exe (32-bit: apt install libc6-i386 lib32gcc-s1), and
 * *_serial*.hex with their .signed.bin beside them (apt install qemu-system-arm). None is part of this repository.
 */

const PATIENT: SmpClientOptions = { timeoutMs: 2000, attempts: 5 };
/** A server that has nothing to say says so by silence; this is how long is long enough. */
const SILENT = { timeoutMs: 1000, attempts: 1 };

if (zephyrServers.length === 0)
  test(`Zephyr's own servers are asked when ${ZEPHYR_VARIABLE} names them`, (t) => {
    t.log(`skipped: ${ZEPHYR_VARIABLE} is not set (colon-separated paths of .exe and .hex fixtures)`);
    t.pass();
  });

async function serverOf(t: ExecutionContext, path: string): Promise<ZephyrServer> {
  const server = await startZephyr(path);
  t.teardown(() => server.stop());
  return server;
}

async function clientOf(
  t: ExecutionContext,
  server: ZephyrServer,
  wrap = (link: ByteLink) => link,
): Promise<SmpClient> {
  const client = new SmpClient(wrap(server.link), PATIENT);
  t.teardown(() => client.close());
  t.is(await new OsGroup(client).echo('up?'), 'up?');
  return client;
}

/** The text whose echo request is a message of exactly so many bytes. */
function echoOf(messageBytes: number): string {
  const room = messageBytes - 8 - 3;
  return 'x'.repeat(room <= 24 ? room - 1 : room <= 257 ? room - 2 : room - 3);
}

for (const path of zephyrServers) {
  const name = basename(path).replace(/^.*_smp_server_[0-9a-f]+_/, '');

  test.serial(`${name}: echo, parameters and both kinds of refusal`, async (t) => {
    const client = await clientOf(t, await serverOf(t, path));
    const os = new OsGroup(client);
    for (const text of ['', 'liuhen', '留痕', 'x'.repeat(60)]) t.is(await os.echo(text), text);
    t.log(await learnBuffer(client));
    const nowhere = await t.throwsAsync(client.request('read', 64, 0, {}), { instanceOf: SmpError });
    t.like(nowhere, { group: undefined, rc: 8 });
    const two = await t.throwsAsync(client.request('read', 0, 7, { format: 'Z' }), { instanceOf: SmpError });
    t.like(two, { code: 'LIUHEN_FIRMWARE' });
    t.like(client.counters, { unexpected: 0, malformed: 0, timeouts: 0 });
    t.is(client.counters.frames.droppedBytes, 0);
  });

  test.serial(`${name}: version 1 is spoken too`, async (t) => {
    const server = await serverOf(t, path);
    const client = new SmpClient(server.link, { ...PATIENT, version: 1 });
    t.is(await new OsGroup(client).echo('one'), 'one');
    const error = await t.throwsAsync(client.request('read', 0, 7, { format: 'Z' }), {
      instanceOf: SmpError,
    });
    t.like(error, { group: undefined });
  });

  test.serial(`${name}: the largest message that we send is the largest that it takes`, async (t) => {
    const client = await clientOf(t, await serverOf(t, path));
    const os = new OsGroup(client);
    const params = await learnBuffer(client);
    if (params === undefined) {
      t.log('it does not tell its buffer size');
      t.pass();
      return;
    }
    const largest = client.maxRequestBytes;
    for (let bytes = largest - 6; bytes <= largest; bytes++) {
      const text = echoOf(bytes);
      // The answer may not fit where the request did: its map is closed by one byte more.
      const outcome = await os.echo(text).catch((error: SmpError) => error.rc);
      t.true(outcome === text || outcome === 7, `${bytes} bytes: ${String(outcome).slice(0, 40)}`);
    }
    client.useBuffer(params.bufferBytes + 8);
    const over = os.echo(echoOf(largest + 1), SILENT);
    await t.throwsAsync(over, { code: 'LIUHEN_FIRMWARE_SILENT' });
    t.is(await os.echo('still here'), 'still here');
  });

  test.serial(
    `${name}: a request that was damaged on the way is answered when it is sent again`,
    async (t) => {
      let writes = 0;
      const client = await clientOf(t, await serverOf(t, path), (link) => ({
        ...link,
        state: link.state,
        write: (bytes) => {
          const copy = Buffer.from(bytes);
          if (++writes % 3 === 2) copy[12] = (copy[12] ?? 0) ^ 1;
          return link.write(copy);
        },
      }));
      for (let n = 0; n < 6; n++)
        t.is(await new OsGroup(client).echo(`damaged ${n}`, { timeoutMs: 300 }), `damaged ${n}`);
      t.true(client.counters.resends >= 2);
    },
  );

  test.serial(`${name}: an image is uploaded, cut off, resumed, tested, confirmed and erased`, async (t) => {
    t.timeout(180_000);
    const server = await serverOf(t, path);
    const client = await clientOf(t, server);
    await learnBuffer(client);
    const images = new ImageGroup(client);
    const has = await images.state().catch((error: SmpError) => error.rc);
    if (typeof has === 'number') {
      t.is(has, 8);
      t.log('it has no image group');
      return;
    }
    const image = newer(await readFile(path.replace(/(\.merged)?\.hex$/, '.signed.bin')));
    const cable = new AbortController();
    let cutAt = 0;
    const cut = images.upload(image, {
      signal: cable.signal,
      onProgress: (offset) => {
        cutAt = offset;
        if (offset > 8000) cable.abort(new Error('unplugged'));
      },
    });
    await t.throwsAsync(cut, { message: 'unplugged' });
    const offsets: number[] = [];
    await images.upload(image, { onProgress: (offset) => offsets.push(offset) });
    t.true((offsets[0] ?? 0) >= cutAt, `resumed at ${offsets[0]} after ${cutAt}`);
    const held = (await images.state()).find(({ slot }) => slot === 1);
    t.is(held?.version, '1.2.3');
    const hash = held?.hash ?? new Uint8Array();
    const tested = await images.test(hash).catch((error: SmpError) => error);
    if (tested instanceof Error) {
      t.is((tested as SmpError).rc, 8);
      t.log('its bootloader does not swap: test and confirm are not supported');
    } else {
      t.true(tested.find(({ slot }) => slot === 1)?.pending);
      const restarted = server.restarted();
      await new OsGroup(client).reset();
      await restarted;
      const running = (await images.state()).find(({ active }) => active);
      t.like(running, { version: '1.2.3', confirmed: false });
      const confirmed = await images.confirm();
      t.like(
        confirmed.find(({ active }) => active),
        { version: '1.2.3', confirmed: true },
      );
    }
    await images.erase();
    t.is((await images.state()).length, 1);
  });
}

/** The same image as version 1.2.3, with the hash that this gives it: an unsigned MCUboot image needs no more. */
function newer(image: Buffer): Buffer {
  const copy = Buffer.from(image);
  copy.set([1, 2, 3, 0], 20);
  const end = copy.readUInt16LE(8) + copy.readUInt32LE(12) + copy.readUInt16LE(10);
  const hash = createHash('sha256').update(copy.subarray(0, end)).digest();
  for (let at = end + 4; at < copy.length; at += 4 + copy.readUInt16LE(at + 2))
    if (copy.readUInt16LE(at) === 0x10) hash.copy(copy, at + 4);
  return copy;
}
