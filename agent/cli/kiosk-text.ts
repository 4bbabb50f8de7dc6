import type { KioskStatus } from '../kiosk-status.js';
import { bytesText, durationText } from './text.js';

/** The rows of `liuhen status` that only a kiosk has. */
export function kioskRows({ kiosk, content, pieces, platform }: KioskStatus): [string, string][] {
  const { page, serving, stale, feedback } = kiosk;
  const { states, hall, trustVersion, refused, lost, showing } = content;
  const named = Object.entries(pieces).filter(([, { state }]) => state !== 'not configured');
  return [
    ['screen', `${kiosk.url} at window ${kiosk.window}`],
    ['page', pageText(page)],
    [
      'serves',
      serving === null ? 'no post is published for this window' : `${serving.name}, ${serving.state}`,
    ],
    [
      'content',
      `hall ${hall}, trust document ${trustVersion === 0 ? 'MISSING' : trustVersion}: ${states.shown} shown, ` +
        `${states['held-back']} held back, ${states.expired} expired, ${states.withdrawn} withdrawn`,
    ],
    ['platform', platformText(platform)],
    ...(refused + lost === 0
      ? []
      : [
          ['refused', `${refused} messages refused, ${lost} lost; the journal says which`] as [
            string,
            string,
          ],
        ]),
    ...(stale === null
      ? []
      : [
          ['STALE', stale.since === null ? 'the broker was never reached' : `since ${stale.since}`] as [
            string,
            string,
          ],
        ]),
    ['on screen', `${showing} pieces of content as a whole`],
    ['visitors', `${feedback.taken} reports and ratings, ${feedback.refused} refused as too many`],
    ...named.map(([name, piece]): [string, string] => [
      name,
      'detail' in piece ? `${piece.state}: ${piece.detail}` : piece.state,
    ]),
  ];
}

/** Since when nothing was heard of it: content that nobody renews grows old unseen. */
function platformText({ connected, heardAt, silentMs, silent }: KioskStatus['platform']): string {
  if (connected === true) return 'connected';
  if (heardAt === null || silentMs === null) return 'NEVER HEARD: there is no content yet';
  const age = durationText(silentMs);
  if (silent) return `SILENT since ${heardAt}, for ${age}`;
  return connected === null
    ? `no broker; content was last taken at ${heardAt}, ${age} ago`
    : `last heard at ${heardAt}, ${age} ago`;
}

function pageText({ heartbeatAgeMs, drawn, path }: KioskStatus['kiosk']['page']): string {
  if (heartbeatAgeMs === null) return 'NOT SEEN: no browser shows it';
  const age = durationText(heartbeatAgeMs);
  return `${path}, ${drawn ? 'drawn' : 'not drawn (hidden or asleep)'}, last heard ${age} ago`;
}

/** The whole screen of a kiosk's status; `certificate` is what is said of that. */
export function kioskScreen(
  status: KioskStatus,
  link: string,
  certificate: readonly [string, string][],
): [string, string][] {
  const { journal, uplink, disk, clock, memory } = status;
  return [
    [
      'device',
      `${status.origin} (${status.software}, pid ${status.pid}, up ${durationText(status.upSec * 1000)})`,
    ],
    ...kioskRows(status),
    ['journal', `${journal.entries} entries, key epoch ${journal.epoch}`],
    [
      'witnessed',
      journal.witnessed === null
        ? 'not yet'
        : `${journal.witnessed.entries} entries, newest at ${journal.witnessed.time}`,
    ],
    ['uplink', link],
    ...certificate,
    ['backlog', uplink === null ? '-' : `${uplink.backlog.entries} entries`],
    ['disk', `${bytesText(disk.freeBytes)} free, ${bytesText(disk.reserveBytes)} of it in reserve`],
    ['clock', `${clock.wall} (${clock.source})`],
    ['memory', bytesText(memory.rssBytes)],
  ];
}
