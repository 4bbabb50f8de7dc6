import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { openStores } from '../../agent/buffer/open.js';
import type { RecordingState } from '../../agent/buffer/recordings.js';
import { callAgent } from '../../agent/control/client.js';
import { parseCheckpoint } from '../../agent/journal/checkpoint.js';
import { decodeEntry, type Entry } from '../../agent/journal/entry.js';
import type { AgentStatus } from '../../agent/status.js';
import { type Running, runLiuhen, startLiuhen } from '../../scripts/child.js';

/** A device whose agent is a process of its own, with ffmpeg's test picture. */
class RealDevice {
  readonly folder: string;
  running: Running | undefined;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async start(t: ExecutionContext): Promise<RealDevice> {
    const folder = await mkdtemp(join(tmpdir(), 'liuhen-restart-'));
    const device = new RealDevice(folder);
    t.teardown(async () => {
      await device.running?.stop('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    });
    const { config } = device;
    const made = await runLiuhen(
      ...['init', '--device', 'recorder-0001', '--authority', 'liuhen.example', '--config', config, '--json'],
    );
    t.is(made.status, 0, made.stderr);
    await writeFile(
      config,
      'device: {id: recorder-0001, authority: liuhen.example}\ncamera: {source: synthetic, width: 320, height: 240}\n' +
        'recording: {fragment: 300ms, preRecord: 0s}\nlog: {level: info}\n',
    );
    await device.run();
    return device;
  }

  get config(): string {
    return join(this.folder, 'liuhen.yaml');
  }

  get data(): string {
    return join(this.folder, 'data');
  }

  async run(): Promise<void> {
    this.running = await startLiuhen(['run', '--config', this.config], join(this.folder, 'log'));
  }

  /** Asks the agent until its status will do. */
  async until(holds: (status: AgentStatus) => boolean): Promise<AgentStatus> {
    for (;;) {
      const status = (await callAgent(this.data, 'GET', '/status')) as AgentStatus;
      if (holds(status)) return status;
      await pause(20);
    }
  }

  async recordings(): Promise<RecordingState[]> {
    return (await callAgent(this.data, 'GET', '/recordings')) as RecordingState[];
  }

  /** The journal of a device whose agent has ended. */
  async entries(): Promise<Entry[]> {
    const stores = await openStores(this.data);
    try {
      const { size } = parseCheckpoint((await stores.store.checkpoint()) ?? '');
      const entries: Entry[] = [];
      for await (const encoded of stores.store.entries(0, size)) {
        entries.push(decodeEntry(encoded, entries.length) as Entry);
      }
      return entries;
    } finally {
      await stores.close();
    }
  }
}

test('killed twice, a whole-process recording goes on by itself, and what is missing between is signed', async (t) => {
  const device = await RealDevice.start(t);
  await callAgent(device.data, 'POST', '/start', { behaviour: 'personal-freedom', officer: 'officer-17' });
  await device.until(({ recording }) => (recording?.fragments ?? 0) >= 2);
  await device.running?.stop('SIGKILL');
  await device.run();
  // Again before the camera gives anything, most likely: then the one after it signs the whole of it.
  await device.running?.stop('SIGKILL');
  await device.run();
  await device.until(({ recording }) => (recording?.fragments ?? 0) >= 2);
  const recordings = await device.recordings();
  t.is(recordings.length, 3);
  for (const [at, recording] of recordings.entries()) {
    t.like(recording, { behaviour: 'personal-freedom', wholeProcess: true, officer: 'officer-17' });
    t.is(recording.continues, recordings[at - 1]?.recording);
    if (at < 2) t.is(recording.stopped?.reason, 'interrupted');
  }
  const refused = await t.throwsAsync(callAgent(device.data, 'POST', '/stop', {}));
  t.regex(refused?.message ?? '', /whole-process/);
  await callAgent(device.data, 'POST', '/stop', { confirmed: true });
  await device.running?.stop();

  const entries = await device.entries();
  const [first, , last] = recordings;
  const lastFootage = entries.findLast(
    (entry) => entry.type === 'fragment' && entry.recording === first?.recording,
  );
  const gap = entries.find((entry) => entry.type === 'gap' && entry.recording === last?.recording);
  const footageAgain = entries.find(
    (entry) => entry.type === 'fragment' && entry.recording === last?.recording,
  );
  t.like(gap, { reason: 'restart' });
  if (gap?.type !== 'gap' || lastFootage === undefined || footageAgain === undefined) return t.fail();
  const inBetween = recordings[1]?.fragments ?? 0;
  if (inBetween === 0) t.is(gap.fromMono, lastFootage.at.mono, 'from the last footage of the first');
  t.true(gap.toMono > gap.fromMono && gap.toMono <= footageAgain.at.mono, 'to the first footage of the last');
  const checked = await runLiuhen('check', '--data', device.data);
  t.is(checked.status, 0, checked.stdout);
});

test('a stop of the program is no order to end a whole-process recording, and an ordinary one does not go on', async (t) => {
  const device = await RealDevice.start(t);
  await callAgent(device.data, 'POST', '/start', { wholeProcess: true });
  await device.until(({ recording }) => (recording?.fragments ?? 0) >= 1);
  await device.running?.stop('SIGTERM');
  await device.run();
  t.like(await device.until(({ state }) => state === 'recording'), { recording: { wholeProcess: true } });
  const stopped = await runLiuhen('stop', '--config', device.config);
  t.is(stopped.status, 70);
  t.regex(stopped.stderr, /whole-process/);
  t.regex(stopped.stderr, /next: confirm with liuhen stop --confirm/);
  const confirmed = await runLiuhen('stop', '--confirm', '--config', device.config);
  t.is(confirmed.status, 0, confirmed.stderr);

  const started = await runLiuhen('start', '--behaviour', '现场检查', '--config', device.config);
  t.is(started.status, 0, started.stderr);
  await device.until(({ recording }) => (recording?.fragments ?? 0) >= 1);
  await device.running?.stop('SIGKILL');
  await device.run();
  t.like(await device.until(() => true), { state: 'idle', recording: null });
  t.like((await device.recordings()).at(-1), {
    behaviour: 'on-site-inspection',
    stopped: { reason: 'interrupted' },
  });
});

test('status shows what the officer sees, what is absent and why, and what is not there at all', async (t) => {
  const device = await RealDevice.start(t);
  await device.running?.stop();
  const folder = device.folder;
  await writeFile(
    join(folder, 'officers.yaml'),
    '0A00000017: {id: officer-17, name: Officer, credential: LX-17}\n',
  );
  await writeFile(
    device.config,
    'device: {id: recorder-0001, authority: liuhen.example}\ncamera: {source: synthetic}\n' +
      `hardware: {gnss: {port: ${join(folder, 'no-such-port')}}, officersFile: officers.yaml}\n`,
  );
  await device.run();
  await device.until(
    ({ hardware }) => hardware.pieces.gnss?.state === 'absent' && hardware.light === 'ready',
  );
  const { stdout } = await runLiuhen('status', '--config', device.config);
  t.regex(stdout, /^light {2,}ready$/m);
  t.regex(stdout, /^officer {2,}no card shown$/m);
  t.regex(stdout, /^absent {2,}GNSS receiver: .*no-such-port/m);
  t.regex(stdout, /^not set up {2,}button, light, .*card reader, microcontroller$/m);
});
