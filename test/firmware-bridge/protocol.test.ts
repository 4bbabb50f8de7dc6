import { readFile } from 'node:fs/promises';
import test from 'ava';
import { isOneShot, type Pattern, PatternPlayer } from '../../drivers/output-pattern.js';
import {
  decodeOutputs,
  decodeStatus,
  decodeTime,
  encodeOutputs,
  PATTERN_CODE,
} from '../../firmware-bridge/board-wire.js';
import { encodeFrame, SmpFrameParser } from '../../firmware-bridge/smp-frame.js';
import { decodeMessage, encodeMessage } from '../../firmware-bridge/smp-message.js';
import { ManualTimers } from '../support/timers.js';

const page = await readFile('firmware-bridge/PROTOCOL.md', 'utf8');
/** Every fenced block that is one line of bytes, in the order of the page. */
const [request, answer, outputs, time] = [...page.matchAll(/```\n((?:[0-9a-f]{2} ?)+)\n```/g)].map(
  ([, hex = '']) => Buffer.from(hex.replaceAll(' ', ''), 'hex'),
) as [Buffer, Buffer, Buffer, Buffer];

test('the request on the page is what is written', (t) => {
  const message = encodeMessage({ version: 2, op: 0, group: 64, sequence: 5, command: 0, data: {} });
  t.deepEqual(Buffer.concat(encodeFrame(message)), request);
});

test('the answer on the page is what is read, and its parts are the bytes that the page explains', (t) => {
  const [body = Buffer.alloc(0)] = new SmpFrameParser().push(answer);
  const message = decodeMessage(body);
  t.like(message, { version: 2, op: 1, group: 64, sequence: 5, command: 0 });
  t.deepEqual(decodeStatus(message.data), {
    batteryMillivolts: 3912,
    batteryPercent: 81,
    charging: false,
    temperatureCelsius: 24.5,
    coverOpen: true,
    storageDoorOpen: false,
    simDoorOpen: false,
    supply: 'battery',
    openings: { cover: 1, storageDoor: 0, simDoor: 0 },
    uptimeMs: 60_000,
  });
  const [, fields = ''] = /```\n(aa [\s\S]*?)```/.exec(page) ?? [];
  const explained = fields.split('\n').map((line) => /^ *((?:[0-9a-f]{2} +)+)/.exec(line)?.[1] ?? '');
  t.is(explained.join('').replaceAll(' ', ''), body.subarray(8).toString('hex'));
});

test('the orders on the page mean what the page says', (t) => {
  const order = decodeMessage(outputs);
  const meant = { indicator: 'steady', buzzer: 'short', vibration: 'off' } as const;
  t.deepEqual(decodeOutputs(order.data), { id: 1001, outputs: meant, holdMs: 3000 });
  t.deepEqual(encodeMessage({ ...order, data: encodeOutputs(1001, meant, 3000) }), outputs);
  t.is(decodeTime(decodeMessage(time).data), Date.UTC(2026, 5, 5, 8, 30));
});

test('every pattern has its code and its times on the page', (t) => {
  const rows = [...page.matchAll(/^\| (\d+) \| ([a-z ]+?)(, once)? \| ?([0-9/, ]*)\|/gm)];
  const codes = rows.map(([, code, name = '']) => [name.replaceAll(' ', '-'), Number(code)]);
  t.deepEqual(Object.fromEntries(codes), PATTERN_CODE);
  for (const [, , name = '', once, times = ''] of rows) {
    const pattern = name.replaceAll(' ', '-') as Pattern;
    t.is(isOneShot(pattern), once !== undefined, pattern);
    const timers = new ManualTimers();
    const edges: number[] = [];
    const player = new PatternPlayer(
      { write: (active) => edges.push(active ? timers.nowMs : -timers.nowMs) },
      timers,
    );
    edges.length = 0;
    player.play(pattern);
    timers.advance(10_000);
    const written = times.split(/[/,]/).map(Number);
    if (times.trim() === '') t.is(edges.length, pattern === 'off' ? 0 : 1, pattern);
    else
      t.deepEqual(
        written.map((_, n) => Math.abs(edges[n + 1] ?? 0) - Math.abs(edges[n] ?? 0)),
        written,
        pattern,
      );
    player.stop();
  }
});
