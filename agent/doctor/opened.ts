import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { LiuhenError } from '../../config/errors.js';
import { originOf } from '../../config/identity.js';
import type { Config } from '../../config/load.js';
import { type Clock, systemClock } from '../../drivers/clock.js';
import { FirmwareUpdater } from '../../firmware-bridge/update.js';
import { checkDevice } from '../buffer/check.js';
import { freeBytes } from '../buffer/free-space.js';
import { type DeviceStores, hasJournal, openJournal, openStores } from '../buffer/open.js';
import { type Drivers, systemDrivers } from '../hardware/drivers.js';
import { Hardware } from '../hardware/hardware.js';
import { KIOSK_PIECES, Pieces } from '../hardware/pieces.js';
import { HardwareSignals } from '../hardware/signals.js';
import type { Journal } from '../journal/journal.js';
import { parseVkey } from '../journal/vkey.js';
import { openWindowHardware } from '../kiosk/window-hardware.js';
import { configuredCamera } from '../recorder/configured-camera.js';
import { fragmentsOf } from '../recorder/fragments.js';
import { startUplink, type Uplink } from '../uplink/uplink.js';
import { SOFTWARE } from '../version.js';
import { witnessedBy } from './archive.js';
import { surveyBacklog } from './backlog.js';
import type { Camera, Examined } from './examined.js';
import { CAMERA_MS, FootageMeter } from './footage-rate.js';
import { newestOf, sealProbe } from './probe.js';

/** A receiver speaks every second, a board answers within one; what has not spoken by then is not there. */
const PIECES_MS = 6000;
const LOOK_MS = 100;
/** Long enough to be seen, heard and felt on a bench. */
const SHOWN_MS = 600;
const ENOUGH_FRAGMENTS = 4;

/** What is seen on the bench is told by the doctor and is no entry. */
const UNWRITTEN: Pick<Journal, 'append'> = { append: () => new Promise(() => {}) };

export interface OpenedOptions {
  config: Config;
  log: Logger;
  clock?: Clock;
  drivers?: Drivers;
}

/** A device on which no agent runs, opened for the examination piece by piece as it is asked for. `close` gives all back. */
export class OpenedDevice implements Examined {
  readonly config: Config;
  readonly clock: Clock;
  readonly running = undefined;
  readonly #log: Logger;
  readonly #drivers: Drivers;
  readonly #undo: (() => Promise<void>)[] = [];
  #opened:
    | Promise<{ stores: DeviceStores; journal: Journal; newest: Awaited<ReturnType<typeof newestOf>> }>
    | undefined;
  #bench: Promise<{ hardware: Hardware; pieces: Pieces }> | undefined;
  #atWindow: Promise<{ pieces: Pieces }> | undefined;
  #linked: Promise<Uplink> | undefined;

  constructor({ config, log, clock = systemClock(), drivers = systemDrivers }: OpenedOptions) {
    this.config = config;
    this.clock = clock;
    this.#log = log;
    this.#drivers = drivers;
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.#opened, this.#bench, this.#atWindow, this.#linked]);
    for (const step of this.#undo.reverse()) await step().catch(() => {});
  }

  async rootVkey(): Promise<string> {
    const { stores } = await this.#journal();
    return (await stores.store.identity())?.rootVkey ?? '';
  }

  async camera(): Promise<Camera> {
    const film = configuredCamera(this.config, this.#log);
    const meter = new FootageMeter(this.clock);
    const run = film.start();
    const limit = setTimeout(() => void run.stop(), CAMERA_MS);
    let fragments = 0;
    try {
      for await (const event of fragmentsOf(run.output)) {
        if (event.type !== 'fragment') continue;
        meter.came(event.fragment);
        // Of still pictures the next may be minutes away.
        if (++fragments > ENOUGH_FRAGMENTS || this.config.recording.mode === 'still') break;
      }
    } finally {
      clearTimeout(limit);
      await run.stop();
    }
    const { detail } = await run.ended;
    const sinceNewestMs = meter.sinceNewestMs();
    return { rate: meter.rate(), sinceNewestMs, problem: detail, shortcomings: film.shortcomings };
  }

  async pieces() {
    const { pieces } = await (this.#isKiosk ? this.#window() : this.#hardware());
    const status = () => (this.#isKiosk ? pieces.status(KIOSK_PIECES) : pieces.status());
    const waits = () => Object.values(status()).some(({ state }) => state === 'waits');
    for (const endMs = performance.now() + PIECES_MS; waits() && performance.now() < endMs; )
      await pause(LOOK_MS);
    return status();
  }

  async firmware() {
    if (this.#isKiosk) return undefined;
    const { hardware } = await this.#hardware();
    return hardware.client === undefined ? undefined : await new FirmwareUpdater(hardware.client).info();
  }

  async battery() {
    if (this.#isKiosk) return undefined;
    await this.pieces();
    const { hardware } = await this.#hardware();
    return hardware.status().battery ?? undefined;
  }

  async newest() {
    return (await this.#journal()).newest;
  }

  async seal() {
    return await sealProbe((await this.#journal()).journal);
  }

  async witness(sealed: { entry: number; tookMs: number }, limitMs: number) {
    return await witnessedBy(await this.#uplink(), sealed, limitMs);
  }

  async checkJournal() {
    const { stores } = await this.#journal();
    const { witness } = this.config.uplink;
    return await checkDevice(stores, {
      quick: true,
      ...(witness === undefined ? {} : { witness: parseVkey(witness) }),
    });
  }

  async backlog() {
    return await surveyBacklog((await this.#journal()).stores.store);
  }

  async page() {
    return undefined;
  }

  async platform() {
    return undefined;
  }

  #journal() {
    this.#opened ??= this.#openJournal();
    return this.#opened;
  }

  async #openJournal() {
    const { data, device, journal: settings, uplink } = this.config;
    if (!hasJournal(data)) {
      throw new LiuhenError('LIUHEN_STATE', `${data} holds no journal: the device is not provisioned`, {
        next: 'liuhen provision, or liuhen init',
      });
    }
    const stores = await openStores(data);
    this.#undo.push(() => stores.close());
    const { journal } = await openJournal(stores, this.clock, settings);
    this.#undo.push(() => journal.close());
    const origin = originOf(device.authority, device.id);
    if (journal.origin !== origin) {
      throw new LiuhenError(
        'LIUHEN_CONFIG',
        `${data} is the journal of ${journal.origin}, not of ${origin}`,
        {
          next: 'a device keeps its id for life: correct device.id and device.authority, or the data folder',
        },
      );
    }
    return { stores, journal, newest: await newestOf(stores.store, journal, uplink.witness) };
  }

  async #uplink(): Promise<Uplink> {
    this.#linked ??= this.#startUplink();
    return await this.#linked;
  }

  async #startUplink(): Promise<Uplink> {
    const { stores, journal } = await this.#journal();
    const { config, clock } = this;
    const uplink = startUplink({
      ...{ config: config.uplink, device: config.device.id, journal, clock, software: SOFTWARE },
      ...{ store: stores.store, footage: stores.footage, log: this.#log },
      telemetry: async () => ({ disk: { freeBytes: await freeBytes(config.data) } }),
    });
    this.#undo.push(() => uplink.stop());
    return uplink;
  }

  /** Its hardware is that of a window, and of nothing that is worn. */
  get #isKiosk(): boolean {
    return this.config.profile === 'kiosk';
  }

  #window() {
    this.#atWindow ??= this.#openWindow();
    return this.#atWindow;
  }

  /** What a kiosk has at its window, with nobody on duty. */
  async #openWindow(): Promise<{ pieces: Pieces }> {
    const pieces = new Pieces(UNWRITTEN, this.#log);
    const close = await openWindowHardware({
      ...{ config: this.config, drivers: this.#drivers, pieces, clock: this.clock, log: this.#log },
      duty: { card: async () => {}, awayButton: async () => {} },
      tell() {},
    });
    this.#undo.push(async () => {
      pieces.close();
      await close();
    });
    return { pieces };
  }

  #hardware() {
    this.#bench ??= this.#openHardware();
    return this.#bench;
  }

  /** Opens what is configured as an agent would, and has each output show itself once. */
  async #openHardware() {
    const pieces = new Pieces(UNWRITTEN, this.#log);
    const signals = new HardwareSignals();
    const hardware = await Hardware.open(this.config.hardware, {
      ...{ drivers: this.#drivers, pieces, signals, clock: this.clock, machineClock: this.clock },
      controls: { button() {}, door() {}, powerRead() {} },
      identity: { card() {} },
      log: this.#log,
      tried: true,
    });
    this.#undo.push(async () => {
      pieces.close();
      await hardware.close();
    });
    signals.light('starting');
    signals.cue('started');
    await pause(SHOWN_MS);
    signals.light('off');
    return { hardware, pieces };
  }
}
