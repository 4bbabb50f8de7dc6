import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import test from 'ava';
import { alarmsOf } from '../../agent/alarms.js';
import type { AgentStatus } from '../../agent/status.js';
import { Bench } from '../support/bench.js';
import { LIUHEN, liuhen } from '../support/liuhen.js';

test('the one screen says what it records since when, what is sealed, what waits and how long the disk lasts', async (t) => {
  const bench = await Bench.make(t);
  await bench.run(t, '--record');
  // What waits is counted anew every second.
  for (let recordings = 0; recordings === 0; ) {
    const status = JSON.parse((await bench.liuhen('status', '--json')).stdout) as AgentStatus;
    recordings = status.backlog.recordings;
  }
  const { stdout } = await bench.liuhen('status');
  t.regex(stdout, /^role +recorder$/m);
  t.regex(stdout, /^state +(RECORDING|starting to record) \d+ since 20\d\d-.*Z, 0:\d\d, /m);
  t.regex(stdout, /^sealed +\d+ entries, the newest 0:0\d ago$/m);
  t.regex(stdout, /^witnessed +not yet$/m);
  t.regex(stdout, /^archived +not yet$/m);
  t.regex(stdout, /^backlog +\d+\.\d h, .* in 1 recording; the oldest waits for 0\.0 h$/m);
  t.regex(stdout, /^disk +\d+\.\d h of recording left \(/m);
  t.regex(stdout, /^link +none configured$/m);
  for (const row of ['ALARMS', 'clock', 'battery', 'hardware']) t.regex(stdout, new RegExp(`^${row} `, 'm'));
  const chinese = (await bench.liuhen('status', '--lang', 'zh')).stdout;
  t.regex(chinese, /^角色 +执法记录仪$/m);
  t.regex(chinese, /^状态 +正在录制 /m);
  const raw = (await bench.liuhen('status', '--json', '--lang', 'zh')).stdout;
  t.notRegex(raw, /\p{Script=Han}/u);
  const json = JSON.parse(raw) as AgentStatus;
  t.is(json.profile, 'recorder');
  t.is(json.backlog.recordings, 1);
});

test('without an agent it says that nothing is recorded, with status 70', async (t) => {
  const bench = await Bench.make(t);
  const none = await bench.liuhen('status');
  t.is(none.status, 70);
  t.is(none.stdout, '');
  t.regex(none.stderr, /LIUHEN_NOT_RUNNING: no agent runs on .*: nothing is recorded\n {2}next: /);
});

test('--watch goes on through the start and the end of an agent', async (t) => {
  const bench = await Bench.make(t);
  const watch = spawn(process.execPath, [LIUHEN, 'status', '--watch', '--json'], { cwd: bench.folder });
  const exited = once(watch, 'exit');
  t.teardown(async () => {
    watch.kill('SIGKILL');
    await exited;
  });
  const lines = createInterface({ input: watch.stdout })[Symbol.asyncIterator]();
  const next = async (wanted: (status: Record<string, unknown>) => boolean) => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error('it ended');
      if (wanted(JSON.parse(value) as Record<string, unknown>)) return;
    }
  };
  await next(({ running }) => running === false);
  const agent = await bench.run(t);
  await next(({ device }) => device === bench.id);
  agent.kill('SIGKILL');
  await next(({ running }) => running === false);
  t.pass();
});

test('alarms are what somebody should do something about, the gravest first', (t) => {
  const well = {
    state: 'idle',
    camera: { problem: null },
    uplink: null,
    certificate: { problem: null },
    hardware: { light: 'ready', openDoors: [], batteryLow: false, pieces: {} },
    firmware: { keyProblem: null },
    clock: { source: 'ntp' },
  } as const;
  t.deepEqual(alarmsOf({ ...well, hardware: { ...well.hardware, openDoors: [] } }), []);
  t.deepEqual(
    alarmsOf({
      state: 'storage-full',
      camera: { problem: 'gone' },
      uplink: { connected: false, fork: { message: 'two histories', wall: '' } },
      certificate: { problem: 'no answer' },
      hardware: {
        ...{ light: 'ready', openDoors: ['cover'], batteryLow: true },
        pieces: { button: { state: 'absent', detail: '' } },
      },
      firmware: { keyProblem: 'no file' },
      clock: { source: 'none' },
    }),
    [
      ...['fork', 'storage-full', 'camera', 'door-open', 'battery-low', 'hardware', 'link-down'],
      ...['certificate', 'firmware-key', 'clock'],
    ],
  );
});

test('a port that cannot be one is a mistake on the command line', async (t) => {
  const { status, stderr } = await liuhen('/', 'status', '--web', '--port', '70000');
  t.is(status, 64);
  t.regex(stderr, /expected a port from 0 to 65535/);
});
