import type { Alarm } from './alarms.js';
import type { RecordingSummary } from './buffer/recordings.js';
import type { CommandsStatus } from './commands/commands.js';
import type { Backlog } from './doctor/backlog.js';
import type { OfficersDeviceStatus } from './hardware/officers-device.js';
import { cosignedAt } from './journal/checkpoint.js';
import type { Journal } from './journal/journal.js';
import type { Vkey } from './journal/vkey.js';
import type { CertificateStatus } from './provision/renewal.js';
import type { Recorder, RecorderState } from './recorder/recorder.js';
import type { UplinkStatus } from './uplink/uplink.js';
import { SOFTWARE } from './version.js';

/** What `liuhen status` shows of a running agent. */
export interface AgentStatus {
  software: string;
  profile: 'recorder' | 'kiosk' | 'archive';
  device: string;
  origin: string;
  rootVkey: string;
  pid: number;
  dataFolder: string;
  upSec: number;
  state: RecorderState;
  recording: RecordingSummary | null;
  preRecord: { durationMs: number; bytes: number };
  camera: { source: string; problem: string | null; shortcomings: readonly string[] };
  journal: {
    entries: number;
    epoch: number;
    /** Since the newest entry was sealed; null: none in this boot. */
    sealedAgoMs: number | null;
    witnessed: { entries: number; time: string } | null;
  };
  uplink: UplinkStatus | null;
  /** Null where it connects without one of `liuhen provision`. */
  certificate: CertificateStatus | null;
  /** Null where no root key is pinned, and so nobody can command it. */
  commands: CommandsStatus | null;
  hardware: OfficersDeviceStatus;
  /** Null where no microcontroller is configured. `keyProblem`: why no firmware update can be checked. */
  firmware: { keyProblem: string | null } | null;
  disk: { freeBytes: number; reserveBytes: number; recordingHoursLeft: number };
  backlog: Backlog;
  clock: { wall: string; source: string };
  memory: { rssBytes: number };
  alarms: Alarm[];
}

/** The newest size that the archive cosigned, and when. */
export function witnessedOf(
  journal: Journal,
  witness: Vkey | undefined,
): AgentStatus['journal']['witnessed'] {
  const { cosigned } = journal;
  if (cosigned === undefined) return null;
  const timeSec = witness === undefined ? undefined : cosignedAt(cosigned, witness);
  return {
    entries: cosigned.size,
    time: timeSec === undefined ? '' : new Date(timeSec * 1000).toISOString(),
  };
}

export function recorderStatus(recorder: Recorder, open: RecordingSummary | undefined) {
  return {
    software: SOFTWARE,
    pid: process.pid,
    upSec: Math.round(process.uptime()),
    state: recorder.state,
    recording: open ?? null,
    preRecord: recorder.preRecord,
    memory: { rssBytes: process.memoryUsage.rss() },
  };
}

/** Since the newest entry was sealed; null when none was in this boot. */
export function sealedAgoMs({ clock, lastWriteMonoMs }: Journal): number | null {
  return lastWriteMonoMs === undefined ? null : Math.max(0, clock.read().monoMs - lastWriteMonoMs);
}
