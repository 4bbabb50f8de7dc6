import { bytesText } from '../cli/text.js';
import { type Finding, fault, ok, skipped, warning } from './check.js';
import type { Examination } from './examined.js';

const HOUR_MS = 3_600_000;
/** A shift and the night after it: by then a recorder has stood in its dock. */
const OLD_HOURS = 24;
const MOST_PROBLEMS = 3;
/** A page says every few seconds that it is there. */
const SILENT_SECONDS = 30;

/** The invariants of the journal on the disk, without reading all footage. */
export async function journalFinding({ device, words: { doctor: words } }: Examination): Promise<Finding> {
  const { ok: sound, entries, fragments, invariants } = await device.checkJournal();
  if (sound) return ok(words.journalSound(entries, fragments));
  const problems = invariants
    .filter((each) => !each.ok)
    .flatMap(({ number, problems }) => problems.map((problem) => `${number}: ${problem}`));
  return fault(words.journalBroken(problems.slice(0, MOST_PROBLEMS).join('; ')), words.journalNext);
}

/** What waits for a receipt, and for how long. */
export async function backlogFinding({ device, words: { doctor: words } }: Examination): Promise<Finding> {
  if (device.config.uplink.broker === undefined) return skipped(words.notConfigured);
  const { recordings, durationMs, bytes, oldest } = await device.backlog();
  if (recordings === 0 || oldest === null) return ok(words.backlogNone);
  const ageHours = Math.max(0, device.clock.read().wallMs - Date.parse(oldest)) / HOUR_MS;
  const value = words.backlogIs(
    recordings,
    (durationMs / HOUR_MS).toFixed(1),
    bytesText(bytes),
    ageHours.toFixed(1),
  );
  return ageHours > OLD_HOURS ? warning(value, words.backlogNext) : ok(value);
}

/** Since when nothing was heard of the platform: a screen that nobody renews looks as ever. */
export async function platformFinding({ device, words: { doctor: words } }: Examination): Promise<Finding> {
  const facts = await device.platform();
  if (facts === undefined) return skipped(words.platformUnknown);
  const { connected, heardAt, silentMs, silent } = facts;
  const next = device.config.uplink.broker === undefined ? words.platformStickNext : words.platformNext;
  if (heardAt === null || silentMs === null) return warning(words.platformNever, next);
  const hours = (silentMs / HOUR_MS).toFixed(1);
  if (silent) return warning(words.platformSilent(heardAt, hours), next);
  return ok(connected === true ? words.platformConnected : words.platformHeard(heardAt, hours));
}

/** Whether the screen shows what it should. */
export async function kioskFinding({ device, words: { doctor: words } }: Examination): Promise<Finding> {
  if (device.config.profile !== 'kiosk') return skipped(words.kioskNotThis);
  const facts = await device.page();
  if (facts === undefined) return skipped(words.notConfigured);
  const { heartbeatAgeMs, drawn, path } = facts;
  if (heartbeatAgeMs === null) return fault(words.kioskNever, words.kioskNext);
  const seconds = heartbeatAgeMs / 1000;
  if (seconds > SILENT_SECONDS) return fault(words.kioskSilent(Math.round(seconds)), words.kioskNext);
  if (!drawn) return warning(words.kioskHidden(path ?? '/'), words.kioskNext);
  return ok(words.kioskShows(path ?? '/', seconds.toFixed(0)));
}
