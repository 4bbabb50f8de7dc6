import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, realpathSync } from 'node:fs';
import { chmod, chown, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import test, { type ExecutionContext } from 'ava';
import { LiuhenError } from '../../config/errors.js';
import { type ByteLink, type LinkState, openSerial, type SerialOptions } from '../../drivers/serial.js';
import { DevicePort } from '../../drivers/serial-device.js';
import { SerialCable, withoutSocat } from '../support/serial-cable.js';

const onPty = withoutSocat === undefined ? test : test.skip;
const BACKOFF = { minMs: 5, maxMs: 50 };

async function cableOf(t: ExecutionContext, { plugged = true } = {}): Promise<SerialCable> {
  const cable = await SerialCable.make();
  t.teardown(() => cable.remove());
  return plugged ? await cable.plug() : cable;
}

function open(
  t: ExecutionContext,
  cable: SerialCable,
  options: Partial<SerialOptions> = {},
  log: (message: string) => void = () => {},
): ByteLink {
  const port = { kind: 'path', path: cable.path } as const;
  const link = openSerial({ port, baudRate: 115_200, backoff: BACKOFF, ...options }, log);
  t.teardown(() => link.close());
  return link;
}

function until(link: ByteLink, open: boolean): Promise<LinkState> {
  return new Promise((resolve) => {
    if (link.state.open === open) resolve(link.state);
    link.onState((state) => {
      if (state.open === open) resolve(state);
    });
  });
}

/** Gathers what comes; resolves once it is at least so much. */
function hears(link: ByteLink): (length: number) => Promise<Buffer> {
  let heard = Buffer.alloc(0);
  let news = (): void => {};
  link.onData((bytes) => {
    heard = Buffer.concat([heard, bytes]);
    news();
  });
  return async (length) => {
    while (heard.length < length) {
      await new Promise<void>((resolve) => {
        news = resolve;
      });
    }
    const bytes = heard;
    heard = Buffer.alloc(0);
    return bytes;
  };
}

onPty('bytes of every value go both ways as they are', async (t) => {
  const cable = await cableOf(t);
  const link = open(t, cable);
  const heard = hears(link);
  t.deepEqual(await until(link, true), { open: true, path: cable.path });
  const all = Buffer.from(Array.from({ length: 256 }, (_, value) => value));
  await link.write(all);
  t.deepEqual(await cable.received(256), all);
  await cable.send(all);
  t.deepEqual(await heard(256), all);
});

onPty('writes leave in the order of the calls, whole, though the caller uses its buffer again', async (t) => {
  const cable = await cableOf(t);
  const link = open(t, cable);
  await until(link, true);
  const buffer = Buffer.alloc(1000);
  const writes: Promise<void>[] = [];
  for (let value = 0; value < 30; value++) writes.push(link.write(buffer.fill(value)));
  buffer.fill(0xff);
  const received = await cable.received(30_000);
  await Promise.all(writes);
  t.deepEqual(received, Buffer.concat(Array.from({ length: 30 }, (_, value) => Buffer.alloc(1000, value))));
});

onPty(
  'an unplugged port is found without a write and comes back under its name, ten times over',
  async (t) => {
    const cable = await cableOf(t);
    const link = open(t, cable);
    const heard = hears(link);
    for (let round = 0; round < 10; round++) {
      await until(link, true);
      await cable.send(`hello ${round}`);
      t.is((await heard(7)).toString(), `hello ${round}`);
      await link.write(Buffer.from(`reply ${round}`));
      t.is((await cable.received(7)).toString(), `reply ${round}`);
      // Data are on their way while the cable is pulled, so that the port is lost in the middle of reading, too.
      if (round % 2 === 1) void cable.send(Buffer.alloc(20_000, 0x55));
      await cable.unplug();
      const lost = await until(link, false);
      t.regex(lost.open ? '' : lost.reason, /was unplugged|expected a port/);
      await cable.plug();
      await heard(0);
    }
  },
);

onPty(
  'a by-id link that comes to mean another port is followed, though the old port still answers',
  async (t) => {
    const [old, other] = [await cableOf(t), await cableOf(t)];
    const path = `${old.path}-by-id`;
    await symlink(old.path, path);
    const link = open(t, old, { port: { kind: 'path', path } });
    const heard = hears(link);
    await until(link, true);
    const lost = until(link, false);
    await symlink(other.path, `${path}-new`);
    await rename(`${path}-new`, path);
    t.deepEqual(await lost, { open: false, reason: `serial: ${path} was unplugged` });
    await until(link, true);
    await other.send('other');
    t.is((await heard(5)).toString(), 'other');
  },
);

onPty('a port that was hung up, and reads as nothing for ever, is lost at the first read', async (t) => {
  const cable = await cableOf(t);
  const fd = openSync(cable.path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  await cable.unplug();
  let reads = 0;
  // The poller says no more than that there is something to read; that is what made the library read on and on.
  const poller = {
    once: (_: string, listener: (error: null) => void) =>
      setImmediate(() => reads++ < 1000 && listener(null)),
    stop: () => {},
  };
  const device = { fd, poller, flush: async () => {}, close: async () => closeSync(fd) };
  const port = new DevicePort(device, cable.path, 9600, () => t.fail());
  t.is((await port.lost).message, `serial: ${cable.path} was unplugged`);
  await port.close();
  t.is(reads, 1);
});

onPty('a port that vanishes mid-write rejects that write and all behind it', async (t) => {
  const cable = await cableOf(t);
  const link = open(t, cable);
  await until(link, true);
  cable.freeze();
  const chunk = Buffer.alloc(30_000, 0x41);
  // The kernel takes some; once it takes no more, the next two wait.
  let waiting: Promise<unknown>[] = [];
  for (let taken = true; taken; ) {
    const write = link.write(chunk).then(
      () => 'written',
      (error: unknown) => error,
    );
    taken = (await Promise.race([write, eventLoopTurns(200)])) === 'written';
    waiting = [write, link.write(chunk).catch((error: unknown) => error)];
    if (taken) await waiting[1];
  }
  await cable.unplug();
  for (const error of await Promise.all(waiting)) {
    t.true(error instanceof LiuhenError && error.code === 'LIUHEN_SERIAL');
    t.regex((error as Error).message, /unplugged/);
  }
});

onPty('a device that takes no more bytes is given up in a time that fits the baud rate', async (t) => {
  const cable = await cableOf(t);
  const link = open(t, cable, { baudRate: 1_000_000 });
  await until(link, true);
  cable.freeze();
  const error = await t.throwsAsync(
    async () => {
      for (;;) await link.write(Buffer.alloc(30_000));
    },
    { instanceOf: LiuhenError },
  );
  t.regex(error.message, /took no byte for 2082 ms/);
  await until(link, true);
});

onPty('no more than 64 KiB wait for a slow device; more is refused, not kept', async (t) => {
  const cable = await cableOf(t);
  const link = open(t, cable);
  await until(link, true);
  cable.freeze();
  const outcomes: unknown[] = [];
  const writes = Array.from({ length: 20 }, () =>
    link.write(Buffer.alloc(10_000)).then(
      () => outcomes.push('written'),
      (error: unknown) => outcomes.push(error),
    ),
  );
  await Promise.all(writes.slice(-1));
  const refused = outcomes.filter((each) => each instanceof LiuhenError);
  t.is(refused.length, 14);
  t.regex((refused[0] as LiuhenError).message, /expected at most 65536 bytes waiting/);
  await cable.unplug();
  await Promise.all(writes);
});

onPty('a write while the port is away rejects and is not delivered later', async (t) => {
  const cable = await cableOf(t, { plugged: false });
  const link = open(t, cable);
  await t.throwsAsync(link.write(Buffer.from('late')), { code: 'LIUHEN_SERIAL', message: /is not open/ });
  await cable.plug();
  await until(link, true);
  await link.write(Buffer.from('now'));
  t.is((await cable.received(3)).toString(), 'now');
});

onPty('closing lets go out what was written, and says so to listeners and later writers', async (t) => {
  const cable = await cableOf(t);
  const link = open(t, cable);
  await until(link, true);
  const bytes = Buffer.alloc(40_000, 0x42);
  const write = link.write(bytes);
  const received = cable.received(bytes.length);
  await link.close();
  await write;
  t.is((await received).length, bytes.length);
  t.deepEqual(link.state, { open: false, reason: 'closed' });
  await t.throwsAsync(link.write(bytes), { code: 'LIUHEN_SERIAL', message: /closed/ });
});

onPty('a closed link leaves the port to others', async (t) => {
  const cable = await cableOf(t);
  const first = open(t, cable);
  await until(first, true);
  const second = open(t, cable);
  const refused = await new Promise<string>((resolve) => {
    second.onState((state) => {
      if (!state.open) resolve(state.reason);
    });
  });
  t.is(refused, `serial: ${cable.path} is in use by another program`);
  await first.close();
  await until(second, true);
  t.pass();
});

onPty('a silent device is probed, then found, though its port stays', async (t) => {
  const cable = await cableOf(t);
  const heartbeat = { everyMs: 20, probe: Buffer.from('?'), silentMs: 200 };
  const link = open(t, cable, { heartbeat });
  t.is((await cable.received(1)).toString()[0], '?');
  const lost = await until(link, false);
  t.deepEqual(lost, { open: false, reason: `serial: no data for 200 ms from ${cable.path}` });
  await until(link, true);
  t.pass();
});

onPty('a device that answers its probes stays open', async (t) => {
  const cable = await cableOf(t);
  const heartbeat = { everyMs: 10, probe: Buffer.from('?'), silentMs: 2000 };
  const link = open(t, cable, { heartbeat });
  const states: LinkState[] = [];
  link.onState((state) => states.push(state));
  for (let probes = 0; probes < 30; probes++) {
    await cable.received(1);
    await cable.send('!');
  }
  t.deepEqual(states, [{ open: true, path: cable.path }]);
});

onPty('a fault is told once, with what to do, and so is its end', async (t) => {
  const cable = await cableOf(t, { plugged: false });
  const told: string[] = [];
  const link = open(t, cable, { backoff: { minMs: 1, maxMs: 1 } }, (message) => told.push(message));
  await until(link, false);
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setTimeout(resolve, 1));
  await cable.plug();
  await until(link, true);
  t.is(told.length, 2);
  t.regex(told[0] ?? '', new RegExp(`^serial: expected a port ${cable.path}, found .*; plug the device in`));
  t.is(told[1], `serial: ${cable.path} is back`);
});

onPty('a listener that throws costs the link nothing', async (t) => {
  const cable = await cableOf(t);
  const told: string[] = [];
  const link = open(t, cable, {}, (message) => told.push(message));
  link.onData(() => {
    throw new Error('out of order');
  });
  const heard = hears(link);
  await until(link, true);
  await cable.send('abc');
  t.is((await heard(3)).toString(), 'abc');
  t.regex(told[0] ?? '', /a listener failed: out of order/);
});

onPty('what is no serial port is called so', async (t) => {
  const cable = await cableOf(t, { plugged: false });
  await writeFile(cable.path, 'a file');
  for (const path of [cable.path, '/dev/null']) {
    const link = open(t, cable, { port: { kind: 'path', path } });
    const state = await new Promise<LinkState>((resolve) => link.onState(resolve));
    t.deepEqual(state, { open: false, reason: `serial: ${path} is not a serial port` });
    await link.close();
  }
});

onPty('a USB device that is not plugged in is named as it was asked for', async (t) => {
  const cable = await cableOf(t, { plugged: false });
  const link = open(t, cable, { port: { kind: 'usb', vendor: 'fffe', product: 'fffd', serial: 'X1' } });
  const state = await new Promise<LinkState>((resolve) => link.onState(resolve));
  t.regex(state.open ? '' : state.reason, /^serial: expected a port usb:fffe:fffd:X1, found /);
});

const asRoot = process.getuid?.() === 0 ? onPty : test.skip;

/** What nobody is told who opens a port that is of this group and mode. */
async function toldToNobody(
  t: ExecutionContext,
  { gid, mode }: { gid: number; mode: number },
): Promise<{ pty: string; code?: string; message?: string; next?: string }> {
  const cable = await cableOf(t);
  // The folder is for its owner only; the pty itself is what is asked about.
  const pty = realpathSync(cable.path);
  await chown(pty, 0, gid);
  await chmod(pty, mode);
  // Everything is loaded before: nobody may not read a checkout in root's home.
  const script = `
    const { openPort } = await import(${JSON.stringify(new URL('../../drivers/serial-open.js', import.meta.url).href)});
    await openPort({ kind: 'path', path: '/dev/null' }, 9600, () => {}).catch(() => {});
    process.setgroups([65534]);
    process.setgid(65534);
    process.setuid(65534);
    await openPort({ kind: 'path', path: process.argv[1] }, 9600, () => {}).then(
      () => console.log('opened'),
      ({ code, message, next }) => console.log([code, message, next].join('|')),
    );
    process.exit();`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, pty], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const output = text(child.stdout);
  await once(child, 'exit');
  const [code = '', message = '', next = ''] = (await output).trim().split('|');
  return { pty, code, message, next };
}

asRoot('a port without permission is told with the group that it belongs to', async (t) => {
  const groups = (await readFile('/etc/group', 'utf8')).split('\n').map((line) => line.split(':'));
  const [group, , gid] = groups.find(([, , id]) => Number(id) > 0) ?? [];
  const { pty, code, message, next } = await toldToNobody(t, { gid: Number(gid), mode: 0o620 });
  t.is(code, 'LIUHEN_SERIAL');
  t.is(message, `serial: no permission to open ${pty}, which belongs to group ${group}`);
  t.regex(next ?? '', new RegExp(`usermod -aG ${group} USER`));
});

asRoot('a port that no group may open is told with the rule that gives it to one', async (t) => {
  const { pty, code, message, next } = await toldToNobody(t, { gid: 0, mode: 0o600 });
  t.is(code, 'LIUHEN_SERIAL');
  t.is(message, `serial: no permission to open ${pty}, which no group may write to`);
  t.regex(next ?? '', /udev rule.*GROUP="dialout"/);
});

async function eventLoopTurns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}
