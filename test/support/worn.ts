import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { pino } from 'pino';
import { openStores } from '../../agent/buffer/open.js';
import { callAgent } from '../../agent/control/client.js';
import { initDevice } from '../../agent/init.js';
import { decodeEntry, type Entry, type EntryOf, type EntryType } from '../../agent/journal/entry.js';
import { type Agent, runAgent } from '../../agent/run.js';
import { defaultConfig } from '../../config/load.js';
import { systemClock } from '../../drivers/clock.js';
import { ScriptedCamera, type ScriptedRun } from './camera.js';
import { MemoryDrivers } from './hardware.js';
import { ManualTimers } from './timers.js';

/** A whole agent in this process, with a scripted camera and hardware in memory; its clock is the machine's. */
export class WornDevice {
  readonly agent: Agent;
  readonly drivers: MemoryDrivers;
  readonly timers: ManualTimers;
  readonly camera: ScriptedCamera;
  readonly run: ScriptedRun;
  readonly logged: Record<string, unknown>[];

  readonly data: string;
  #stopping: Promise<void> | undefined;

  private constructor(
    agent: Agent,
    drivers: MemoryDrivers,
    timers: ManualTimers,
    camera: ScriptedCamera,
    run: ScriptedRun,
    logged: Record<string, unknown>[],
    data: string,
  ) {
    this.agent = agent;
    this.drivers = drivers;
    this.timers = timers;
    this.camera = camera;
    this.run = run;
    this.logged = logged;
    this.data = data;
  }

  /** A new device, or the one that was stopped before, with what is on its disk. */
  static async start(
    t: ExecutionContext,
    settings: Parameters<typeof defaultConfig>[0] = {},
    before: (drivers: MemoryDrivers) => void = () => {},
    again?: WornDevice,
  ): Promise<WornDevice> {
    const folder = again === undefined ? await mkdtemp(join(tmpdir(), 'liuhen-worn-')) : undefined;
    const config = defaultConfig({ ...settings, data: again?.data ?? join(folder ?? '', 'data') });
    if (again === undefined) await initDevice(config.data, config.device, systemClock());
    const timers = new ManualTimers();
    const drivers = new MemoryDrivers(timers);
    before(drivers);
    const camera = new ScriptedCamera();
    const logged: Record<string, unknown>[] = [];
    const log = pino({ level: 'info' }, { write: (line: string) => logged.push(JSON.parse(line)) });
    const agent = await runAgent({ config, log, camera, drivers });
    const run = await camera.nextRun();
    const worn = new WornDevice(agent, drivers, timers, camera, run, logged, config.data);
    t.teardown(async () => {
      await worn.stop();
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    });
    run.init();
    await worn.until(() => agent.recorder.cameraGiving);
    return worn;
  }

  /** The camera gives a fragment; resolves when the recorder has it. */
  async film(count = 1): Promise<void> {
    for (let at = 0; at < count; at++) {
      const came = new Promise<void>((resolve) => this.agent.recorder.once('footage', () => resolve()));
      this.run.fragment();
      await came;
    }
  }

  /** The button on this line is pressed, for so long, and what waits for its second press is waited out. */
  press(line: number, ms = 100): void {
    const button = this.drivers.gpioLines.line(line);
    button.set(true);
    this.timers.advance(ms);
    button.set(false);
    this.timers.advance(500);
  }

  /** What the command line sends to the agent. */
  command(method: 'GET' | 'POST', path: string, body?: unknown): Promise<unknown> {
    return callAgent(this.data, method, path, body);
  }

  async until(holds: () => boolean): Promise<void> {
    do await new Promise((resolve) => setImmediate(resolve));
    while (!holds());
  }

  /** Ends the agent; what it wrote is read afterwards. */
  async stop(): Promise<void> {
    this.#stopping ??= this.agent.stop('test over');
    await this.#stopping;
  }

  /** The whole journal, once the agent has ended. */
  async entries(): Promise<Entry[]> {
    await this.stop();
    const stores = await openStores(this.data);
    try {
      const entries: Entry[] = [];
      for await (const encoded of stores.store.entries(0, this.agent.journal.size)) {
        entries.push(decodeEntry(encoded, entries.length) as Entry);
      }
      return entries;
    } finally {
      await stores.close();
    }
  }

  async entriesOf<T extends EntryType>(type: T): Promise<EntryOf<T>[]> {
    return (await this.entries()).filter((entry): entry is EntryOf<T> => entry.type === type);
  }
}
