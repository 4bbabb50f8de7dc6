import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { LiuhenError } from '../../config/errors.js';
import { originOf } from '../../config/identity.js';
import { INSTALLED } from '../../config/installed.js';
import { type Config, loadConfig, parseConfig } from '../../config/load.js';
import { systemClock } from '../../drivers/clock.js';
import { makeFolder } from '../archive/durable-file.js';
import { makeStores, openJournal, openStores } from '../buffer/open.js';
import { ensureStarted, initDevice } from '../init.js';
import type { EntryDraft } from '../journal/entry.js';
import { type Answers, configTextOf, deviceProfile } from './answers.js';
import { MAX_REQUEST_BYTES } from './carrier.js';
import { certificateIn, files } from './files.js';
import { type Asking, type EnrolRequest, MAX_STEPS, makeRequest, readRequest } from './request.js';
import { readOwnersFile, readSmallFile, replaceFile } from './secret-file.js';
import { newTlsKey, tlsPublicKey } from './tls-key.js';

const factsSchema = z.strictObject({
  profile: z.enum(['recorder', 'kiosk']),
  unit: z.string().optional(),
  caSha256: z.string().optional(),
});
export type Facts = z.infer<typeof factsSchema>;

/** A device that has everything but its certificate, or that too. */
export interface Provisioned {
  config: Config;
  configPath: string;
  facts: Facts;
  rootVkey: string;
  /** As JSON, to be carried to the authority; the same each time. */
  request: string;
  /** What this run made; the rest was there. */
  made: ('configuration' | 'journal' | 'TLS key' | 'request')[];
}

/**
 * Makes a device of answers, or goes on where an earlier run ended; without answers, from the configuration that is there. Each step is durable before
 * the next begins, and what is there is kept. Throws LIUHEN_STATE for answers about another device.
 */
export async function provisionDevice(
  configPath: string,
  answers: Answers | undefined,
): Promise<Provisioned> {
  const made: Provisioned['made'] = [];
  const config = await ensureConfig(configPath, answers, made);
  const facts = await readFacts(config);
  const { rootVkey, seed, keyNotes } = await ensureJournal(config, made);
  try {
    const request = await ensureRequest(config, { rootVkey, ...facts }, { seed, keyNotes }, made);
    return { config, configPath: resolve(configPath), facts, rootVkey, request, made };
  } finally {
    seed.fill(0);
  }
}

async function ensureConfig(
  path: string,
  answers: Answers | undefined,
  made: Provisioned['made'],
): Promise<Config> {
  if (existsSync(path)) {
    const config = loadConfig(path);
    deviceProfile(config.profile);
    if (answers === undefined) return config;
    const { id, authority } = config.device;
    if (id === answers.device && authority === answers.authority) return config;
    throw new LiuhenError(
      'LIUHEN_STATE',
      `${path} is of ${authority}/${id}, and the answers are of ${answers.authority}/${answers.device}`,
      { next: 'name another file with --config, or liuhen wipe the device first' },
    );
  }
  if (answers === undefined) {
    throw new LiuhenError('LIUHEN_NOT_FOUND', `nothing is provisioned here: there is no ${path}`, {
      next: 'liuhen provision asks, and liuhen provision --answers FILE reads what it needs',
    });
  }
  const installed = resolve(path) === INSTALLED.config;
  const text = configTextOf(installed ? { data: INSTALLED.data, ...answers } : answers);
  const config = parseConfig(text, path);
  const { profile, unit, caSha256 } = answers;
  const facts: Facts = {
    profile,
    ...(unit === undefined ? {} : { unit }),
    ...(caSha256 === undefined ? {} : { caSha256 }),
  };
  await makeFolder(config.data, 0o750);
  // Before the configuration: once that is there, nobody is asked again.
  await replaceFile(files.facts(config.data), `${JSON.stringify(facts)}\n`, 0o644);
  await replaceFile(resolve(path), text, 0o644);
  made.push('configuration');
  return config;
}

/** A device that `liuhen init` made has none; then the configuration says it all. */
export async function readFacts(config: Config): Promise<Facts> {
  const text = await readSmallFile(files.facts(config.data));
  if (text !== undefined) {
    try {
      return factsSchema.parse(JSON.parse(text));
    } catch (cause) {
      const message = `${files.facts(config.data)}: expected what liuhen provision wrote there`;
      throw new LiuhenError('LIUHEN_CONFIG', message, { cause, next: 'remove it and provision anew' });
    }
  }
  const { hall } = config.disclosure;
  const profile = config.profile === 'kiosk' ? 'kiosk' : 'recorder';
  return { profile, ...(profile === 'kiosk' && hall !== undefined ? { unit: hall } : {}) };
}

/** The journal, its newest key, and the notes that lead there from the root key: that is erased at the first start. */
async function ensureJournal(
  config: Config,
  made: Provisioned['made'],
): Promise<{ rootVkey: string; seed: Buffer; keyNotes: string[] }> {
  const { authority, id } = config.device;
  let stores = await makeStores(config.data);
  try {
    let identity = await stores.store.identity();
    if (identity === undefined) {
      await stores.close();
      await initDevice(config.data, { authority, id }, systemClock());
      made.push('journal');
      stores = await openStores(config.data);
      identity = await stores.store.identity();
    }
    if (identity === undefined || identity.origin !== originOf(authority, id)) {
      throw new LiuhenError(
        'LIUHEN_STATE',
        `${config.data} is the journal of ${identity?.origin}, not of ${authority}/${id}`,
        {
          next: 'choose another data folder, or the id that the journal has',
        },
      );
    }
    const { journal } = await openJournal(stores, systemClock(), config.journal);
    const size = journal.size;
    await ensureStarted(journal);
    if (size === 0 && !made.includes('journal')) made.push('journal');
    const epoch = journal.epoch;
    await journal.close();
    const seed = Buffer.from((await stores.keys.read(epoch)).seed);
    const keyNotes: string[] = [];
    for await (const note of stores.store.keyNotes(1)) if (keyNotes.push(note) > MAX_STEPS) break;
    return { rootVkey: identity.rootVkey, seed, keyNotes };
  } finally {
    await stores.close();
  }
}

async function ensureRequest(
  config: Config,
  asking: Pick<Asking, 'rootVkey' | 'profile' | 'unit'>,
  proof: { seed: Buffer; keyNotes: readonly string[] },
  made: Provisioned['made'],
): Promise<string> {
  const { data } = config;
  const kept = await readSmallFile(files.request(data), MAX_REQUEST_BYTES);
  let tlsKey = await readOwnersFile(files.firstKey(data));
  // Once there is a certificate the first key is gone. Two that provision at the same time may leave the request of the one with the key of the other.
  if (kept !== undefined && (tlsKey === undefined || (await isFor(kept, tlsKey)))) return kept.trim();
  if (proof.keyNotes.length > MAX_STEPS) {
    throw new LiuhenError(
      'LIUHEN_STATE',
      `the key of ${config.device.id} has moved on more than ${MAX_STEPS} times before it asked for a certificate`,
      {
        next: 'provision it under another id, in another data folder; what it has recorded stays provable',
      },
    );
  }
  if (tlsKey === undefined) {
    tlsKey = newTlsKey();
    await replaceFile(files.firstKey(data), tlsKey);
    made.push('TLS key');
  }
  const { rootVkey, profile, unit } = asking;
  const by = proof.keyNotes.length === 0 ? { rootSeed: proof.seed } : proof;
  const request: EnrolRequest = await makeRequest({ rootVkey, profile, unit, tlsKey }, by);
  const text = JSON.stringify(request);
  await replaceFile(files.request(data), `${text}\n`, 0o644);
  made.push('request');
  return text;
}

async function isFor(request: string, tlsKey: string): Promise<boolean> {
  try {
    return (await readRequest(request)).publicKey.equals(tlsPublicKey(tlsKey));
  } catch {
    return false;
  }
}

/** The private key that the first certificate is for: in a file of its own, or already beside the certificate. */
export async function tlsKeyOf(data: string): Promise<string> {
  const key = (await readOwnersFile(files.identity(data))) ?? (await readOwnersFile(files.firstKey(data)));
  if (key !== undefined) return key;
  throw new LiuhenError('LIUHEN_KEY', `there is no TLS key in ${files.folder(data)}`, {
    next: 'liuhen provision makes one',
  });
}

/** The certificate in use, PEM; undefined before the enrolment. */
export async function certificateOf(data: string): Promise<string | undefined> {
  const identity = await readOwnersFile(files.identity(data));
  return identity === undefined ? undefined : certificateIn(identity);
}

/** Writes an entry, unless an agent that was started meanwhile has the journal open. */
export async function journalIfFree(config: Config, draft: EntryDraft): Promise<void> {
  try {
    const stores = await openStores(config.data);
    try {
      const { journal } = await openJournal(stores, systemClock(), config.journal);
      await journal.append(draft);
      await journal.close();
    } finally {
      await stores.close();
    }
  } catch (error) {
    if (!(error instanceof LiuhenError) || error.code !== 'LIUHEN_LOCKED') throw error;
  }
}
