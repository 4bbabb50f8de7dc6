import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import test, { type ExecutionContext } from 'ava';
import { connectAsync, type MqttClient } from 'mqtt';
import { signCommand } from '../../agent/authority/command.js';
import { openKeyFile } from '../../agent/authority/key-file.js';
import { openStores } from '../../agent/buffer/open.js';
import type { CommandAnswer } from '../../agent/commands/answers.js';
import { parseCheckpoint } from '../../agent/journal/checkpoint.js';
import { decodeEntry, type Entry } from '../../agent/journal/entry.js';
import { ArchiveProcess, archiveCommand } from '../support/archive-process.js';
import { LIUHEN, type Ran } from '../support/liuhen.js';
import { Mosquitto, withoutMosquitto } from '../support/mosquitto.js';
import { Desk, PASSPHRASE } from '../support/signing-desk.js';

const TOPIC = 'liuhen/1/recorder-0001';

/** A desk, a broker, an archive and a recorder, each a process of its own, and somebody at the broker who sees and repeats everything. */
class Scene {
  readonly heard: { topic: string; payload: Buffer }[] = [];
  #agent: ChildProcess | undefined;

  constructor(
    readonly t: ExecutionContext,
    readonly desk: Desk,
    readonly broker: string,
    readonly listener: MqttClient,
  ) {
    listener.on('message', (topic, payload) => void this.heard.push({ topic, payload }));
  }

  /** With the archive's own broker where none is given. */
  static async open(t: ExecutionContext, other?: string): Promise<Scene> {
    const desk = await Desk.open(t);
    const archive = desk.path('archive');
    await archiveCommand('init', '--data', archive, '--name', 'liuhen.example/archive');
    const which = other === undefined ? ['--embedded-broker', '--port', '0'] : ['--broker', other];
    const running = await ArchiveProcess.start('--data', archive, ...which);
    t.teardown(() => running.signal('SIGKILL'));
    const { broker } = running.ready;
    const listener = await connectAsync(broker);
    t.teardown(() => listener.endAsync(true));
    await listener.subscribeAsync(other === undefined ? `${TOPIC}/command` : `${TOPIC}/#`, { qos: 1 });
    const scene = new Scene(t, desk, broker, listener);

    const root = await desk.key('root');
    await desk.key('dispatcher');
    await desk.key('technician');
    await desk.write(
      'trust.yaml',
      'keys:\n  - {holder: control room, keyFile: dispatcher.key}\n  - {holder: bench, keyFile: technician.key}\n',
    );
    t.is((await desk.sign('trust', 'trust.yaml', '--key', 'root.key', '--out', 'signed')).status, 0);

    const named = ['--device', 'recorder-0001', '--authority', 'liuhen.example', '--camera', 'synthetic'];
    const init = await desk.run('init', ...named, '--broker', broker, '--witness', running.ready.witness);
    t.is(init.status, 0, init.stderr);
    await archiveCommand('add', init.stdout.trim(), '--data', archive);
    await appendFile(desk.path('liuhen.yaml'), `\ndisclosure:\n  root: ${root}\n`);
    return scene;
  }

  /** The next message on a topic that is as wanted. */
  next(wanted: (topic: string, payload: Buffer) => boolean): Promise<Buffer> {
    return new Promise((resolve) => {
      const look = (topic: string, payload: Buffer) => {
        if (!wanted(topic, payload)) return;
        this.listener.off('message', look);
        resolve(payload);
      };
      this.listener.on('message', look);
    });
  }

  /** Starts the recorder. Where its clock is nobody's, it obeys once the archive has told the time. */
  async start(): Promise<void> {
    const settings = ['log.level=silent', 'camera.width=320', 'camera.height=240'];
    const set = settings.flatMap((each) => ['--set', each]);
    const agent = spawn(process.execPath, [LIUHEN, 'run', ...set], {
      cwd: this.desk.folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#agent = agent;
    const exited = once(agent, 'exit');
    this.t.teardown(async () => {
      agent.kill('SIGKILL');
      await exited;
    });
    await once(createInterface(agent.stdout), 'line');
  }

  /** The file of the trust document, for `--trust`. */
  async trust(): Promise<string> {
    const [file = ''] = await readdir(this.desk.path('signed'));
    return join('signed', file);
  }

  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const exited = once(this.#agent as ChildProcess, 'exit');
    this.#agent?.kill(signal);
    await exited;
  }

  /** `liuhen command send recorder-0001 …`. */
  send(command: readonly string[], role: 'dispatcher' | 'technician', ...more: string[]): Promise<Ran> {
    return this.desk.run(
      ...[
        'command',
        'send',
        'recorder-0001',
        ...command,
        '--key',
        `${role}.key`,
        '--why',
        'a test',
        '--json',
      ],
      ...['--passphrase-file', 'pass', '--broker', this.broker, ...more],
    );
  }

  async mustSend(command: readonly string[], role: 'dispatcher' | 'technician', ...more: string[]) {
    const { status, stdout, stderr } = await this.send(command, role, ...more);
    if (status !== 0) throw new Error(stderr);
    return JSON.parse(stdout) as CommandAnswer & { result: Record<string, unknown> };
  }

  /** Envelopes of commands as they went by. */
  get commands(): Buffer[] {
    return this.heard.flatMap(({ topic, payload }) =>
      topic === `${TOPIC}/command` && payload.length > 0 ? [payload] : [],
    );
  }

  publish(payload: Buffer): Promise<unknown> {
    return this.listener.publishAsync(`${TOPIC}/command`, payload, { qos: 1 });
  }

  /** Listens to answers until so many cases were opened, and gives the answers. */
  async cases(count: number): Promise<CommandAnswer[]> {
    const answers: CommandAnswer[] = [];
    await this.next((topic, payload) => {
      if (!topic.startsWith(`${TOPIC}/result/`)) return false;
      const answer = JSON.parse(payload.toString()) as CommandAnswer;
      const isNew = answer.status === 'done' && answer.repeated === undefined;
      if (answer.command === 'open-case' && isNew) answers.push(answer);
      return answers.length >= count;
    });
    return answers;
  }

  /** The whole journal, once the recorder has ended. */
  async entries(): Promise<(Entry & Record<string, unknown>)[]> {
    const stores = await openStores(this.desk.path('data'));
    try {
      const { size } = parseCheckpoint((await stores.store.checkpoint()) ?? '');
      const entries: (Entry & Record<string, unknown>)[] = [];
      for await (const encoded of stores.store.entries(0, size)) {
        entries.push(decodeEntry(encoded, entries.length) as Entry & Record<string, unknown>);
      }
      return entries;
    } finally {
      await stores.close();
    }
  }
}

/** With mosquitto between them, and the recorder running. */
async function withMosquitto(t: ExecutionContext): Promise<Scene> {
  const mosquitto = await Mosquitto.start();
  t.teardown(() => mosquitto.remove());
  const scene = await Scene.open(t, `mqtt://127.0.0.1:${mosquitto.port}`);
  await scene.start();
  return scene;
}

const overMosquitto = withoutMosquitto === undefined ? test : test.skip;

overMosquitto(
  'a dispatcher commands a real recorder over mosquitto, through kills, repetitions and absence',
  async (t) => {
    const scene = await withMosquitto(t);

    const start = ['start', 'wholeProcess=true', 'case=2026-0042'];
    const { result } = await scene.mustSend(start, 'dispatcher', '--trust', await scene.trust());
    const recording = String(result.recording);
    const refused = await scene.send(['stop'], 'dispatcher');
    t.is(refused.status, 70);
    t.like(JSON.parse(refused.stdout), { status: 'failed', error: { code: 'LIUHEN_STATE' } });
    t.regex(refused.stderr, /whole-process/);
    t.like(await scene.mustSend(['mark', 'note=door opened'], 'dispatcher'), { status: 'done' });
    const before = scene.commands.length;

    const wrongRole = await scene.send(['rotate-key'], 'dispatcher');
    t.is(wrongRole.status, 70);
    t.regex(wrongRole.stderr, /LIUHEN_AUTHORITY_KEY/);
    t.is(scene.commands.length, before, 'what the key may not sign is not sent');
    const level = await scene.mustSend(
      ['change-setting', 'setting=recording.preRecord', 'value=10s'],
      'technician',
    );
    t.like(level.result, {
      setting: 'recording.preRecordMs',
      atStart: 30_000,
      now: 10_000,
      applied: 'at the next start',
    });
    const forbidden = await scene.send(
      ['change-setting', 'setting=uplink.broker', 'value=mqtt://x:1'],
      'technician',
    );
    t.like(JSON.parse(forbidden.stdout), { status: 'failed' });
    t.is((await scene.mustSend(['rotate-key'], 'technician')).status, 'done');

    await scene.end('SIGKILL');
    await scene.start();
    // Everything that was ever sent, three times over.
    const replayed = scene.commands;
    const answers = scene.next((topic) => topic.startsWith(`${TOPIC}/result/`));
    for (const envelope of [...replayed, ...replayed, ...replayed]) await scene.publish(envelope);
    t.like(JSON.parse((await answers).toString()), { repeated: true });

    const again = await scene.mustSend(
      ['change-setting', 'setting=recording.preRecord', 'value=20s'],
      'technician',
    );
    t.like(again.result, { atStart: 10_000, now: 20_000 }, 'what was changed before the kill holds');
    const running = await scene.mustSend(['raise-upload-priority', `recording=${recording}`], 'dispatcher');
    t.like(running.result, { recording: Number(recording) });
    t.is(
      (await scene.send(['stop', `recording=${recording}`, 'confirmed=true'], 'dispatcher')).status,
      70,
      'another goes on',
    );
    t.like(await scene.mustSend(['stop', 'confirmed=true'], 'dispatcher'), { status: 'done' });
    const { result: seen } = await scene.mustSend(['collect-diagnostics'], 'technician');
    t.like(seen.status, { device: 'recorder-0001', state: 'idle' });

    t.is(
      (await scene.send(['open-case', 'case=2026-0043'], 'dispatcher', '--out', 'case.dsse.json')).status,
      0,
    );
    const taken = await scene.desk.run('command', 'take', 'case.dsse.json', '--json');
    t.is(taken.status, 0, taken.stderr);
    t.is(
      (await scene.desk.run('command', 'take', 'case.dsse.json')).status,
      0,
      'told again, not obeyed again',
    );
    await scene.end('SIGTERM');

    const away = await scene.send(
      ['locate', 'seconds=1'],
      'dispatcher',
      '--retain',
      '--wait',
      '200ms',
      '--expires',
      '1h',
    );
    t.is(away.status, 70);
    t.regex(away.stderr, /LIUHEN_LINK/);
    const { id } = JSON.parse(away.stdout) as { id: string };
    const late = scene.next((topic) => topic === `${TOPIC}/result/${id}`);
    await scene.start();
    const told = JSON.parse((await late).toString()) as CommandAnswer;
    await scene.end('SIGTERM');

    const entries = await scene.entries();
    const commands = entries.filter(({ type }) => type === 'command');
    const accepted = commands.filter(({ stage }) => stage === 'accepted');
    t.is(new Set(accepted.map(({ id: each }) => each)).size, accepted.length, 'no id was obeyed twice');
    for (const name of ['mark', 'rotate-key', 'open-case']) {
      t.is(accepted.filter(({ what }) => what === name).length, 1, name);
    }
    t.is(entries.filter(({ type }) => type === 'mark').length, 1);
    t.deepEqual(
      entries.flatMap((entry) => (entry.type === 'case-opened' ? [entry.case] : [])),
      ['2026-0043'],
    );
    t.is(entries.filter(({ type }) => type === 'config-changed').length, 2);
    t.like(
      accepted.find(({ what }) => what === 'start'),
      { who: 'control room', why: 'a test' },
    );
    t.true(['done', 'refused'].includes(told.status));
    if (told.status === 'refused') t.is(told.refusal, 'clock', 'the archive had not told the time yet');
    const check = await scene.desk.run('check');
    t.is(check.status, 0, check.stdout + check.stderr);
  },
);

test("the archive's own broker carries commands, trust documents and answers", async (t) => {
  const scene = await Scene.open(t);
  await scene.start();
  const located = await scene.mustSend(['locate'], 'technician', '--trust', await scene.trust(), '--retain');
  t.like(located, { status: 'done', result: { seconds: 20 } });
  const { result } = await scene.mustSend(['collect-diagnostics'], 'technician');
  t.like(result.status, { device: 'recorder-0001', commands: { trust: 1 } });
  t.true((result.checks as unknown[]).length > 10);
});

overMosquitto(
  'kills at any moment lead to no command being obeyed twice, nor forgotten half done',
  async (t) => {
    const scene = await withMosquitto(t);
    await scene.mustSend(['locate', 'seconds=1'], 'technician', '--trust', await scene.trust());
    const key = await openKeyFile(scene.desk.path('dispatcher.key'), ['dispatcher'], () => PASSPHRASE);
    const order = {
      device: 'recorder-0001',
      command: 'open-case' as const,
      why: 'a test',
      lifeMs: 3_600_000,
    };
    const envelopes = Array.from({ length: 60 }, (_, at) => {
      const signed = signCommand({ ...order, args: { case: `case-${at}` }, nowMs: Date.now() }, key);
      return Buffer.from(signed.envelope);
    });
    for (let round = 0; round < 3; round++) {
      if (round > 0) await scene.start();
      const some = envelopes.slice(round * 20, (round + 1) * 20);
      const heard = scene.cases(round * 5 + 3);
      let enough = false;
      // Again and again: what came before the archive told the time, or into a crowd, comes once more.
      const pouring = (async () => {
        while (!enough) for (const each of some) await scene.publish(each);
      })();
      await heard;
      await scene.end('SIGKILL');
      enough = true;
      await pouring;
    }
    await scene.start();
    for (const each of envelopes.slice(20, 40)) await scene.publish(each);
    await scene.mustSend(['mark'], 'dispatcher').catch(() => {});
    await scene.end('SIGTERM');

    const entries = await scene.entries();
    const opened = entries.flatMap((entry) => (entry.type === 'case-opened' ? [entry.case] : []));
    t.is(new Set(opened).size, opened.length, 'no case was opened twice');
    const of = (stage: string) =>
      entries.flatMap((entry) => (entry.type === 'command' && entry.stage === stage ? [entry.id] : []));
    const accepted = of('accepted');
    t.is(new Set(accepted).size, accepted.length);
    const ended = [...of('done'), ...of('failed'), ...of('interrupted')];
    t.deepEqual([...ended].sort(), [...accepted].sort(), 'each that was begun has its end');
    t.true(opened.length >= 20);
  },
);
