import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import test, { type ExecutionContext } from 'ava';
import { encodeOutputs } from '../../firmware-bridge/board-wire.js';
import { SmpClient } from '../../firmware-bridge/client.js';
import { OsGroup } from '../../firmware-bridge/os-group.js';
import { encodeFrame, SmpFrameParser } from '../../firmware-bridge/smp-frame.js';
import { decodeMessage, encodeMessage } from '../../firmware-bridge/smp-message.js';
import { openLink } from '../support/board.js';
import { askControl, BoardProcess } from '../support/board-process.js';

const PROGRAM = join(import.meta.dirname, '../../firmware-bridge/simulator-main.js');
const ECHO = { version: 2, op: 2, group: 0, sequence: 7, command: 0, data: { d: 'hello' } } as const;

async function scratch(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-sim-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test('as a program it is a serial port, and its control socket is the world around it', async (t) => {
  const folder = await scratch(t);
  const [port, control] = [join(folder, 'tty'), join(folder, 'control.sock')];
  const board = new BoardProcess(['--flash', folder, '--pty-link', port, '--control', control]);
  t.teardown(() => board.kill());
  t.like(await board.start(), { running: { version: '1.0.0' } });
  const link = await openLink(port);
  t.teardown(() => link.close());
  const client = new SmpClient(link);
  t.is(await new OsGroup(client).echo('hello'), 'hello');

  const watcher = connect(control);
  t.teardown(() => void watcher.destroy());
  const events = createInterface(watcher)[Symbol.asyncIterator]();
  await once(watcher, 'connect');

  t.like(await askControl(control, { set: { batteryPercent: 9, coverOpen: true } }), {
    ok: true,
    board: { attention: true, status: { batteryPercent: 9, coverOpen: true, openings: { cover: 1 } } },
  });
  t.like(JSON.parse((await events.next()).value), { event: 'attention', board: { attention: true } });
  t.like(await client.request('read', 64, 0, {}), { pct: 9, cover: true, opened: [1, 0, 0] });
  t.like(JSON.parse((await events.next()).value), { event: 'attention', board: { attention: false } });

  const outputs = { indicator: 'steady', buzzer: 'off', vibration: 'off' } as const;
  await client.request('write', 64, 1, encodeOutputs(1, outputs));
  t.like(JSON.parse((await events.next()).value), {
    event: 'outputs',
    board: { outputs, levels: { indicator: true, buzzer: false } },
  });

  t.like(await askControl(control, { fault: { kind: 'refuse', rc: 10 } }), { ok: true });
  await t.throwsAsync(new OsGroup(client).echo('x'), { message: /busy/ });
  t.like(await askControl(control, { set: { batteryPercent: 101 } }), { ok: false });
  t.like(await askControl(control, { nonsense: 1 }), { ok: false });

  for (let n = 0; n < 20; n++) {
    const rude = connect(control);
    await once(rude, 'connect');
    rude.end('{"clearFaults":true}\n'.repeat(50), () => rude.destroy());
  }
  t.like(await askControl(control, { reset: true }), { ok: true });
  t.like(JSON.parse((await events.next()).value), {
    event: 'booted',
    board: { outputs: { indicator: 'off' } },
  });
});

test('QEMU may connect to its unix socket, and again after a restart', async (t) => {
  const folder = await scratch(t);
  const socketPath = join(folder, 'uart.sock');
  const board = new BoardProcess(['--flash', folder, '--listen', socketPath]);
  t.teardown(() => board.kill());
  await board.start();
  for (let time = 0; time < 2; time++) {
    const socket = connect(socketPath);
    socket.write(Buffer.concat(encodeFrame(encodeMessage(ECHO))));
    const parser = new SmpFrameParser();
    for await (const bytes of socket) {
      const [body] = parser.push(bytes as Buffer);
      if (body === undefined) continue;
      t.like(decodeMessage(body), { op: 3, sequence: 7, data: { r: 'hello' } });
      break;
    }
    socket.destroy();
  }
});

test('it speaks on stdin and stdout, and ends with them', async (t) => {
  const folder = await scratch(t);
  const child = spawn(process.execPath, [PROGRAM, '--flash', folder, '--stdio'], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  t.teardown(() => void child.kill('SIGKILL'));
  await once(child.stderr, 'data');
  child.stdin.write(Buffer.concat(encodeFrame(encodeMessage(ECHO))));
  const [bytes] = (await once(child.stdout, 'data')) as [Buffer];
  const [body] = new SmpFrameParser().push(bytes);
  t.like(body && decodeMessage(body), { data: { r: 'hello' } });
  child.stdin.end();
  t.deepEqual(await once(child, 'exit'), [0, null]);
});

test('a wrong command line ends with 64 and the usage', async (t) => {
  for (const args of [[], ['--flash', '/tmp'], ['--flash', '/tmp', '--stdio', '--baud', 'fast']]) {
    const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (bytes) => {
      said += bytes;
    });
    t.deepEqual(await once(child, 'close'), [64, null]);
    t.regex(said, /usage: node simulator-main/);
  }
});
