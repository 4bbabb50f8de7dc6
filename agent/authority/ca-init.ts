import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { LiuhenError, systemCodeOf } from '../../config/errors.js';
import { isAuthority } from '../../config/identity.js';
import { makeFolder } from '../archive/durable-file.js';
import { witnessFile } from '../archive/layout.js';
import { readOwnersFile, replaceFile } from '../provision/secret-file.js';
import { createCa, newIdentity } from './ca.js';
import { type Office, officeName, writeBrokerConfig } from './ca-broker.js';
import { type OpenAuthority, writeRevocations, writeRules } from './ca-enrol.js';
import { type AuthoritySettings, places, readSettings, writeSettings } from './ca-folder.js';
import { createCaKey, openCaKey } from './ca-key.js';
import type { ScryptCost } from './sealed-seed.js';

export interface NewAuthority {
  dir: string;
  domain: string;
  /** Host name or address under which devices reach the broker. */
  host: string;
  port: number;
  enrolPort: number;
  /** Address that the broker listens on. */
  listen: string;
  account: string;
  archive?: string | undefined;
  root?: string | undefined;
  days: number;
  /** Undefined: the CA's key stands in the clear. */
  passphrase: string | undefined;
  cost?: ScryptCost;
  nowMs: number;
}

export interface MadeAuthority extends OpenAuthority {
  /** For mosquitto. */
  brokerConfig: string;
  /** For the archive that was named. */
  archiveConfig: string | undefined;
}

/** Offices that every authority has use for. */
const FIRST_OFFICES: readonly Office[] = ['archive', 'authority', 'publisher', 'dispatcher'];
const OFFICE_DAYS = 10 * 365;

/**
 * Makes an authority: its CA, certificates for broker, archive and offices, and a configuration for mosquitto. Interrupted, it is done again and goes on;
 * done again with the same passphrase it changes settings and keeps every key. Throws LIUHEN_STATE for another domain.
 */
export async function initAuthority(asked: NewAuthority): Promise<MadeAuthority> {
  const { dir, domain, host, port, enrolPort, archive, root, days, nowMs } = asked;
  if (!isAuthority(domain)) {
    throw new LiuhenError(
      'LIUHEN_USAGE',
      `--domain: expected a domain name, got ${JSON.stringify(domain.slice(0, 80))}`,
    );
  }
  await checkSame(dir, domain);
  const ca = await makeCa(asked);
  const witness = archive === undefined ? undefined : await witnessOf(archive);
  const settings: Omit<AuthoritySettings, 'format'> = {
    domain,
    broker: brokerUrl(host, port),
    enrolBroker: brokerUrl(host, enrolPort),
    ...(archive === undefined ? {} : { archive }),
    ...(witness === undefined ? {} : { witness }),
    ...(root === undefined ? {} : { root }),
    days,
  };
  await replaceFile(places.certificate(dir), ca.certificate, 0o644);
  await writeSettings(dir, settings);
  const authority: OpenAuthority = { dir, ca, settings: await readSettings(dir) };

  await replaceFile(join(places.broker(dir), 'ca.pem'), ca.certificate, 0o644);
  await makeBrokerIdentity(authority, [...new Set([host, 'localhost', '127.0.0.1', '::1'])], nowMs);
  for (const office of FIRST_OFFICES) await makeOffice(authority, office, nowMs);
  await writeRevocations(authority, nowMs);
  const brokerConfig = await writeBrokerConfig({ ...asked, host: asked.listen });
  await writeRules(authority);
  if (archive === undefined) return { ...authority, brokerConfig, archiveConfig: undefined };
  const archiveConfig = join(dir, 'archive.yaml');
  await replaceFile(archiveConfig, archiveText(authority, archive), 0o644);
  return { ...authority, brokerConfig, archiveConfig };
}

/** With what the archive connects to the broker. */
function archiveText({ dir, settings: { domain, broker } }: OpenAuthority, archive: string): string {
  const identity = JSON.stringify(places.identity(dir, officeName('archive', domain)));
  return `# Written by liuhen authority init; changes are lost. Start: liuhen archive run --config ${join(dir, 'archive.yaml')}
# Every setting, its unit and its default: config/profiles/archive.yaml
profile: archive
device:
  id: archive
  authority: ${domain}
data: ${JSON.stringify(archive)}
archive:
  broker: ${broker}
  tls:
    caFile: ${JSON.stringify(places.certificate(dir))}
    # Certificate and key.
    certFile: ${identity}
    keyFile: ${identity}
`;
}

/** Opens an authority that exists; the passphrase is asked only where there is one. */
export async function openAuthority(dir: string, passphrase: () => Promise<string>): Promise<OpenAuthority> {
  const settings = await readSettings(dir);
  return { dir, settings, ca: await openCaKey(places.key(dir), passphrase) };
}

/** Certificate and key of an office in one file; one that is there is kept. */
async function makeOffice(
  { dir, settings, ca }: OpenAuthority,
  office: Office,
  nowMs: number,
): Promise<void> {
  const name = officeName(office, settings.domain);
  const path = places.identity(dir, name);
  if ((await readOwnersFile(path)) !== undefined) return;
  await replaceFile(path, await newIdentity(ca, { name, days: OFFICE_DAYS, nowMs }));
}

/** A broker that is to be reached under another name needs another certificate. */
async function makeBrokerIdentity({ dir, ca }: OpenAuthority, hosts: string[], nowMs: number): Promise<void> {
  const path = join(places.broker(dir), 'broker.pem');
  const old = await readOwnersFile(path);
  if (old !== undefined) {
    const certificate = new X509Certificate(old.slice(old.indexOf('-----BEGIN CERTIFICATE')));
    const names = hosts.map((host) => certificate.checkHost(host) ?? certificate.checkIP(host));
    if (names.every((name) => name !== undefined)) return;
  }
  await replaceFile(
    path,
    await newIdentity(ca, { name: hosts[0] ?? 'broker', days: OFFICE_DAYS, nowMs, hosts }),
  );
}

async function makeCa({ dir, domain, passphrase, cost, nowMs }: NewAuthority) {
  const given = async () => passphrase ?? '';
  const path = places.key(dir);
  if ((await readOwnersFile(path)) !== undefined) return openCaKey(path, given);
  await makeFolder(dir, 0o750);
  const ca = await createCa(domain, nowMs);
  await createCaKey(path, ca, passphrase, cost);
  return ca;
}

async function checkSame(dir: string, domain: string): Promise<void> {
  const old = await readSettings(dir).catch((error: unknown) => {
    if (error instanceof LiuhenError && error.code === 'LIUHEN_NOT_FOUND') return undefined;
    throw error;
  });
  if (old === undefined || old.domain === domain) return;
  throw new LiuhenError('LIUHEN_STATE', `there is an authority in ${dir} already, of ${old.domain}`, {
    next: 'choose another folder with --dir',
  });
}

async function witnessOf(archive: string): Promise<string> {
  try {
    return (await readFile(witnessFile(archive), 'utf8')).trim();
  } catch (cause) {
    if (systemCodeOf(cause) !== 'ENOENT') throw cause;
    throw new LiuhenError('LIUHEN_NOT_FOUND', `there is no archive in ${archive}`, {
      next: `liuhen archive init --data ${archive} --name <authority domain>/archive`,
    });
  }
}

function brokerUrl(host: string, port: number): string {
  return `mqtts://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** An address of this machine by which others reach it. */
export function ownAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';
}
