import { randomBytes, randomInt } from 'node:crypto';
import { PassThrough } from 'node:stream';
import test from 'ava';
import { systemTimers } from '../../drivers/timers.js';
import { decodeOutputs, encodeOutputs } from '../../firmware-bridge/board-wire.js';
import type { SmpClient } from '../../firmware-bridge/client.js';
import { ImageGroup } from '../../firmware-bridge/image-group.js';
import { OsGroup } from '../../firmware-bridge/os-group.js';
import { simulatedLine } from '../../firmware-bridge/simulator-line.js';
import type { SmpData } from '../../firmware-bridge/smp-message.js';
import { boardScene, firmware } from '../support/board.js';
import { ManualTimers } from '../support/timers.js';

const two = firmware('2.0.0', 9_000);

/** What a request is refused with, as `group.rc`. */
async function refusal(client: SmpClient, group: number, command: number, data: SmpData): Promise<string> {
  try {
    await client.request('write', group, command, data);
    return 'taken';
  } catch (error) {
    const { group: of, rc } = error as { group?: number; rc?: number };
    return `${of ?? '-'}.${rc}`;
  }
}

const first = { off: 0, len: two.bytes.length, data: two.bytes.subarray(0, 100) };
/** Requests, and Zephyr's codes for them in version 2 and in version 1. */
const REFUSALS: [comment: string, group: number, command: number, data: SmpData, v2: string, v1: string][] = [
  ['an unknown group', 77, 0, {}, '-.8', '-.8'],
  ['an unknown command', 0, 99, {}, '-.8', '-.8'],
  ['an echo of a number', 0, 0, { d: 1 }, '-.3', '-.3'],
  ['a time that does not exist', 0, 4, { datetime: '2026-13-01T00:00:00' }, '-.3', '-.3'],
  ['a chunk without an offset', 1, 1, { data: two.bytes.subarray(0, 100) }, '1.20', '-.3'],
  ['a first chunk without a length', 1, 1, { ...first, len: undefined }, '1.21', '-.3'],
  ['a first chunk shorter than a header', 1, 1, { ...first, data: two.bytes.subarray(0, 31) }, '1.22', '-.3'],
  ['a first chunk that is no image', 1, 1, { ...first, data: Buffer.alloc(100) }, '1.23', '-.1'],
  ['a hash that is too long', 1, 1, { ...first, sha: Buffer.alloc(33) }, '1.24', '-.3'],
  ['an image larger than the slot', 1, 1, { ...first, len: 256 * 1024 - 4095 }, '1.30', '-.1'],
  [
    'a version that is not newer',
    1,
    1,
    { ...first, data: firmware('0.9.0').bytes.subarray(0, 100), upgrade: true },
    '1.27',
    '-.6',
  ],
  ['a test without a hash', 1, 0, { confirm: false }, '1.24', '-.3'],
  ['a hash that no slot has', 1, 0, { hash: Buffer.alloc(32), confirm: false }, '1.8', '-.1'],
  ['a test of what runs', 1, 0, { hash: firmware('1.0.0').hash, confirm: false }, '1.33', '-.1'],
  ['erasing what runs', 1, 5, { slot: 0 }, '1.9', '-.6'],
  ['erasing a slot that is not there', 1, 5, { slot: 4 }, '1.14', '-.3'],
  ['outputs of a pattern that is not known', 64, 1, { id: 1, ind: 99, buz: 0, vib: 0 }, '-.3', '-.3'],
];

test('the server refuses with the codes of Zephyr, in version 2 and in version 1', async (t) => {
  for (const version of [2, 1] as const) {
    const { client } = await boardScene(t, {}, { version });
    for (const [comment, group, command, data, v2, v1] of REFUSALS) {
      t.is(
        await refusal(client, group, command, data),
        version === 2 ? v2 : v1,
        `${comment}, version ${version}`,
      );
    }
  }
});

test('a slot that an update waits in, or that holds the way back, takes no other image', async (t) => {
  const { client, simulator } = await boardScene(t);
  const images = new ImageGroup(client);
  await images.upload(two.bytes);
  await images.test(two.hash);
  t.is(await refusal(client, 1, 1, first), '1.9');
  t.is(await refusal(client, 1, 5, {}), '1.9');
  t.is(await refusal(client, 1, 0, { confirm: true }), '1.28');
  await simulator.powerOn();
  t.is(await refusal(client, 1, 1, first), '1.9', 'the image before is the way back');
  await images.confirm();
  await images.erase();
  t.is((await images.state()).length, 1);
});

test('an upload that the flash already holds ends with its first chunk', async (t) => {
  const { client } = await boardScene(t);
  const images = new ImageGroup(client);
  await images.upload(two.bytes);
  const { requests } = client.counters;
  await images.upload(two.bytes);
  t.is(client.counters.requests - requests, 1);
});

test('a request over the buffer that the server states is dropped without an answer', async (t) => {
  const { client } = await boardScene(t, { bufferBytes: 300 });
  const os = new OsGroup(client);
  const { bufferBytes } = await os.params();
  t.is(bufferBytes, 300);
  client.useBuffer(bufferBytes);
  const longest = 'x'.repeat(client.maxRequestBytes - 8 - 1 - 2 - 3);
  t.is(await os.echo(longest), longest);
  client.useBuffer(bufferBytes + 1);
  await t.throwsAsync(os.echo(`${longest}x`, { timeoutMs: 50, attempts: 2 }), {
    code: 'LIUHEN_FIRMWARE_SILENT',
  });
});

test('the clock is unset until it is set, and is told in UTC', async (t) => {
  const { client } = await boardScene(t);
  const os = new OsGroup(client);
  await t.throwsAsync(os.datetime(), { code: 'LIUHEN_FIRMWARE', message: /clock is not set/ });
  await os.setDatetime(Date.UTC(2026, 1, 28, 23, 59, 30));
  const ms = await os.datetime();
  t.true(ms >= Date.UTC(2026, 1, 28, 23, 59, 30) && ms < Date.UTC(2026, 2, 1, 0, 10));
});

test('a reset is answered first, and empties the memory', async (t) => {
  const { client, simulator } = await boardScene(t, { bootMs: 30 });
  simulator.board.set({ coverOpen: true });
  t.is(simulator.board.status.openings.cover, 1);
  const booted = new Promise((resolve) => simulator.once('booted', resolve));
  await new OsGroup(client).reset();
  await booted;
  t.is(simulator.board.status.openings.cover, 0);
  t.true(simulator.board.status.coverOpen);
  t.is(await new OsGroup(client).echo('back'), 'back');
});

test('an order of the outputs lapses after its hold, unless another follows', async (t) => {
  const timers = new ManualTimers();
  const { client, simulator } = await boardScene(t, { timers });
  const on = { indicator: 'steady', buzzer: 'off', vibration: 'off' } as const;
  const order = (id: number) => client.request('write', 64, 1, encodeOutputs(id, on, 3000));
  await order(1);
  timers.advance(2000);
  await order(2);
  timers.advance(2999);
  t.true(simulator.board.levels.indicator);
  t.deepEqual(decodeOutputs(await client.request('read', 64, 1, {})), { id: 2, outputs: on, holdMs: 3000 });
  timers.advance(1);
  t.false(simulator.board.levels.indicator);
  t.deepEqual(simulator.board.outputs, { indicator: 'off', buzzer: 'off', vibration: 'off' });
});

test('attention is raised by what must be told at once, and lowered by reading the status', async (t) => {
  const { client, simulator } = await boardScene(t);
  const { board } = simulator;
  board.set({ temperatureCelsius: 31, batteryMillivolts: 3899 });
  t.false(board.attention);
  for (const change of [{ batteryPercent: 79 }, { supply: 'external' }, { simDoorOpen: true }] as const) {
    board.set(change);
    t.true(board.attention);
    await client.request('read', 64, 0, {});
    t.false(board.attention);
  }
});

test('the firmware names itself', async (t) => {
  const { client } = await boardScene(t);
  t.is(await new OsGroup(client).info(), 'Zephyr simulated-board 1.0.0');
  await t.throwsAsync(client.request('read', 0, 7, { format: 'xyz' }), { message: /format is not valid/ });
});

test('a line that keeps a pace keeps the order too, and takes no less time than its bytes need', async (t) => {
  const far = new PassThrough();
  const line = simulatedLine(far, 921_600, systemTimers);
  const pieces = Array.from({ length: 400 }, () => randomBytes(1 + randomInt(60)));
  const sent = Buffer.concat(pieces);
  const startedMs = performance.now();
  for (const piece of pieces) line.write(piece);
  const received: Buffer[] = [];
  let bytes = 0;
  for await (const piece of far) {
    received.push(piece as Buffer);
    bytes += (piece as Buffer).length;
    if (bytes >= sent.length) break;
  }
  t.deepEqual(Buffer.concat(received), sent);
  t.true(performance.now() - startedMs >= (sent.length * 10_000) / 921_600 - 2);
});
