import { readdir } from 'node:fs/promises';
import { messageOf, systemCodeOf } from '../../config/errors.js';
import { isDeviceId } from '../../config/identity.js';
import { pendingPlaces } from '../archive/footage-view.js';
import { listForks } from '../archive/forks.js';
import { deviceFolder, devicesFolder, forksFolder } from '../archive/layout.js';
import type { ListedDevice } from '../archive/listing.js';
import { listDevices, readRoot } from '../archive/registry.js';
import { listRecordings } from '../buffer/recordings.js';
import { bytesText } from '../cli/text.js';
import type { JournalStore } from '../journal/store.js';
import type { Words } from '../words/words.js';
import { type Finding, fault, ok, skipped, warning } from './check.js';
import type { ExaminedArchive } from './examined-archive.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A shift and the night after it: by then a recorder has stood in its dock. */
const OLD_HOURS = 24;
const MOST_NAMED = 3;

/** Whether each registered device has a sound key and was ever heard, and no folder lies about without one. */
export async function registryFinding(
  data: string,
  devices: () => Promise<readonly ListedDevice[]>,
  { doctor }: Words,
): Promise<Finding> {
  const folders = (await namesIn(devicesFolder(data))).filter(isDeviceId).sort();
  const registered = await listDevices(data);
  const broken: string[] = [];
  for (const device of registered) {
    await readRoot(data, device).catch((error: unknown) => broken.push(messageOf(error)));
  }
  if (broken.length > 0) return fault(few(broken, doctor.andMore), doctor.registryBrokenNext);
  const strays = folders.filter((name) => !registered.includes(name));
  if (strays.length > 0)
    return warning(doctor.registryStrays(few(strays, doctor.andMore)), doctor.registryBrokenNext);
  if (registered.length === 0) return warning(doctor.registryNone, doctor.registryNext(data));
  const silent = (await devices()).filter(({ size }) => size === 0).map(({ device }) => device);
  if (silent.length === 0) return ok(doctor.registryAll(registered.length));
  return warning(
    doctor.registrySilent(registered.length, few(silent, doctor.andMore)),
    doctor.registrySilentNext,
  );
}

/** Who sends and is not registered. Only an archive that runs has met them. */
export function refusedFinding(archive: ExaminedArchive, { doctor }: Words): Finding {
  const { clock, config } = archive;
  const { refused } = archive.status() ?? {};
  if (refused === undefined) return skipped(doctor.archiveOnlyRunning);
  const nowMs = clock.read().wallMs;
  const lately = refused
    .filter(({ lastMs }) => nowMs - lastMs < DAY_MS)
    .sort((a, b) => b.lastMs - a.lastMs)
    .map(({ device, messages, lastMs }) => doctor.refusedDevice(device, messages, timeText(lastMs)));
  if (lately.length === 0) return ok(doctor.refusedNone);
  return warning(few(lately, doctor.andMore), doctor.registryNext(config.data));
}

/** When each device was last heard, and what it has yet to send. */
export async function backlogFinding(
  archive: ExaminedArchive,
  devices: () => Promise<readonly ListedDevice[]>,
  { doctor }: Words,
): Promise<Finding> {
  const { config, clock } = archive;
  const { silentAfterMs } = config.archive;
  const nowMs = clock.read().wallMs;
  const behind: { text: string; ageMs: number }[] = [];
  const quiet: { text: string; ageMs: number }[] = [];
  let waiting = 0;
  let bytes = 0;
  for (const { device, cosigned } of await devices()) {
    if (cosigned === undefined) continue;
    const heardMs = Date.parse(cosigned);
    const silentMs = nowMs - heardMs;
    const heard = doctor.lastHeard(device, timeText(heardMs));
    if (silentMs > silentAfterMs) quiet.push({ text: heard, ageMs: silentMs });
    const waits = await waitingIn(await archive.store(device));
    waiting += waits.recordings;
    bytes += waits.bytes;
    if (waits.oldestMs === undefined || nowMs - waits.oldestMs < OLD_HOURS * HOUR_MS) continue;
    const ageMs = nowMs - waits.oldestMs;
    const hours = (ageMs / HOUR_MS).toFixed(1);
    behind.push({ text: doctor.deviceWaits(heard, waits.recordings, bytesText(waits.bytes), hours), ageMs });
  }
  const worst = (all: typeof behind) =>
    few(
      all.sort((a, b) => b.ageMs - a.ageMs).map(({ text }) => text),
      doctor.andMore,
    );
  if (behind.length > 0) return warning(worst(behind), doctor.deviceWaitsNext);
  if (quiet.length > 0) {
    return warning(
      doctor.devicesQuiet(worst(quiet), (silentAfterMs / DAY_MS).toFixed(1)),
      doctor.devicesQuietNext,
    );
  }
  return ok(waiting === 0 ? doctor.archiveHasAll : doctor.archiveAwaits(waiting, bytesText(bytes)));
}

interface Waits {
  recordings: number;
  bytes: number;
  oldestMs: number | undefined;
}

/** Recordings of which footage is still to come. */
async function waitingIn(store: JournalStore | undefined): Promise<Waits> {
  const waits: Waits = { recordings: 0, bytes: 0, oldestMs: undefined };
  if (store === undefined) return waits;
  const bytesOf = new Map<number, number>();
  for await (const { recording, bytes } of pendingPlaces(store)) {
    bytesOf.set(recording, (bytesOf.get(recording) ?? 0) + bytes);
  }
  if (bytesOf.size === 0) return waits;
  for await (const { recording, startedAt } of listRecordings(store)) {
    const bytes = bytesOf.get(recording);
    if (bytes === undefined) continue;
    waits.recordings++;
    waits.bytes += bytes;
    waits.oldestMs = Math.min(waits.oldestMs ?? Number.POSITIVE_INFINITY, Date.parse(startedAt.wall));
  }
  return waits;
}

/** Proofs that a device signed two histories. */
export async function forksFinding(data: string, { doctor }: Words): Promise<Finding> {
  const found: string[] = [];
  for (const device of await listDevices(data)) {
    const folder = deviceFolder(data, device);
    const { length } = await listForks(folder);
    if (length > 0) found.push(doctor.forkKept(device, length, forksFolder(folder)));
  }
  return found.length === 0 ? ok(doctor.forksNone) : fault(few(found, doctor.andMore), doctor.forksNext);
}

/** The first of many, and how many more there are. */
export function few(all: readonly string[], more: (count: number) => string): string {
  const named = all.slice(0, MOST_NAMED).join('; ');
  return all.length > MOST_NAMED ? `${named}; ${more(all.length - MOST_NAMED)}` : named;
}

function timeText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

async function namesIn(folder: string): Promise<string[]> {
  return await readdir(folder).catch((error: unknown) => {
    if (systemCodeOf(error) === 'ENOENT') return [];
    throw error;
  });
}
