import { type ChildProcess, execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { stringify } from 'yaml';
import { registerDevice } from '../../agent/archive/archive.js';
import type { Check, CheckId } from '../../agent/doctor/check.js';
import type { TlsFiles } from '../../agent/link/settings.js';
import { archiveSettings, TestArchive } from './archive.js';
import { LIUHEN, liuhen, type Ran } from './liuhen.js';
import { LiuhenProcess } from './liuhen-process.js';
import { Mosquitto } from './mosquitto.js';
import { TestAuthority } from './tls.js';

/** A broker with mutual TLS, and an archive behind it. */
export class Upstream {
  readonly authority: TestAuthority;
  readonly mosquitto: Mosquitto;
  readonly archive: TestArchive;
  /** What a device needs that is let in. */
  readonly tls: Required<TlsFiles>;

  private constructor(parts: Pick<Upstream, 'authority' | 'mosquitto' | 'archive' | 'tls'>) {
    this.authority = parts.authority;
    this.mosquitto = parts.mosquitto;
    this.archive = parts.archive;
    this.tls = parts.tls;
  }

  static async start(): Promise<Upstream> {
    const authority = await TestAuthority.create();
    const mosquitto = await Mosquitto.start(authority.listener(await authority.certify('broker')));
    const archive = await TestArchive.init();
    const tls = authority.client(await authority.certify('archive')) as Required<TlsFiles>;
    const settings = archiveSettings({ broker: `mqtts://127.0.0.1:${mosquitto.port}`, tls });
    const running = await archive.launch({ settings });
    if (!running.status().online) await new Promise<void>((resolve) => running.once('online', resolve));
    const own = authority.client(await authority.certify('device')) as Required<TlsFiles>;
    return new Upstream({ authority, mosquitto, archive, tls: own });
  }

  get broker(): string {
    return `mqtts://127.0.0.1:${this.mosquitto.port}`;
  }

  async remove(): Promise<void> {
    await this.archive.remove();
    await this.mosquitto.remove();
    await this.authority.remove();
  }
}

type Section = Record<string, unknown>;
let made = 0;

/** A device on a technician's bench: a folder with its configuration, and the real command line. */
export class Bench {
  readonly folder: string;
  readonly id: string;
  readonly rootVkey: string;

  private constructor(folder: string, id: string, rootVkey: string) {
    this.folder = folder;
    this.id = id;
    this.rootVkey = rootVkey;
  }

  /** Made by `liuhen init`; `settings` go over a test picture of small size. */
  static async make(
    t: ExecutionContext,
    settings: Record<string, Section> = {},
    at?: string,
  ): Promise<Bench> {
    const folder = at ?? (await mkdtemp(join(tmpdir(), 'liuhen-bench-')));
    if (at === undefined) t.teardown(() => rm(folder, { recursive: true, force: true }));
    const id = `recorder-${process.pid}-${++made}`;
    const named = ['--device', id, '--authority', 'liuhen.example'];
    const init = await liuhen(folder, 'init', ...named, '--camera', 'synthetic', '--json');
    t.is(init.status, 0, init.stderr);
    const bench = new Bench(folder, id, (JSON.parse(init.stdout) as { rootVkey: string }).rootVkey);
    await bench.configure(settings);
    return bench;
  }

  /** On the bench, and known to the archive upstream. */
  static async connected(t: ExecutionContext, upstream: Upstream, settings: Record<string, Section> = {}) {
    const { broker, tls, archive } = upstream;
    const uplink = { broker, tls, witness: archive.witness.vkey, ...settings.uplink };
    const bench = await Bench.make(t, { ...settings, uplink });
    await registerDevice(archive.data, bench.rootVkey);
    return bench;
  }

  get data(): string {
    return join(this.folder, 'data');
  }

  async configure(settings: Record<string, Section>): Promise<void> {
    const standard = {
      device: { id: this.id, authority: 'liuhen.example' },
      camera: { source: 'synthetic', width: 320, height: 240, audio: false, ...settings.camera },
      recording: { fragment: '200ms', preRecord: '1s', ...settings.recording },
    };
    await writeFile(join(this.folder, 'liuhen.yaml'), stringify({ ...settings, ...standard }));
  }

  liuhen(...args: string[]): Promise<Ran> {
    return liuhen(this.folder, ...args);
  }

  /** `liuhen doctor --json` with its checks by id; `before` stands before node on the command line. */
  async doctor(
    t: ExecutionContext,
    args: readonly string[] = [],
    before: readonly string[] = [],
  ): Promise<Answer> {
    const all = [...before, process.execPath, LIUHEN, 'doctor', '--json', ...args];
    const [command = '', ...rest] = all;
    const ran = await new Promise<Ran>((resolve) => {
      const env = { ...process.env, FAKETIME_DONT_FAKE_MONOTONIC: '1' };
      execFile(command, rest, { cwd: this.folder, env }, (error, stdout, stderr) => {
        resolve({ status: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
      });
    });
    t.regex(ran.stdout, /^\{/, ran.stderr);
    const { status, checks } = JSON.parse(ran.stdout) as { status: number; checks: Check[] };
    t.is(ran.status, status);
    const byId = Object.fromEntries(checks.map((each) => [each.id, each])) as Partial<Record<CheckId, Check>>;
    return { status, ids: checks.map(({ id }) => id), of: (id) => byId[id] ?? missing(id), raw: ran.stdout };
  }

  /** `liuhen run` as a process of its own, ended after the test. */
  async run(t: ExecutionContext, ...args: string[]): Promise<ChildProcess> {
    const agent = await LiuhenProcess.start(['run', ...args], this.folder);
    t.teardown(() => agent.signal('SIGKILL'));
    return agent.child;
  }
}

export interface Answer {
  status: number;
  ids: CheckId[];
  of(id: CheckId): Check;
  raw: string;
}

function missing(id: string): never {
  throw new Error(`the doctor has no check ${id}`);
}
