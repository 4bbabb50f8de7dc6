import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import test from 'ava';
import { callAgent } from '../../agent/control/client.js';
import type { AgentStatus } from '../../agent/status.js';
import { Bench } from '../support/bench.js';
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
