import type { Command } from 'commander';
import { callAgent } from '../control/client.js';
import type { KioskStatus } from '../kiosk-status.js';
import type { AgentStatus } from '../status.js';
import type { UplinkStatus } from '../uplink/uplink.js';
import { dataFolderOf, type PlaceOptions, placeOptions } from './data-folder.js';
import { hardwareRows } from './hardware-text.js';
import { kioskScreen } from './kiosk-text.js';
import { bytesText, durationText, tableText } from './text.js';

/** `liuhen status`: one screen about the agent that runs on a data folder. */
export function registerStatus(program: Command): void {
  placeOptions(program.command('status'))
    .description('show what the running agent does')
    .option('--json', 'print JSON')
    .action(async ({ json, ...place }: PlaceOptions & { json?: boolean }) => {
      const status = (await callAgent(dataFolderOf(place), 'GET', '/status')) as AgentStatus | KioskStatus;
      process.stdout.write(`${json === true ? JSON.stringify(status) : textOf(status)}\n`);
    });
}

function textOf(status: AgentStatus | KioskStatus): string {
  if (!('kiosk' in status)) return screen(status);
  const link = status.uplink === null ? 'none configured' : linkText(status.uplink);
  return tableText(kioskScreen(status, link));
}

function screen(status: AgentStatus): string {
  const { recording, journal, uplink, disk, camera, clock } = status;
  const doing =
    recording === null
      ? `${status.state}, ${durationText(status.preRecord.durationMs)} of pre-record in memory`
      : `${status.state}: recording ${recording.recording}, ${durationText(recording.durationMs)}, ` +
        `${recording.fragments} fragments, ${bytesText(recording.bytes)} sealed`;
  const link = uplink === null ? 'none configured' : linkText(uplink);
  return tableText([
    [
      'device',
      `${status.origin} (${status.software}, pid ${status.pid}, up ${durationText(status.upSec * 1000)})`,
    ],
    ['state', doing],
    ['camera', camera.problem === null ? camera.source : `${camera.source}: ${camera.problem}`],
    ...camera.shortcomings.map((sentence) => ['', sentence] as [string, string]),
    ['journal', `${journal.entries} entries, key epoch ${journal.epoch}`],
    [
      'witnessed',
      journal.witnessed === null
        ? 'not yet'
        : `${journal.witnessed.entries} entries, newest at ${journal.witnessed.time}`,
    ],
    ['uplink', link],
    [
      'backlog',
      uplink === null
        ? '-'
        : `${uplink.backlog.entries} entries, ${bytesText(uplink.backlog.footageBytes)} of footage`,
    ],
    ['disk', `${bytesText(disk.freeBytes)} free, ${bytesText(disk.reserveBytes)} of it in reserve`],
    ['clock', `${clock.wall} (${clock.source})`],
    ...hardwareRows(status.hardware),
    ['memory', bytesText(status.memory.rssBytes)],
  ]);
}

function linkText({
  connected,
  connectedForMs = 0,
  lastError,
  sentBytes,
  counts,
  fork,
}: UplinkStatus): string {
  if (fork !== undefined) return `STOPPED, the archive holds another journal of this device: ${fork.message}`;
  const state = connected
    ? `connected for ${durationText(connectedForMs)}`
    : `offline: ${lastError ?? 'not tried yet'}`;
  const problems = Object.entries(counts).map(([kind, count]) => `${count} ${kind}`);
  return [state, `${bytesText(sentBytes)} sent`, ...problems].join(', ');
}
