import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import test from 'ava';
import { initArchive } from '../../agent/archive/archive.js';
import { callAgent } from '../../agent/control/client.js';
import type { AgentStatus } from '../../agent/status.js';
import { TestAuthorityHouse } from '../support/authority.js';
import { Bench } from '../support/bench.js';
import { LIUHEN, liuhen } from '../support/liuhen.js';
import { occupy, smallDisk } from '../support/small-disk.js';

const MEGABYTE = 1024 * 1024;

test('told to record on a full disk, it waits for room, records by itself, and ends when it is told', async (t) => {
  const disk = await smallDisk(t, 96);
  if (disk === undefined) {
    t.pass();
    return;
  }
  const bench = await Bench.make(
    t,
    { storage: { reserve: '16MiB' }, recording: { fragment: '300ms', preRecord: '1s' } },
    disk,
  );
  const others = join(disk, 'others');
  await occupy(others, 84 * MEGABYTE);
  const agent = await bench.run(t, '--record');
  const until = async (state: AgentStatus['state']) => {
    for (;;) {
      const status = (await callAgent(join(disk, 'data'), 'GET', '/status')) as AgentStatus;
      if (status.state === state) return;
      await pause(20);
    }
  };
  await until('storage-full');
  await rm(others);
  await until('recording');
  const ended = new Promise((resolve) => agent.once('exit', (code) => resolve(code)));
  agent.kill('SIGTERM');
  t.is(await ended, 0);
});

test('an archive that nobody could ask how it stands does not go on receiving', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-archive-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const data = 'too-long-for-a-socket'.repeat(6);
  const made = await liuhen(folder, 'archive', 'init', '--data', data, '--name', 'liuhen.example/archive');
  t.is(made.status, 0, made.stderr);
  const { status, stdout, stderr } = await liuhen(
    ...([folder, 'archive', 'run', '--data', data, '--embedded-broker', '--port', '0'] as const),
  );
  t.deepEqual([status, stdout], [64, '']);
  t.regex(stderr, /expected at most 107 bytes for a socket's path/);
});

test('an authority that is ended before it reached its broker never says that it is ready', async (t) => {
  const it = await TestAuthorityHouse.of(t);
  const serve = spawn(process.execPath, [LIUHEN, 'authority', 'serve', '--dir', it.authority.dir]);
  const closed = once(serve, 'close');
  let said = '';
  serve.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  await once(createInterface({ input: serve.stderr }), 'line');
  serve.kill('SIGTERM');
  t.deepEqual([await closed, said], [[0, null], '']);
});

for (const words of [['--lang', 'zh', 'archive', 'run'], ['archive']]) {
  test(`an agent goes on when nobody reads that it is ready: liuhen ${words.join(' ')}`, async (t) => {
    const data = await mkdtemp(join(tmpdir(), 'liuhen-archive-'));
    t.teardown(() => rm(data, { recursive: true }));
    await initArchive(data, 'liuhen.example/archive');
    const args = [LIUHEN, ...words, '--data', data, '--embedded-broker', '--port', '0'];
    const agent = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    const exited = once(agent, 'exit');
    agent.stdout.destroy();
    const answers = () => callAgent(data, 'GET', '/status').then(Boolean, () => false);
    while (agent.exitCode === null && !(await answers())) await pause(20);
    agent.kill('SIGTERM');
    t.deepEqual(await exited, [0, null]);
  });
}
