import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import test from 'ava';
import { boardScene, firmware, signer } from '../support/board.js';
import { LIUHEN, liuhen } from '../support/liuhen.js';

test('a running agent updates its board between two polls, ends without waiting for an update, and its journal is sound', async (t) => {
  const { folder, port, link, simulator } = await boardScene(t);
  await link.close();
  await writeFile(join(folder, 'key.pem'), signer.publicKey);
  await writeFile(join(folder, 'two.bin'), firmware('2.0.0').bytes);
  const made = await liuhen(
    folder,
    ...[
      'init',
      '--device',
      'recorder-0001',
      '--authority',
      'liuhen.example',
      '--camera',
      'synthetic',
      '--json',
    ],
  );
  t.is(made.status, 0, made.stderr);
  const board = { port, poll: '500ms', firmwareKeyFile: 'key.pem' };
  await appendFile(join(folder, 'liuhen.yaml'), `\nhardware:\n  board: ${JSON.stringify(board)}\n`);
  const size = ['--set', 'camera.width=320', '--set', 'camera.height=240'];
  const agent = spawn(process.execPath, [LIUHEN, 'run', ...size], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const exited = once(agent, 'exit');
  t.teardown(async () => {
    agent.kill('SIGKILL');
    await exited;
  });
  await once(createInterface(agent.stdout), 'line');

  const update = await liuhen(folder, 'firmware', 'update', 'two.bin', '--confirm', '--json');
  t.is(update.status, 0, update.stderr);
  t.like(JSON.parse(update.stdout), {
    before: { version: '1.0.0' },
    after: { version: '2.0.0' },
    state: 'confirmed',
  });
  t.is(simulator.running?.header.version, '2.0.0');
  await writeFile(join(folder, 'three.bin'), firmware('3.0.0', 200_000).bytes);
  simulator.faults.add({ kind: 'slow', count: 10_000, delayMs: 50 });
  const before = simulator.flash.read('secondary', 0, 4096);
  const cutShort = liuhen(folder, 'firmware', 'update', 'three.bin');
  while (simulator.flash.read('secondary', 0, 4096).equals(before)) await pause(10);
  agent.kill('SIGTERM');
  t.deepEqual(await exited, [0, null]);
  const { status, stderr } = await cutShort;
  t.is(status, 70);
  t.regex(stderr, /goes on from there/);
  t.is(simulator.running?.header.version, '2.0.0');
  simulator.faults.clear();
  const check = await liuhen(folder, 'check');
  t.is(check.status, 0, check.stdout);
  t.like(JSON.parse((await liuhen(folder, 'firmware', 'info', '--json')).stdout), {
    running: { version: '2.0.0', confirmed: true },
  });
});
