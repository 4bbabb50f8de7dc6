import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { LiuhenError } from '../../config/errors.js';
import { PATTERNS, type Pattern } from '../../drivers/output-pattern.js';
import {
  Board,
  type BoardContact,
  type BoardOptions,
  type BoardStatus,
} from '../../firmware-bridge/board.js';
import {
  BOARD_COMMAND,
  decodeOutputs,
  decodeStatus,
  decodeTime,
  encodeOutputs,
  encodeStatus,
  encodeTime,
} from '../../firmware-bridge/board-wire.js';
import { SmpScene, settled } from '../support/smp-server.js';

const STATUS: BoardStatus = {
  batteryMillivolts: 3912,
  batteryPercent: 81,
  charging: false,
  temperatureCelsius: 24.5,
  coverOpen: false,
  storageDoorOpen: false,
  simDoorOpen: false,
  supply: 'battery',
  openings: { cover: 0, storageDoor: 0, simDoor: 0 },
  uptimeMs: 60_000,
};
const OFF = { indicator: 'off', buzzer: 'off', vibration: 'off' } as const;

class BoardScene extends SmpScene {
  status = STATUS;
  readonly told: BoardStatus[] = [];
  readonly contacts: BoardContact[] = [];
  starts = 0;
  readonly board: Board;

  constructor(t: ExecutionContext, options: BoardOptions = {}) {
    super({ timeoutMs: 100, attempts: 3 });
    this.answer = ({ command }) => (command === BOARD_COMMAND.status ? encodeStatus(this.status) : {});
    this.board = new Board(this.client, { pollMs: 10_000, holdMs: 3_000, timers: this.timers, ...options });
    this.board.onStatus((status) => this.told.push(status));
    this.board.onContact((contact) => this.contacts.push(contact));
    this.board.onStart(() => this.starts++);
    t.teardown(() => this.board.close());
  }

  /** Lets time pass and all that follows from it happen. */
  async pass(ms: number): Promise<void> {
    this.timers.advance(ms);
    for (let n = 0; n < 5; n++) await settled();
  }

  change(change: Partial<BoardStatus>): void {
    this.status = { ...this.status, uptimeMs: this.status.uptimeMs + 1000, ...change };
  }

  get orders() {
    return this.requests
      .filter(({ op, command }) => op === 2 && command === BOARD_COMMAND.outputs)
      .map(({ data }) => decodeOutputs(data));
  }

  get polls(): number {
    return this.requests.filter(({ command }) => command === BOARD_COMMAND.status).length;
  }
}

test('the first status is told at once, and after that only what differs in more than uptime', async (t) => {
  const scene = new BoardScene(t);
  t.is(scene.board.status, undefined);
  await scene.pass(0);
  t.deepEqual(scene.told, [STATUS]);
  scene.change({});
  await scene.pass(10_000);
  t.is(scene.polls, 2);
  t.is(scene.told.length, 1);
  scene.change({ charging: true, supply: 'external' });
  await scene.pass(10_000);
  t.is(scene.told.length, 2);
  t.like(scene.board.status, { charging: true, supply: 'external' });
});

test('the attention line has the status read at once', async (t) => {
  const scene = new BoardScene(t);
  await scene.pass(0);
  scene.change({ coverOpen: true, openings: { cover: 1, storageDoor: 0, simDoor: 0 } });
  scene.board.attention();
  await scene.pass(0);
  t.like(scene.told.at(-1), { coverOpen: true });
  await scene.pass(9_999);
  t.is(scene.polls, 2);
  await scene.pass(1);
  t.is(scene.polls, 3);
});

test('attention while a poll is under way has it read once more', async (t) => {
  const scene = new BoardScene(t);
  scene.answer = () => undefined;
  await scene.pass(0);
  scene.board.attention();
  scene.board.attention();
  scene.answer = () => encodeStatus(scene.status);
  await scene.pass(100);
  t.is(scene.polls, 3);
});

test('a cover that was opened and closed between two polls is told as open, then as closed', async (t) => {
  const scene = new BoardScene(t);
  await scene.pass(0);
  scene.change({ openings: { cover: 1, storageDoor: 0, simDoor: 2 } });
  await scene.pass(10_000);
  t.deepEqual(
    scene.told.map(({ coverOpen, simDoorOpen, storageDoorOpen }) => [
      coverOpen,
      simDoorOpen,
      storageDoorOpen,
    ]),
    [
      [false, false, false],
      [true, true, false],
      [false, false, false],
    ],
  );
});

test('a restart of the microcontroller is told, and what was opened since is counted from zero', async (t) => {
  const scene = new BoardScene(t);
  scene.change({ openings: { cover: 5, storageDoor: 0, simDoor: 0 } });
  await scene.pass(0);
  t.is(scene.starts, 1);
  scene.change({ uptimeMs: 500, openings: { cover: 1, storageDoor: 0, simDoor: 0 } });
  await scene.pass(10_000);
  t.is(scene.starts, 2);
  t.deepEqual(
    scene.told.map(({ coverOpen }) => coverOpen),
    [false, true, false],
  );
});

test('silence is told once with its reason, and so is the first answer after it', async (t) => {
  const scene = new BoardScene(t);
  const { answer } = scene;
  await scene.pass(0);
  scene.answer = () => undefined;
  for (let n = 0; n < 3; n++) {
    await scene.pass(10_000);
    for (let attempt = 0; attempt < 3; attempt++) await scene.pass(100);
  }
  scene.answer = answer;
  await scene.pass(10_000);
  t.deepEqual(
    scene.contacts.map(({ heard }) => heard),
    [true, false, true],
  );
  t.regex(JSON.stringify(scene.contacts[1]), /no answer in 100 ms/);
});

test('a status that cannot be is contact lost, not a status', async (t) => {
  const scene = new BoardScene(t);
  scene.answer = () => ({ ...encodeStatus(STATUS), pct: 101 });
  await scene.pass(0);
  t.deepEqual(scene.told, []);
  t.like(scene.board.contact, {
    heard: false,
    reason: 'board status: pct: Too big: expected number to be <=100',
  });
});

test('an order is given with the time it holds, and again within that time as long as it is not all off', async (t) => {
  const scene = new BoardScene(t);
  await scene.pass(0);
  scene.board.play({ ...OFF, indicator: 'steady' });
  await scene.pass(0);
  await scene.pass(1_000);
  await scene.pass(1_000);
  t.deepEqual(
    scene.orders.map(({ outputs, holdMs }) => [outputs.indicator, holdMs]),
    [
      ['steady', 3000],
      ['steady', 3000],
      ['steady', 3000],
    ],
  );
  t.is(new Set(scene.orders.map(({ id }) => id)).size, 3);
  scene.board.play(OFF);
  await scene.pass(0);
  await scene.pass(5_000);
  t.is(scene.orders.length, 4);
  t.deepEqual(scene.orders.at(-1)?.outputs, OFF);
});

test('a one-shot is given once; what stands is given again without it', async (t) => {
  const scene = new BoardScene(t);
  await scene.pass(0);
  scene.board.play({ indicator: 'blink', buzzer: 'short', vibration: 'off' });
  await scene.pass(0);
  await scene.pass(1_000);
  t.deepEqual(
    scene.orders.map(({ outputs }) => outputs),
    [
      { indicator: 'blink', buzzer: 'short', vibration: 'off' },
      { indicator: 'blink', buzzer: 'off', vibration: 'off' },
    ],
  );
});

test('of the orders that come while one is under way only the newest is given', async (t) => {
  const scene = new BoardScene(t);
  await scene.pass(0);
  for (const indicator of ['blink', 'steady', 'off', 'double-blink'] as const)
    scene.board.play({ ...OFF, indicator });
  await scene.pass(0);
  t.deepEqual(
    scene.orders.map(({ outputs }) => outputs.indicator),
    ['blink', 'double-blink'],
  );
});

test('a one-shot that waits is not lost to the order that replaces its own', async (t) => {
  const scene = new BoardScene(t);
  await scene.pass(0);
  scene.board.play({ ...OFF, indicator: 'blink' });
  scene.board.play({ ...OFF, indicator: 'blink', buzzer: 'short', vibration: 'long' });
  scene.board.play({ ...OFF, indicator: 'steady', buzzer: 'two-short' });
  await scene.pass(0);
  t.deepEqual(
    scene.orders.map(({ outputs }) => outputs),
    [
      { indicator: 'blink', buzzer: 'off', vibration: 'off' },
      { indicator: 'steady', buzzer: 'two-short', vibration: 'long' },
    ],
  );
});

test('the same order sent twice for want of an answer carries the same id', async (t) => {
  const scene = new BoardScene(t);
  const { answer } = scene;
  await scene.pass(0);
  scene.answer = () => undefined;
  scene.board.play({ ...OFF, buzzer: 'long' });
  await scene.pass(0);
  scene.answer = answer;
  await scene.pass(100);
  t.is(scene.orders.length, 2);
  t.is(scene.orders[0]?.id, scene.orders[1]?.id);
});

test('a restarted microcontroller is given the standing order again', async (t) => {
  const scene = new BoardScene(t, { holdMs: 60_000 });
  await scene.pass(0);
  scene.board.play({ ...OFF, indicator: 'steady' });
  await scene.pass(0);
  scene.change({ uptimeMs: 5 });
  scene.board.attention();
  await scene.pass(0);
  t.deepEqual(
    scene.orders.map(({ outputs }) => outputs.indicator),
    ['steady', 'steady'],
  );
});

test('the time is sent once, in milliseconds', async (t) => {
  const scene = new BoardScene(t);
  await scene.pass(0);
  await scene.board.setTime(1_750_000_000_123);
  t.like(scene.requests.at(-1), {
    op: 2,
    group: 64,
    command: BOARD_COMMAND.time,
    data: { utc: 1_750_000_000_123 },
  });
  scene.answer = () => undefined;
  const lost = t.throwsAsync(scene.board.setTime(1), { code: 'LIUHEN_FIRMWARE_SILENT' });
  await scene.pass(0);
  const sent = scene.requests.length;
  await scene.pass(100);
  await lost;
  t.is(scene.requests.length, sent);
});

test('after close nothing is asked or told', async (t) => {
  const scene = new BoardScene(t);
  await scene.pass(0);
  scene.board.play({ ...OFF, indicator: 'steady' });
  await scene.pass(0);
  const asked = scene.requests.length;
  scene.board.close();
  scene.board.play(OFF);
  scene.board.attention();
  await scene.pass(60_000);
  t.is(scene.requests.length, asked);
  t.is(scene.timers.pending, 0);
});

test('status, outputs and time come back from the wire', (t) => {
  const count = fc.integer({ min: 0, max: 0xffffffff });
  const pattern = fc.constantFrom<Pattern>(...PATTERNS);
  const status = fc.record({
    batteryMillivolts: fc.integer({ min: 0, max: 100_000 }),
    batteryPercent: fc.integer({ min: 0, max: 100 }),
    charging: fc.boolean(),
    temperatureCelsius: fc.integer({ min: -400, max: 1000 }).map((tenths) => tenths / 10),
    coverOpen: fc.boolean(),
    storageDoorOpen: fc.boolean(),
    simDoorOpen: fc.boolean(),
    supply: fc.constantFrom('battery' as const, 'external' as const),
    openings: fc.record({ cover: count, storageDoor: count, simDoor: count }),
    uptimeMs: fc.nat(),
  });
  const outputs = fc.record({ indicator: pattern, buzzer: pattern, vibration: pattern });
  fc.assert(
    fc.property(status, outputs, count, count, (each, played, id, holdMs) => {
      t.deepEqual(decodeStatus(encodeStatus(each)), each);
      t.deepEqual(decodeOutputs(encodeOutputs(id, played, holdMs)), { id, outputs: played, holdMs });
      t.is(decodeTime(encodeTime(id)), id);
    }),
  );
});

test('a board message of any other shape is refused with our own error', (t) => {
  const anything = fc.dictionary(
    fc.constantFrom('mv', 'pct', 'id', 'ind', 'buz', 'vib', 'hold', 'utc', 'up'),
    fc.anything(),
  );
  fc.assert(
    fc.property(anything, (data) => {
      for (const decode of [decodeStatus, decodeOutputs, decodeTime])
        try {
          decode(data);
        } catch (error) {
          if (!(error instanceof LiuhenError) || error.code !== 'LIUHEN_FIRMWARE_MESSAGE') return false;
        }
      return true;
    }),
  );
  t.throws(() => decodeStatus({}), { code: 'LIUHEN_FIRMWARE_MESSAGE' });
});
