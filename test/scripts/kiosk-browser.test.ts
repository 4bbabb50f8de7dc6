import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';

const PROGRAM = join(import.meta.dirname, '../../scripts/kiosk-browser.js');

/** The program over a browser that only says that it was started, and an agent that says what the test wants. */
async function scene(t: ExecutionContext, startWithin = '0.6') {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-browser-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const started = join(folder, 'started');
  await writeFile(started, '');
  const browser = join(folder, 'browser');
  await writeFile(browser, `#!/bin/sh\necho "$$ $*" >>${started}\nexec sleep 600\n`);
  await chmod(browser, 0o755);

  let health: () => object = () => ({ heartbeatAgeMs: null });
  const agent = createServer((_, answer) => {
    answer.setHeader('content-type', 'application/json');
    answer.end(JSON.stringify(health()));
  }).listen(0, '127.0.0.1');
  await once(agent, 'listening');
  t.teardown(() => agent.close());
  const url = `http://127.0.0.1:${(agent.address() as AddressInfo).port}/`;
  const times = ['--start-within', startWithin, '--silence', '0.4', '--look', '0.05'];
  const child = spawn(process.execPath, [PROGRAM, '--url', url, '--browser', browser, ...times], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (bytes: Buffer) => {
    said += bytes;
  });
  const exited = once(child, 'exit');
  t.teardown(async () => {
    child.kill('SIGKILL');
    await exited;
  });

  const starts = async () => (await readFile(started, 'utf8')).trim().split('\n').filter(Boolean);
  return {
    child,
    exited,
    url,
    said: () => said,
    says: (told: () => object) => {
      health = told;
    },
    /** Lines of the starts, once there are so many. */
    async started(count: number): Promise<string[]> {
      const changes = watch(started);
      try {
        for (let lines = await starts(); ; lines = await starts()) {
          if (lines.length >= count) return lines;
          await once(changes, 'change');
        }
      } finally {
        changes.close();
      }
    },
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('a browser whose page is not heard, or falls silent, is ended and started anew; and ends with the program', async (t) => {
  const { child, exited, url, says, started } = await scene(t);
  const [first = ''] = await started(1);
  t.true(first.includes(`--kiosk ${url}`));
  const [, second = ''] = await started(2);
  t.false(isAlive(Number.parseInt(first, 10)));

  says(() => ({ heartbeatAgeMs: 5 }));
  t.true(isAlive(Number.parseInt(second, 10)));
  // Heard long enough for three deaths of silence.
  for (let looks = 0, seen = 0; looks < 20; looks = seen) {
    await new Promise<void>((looked) => {
      says(() => {
        seen = looks + 1;
        looked();
        return { heartbeatAgeMs: 5 };
      });
    });
  }
  t.is((await started(2)).length, 2);

  says(() => ({ heartbeatAgeMs: 60_000 }));
  const [, , third = ''] = await started(3);
  t.false(isAlive(Number.parseInt(second, 10)));
  child.kill('SIGTERM');
  t.deepEqual(await exited, [0, null]);
  t.false(isAlive(Number.parseInt(third, 10)));
});

test('where three browsers in a row draw nothing it ends with a fault, so that what they draw on is started anew too', async (t) => {
  const { exited, started, said } = await scene(t, '0.1');
  t.deepEqual(await exited, [70, null]);
  t.is((await started(3)).length, 3);
  t.regex(said(), /the page is no longer drawn; 3 in a row have drawn nothing/);
});
