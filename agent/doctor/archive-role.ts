import { statfs } from 'node:fs/promises';
import type { Config } from '../../config/load.js';
import { readArchiveKey } from '../archive/key.js';
import { type ListedDevice, listArchive } from '../archive/listing.js';
import { bytesText } from '../cli/text.js';
import { formatVkey } from '../journal/vkey.js';
import type { BrokerSettings } from '../link/settings.js';
import { ARCHIVE_SUBSCRIPTIONS } from '../uplink/topics.js';
import type { Words } from '../words/words.js';
import { backlogFinding, forksFinding, refusedFinding, registryFinding } from './archive-devices.js';
import { publishedFinding } from './archive-published.js';
import { brokerChecks } from './broker.js';
import { certificateFinding } from './certificates.js';
import { type Check, type CheckId, check, type Finding, fault, ok, skipped, warning } from './check.js';
import { newestSignature, ownClockFinding } from './clock.js';
import { fsyncFinding } from './disk.js';
import { enduranceFinding } from './endurance.js';
import type { ExaminedArchive } from './examined-archive.js';
import { configFinding, nodeFinding } from './software.js';

/** A cosignature waits for one synced write, and a device is patient for some seconds. */
const SLOW_WRITE_MS = 1000;
/** Of the whole disk: less is told while there is time to add one. */
const LITTLE = 0.05;

/** Examines an archive: every check with its result, in an order in which a technician looks. Never rejects. */
export async function examineArchive(archive: ExaminedArchive, words: Words): Promise<Check[]> {
  const { config, clock } = archive;
  const { data } = config;
  const nowMs = clock.read().wallMs;
  const one = (id: CheckId, look: () => Promise<Finding> | Finding) => check(words, id, look);
  const { tls, embeddedBroker } = config.archive;
  const files = [['archive.tls', tls] as const, ['archive.embeddedBroker.tls', embeddedBroker?.tls] as const];
  // Looks into the folder of every recording of every device: once for all checks.
  let listed: Promise<ListedDevice[]> | undefined;
  const devices = () => {
    listed ??= readArchiveKey(data).then(({ witness }) => listArchive(data, witness.vkey));
    return listed;
  };
  const groups = await Promise.all([
    one('agent', () => runningFinding(archive, words)),
    one('config', () => configFinding(words, config)),
    one('node', () => nodeFinding(words)),
    one('archiveKey', () => keyFinding(data)),
    one('disk', () => spaceFinding(words, config)),
    one('endurance', () => enduranceFinding(words, data)),
    one('fsync', () => fsyncFinding(words, data, SLOW_WRITE_MS, words.doctor.archiveFsyncNext)),
    one('clock', async () => ownClockFinding(words, clock, newestSignature(await devices()))),
    one('certificate', () => certificateFinding(words, files, nowMs, words.doctor.archiveCertificateNext)),
    ...(await brokerOf(archive, words)),
    one('receiving', () => receivingFinding(archive, words)),
    one('registry', () => registryFinding(data, devices, words)),
    one('refused', () => refusedFinding(archive, words)),
    one('backlog', () => backlogFinding(archive, devices, words)),
    one('forks', () => forksFinding(data, words)),
    one('published', () => publishedFinding(archive, words)),
  ]);
  return groups;
}

function runningFinding({ running, clock, config }: ExaminedArchive, { doctor }: Words): Finding {
  if (running === undefined) return warning(doctor.archiveNone, doctor.archiveNoneNext(config.data));
  const since = new Date(clock.read().wallMs - running.upSec * 1000).toISOString().slice(0, 19);
  return ok(doctor.agentRuns(running.pid, `${since}Z`));
}

/** The key is there, sound, and its owner's alone. */
async function keyFinding(data: string): Promise<Finding> {
  const { witness } = await readArchiveKey(data);
  return ok(formatVkey(witness.vkey));
}

async function spaceFinding({ doctor }: Words, { data, storage }: Config): Promise<Finding> {
  const { bavail, blocks, bsize } = await statfs(data);
  const free = bavail * bsize;
  const { reserveBytes } = storage;
  if (free <= reserveBytes) {
    return fault(doctor.archiveFull(bytesText(free), bytesText(reserveBytes)), doctor.archiveDiskNext);
  }
  const percent = (100 * free) / (blocks * bsize);
  const value = doctor.archiveFree(bytesText(free - reserveBytes), percent.toFixed(0));
  return percent < LITTLE * 100 ? warning(value, doctor.archiveDiskNext) : ok(value);
}

/** The way to a broker of somebody else's, or whether its own listens. */
async function brokerOf(archive: ExaminedArchive, words: Words): Promise<Check[]> {
  const { running } = archive;
  const { archive: settings } = archive.config;
  const { broker, embeddedBroker, protocol, keepaliveMs } = settings;
  if (embeddedBroker === undefined) {
    const named: BrokerSettings | undefined =
      broker === undefined ? undefined : { ...settings, broker, section: 'archive' };
    return await brokerChecks(words, named, {
      ...{ protocol, keepaliveMs },
      clientId: `liuhen-archive-doctor-${process.pid}`,
      subscriptions: ARCHIVE_SUBSCRIPTIONS,
    });
  }
  if (running === undefined) return [await check(words, 'tcp', () => skipped(words.doctor.archiveOwnBroker))];
  return await brokerChecks(words, { broker: archive.status()?.broker ?? '', section: 'archive' }, 'own');
}

function receivingFinding(archive: ExaminedArchive, { doctor }: Words): Finding {
  const status = archive.status();
  if (status === undefined) return skipped(doctor.archiveOnlyRunning);
  const { online, broker, lastError, devices } = status;
  if (!online) return fault(doctor.archiveOffline(broker, lastError ?? '-'), doctor.archiveOfflineNext);
  const there = devices.filter((device) => device.online).length;
  return ok(doctor.archiveOnline(broker, there, devices.length));
}
