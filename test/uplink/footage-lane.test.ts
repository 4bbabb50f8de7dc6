import test, { type ExecutionContext } from 'ava';
import { Bandwidth } from '../../agent/uplink/bandwidth.js';
import { FootageLane, type FootageLaneOptions } from '../../agent/uplink/footage-lane.js';
import { Urgent } from '../../agent/uplink/urgent.js';
import { TestDevice } from '../support/device.js';
import { ManualTimers } from '../support/uplink.js';

interface Sent {
  sha256: string;
  offset: number;
  chunk: Buffer;
  parts: readonly Buffer[];
  atMs: number;
}

async function lane(t: ExecutionContext, settings: { bitsPerSecond?: number; chunkBytes?: number } = {}) {
  const device = await TestDevice.open();
  t.teardown(() => device.remove());
  const timers = new ManualTimers();
  const sent: Sent[] = [];
  const counted: string[] = [];
  const urgent = new Urgent();
  const { bitsPerSecond, chunkBytes = 1000 } = settings;
  const publish: FootageLaneOptions['publish'] = async (sha256, offset, chunk, onSent) => {
    onSent();
    sent.push({ sha256, offset, chunk: Buffer.concat(chunk), parts: chunk, atMs: timers.nowMs() });
  };
  const footage = new FootageLane({
    store: device.store,
    footage: device.footage,
    urgent,
    chunkBytes,
    bandwidth: new Bandwidth(bitsPerSecond, chunkBytes, timers),
    publish,
    tally: { count: (kind) => counted.push(kind) },
    timers,
    holdMs: 10_000,
    onActivity: () => {},
  });
  footage.connected(1_000_000);
  return { device, timers, sent, counted, footage, urgent };
}

test('the bandwidth ceiling holds over any span of a transfer', async (t) => {
  const { device, timers, sent, footage } = await lane(t, { bitsPerSecond: 80_000 });
  const recorded = await device.record({ fragments: 10, bytes: 5500 });
  footage.want(recorded.footage.map(({ sha256 }) => ({ sha256, offsets: [] })));
  let idle = false;
  void footage.settled().then(() => {
    idle = true;
  });
  while (!idle) {
    timers.advance(timers.due[0] ?? 0);
    await new Promise((resolve) => setImmediate(resolve));
  }
  t.is(
    sent.reduce((sum, { chunk }) => sum + chunk.length, 0),
    55_200,
  );
  sent.forEach(({ atMs: fromMs }, from) => {
    let sum = 0;
    for (const { chunk, atMs } of sent.slice(from)) {
      sum += chunk.length;
      t.true(sum <= 10 * (atMs - fromMs) + 2500, `${sum} bytes in ${atMs - fromMs} ms`);
    }
  });
  t.true(timers.nowMs() <= 5600, 'and it is used');
});

test('wanted pieces end at the next chunk boundary', async (t) => {
  const { device, sent, footage } = await lane(t);
  const { footage: recorded } = await device.record({ fragments: 1, bytes: 3500 });
  const { sha256, bytes } = recorded[1] ?? t.fail();
  footage.want([{ sha256, offsets: [3000, 0, 1500, 3500, 9000] }]);
  await footage.settled();
  t.deepEqual(
    sent.map(({ offset, chunk }) => [offset, offset + chunk.length]),
    [
      [0, 1000],
      [1500, 2000],
      [3000, 3500],
    ],
  );
  for (const { offset, chunk } of sent) t.true(chunk.equals(bytes.subarray(offset, offset + chunk.length)));
});

test('a whole fragment is sliced without copying; a corner of one does not keep all of it in memory', async (t) => {
  const { device, sent, footage } = await lane(t, { chunkBytes: 50_000 });
  device.footage.keepUnsent(1_000_000);
  const { footage: recorded } = await device.record({ fragments: 2, bytes: 200_000 });
  footage.want([
    { sha256: recorded[1]?.sha256 ?? t.fail(), offsets: [] },
    { sha256: recorded[2]?.sha256 ?? t.fail(), offsets: [50_000] },
  ]);
  await footage.settled();
  t.is(sent.length, 5);
  const buffers = sent.map(({ parts }) => parts.map(({ buffer }) => buffer));
  t.is(new Set(buffers.slice(0, 4).flat()).size, 1);
  t.true(buffers[4]?.every(({ byteLength }) => byteLength < 100_000));
});

test('what is wanted is forgotten when the connection goes', async (t) => {
  const { device, timers, sent, footage } = await lane(t, { bitsPerSecond: 8000 });
  const { footage: recorded } = await device.record({ fragments: 4, bytes: 3000 });
  footage.want(recorded.map(({ sha256 }) => ({ sha256, offsets: [] })));
  while (timers.due.length === 0) await new Promise((resolve) => setImmediate(resolve));
  footage.disconnected();
  await footage.settled();
  const before = sent.length;
  t.true(before > 0 && before < 13);
  t.true(footage.idle);
  timers.advance(100_000);
  t.is(sent.length, before);
});

test('chunks are cut as they are wanted, wherever a fragment is cut on the disk, and from memory alike', async (t) => {
  for (const unsentBytes of [0, 10_000_000]) {
    const { device, sent, footage } = await lane(t, { chunkBytes: 100_000 });
    device.footage.keepUnsent(unsentBytes);
    const { footage: recorded } = await device.record({ fragments: 2, bytes: 250_001 });
    footage.want(recorded.map(({ sha256 }) => ({ sha256, offsets: [] })));
    await footage.settled();
    for (const { sha256, bytes } of recorded) {
      const chunks = sent.filter((each) => each.sha256 === sha256);
      t.true(Buffer.concat(chunks.map(({ chunk }) => chunk)).equals(bytes));
      let at = 0;
      for (const { offset, chunk } of chunks) {
        t.is(offset, at);
        at += chunk.length;
      }
    }
    sent.length = 0;
    const [, fragment] = recorded;
    footage.disconnected();
    await footage.settled();
    footage.connected(1_000_000);
    footage.want([{ sha256: fragment?.sha256 ?? '', offsets: [100_000, 200_000] }]);
    await footage.settled();
    t.deepEqual(
      sent.map(({ offset }) => offset),
      [100_000, 200_000],
    );
    for (const { offset, chunk } of sent) {
      t.true(chunk.equals(fragment?.bytes.subarray(offset, offset + 100_000) ?? chunk.subarray(1)));
    }
  }
});

test('a fragment that was sent leaves memory, and is not read again for a want that crossed it', async (t) => {
  const { device, sent, footage } = await lane(t);
  device.footage.keepUnsent(1_000_000);
  const { footage: recorded } = await device.record({ fragments: 1, bytes: 3000 });
  const wants = recorded.map(({ sha256 }) => ({ sha256, offsets: [] }));
  footage.want(wants);
  await footage.settled();
  const pieces = sent.length;
  t.true(pieces >= 3);
  for await (const ref of device.footage.refs(0)) {
    const read = async () => (await device.footage.get(ref, 3000))?.[0];
    t.not(await read(), await read(), 'read from disk, each time anew');
  }
  const read: unknown[] = [];
  const get = device.footage.get.bind(device.footage);
  device.footage.get = (ref, bytes) => {
    read.push(ref);
    return get(ref, bytes);
  };
  footage.want(wants);
  await footage.settled();
  t.deepEqual(read, []);
  t.is(sent.length, pieces);
});

test('what belongs to an urgent recording is sent first of all that is wanted, also when it becomes urgent on the way', async (t) => {
  const { device, timers, sent, footage, urgent } = await lane(t, { bitsPerSecond: 80_000 });
  const recorded = [];
  for (let at = 0; at < 3; at++) recorded.push(await device.record({ fragments: 3, bytes: 900 }));
  const [, second, third] = recorded.map(({ recording }) => recording) as [number, number, number];
  urgent.call(second, 100);
  footage.want(recorded.flatMap((each) => each.footage).map(({ sha256 }) => ({ sha256, offsets: [] })));
  let idle = false;
  void footage.settled().then(() => {
    idle = true;
  });
  while (!idle) {
    if (sent.length === 3) urgent.call(third, 101);
    timers.advance(timers.due[0] ?? 0);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const ofHash = new Map(recorded.flatMap((each, at) => each.footage.map(({ sha256 }) => [sha256, at])));
  const order = sent.map(({ sha256 }) => ofHash.get(sha256));
  // One fragment was already being read when the call came, and one was on its way.
  t.deepEqual(order.slice(0, 3), [1, 1, 1]);
  t.deepEqual(order.slice(-4), [0, 0, 0, 0]);
  t.true(order.lastIndexOf(2) - order.indexOf(2) <= 4 && order.indexOf(2) <= 5);
  t.is(order.length, 12);
});
