import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { pino } from 'pino';
import { type SampleHall, sampleHall } from '../../agent/authority/sample-hall.js';
import { initDevice } from '../../agent/init.js';
import { type KioskAgent, runKiosk } from '../../agent/run-kiosk.js';
import { type ConfigInput, defaultConfig } from '../../config/load.js';
import { systemClock } from '../../drivers/clock.js';
import { systemTimers } from '../../drivers/timers.js';
import { MemoryDrivers } from './hardware.js';

export const CARD = '0A00123456';
export const COLLEAGUES_CARD = '0A00123457';
export const PRESENCE = 1;
export const AWAY = 2;

/** A whole kiosk in this process, with the sample hall, real databases, a real broker where one is named, and hardware in memory. */
export class TestKiosk {
  readonly folder: string;
  readonly hall: SampleHall;
  readonly rootVkey: string;
  readonly drivers = new MemoryDrivers(systemTimers);
  agent!: KioskAgent;

  private constructor(folder: string, hall: SampleHall, rootVkey: string) {
    this.folder = folder;
    this.hall = hall;
    this.rootVkey = rootVkey;
  }

  static async make(t: ExecutionContext): Promise<TestKiosk> {
    const folder = await mkdtemp(join(tmpdir(), 'liuhen-kiosk-'));
    t.teardown(() => rm(folder, { recursive: true, force: true }));
    const hall = await sampleHall(join(folder, 'authority'));
    const device = { id: 'kiosk-0001', authority: 'liuhen.example' };
    const rootVkey = await initDevice(join(folder, 'data'), device, systemClock());
    const credentials = [
      ...new Set(
        hall.envelopes
          .flatMap(({ document }) => (document.kind === 'post' ? [document] : []))
          .map(({ credential }) => credential),
      ),
    ];
    const staff = [CARD, COLLEAGUES_CARD].map(
      (card, at) => `${card}: {id: staff-${at}, name: Staff ${at}, credential: ${credentials[at]}}`,
    );
    await writeFile(join(folder, 'staff.yaml'), `${staff.join('\n')}\n`);
    return new TestKiosk(folder, hall, rootVkey);
  }

  async start(uplink?: { broker: string; witness: string }): Promise<KioskAgent> {
    const { folder, hall, drivers } = this;
    const backoff = { min: '10ms', max: '100ms' };
    const config: Parameters<typeof defaultConfig>[0] = {
      profile: 'kiosk',
      device: { id: 'kiosk-0001', authority: 'liuhen.example' },
      data: join(folder, 'data'),
      storage: { reserve: '16MiB' },
      uplink: { ...uplink, backoff } as ConfigInput['uplink'],
      disclosure: { hall: hall.hall, root: hall.rootVkey },
      hardware: { cardReader: { port: '/dev/cards' } },
      kiosk: {
        window: '1',
        port: 0,
        staleAfter: '5s',
        sleepAfter: '10s',
        staffFile: join(folder, 'staff.yaml'),
        presence: { chip: 'kiosk', line: PRESENCE },
        awayButton: { chip: 'kiosk', line: AWAY },
      },
    } as never;
    this.agent = await runKiosk({ config: defaultConfig(config), log: pino({ level: 'silent' }), drivers });
    return this.agent;
  }

  /** Takes the whole hall as from files. */
  async takeHall(): Promise<void> {
    for (const { bytes } of this.hall.envelopes) await this.agent.disclosure.intake.take(undefined, bytes);
  }

  /** A card is put to the reader and taken away; resolves when what it did is sealed. */
  async tap(card: string): Promise<void> {
    const xor = Buffer.from(card, 'hex').reduce((sum, byte) => sum ^ byte, 0);
    this.drivers.link('/dev/cards').say(`\x02${card}${xor.toString(16).toUpperCase().padStart(2, '0')}\x03`);
    await this.agent.duty.settled();
  }

  async press(): Promise<void> {
    const line = this.drivers.gpioLines.line(AWAY);
    line.set(true);
    line.set(false);
    await this.agent.duty.settled();
  }

  async page(path = '/'): Promise<string> {
    return await (await fetch(new URL(path, this.agent.kiosk.url))).text();
  }
}
