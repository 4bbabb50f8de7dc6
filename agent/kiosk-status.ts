import type { Config } from '../config/load.js';
import type { Clock } from '../drivers/clock.js';
import type { CommandsStatus } from './commands/commands.js';
import type { CommandInbox } from './commands/open.js';
import type { ItemState } from './disclosure/board-item.js';
import type { OpenDisclosure } from './disclosure/open.js';
import type { PieceStatus } from './hardware/pieces.js';
import type { Journal } from './journal/journal.js';
import type { Vkey } from './journal/vkey.js';
import type { ContentFeed } from './kiosk/content-feed.js';
import type { PlatformFacts } from './kiosk/platform.js';
import type { Kiosk, KioskFacts } from './kiosk/server.js';
import type { CertificateStatus } from './provision/renewal.js';
import { witnessedOf } from './status.js';
import type { Uplink, UplinkStatus } from './uplink/uplink.js';
import { SOFTWARE } from './version.js';

/** What `liuhen status` shows of a running kiosk. */
export interface KioskStatus {
  software: string;
  device: string;
  origin: string;
  rootVkey: string;
  pid: number;
  dataFolder: string;
  upSec: number;
  kiosk: KioskFacts;
  content: {
    hall: string;
    trustVersion: number;
    states: Record<ItemState, number>;
    refused: number;
    /** Messages dropped because too many waited, or that the disk did not take. */
    lost: number;
    /** What hangs on the screen now. */
    showing: number;
  };
  journal: { entries: number; epoch: number; witnessed: { entries: number; time: string } | null };
  uplink: UplinkStatus | null;
  /** Null where it connects without one of `liuhen provision`. */
  certificate: CertificateStatus | null;
  commands: CommandsStatus | null;
  platform: PlatformFacts;
  pieces: Record<string, PieceStatus>;
  disk: { freeBytes: number; reserveBytes: number };
  clock: { wall: string; source: string };
  memory: { rssBytes: number };
}

export interface KioskStatusParts {
  config: Config;
  journal: Journal;
  rootVkey: string;
  witness: Vkey | undefined;
  uplink: Uplink | undefined;
  kiosk: Kiosk;
  disclosure: OpenDisclosure;
  feed: ContentFeed;
  inbox: CommandInbox | undefined;
  certificate: CertificateStatus | null;
  clock: Clock;
  pieces: Record<string, PieceStatus>;
  platform: PlatformFacts;
  freeBytes: number;
}

export function kioskStatus(parts: KioskStatusParts): KioskStatus {
  const { config, journal, rootVkey, witness, uplink, kiosk, disclosure, feed, clock, pieces } = parts;
  const { wallMs, source } = clock.read();
  return {
    software: SOFTWARE,
    device: config.device.id,
    origin: journal.origin,
    rootVkey,
    pid: process.pid,
    dataFolder: config.data,
    upSec: Math.round(process.uptime()),
    kiosk: kiosk.facts(),
    content: contentOf(config.disclosure.hall ?? '', disclosure, feed),
    journal: { entries: journal.size, epoch: journal.epoch, witnessed: witnessedOf(journal, witness) },
    uplink: uplink?.status() ?? null,
    certificate: parts.certificate,
    commands: parts.inbox?.commands.status ?? null,
    platform: parts.platform,
    pieces,
    disk: { freeBytes: parts.freeBytes, reserveBytes: config.storage.reserveBytes },
    clock: { wall: new Date(wallMs).toISOString(), source },
    memory: { rssBytes: process.memoryUsage.rss() },
  };
}

function contentOf(hall: string, { board, trusted, intake, displayed }: OpenDisclosure, feed: ContentFeed) {
  const states: Record<ItemState, number> = {
    shown: 0,
    'held-back': 0,
    expired: 0,
    withdrawn: 0,
    replaced: 0,
  };
  for (const { state } of board.items()) states[state]++;
  const refused = Object.values(intake.counters.refused).reduce((sum, count) => sum + count, 0);
  const { dropped, failed } = feed.counts;
  const { version } = trusted;
  return {
    hall,
    trustVersion: version,
    states,
    refused,
    lost: dropped + failed,
    showing: displayed.showing.length,
  };
}
