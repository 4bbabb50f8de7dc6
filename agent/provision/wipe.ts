import { existsSync } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Logger } from 'pino';
import { LiuhenError } from '../../config/errors.js';
import type { Config } from '../../config/load.js';
import { systemClock } from '../../drivers/clock.js';
import { freeBytes } from '../buffer/free-space.js';
import { type DeviceStores, openJournal, openStores } from '../buffer/open.js';
import { allRecordings } from '../buffer/recordings.js';
import { eraseFile, syncFolder } from '../journal/epoch-keys.js';
import type { Journal } from '../journal/journal.js';
import { startUplink } from '../uplink/uplink.js';
import { readSmallFile, replaceFile } from './secret-file.js';

/** Keys first: from then on nobody can sign as this device, wherever it is interrupted. Nothing else in the folder is touched. */
const SECRETS = ['keys', 'tls'];
const REST = ['footage', 'content', 'journal', 'provision.json', 'history.json', 'agent.sock'];
const MARKER = 'wiping';

/** What would be lost. */
export interface Loss {
  /** Recordings that the archive has not signed for, oldest first. */
  unreceipted: number[];
  /** Entries that no witness has cosigned. */
  unwitnessed: number;
}

export interface WipeOptions {
  why: string;
  force: boolean;
  /** How long to try to send what is not witnessed, the entry of the wipe too. */
  uploadMs: number;
  log: Logger;
}

export interface Wiped {
  loss: Loss;
  /** Whether the archive has witnessed the entry that says so. */
  witnessed: boolean;
  /** Where the configuration is now. */
  config: string;
}

/** What the device holds and the archive does not. Throws LIUHEN_LOCKED while an agent runs. */
export async function wouldLose(config: Config): Promise<Loss> {
  const stores = await openStores(config.data);
  try {
    const { journal } = await openJournal(stores, systemClock(), config.journal);
    const loss = await lossOf(stores, journal);
    await journal.close();
    return loss;
  } finally {
    await stores.close();
  }
}

/**
 * Makes a device an empty machine: writes down what is about to be done, sends it if the archive can be reached, erases the keys, then everything
 * else in the data folder that is Liuhen's, and sets the configuration aside. Interrupted, it is run again and goes on. Throws LIUHEN_NOT_ARCHIVED for what
 * the archive has not signed for, unless forced, and LIUHEN_LOCKED while an agent runs.
 */
export async function wipe(config: Config, configPath: string, options: WipeOptions): Promise<Wiped> {
  const { data } = config;
  const marker = join(data, MARKER);
  let loss: Loss = { unreceipted: [], unwitnessed: 0 };
  let witnessed = false;
  if (!(await isWiping(data))) ({ loss, witnessed } = await takeLeave(config, options));
  await eraseSecrets(data);
  for (const name of [...SECRETS, ...REST]) await rm(join(data, name), { recursive: true, force: true });
  await syncFolder(data);
  const aside = `${configPath}.wiped`;
  if (existsSync(configPath)) await rename(configPath, aside);
  await syncFolder(dirname(aside));
  await rm(marker, { force: true });
  return { loss, witnessed, config: aside };
}

/**
 * Whether a wipe of this device was begun and not ended. The marker is the checkpoint that the wipe left: where the journal is another one, or has
 * grown since because an agent ran, it must not spare the question what would be lost. Without any key there is nothing left to ask.
 */
export async function isWiping(data: string): Promise<boolean> {
  const marked = await readSmallFile(join(data, MARKER));
  if (marked === undefined) return false;
  if ((await filesIn(join(data, 'keys'))).length === 0) return true;
  const stores = await openStores(data);
  try {
    return (await stores.store.checkpoint()) === marked;
  } finally {
    await stores.close();
  }
}

async function takeLeave(
  config: Config,
  { why, force, uploadMs, log }: WipeOptions,
): Promise<Omit<Wiped, 'config'>> {
  const { data } = config;
  const stores = await openStores(data);
  try {
    const { journal } = await openJournal(stores, systemClock(), config.journal);
    let left: Omit<Wiped, 'config'>;
    try {
      if (!force && uploadMs > 0) await upload(config, stores, journal, { log, uploadMs, footage: true });
      const loss = await lossOf(stores, journal);
      if (!force && (loss.unreceipted.length > 0 || loss.unwitnessed > 0)) throw refused(loss);
      const lost = `${loss.unreceipted.length} recordings without a receipt, ${loss.unwitnessed} entries without a witness`;
      await journal.append({ type: 'command', who: 'technician', what: `wipe: ${lost}`, why });
      const witnessed =
        uploadMs > 0 && (await upload(config, stores, journal, { log, uploadMs, footage: false }));
      left = { loss, witnessed };
    } finally {
      await journal.close();
    }
    await replaceFile(join(data, MARKER), (await stores.store.checkpoint()) ?? '', 0o644);
    // The databases are still ours: an agent that is started meanwhile finds them locked, and afterwards no key to go on with.
    await eraseSecrets(data);
    return left;
  } finally {
    await stores.close();
  }
}

/** Sends the journal, and with `footage` what the archive wants of that, until all is there or the time is over. True when all is. */
async function upload(
  { uplink: settings, device }: Config,
  stores: DeviceStores,
  journal: Journal,
  { log, uploadMs, footage }: { log: Logger; uploadMs: number; footage: boolean },
): Promise<boolean> {
  if (settings.broker === undefined || settings.witness === undefined) return false;
  const isDone = async () => {
    const { unreceipted, unwitnessed } = await lossOf(stores, journal);
    return unwitnessed === 0 && (!footage || unreceipted.length === 0);
  };
  if (await isDone()) return true;
  const uplink = startUplink({
    config: settings,
    device: device.id,
    journal,
    store: stores.store,
    footage: stores.footage,
    clock: systemClock(),
    log,
    telemetry: async () => ({ disk: { freeBytes: await freeBytes(stores.folder) } }),
  });
  let enough: NodeJS.Timeout | undefined;
  try {
    return await new Promise<boolean>((resolve, reject) => {
      enough = setTimeout(() => resolve(false), uploadMs);
      const look = () => void isDone().then((done) => (done ? resolve(true) : undefined), reject);
      uplink.on('witnessed', look);
      uplink.on('archived', look);
    });
  } finally {
    clearTimeout(enough);
    await uplink.stop();
  }
}

async function lossOf(stores: DeviceStores, journal: Journal): Promise<Loss> {
  const recordings = await allRecordings(stores.store);
  const unreceipted = recordings
    .filter(({ receipt }) => receipt === undefined)
    .map(({ recording }) => recording);
  return { unreceipted, unwitnessed: journal.size - (journal.cosigned?.size ?? 0) };
}

function refused({ unreceipted, unwitnessed }: Loss): LiuhenError {
  const some = unreceipted.slice(0, 5).join(', ');
  const recordings =
    unreceipted.length === 0
      ? ''
      : `recordings without a receipt of the archive: ${some}${unreceipted.length > 5 ? ' …' : ''}`;
  const entries = unwitnessed === 0 ? '' : `${unwitnessed} entries of the journal that no witness has`;
  const both = [recordings, entries].filter((text) => text !== '').join('; ');
  return new LiuhenError('LIUHEN_NOT_ARCHIVED', `not wiped, it would be lost: ${both}`, {
    next: 'let it reach its archive with liuhen run, export what matters, or lose it with --force',
  });
}

async function eraseSecrets(data: string): Promise<void> {
  for (const folder of SECRETS) {
    for (const name of await filesIn(join(data, folder))) await eraseFile(join(data, folder, name));
  }
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}
