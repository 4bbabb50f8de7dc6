import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import { pino } from 'pino';
import { type Archive, initArchive, startArchive } from '../../agent/archive/archive.js';
import { enrol } from '../../agent/authority/ca-enrol.js';
import { places } from '../../agent/authority/ca-folder.js';
import { initAuthority, type MadeAuthority } from '../../agent/authority/ca-init.js';
import { type Desk, serveDesk } from '../../agent/authority/ca-serve.js';
import { serialOf } from '../../agent/provision/answer.js';
import { checkAnswers } from '../../agent/provision/answers.js';
import { type Provisioned, provisionDevice } from '../../agent/provision/device.js';
import { takeAnswer } from '../../agent/provision/enrolled.js';
import { certificateIn, files } from '../../agent/provision/files.js';
import { readRequest } from '../../agent/provision/request.js';
import { loadConfig } from '../../config/load.js';
import { systemClock } from '../../drivers/clock.js';
import { freePort } from './broker.js';

const BINARY = '/usr/sbin/mosquitto';
const PORT_ATTEMPTS = 100;
const PORT_PAUSE_MS = 300;
export const DOMAIN = 'liuhen.example';

/** An authority in a folder of its own, with an archive, and a mosquitto that runs on what it generated. */
export class TestAuthorityHouse {
  readonly folder: string;
  readonly authority: MadeAuthority;
  readonly archive: string;
  readonly witness: string;
  #broker: ChildProcess | undefined;
  #desk: Desk | undefined;
  #embedded: Archive | undefined;

  private constructor(folder: string, authority: MadeAuthority, archive: string, witness: string) {
    this.folder = folder;
    this.authority = authority;
    this.archive = archive;
    this.witness = witness;
  }

  static async create(): Promise<TestAuthorityHouse> {
    const folder = await mkdtemp(join(tmpdir(), 'liuhen-authority-'));
    const archive = join(folder, 'archive');
    const witness = await initArchive(archive, `${DOMAIN}/archive`);
    const authority = await initAuthority({
      dir: join(folder, 'authority'),
      domain: DOMAIN,
      host: '127.0.0.1',
      listen: '127.0.0.1',
      port: await freePort(),
      enrolPort: await freePort(),
      account: userInfo().username,
      archive,
      days: 90,
      passphrase: undefined,
      nowMs: Date.now(),
    });
    return new TestAuthorityHouse(folder, authority, archive, witness);
  }

  /** As `create`, gone when the test is over. */
  static async of(t: ExecutionContext): Promise<TestAuthorityHouse> {
    const made = await TestAuthorityHouse.create();
    t.teardown(() => made.remove());
    return made;
  }

  /**
   * Resolves when mosquitto runs on the generated configuration; rejects with its last words otherwise. The ports stand in what was
   * generated, so one that somebody's connection has borrowed meanwhile is waited for.
   */
  async startBroker(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#startBroker();
      } catch (error) {
        if (attempt === PORT_ATTEMPTS || !/in use/.test(String(error))) throw error;
        await delay(PORT_PAUSE_MS);
      }
    }
  }

  /** MQTT protocol level that the broker speaks. */
  get protocol(): 4 | 5 {
    return this.#embedded === undefined ? 5 : 4;
  }

  /** The archive, as the broker itself, on what was generated. */
  async startEmbedded(): Promise<Archive> {
    this.#embedded = await startedOn(this.authority.embeddedConfig);
    return this.#embedded;
  }

  /** The archive, at the broker that runs, on what was generated; to be stopped by who starts it. */
  startArchive(): Promise<Archive> {
    return startedOn(this.authority.archiveConfig);
  }

  async #startBroker(): Promise<void> {
    const child = spawn(BINARY, ['-c', this.authority.brokerConfig], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#broker = child;
    await new Promise<void>((resolve, reject) => {
      let last = '';
      child.once('error', reject);
      child.once('exit', () => reject(new Error(`mosquitto ended: ${last}`)));
      createInterface({ input: child.stderr }).on('line', (line) => {
        last = line;
        if (/mosquitto version .* running/.test(line)) resolve();
        if (/Reloading config/.test(line)) child.emit('reloaded');
      });
    });
  }

  /** Resolves the next time that mosquitto says it reads its configuration again; call it before what makes it. */
  async reloaded(): Promise<void> {
    if (this.#broker !== undefined) await once(this.#broker, 'reloaded');
  }

  async serve(): Promise<Desk> {
    this.#desk = serveDesk(this.authority, { log: pino({ level: 'silent' }) });
    await this.#desk.ready;
    return this.#desk;
  }

  /** A device in a folder of its own, not enrolled. */
  provision(device: string, more: object = {}): Promise<Provisioned> {
    const answers = checkAnswers(
      {
        profile: 'recorder',
        device,
        authority: DOMAIN,
        camera: 'synthetic',
        data: `${device}-data`,
        ...more,
      },
      'test',
    );
    return provisionDevice(join(this.folder, `${device}.yaml`), answers);
  }

  /** A device that is enrolled. */
  async enrolled(device: string, more: object = {}) {
    const made = await this.provision(device, more);
    const answer = await enrol(this.authority, await readRequest(made.request), Date.now());
    return takeAnswer(made, answer, Date.now());
  }

  /** Makes what is issued from now on valid for so many days. */
  issueFor(days: number): void {
    const { dir, settings } = this.authority;
    writeFileSync(places.settings(dir), JSON.stringify({ ...settings, days }));
  }

  async stopBroker(): Promise<void> {
    const child = this.#broker;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const closed = once(child, 'close');
    child.kill('SIGKILL');
    await closed;
  }

  async remove(): Promise<void> {
    await this.#desk?.stop();
    await this.#embedded?.stop();
    await this.stopBroker();
    await rm(this.folder, { recursive: true, force: true });
  }
}

function startedOn(configFile = ''): Promise<Archive> {
  const { data, archive: settings } = loadConfig(configFile);
  const log = pino({ level: 'silent' });
  return startArchive({ data, settings, reserveBytes: 0, log, clock: systemClock() });
}

/** Serial number of the certificate that is in place in a device's data folder. */
export async function serialIn(data: string): Promise<string> {
  return serialOf(certificateIn(await readFile(files.identity(data), 'utf8')) ?? '');
}
