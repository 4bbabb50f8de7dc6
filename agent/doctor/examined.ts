import type { Config } from '../../config/load.js';
import type { Clock } from '../../drivers/clock.js';
import type { FirmwareInfo } from '../../firmware-bridge/update.js';
import type { CheckReport } from '../buffer/check.js';
import type { BatteryReading } from '../hardware/hardware.js';
import type { PieceName, PieceStatus } from '../hardware/pieces.js';
import type { PageFacts } from '../kiosk/heartbeat.js';
import type { PlatformFacts } from '../kiosk/platform.js';
import type { Words } from '../words/words.js';
import type { Backlog } from './backlog.js';
import type { FootageRate } from './footage-rate.js';

/** An entry that was written for the examination. */
export interface Sealed {
  entry: number;
  tookMs: number;
}

/** How the archive answered to a sealed entry. */
export type Witnessing =
  | {
      answer: 'cosigned';
      tookMs: number;
      timeSec: number;
      /** Entries it has yet to take in; 0: it has ours. */
      behind: number;
    }
  | { answer: 'fork'; message: string }
  /** `counts`: answers that came and did not count, by kind. */
  | { answer: 'none'; counts: Readonly<Record<string, number>> };

export interface Camera {
  /** Undefined when it gives nothing, or nothing for a while, as one that takes still pictures. */
  rate: FootageRate | undefined;
  /** How long ago the newest came; undefined: none did. */
  sinceNewestMs: number | undefined;
  problem: string | undefined;
  shortcomings: readonly string[];
}

/**
 * The device as the doctor gets at it: through the parts of a running agent, which holds database and ports, or with those opened for
 * the examination. Whatever cannot be had rejects with the reason.
 */
export interface Examined {
  readonly config: Config;
  readonly clock: Clock;
  readonly running: { pid: number; upSec: number } | undefined;
  rootVkey(): Promise<string>;
  camera(): Promise<Camera>;
  /** Those that a device of this profile may have. */
  pieces(): Promise<Readonly<Partial<Record<PieceName, PieceStatus>>>>;
  /** Undefined where no microcontroller is configured. */
  firmware(): Promise<FirmwareInfo | undefined>;
  battery(): Promise<BatteryReading | undefined>;
  /** When the newest entry before this examination was written, and when the archive last signed; undefined: never. */
  newest(): Promise<{ entryMs: number | undefined; cosignedMs: number | undefined }>;
  /** Writes an entry. */
  seal(): Promise<Sealed>;
  /** Waits until the archive has cosigned what was sealed, at most `limitMs`. */
  witness(sealed: Sealed, limitMs: number): Promise<Witnessing>;
  checkJournal(): Promise<CheckReport>;
  backlog(): Promise<Backlog>;
  /** The kiosk's; undefined where there is none. */
  page(): Promise<PageFacts | undefined>;
  /** Of a kiosk that runs. */
  platform(): Promise<PlatformFacts | undefined>;
}

/** What each check is given. */
export interface Examination {
  device: Examined;
  words: Words;
}
