import { createHash } from 'node:crypto';
import test from 'ava';
import { encode } from 'cborg';
import fc from 'fast-check';
import { chunkBytes, ImageGroup } from '../../firmware-bridge/image-group.js';
import { learnBuffer, OsGroup } from '../../firmware-bridge/os-group.js';
import { FRAME_OVERHEAD_BYTES } from '../../firmware-bridge/smp-frame.js';
import {
  encodeMessage,
  HEADER_BYTES,
  type SmpData,
  type SmpMessage,
} from '../../firmware-bridge/smp-message.js';
import { SmpScene, settled } from '../support/smp-server.js';

const asked = ({ op, group, command, data }: SmpMessage) => ({ op, group, command, data });
const IMAGE = Buffer.from(Array.from({ length: 3000 }, (_, n) => n % 251));
const SHA = createHash('sha256').update(IMAGE).digest();

/** A server's upload session as Zephyr keeps it: one hash, one offset, anything else than the offset wanted is answered with it. */
class Flash {
  offset = 0;
  sha = '';
  bytes = Buffer.alloc(0);
  readonly requests: SmpData[] = [];

  upload(data: SmpData): SmpData {
    this.requests.push(data);
    const chunk = data.data as Uint8Array;
    if (data.off === 0) {
      const sha = Buffer.from((data.sha ?? []) as Uint8Array).toString('hex');
      if (sha === this.sha && this.offset > 0) return { off: this.offset };
      this.sha = sha;
      this.offset = 0;
      this.bytes = Buffer.alloc(data.len as number);
    }
    if (data.off === this.offset) {
      this.bytes.set(chunk, this.offset);
      this.offset += chunk.length;
    }
    return { off: this.offset };
  }
}

function uploadScene(flash: Flash, bufferBytes = 384): SmpScene {
  const scene = new SmpScene();
  scene.client.useBuffer(bufferBytes);
  scene.answer = ({ data }) => flash.upload(data);
  return scene;
}

test('commands of the OS group are asked as Zephyr documents them', async (t) => {
  const scene = new SmpScene();
  const os = new OsGroup(scene.client);
  const utcMs = Date.UTC(2026, 6, 9, 8, 7, 6, 54);
  const answers: SmpData[] = [
    { r: 'hello' },
    {},
    { buf_size: 1024, buf_count: 4 },
    { datetime: '2026-07-09T08:07:06' },
    { datetime: '2026-07-09T16:07:06.054000+08:00' },
    {},
    { output: 'Zephyr\u001b 4.4' },
  ];
  scene.answer = () => answers[scene.requests.length - 1];
  t.is(await os.echo('hello'), 'hello');
  await os.reset();
  t.deepEqual(await os.params(), { bufferBytes: 1024, buffers: 4 });
  t.is(await os.datetime(), utcMs - 54);
  t.is(await os.datetime(), utcMs);
  await os.setDatetime(utcMs);
  t.is(await os.info(), 'Zephyr? 4.4');
  t.deepEqual(scene.requests.map(asked), [
    { op: 2, group: 0, command: 0, data: { d: 'hello' } },
    { op: 2, group: 0, command: 5, data: {} },
    { op: 0, group: 0, command: 6, data: {} },
    { op: 0, group: 0, command: 4, data: {} },
    { op: 0, group: 0, command: 4, data: {} },
    { op: 2, group: 0, command: 4, data: { datetime: '2026-07-09T08:07:06.054Z' } },
    { op: 0, group: 0, command: 7, data: { format: 'a' } },
  ]);
});

test('reset and the time are sent once only', async (t) => {
  const scene = new SmpScene({ timeoutMs: 10 });
  const os = new OsGroup(scene.client);
  const outcomes = [os.reset(), os.setDatetime(0)].map((each) =>
    t.throwsAsync(each, { code: 'LIUHEN_FIRMWARE_SILENT' }),
  );
  for (let n = 0; n < 2; n++) {
    await settled();
    scene.timers.advance(10);
  }
  await Promise.all(outcomes);
  t.is(scene.requests.length, 2);
});

test('the client fills the buffer that the server names, and stays careful with one that names none', async (t) => {
  const scene = new SmpScene();
  const careful = scene.client.maxRequestBytes;
  scene.answer = () => ({ rc: 8 });
  t.is(await learnBuffer(scene.client), undefined);
  t.is(scene.client.maxRequestBytes, careful);
  scene.answer = () => ({ buf_size: 2048, buf_count: 4 });
  t.deepEqual(await learnBuffer(scene.client), { bufferBytes: 2048, buffers: 4 });
  t.is(scene.client.maxRequestBytes, 2048 - FRAME_OVERHEAD_BYTES);
});

for (const wrong of [
  { buf_size: 0, buf_count: 4 },
  { buf_size: 65536, buf_count: 1 },
  { buf_size: '384', buf_count: 1 },
  {},
])
  test(`parameters that cannot be are refused: ${JSON.stringify(wrong)}`, async (t) => {
    const scene = new SmpScene();
    scene.answer = () => wrong;
    await t.throwsAsync(learnBuffer(scene.client), { code: 'LIUHEN_FIRMWARE_MESSAGE' });
  });

test('slots are read with what a server leaves out taken as false, and 0 for the image', async (t) => {
  const scene = new SmpScene();
  const hash = new Uint8Array(32).fill(7);
  scene.answer = () => ({
    images: [
      { slot: 0, version: '1.2.3', hash, bootable: true, confirmed: true, active: true },
      { image: 1, slot: 1, version: '1.3.0', pending: true, extra: 'new' },
    ],
    splitStatus: 0,
  });
  const flags = { bootable: false, pending: false, confirmed: false, active: false, permanent: false };
  t.deepEqual(await new ImageGroup(scene.client).state(), [
    { ...flags, image: 0, slot: 0, version: '1.2.3', hash, bootable: true, confirmed: true, active: true },
    { ...flags, image: 1, slot: 1, version: '1.3.0', hash: undefined, pending: true },
  ]);
});

test('commands of the image group are asked as Zephyr documents them', async (t) => {
  const scene = new SmpScene();
  const images = new ImageGroup(scene.client);
  const hash = Uint8Array.of(1, 2, 3);
  scene.answer = () => ({ images: [] });
  await images.test(hash);
  await images.confirm();
  await images.confirm(hash);
  await images.erase();
  await images.erase(2);
  t.deepEqual(scene.requests.map(asked), [
    { op: 2, group: 1, command: 0, data: { hash, confirm: false } },
    { op: 2, group: 1, command: 0, data: { confirm: true } },
    { op: 2, group: 1, command: 0, data: { confirm: true, hash } },
    { op: 2, group: 1, command: 5, data: {} },
    { op: 2, group: 1, command: 5, data: { slot: 2 } },
  ]);
});

test('a chunk fills the message to its last byte, and never exceeds it', (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 96, max: 65_531 }),
      fc.integer({ min: 0, max: 2 ** 31 }),
      (maxBytes, off) => {
        const fields = off % 2 === 0 ? { off } : { len: off, off: 0, sha: SHA, upgrade: true };
        const room = chunkBytes(maxBytes, fields);
        const size = (n: number) => HEADER_BYTES + encode({ ...fields, data: new Uint8Array(n) }).length;
        return size(room) <= maxBytes && size(room + 1) > maxBytes;
      },
    ),
    { numRuns: 1000 },
  );
  t.throws(() => chunkBytes(20, { off: 0 }), { code: 'LIUHEN_FIRMWARE_MESSAGE' });
});

test('an upload opens with length and hash, follows the offsets it is given, and fills every message but the last', async (t) => {
  const flash = new Flash();
  const scene = uploadScene(flash);
  const progress: number[] = [];
  const images = new ImageGroup(scene.client);
  await images.upload(IMAGE, {
    image: 0,
    upgradeOnly: true,
    onProgress: (offset, total) => progress.push(offset / total),
  });
  t.true(flash.bytes.equals(IMAGE));
  const [first, ...rest] = flash.requests;
  t.like(first, { image: 0, len: 3000, off: 0, sha: new Uint8Array(SHA), upgrade: true });
  t.true(rest.every((each) => Object.keys(each).sort().join() === 'data,off'));
  const sizes = scene.requests.map((request) => encodeMessage(request).length);
  t.true(sizes.slice(0, -1).every((size) => size === scene.client.maxRequestBytes));
  t.is(progress.at(-1), 1);
  t.deepEqual(
    [...progress].sort((a, b) => a - b),
    progress,
  );
});

test('an upload that was cut off goes on where it was when begun anew with the same bytes', async (t) => {
  const flash = new Flash();
  const enough = new AbortController();
  const images = new ImageGroup(uploadScene(flash).client);
  const cut = images.upload(IMAGE, {
    signal: enough.signal,
    onProgress: (offset) => {
      if (offset > 1000) enough.abort(new Error('unplugged'));
    },
  });
  await t.throwsAsync(cut, { message: 'unplugged' });
  const had = flash.offset;
  t.true(had > 1000 && had < 2000);
  const before = flash.requests.length;
  await images.upload(IMAGE);
  t.true(flash.bytes.equals(IMAGE));
  t.is(flash.requests[before]?.off, 0);
  t.is(flash.requests[before + 1]?.off, had);
});

test('a server that was reset during an upload is given all of it again, with length and hash', async (t) => {
  const flash = new Flash();
  const scene = uploadScene(flash);
  const upload = flash.upload.bind(flash);
  let resets = 0;
  flash.upload = (data) => {
    if (flash.offset > 1500 && resets++ === 0) {
      flash.offset = 0;
      flash.sha = '';
      return { off: 0 };
    }
    return upload(data);
  };
  await new ImageGroup(scene.client).upload(IMAGE);
  t.true(flash.bytes.equals(IMAGE));
  t.is(flash.requests.filter(({ off, len }) => off === 0 && len === IMAGE.length).length, 2);
});

test('a chunk whose answer was lost is sent again and not written twice', async (t) => {
  const flash = new Flash();
  const scene = uploadScene(flash);
  let lost = false;
  scene.answer = ({ data }) => {
    const answer = flash.upload(data);
    if (lost || flash.offset < 1000) return answer;
    lost = true;
    return undefined;
  };
  const uploading = new ImageGroup(scene.client).upload(IMAGE);
  while (!lost) await settled();
  await settled();
  scene.timers.advance(1000);
  await uploading;
  t.true(flash.bytes.equals(IMAGE));
  t.is(scene.client.counters.resends, 1);
});

test('an upload that does not advance is given up', async (t) => {
  const scene = new SmpScene();
  scene.answer = () => ({ off: 0 });
  const error = await t.throwsAsync(new ImageGroup(scene.client).upload(IMAGE), { code: 'LIUHEN_FIRMWARE' });
  t.regex(error?.message ?? '', /did not advance, stopped at 0 of 3000 bytes/);
  t.true(scene.requests.length < 12);
});

test('an offset beyond the image is refused', async (t) => {
  const scene = new SmpScene();
  scene.answer = () => ({ off: 3001 });
  await t.throwsAsync(new ImageGroup(scene.client).upload(IMAGE), { code: 'LIUHEN_FIRMWARE_MESSAGE' });
});

test('an upload that the server finds altered fails', async (t) => {
  const scene = new SmpScene();
  scene.answer = () => ({ off: IMAGE.length, match: false });
  const error = await t.throwsAsync(new ImageGroup(scene.client).upload(IMAGE), { code: 'LIUHEN_FIRMWARE' });
  t.regex(error?.message ?? '', /does not match/);
});
