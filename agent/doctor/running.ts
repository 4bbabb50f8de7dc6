import { setTimeout as pause } from 'node:timers/promises';
import type { Config } from '../../config/load.js';
import type { Clock } from '../../drivers/clock.js';
import { checkDevice } from '../buffer/check.js';
import type { DeviceStores } from '../buffer/open.js';
import type { Firmware } from '../firmware.js';
import type { BatteryReading } from '../hardware/hardware.js';
import type { PieceName, PieceStatus } from '../hardware/pieces.js';
import type { Journal } from '../journal/journal.js';
import type { Vkey } from '../journal/vkey.js';
import type { PageFacts } from '../kiosk/heartbeat.js';
import type { PlatformFacts } from '../kiosk/platform.js';
import type { Uplink } from '../uplink/uplink.js';
import { witnessedBy } from './archive.js';
import type { Backlog } from './backlog.js';
import type { Camera, Examined } from './examined.js';
import { CAMERA_MS } from './footage-rate.js';
import { newestOf, sealProbe } from './probe.js';

const LOOK_MS = 100;
const NO_CAMERA: Camera = {
  rate: undefined,
  sinceNewestMs: undefined,
  problem: undefined,
  shortcomings: [],
};

export interface RunningParts {
  config: Config;
  clock: Clock;
  stores: DeviceStores;
  journal: Journal;
  uplink: Uplink | undefined;
  witness: Vkey | undefined;
  rootVkey: string;
  backlog(): Promise<Backlog>;
  pieces(): Partial<Record<PieceName, PieceStatus>>;
  /** Absent where nothing tells. */
  battery?: () => BatteryReading | null;
  firmware?: Firmware | undefined;
  camera?: () => Camera;
  /** Absent on a recorder. */
  page?: () => PageFacts;
  platform?: () => PlatformFacts;
}

/** The device of a running agent, for one examination: what it has open, and what it has seen of its hardware while at work. */
export function runningDevice(parts: RunningParts): Examined {
  const { config, clock, stores, journal, uplink, witness, firmware, camera, page, platform } = parts;
  let newest: ReturnType<typeof newestOf> | undefined;
  return {
    config,
    clock,
    get running() {
      return { pid: process.pid, upSec: Math.round(process.uptime()) };
    },
    rootVkey: async () => parts.rootVkey,
    async camera() {
      for (;;) {
        const seen = camera?.() ?? NO_CAMERA;
        // An agent that was just started has not seen enough yet to say that nothing comes.
        const isEarly = camera !== undefined && process.uptime() * 1000 < CAMERA_MS;
        const came = config.recording.mode === 'still' ? seen.sinceNewestMs : seen.rate;
        if (!isEarly || came !== undefined || seen.problem !== undefined) return seen;
        await pause(LOOK_MS);
      }
    },
    pieces: async () => parts.pieces(),
    firmware: async () => await firmware?.info(),
    battery: async () => parts.battery?.() ?? undefined,
    newest() {
      newest ??= newestOf(stores.store, journal, config.uplink.witness);
      return newest;
    },
    seal: () => sealProbe(journal),
    async witness(sealed, limitMs) {
      if (uplink === undefined) return { answer: 'none', counts: {} };
      return await witnessedBy(uplink, sealed, limitMs);
    },
    checkJournal: () => checkDevice(stores, { quick: true, ...(witness === undefined ? {} : { witness }) }),
    backlog: () => parts.backlog(),
    page: async () => page?.(),
    platform: async () => platform?.(),
  };
}
