import type { CertificateStatus } from '../provision/renewal.js';
import type { AgentStatus } from '../status.js';
import type { UplinkStatus } from '../uplink/uplink.js';
import type { StatusWords } from '../words/status-en.js';
import { hardwareRows } from './hardware-text.js';
import { bytesText, durationText } from './text.js';

type Row = [name: string, value: string];

const HOUR_MS = 3_600_000;

/** The one screen about a recorder: what is wrong, what it does, and what became of what it did. */
export function recorderRows(status: AgentStatus, words: StatusWords): Row[] {
  const { row } = words;
  const { camera, disk, clock, alarms } = status;
  const up = durationText(status.upSec * 1000);
  const said = alarms.map((alarm) => words.alarm[alarm]);
  return [
    [row.alarms, said.length === 0 ? words.noAlarm : said.join('; ')],
    [row.role, words.profile[status.profile]],
    [row.device, `${status.origin} (${words.up(status.software, status.pid, up)})`],
    [row.state, doing(status, words)],
    [row.camera, camera.problem === null ? camera.source : `${camera.source}: ${camera.problem}`],
    ...camera.shortcomings.map((sentence): Row => ['', sentence]),
    ...evidenceRows(status, words),
    [row.backlog, backlogText(status, words)],
    [
      row.disk,
      words.diskIs(
        disk.recordingHoursLeft.toFixed(1),
        bytesText(disk.freeBytes),
        bytesText(disk.reserveBytes),
      ),
    ],
    [row.clock, `${clock.wall} (${clock.source})`],
    [row.link, linkText(status.uplink, words)],
    ...certificateRows(status.certificate, words),
    ...hardwareRows(status.hardware, words),
    [row.memory, bytesText(status.memory.rssBytes)],
  ];
}

function doing({ state, recording, preRecord }: AgentStatus, words: StatusWords): string {
  const is = words.state[state];
  if (recording === null) return `${is}; ${words.preRecord(durationText(preRecord.durationMs))}`;
  const { startedAt, durationMs, bytes, wholeProcess, behaviour } = recording;
  const facts = words.recording(
    recording.recording,
    startedAt.wall,
    durationText(durationMs),
    bytesText(bytes),
  );
  const about = [
    ...(behaviour === undefined ? [] : [behaviour]),
    ...(wholeProcess ? [words.wholeProcess] : []),
  ];
  return [`${is} ${facts}`, ...about].join(', ');
}

/** Sealed on this disk, witnessed by the archive, archived there as a whole. */
function evidenceRows({ journal, backlog }: AgentStatus, words: StatusWords): Row[] {
  const { entries, sealedAgoMs, witnessed } = journal;
  const { row } = words;
  return [
    [
      row.sealed,
      sealedAgoMs === null
        ? words.sealedNever(entries)
        : words.sealedUpTo(entries, durationText(sealedAgoMs)),
    ],
    [
      row.witnessed,
      witnessed === null
        ? words.notYet
        : words.witnessedUpTo(witnessed.entries, entries - witnessed.entries, witnessed.time),
    ],
    [
      row.archived,
      backlog.newestArchived === null
        ? words.notYet
        : words.archivedUpTo(backlog.archived, backlog.newestArchived),
    ],
  ];
}

function backlogText({ backlog, clock }: AgentStatus, words: StatusWords): string {
  const { recordings, durationMs, bytes, oldest } = backlog;
  if (recordings === 0 || oldest === null) return words.backlogNone;
  const ageMs = Math.max(0, Date.parse(clock.wall) - Date.parse(oldest));
  const hours = (ms: number) => (ms / HOUR_MS).toFixed(1);
  return words.backlogIs(hours(durationMs), bytesText(bytes), recordings, hours(ageMs));
}

/** The certificate that it connects with; nothing where there is none. */
export function certificateRows(certificate: CertificateStatus | null, words: StatusWords): Row[] {
  if (certificate === null) return [];
  const { expires, problem } = certificate;
  return [[words.row.certificate, words.certificateUntil(expires.slice(0, 10), problem)]];
}

/** The connection to the archive, and what was counted on it. */
export function linkText(uplink: UplinkStatus | null, words: StatusWords): string {
  if (uplink === null) return words.linkNone;
  const { connected, connectedForMs = 0, lastError, sentBytes, counts, notGranted, fork } = uplink;
  if (fork !== undefined) return `${words.alarm.fork}: ${fork.message}`;
  const state = connected
    ? words.linkUp(durationText(connectedForMs), bytesText(sentBytes))
    : words.linkDown(lastError ?? words.linkUntried);
  const problems = Object.entries(counts).map(([kind, count]) => `${count} ${kind}`);
  const deaf = notGranted.length === 0 ? [] : [words.linkDeaf(notGranted.join(', '))];
  return [state, ...deaf, ...problems].join(', ');
}
