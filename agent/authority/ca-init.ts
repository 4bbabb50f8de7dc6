import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { networkInterfaces, userInfo } from 'node:os';
import { join } from 'node:path';
import { LiuhenError, systemCodeOf } from '../../config/errors.js';
import { isAuthority } from '../../config/identity.js';
import { makeFolder } from '../archive/durable-file.js';
import { witnessFile } from '../archive/layout.js';
import { portOf } from '../link/broker-socket.js';
import { asOwner } from '../provision/as-owner.js';
import { readOwnersFile, replaceFile } from '../provision/secret-file.js';
import { createCa, newIdentity } from './ca.js';
import { OFFICES, officeName, writeBrokerConfig } from './ca-broker.js';
import { type OpenAuthority, writeRevocations, writeRules } from './ca-enrol.js';
import { type AuthoritySettings, checkedSettings, places, readSettings, writeSettings } from './ca-folder.js';
import { createCaKey, openCaKey } from './ca-key.js';
import { whileLocked } from './ca-lock.js';
import { makeOffice } from './ca-office.js';
import { checkPassphrase } from './key-file.js';
import type { ScryptCost } from './sealed-seed.js';

/** What is left out stays as it is, or at first is what is usual. */
export interface NewAuthority {
  dir: string;
  domain: string;
  /** Host name or address under which devices reach the broker; usually that of this machine. */
  host?: string | undefined;
  /** Usually 8883, and 8884 for enrolling by token. */
  port?: number | undefined;
  enrolPort?: number | undefined;
  /** Address that the broker listens on; usually all. */
  listen?: string | undefined;
  /** Account that mosquitto runs under; usually that of who asks. */
  account?: string | undefined;
  archive?: string | undefined;
  root?: string | undefined;
  /** Validity of a certificate; usually 825. */
  days?: number | undefined;
  /** Undefined: the CA's key stands in the clear. */
  passphrase: string | undefined;
  cost?: ScryptCost;
  nowMs: number;
}

export interface MadeAuthority extends OpenAuthority {
  /** For mosquitto. */
  brokerConfig: string;
  /** For the archive that was named: with mosquitto as its broker, and as the broker itself. */
  archiveConfig: string | undefined;
  embeddedConfig: string | undefined;
}

const BROKER_DAYS = 10 * 365;
const USUAL = { port: 8883, enrolPort: 8884, listen: '0.0.0.0', days: 825 } as const;

/**
 * Makes an authority: its CA, certificates for broker, archive and offices, and a configuration for mosquitto. Interrupted, it is done again and goes on;
 * done again with the same passphrase it changes the settings that are asked for, and keeps the others and every key. Throws LIUHEN_STATE for another domain, LIUHEN_USAGE for settings
 * that cannot be.
 */
export async function initAuthority(asked: NewAuthority): Promise<MadeAuthority> {
  const { dir, domain } = asked;
  if (!isAuthority(domain)) {
    throw new LiuhenError(
      'LIUHEN_USAGE',
      `--domain: expected a domain name, got ${JSON.stringify(domain.slice(0, 80))}`,
    );
  }
  // What cannot be is refused before anything is made.
  await settingsFor(asked);
  await makeFolder(dir, 0o750);
  // The rules that it writes are of all devices: nobody is to enrol one or to revoke one meanwhile.
  return whileLocked(dir, async () => initLocked(asked, await settingsFor(asked)));
}

/** What was said before holds on where nothing else is asked for. */
async function settingsFor(asked: NewAuthority): Promise<AuthoritySettings> {
  const old = await sameBefore(asked.dir, asked.domain);
  const { domain, root = old?.root, archive = old?.archive, days = old?.days ?? USUAL.days } = asked;
  const at = old === undefined ? undefined : addressOf(old.broker);
  const { host = at?.host ?? ownAddress(), port = at?.port ?? USUAL.port } = asked;
  const enrolAt = old === undefined ? undefined : addressOf(old.enrolBroker);
  const { enrolPort = enrolAt?.port ?? USUAL.enrolPort } = asked;
  const { listen = old?.listen ?? USUAL.listen, account = old?.account ?? userInfo().username } = asked;
  const witness = archive === undefined ? undefined : await witnessOf(archive);
  return checkedSettings({
    domain,
    broker: brokerUrl(host, port),
    enrolBroker: brokerUrl(host, enrolPort),
    ...{ listen, account, days },
    ...(archive === undefined ? {} : { archive }),
    ...(witness === undefined ? {} : { witness }),
    ...(root === undefined ? {} : { root }),
    ...(old?.revokedOffices === undefined ? {} : { revokedOffices: old.revokedOffices }),
  });
}

async function initLocked(asked: NewAuthority, settings: AuthoritySettings): Promise<MadeAuthority> {
  const { dir, domain, nowMs } = asked;
  const { archive, listen = USUAL.listen, account = userInfo().username } = settings;
  const { host, port } = addressOf(settings.broker);
  const { port: enrolPort } = addressOf(settings.enrolBroker);
  const ca = await makeCa(asked);
  await replaceFile(places.certificate(dir), ca.certificate, 0o644);
  await writeSettings(dir, settings);
  const authority: OpenAuthority = { dir, ca, settings };

  await replaceFile(join(places.broker(dir), 'ca.pem'), ca.certificate, 0o644);
  await makeBrokerIdentity(authority, [...new Set([host, 'localhost', '127.0.0.1', '::1'])], nowMs);
  for (const office of OFFICES) await makeOffice(authority, office, nowMs);
  await writeRevocations(authority, nowMs);
  const brokerConfig = await writeBrokerConfig({ dir, host: listen, port, enrolPort, account });
  await writeRules(authority);
  if (archive === undefined) {
    return { ...authority, brokerConfig, archiveConfig: undefined, embeddedConfig: undefined };
  }
  const archiveConfig = join(dir, 'archive.yaml');
  const embeddedConfig = join(dir, 'archive-broker.yaml');
  const write = (path: string, broker: string) =>
    replaceFile(path, `${archiveText(path, domain, archive)}${broker}`, 0o644);
  await write(archiveConfig, atBroker(authority));
  await write(embeddedConfig, asBroker(dir, { host: listen, port, enrolPort }));
  return { ...authority, brokerConfig, archiveConfig, embeddedConfig };
}

function archiveText(path: string, domain: string, archive: string): string {
  return `# Written by liuhen authority init; changes are lost. Start: liuhen archive run --config ${path}
# Every setting, its unit and its default: config/profiles/archive.yaml
profile: archive
device:
  id: archive
  authority: ${domain}
data: ${JSON.stringify(archive)}
`;
}

/** With what the archive connects to mosquitto. */
function atBroker({ dir, settings: { domain, broker } }: OpenAuthority): string {
  const identity = JSON.stringify(places.identity(dir, officeName('archive', domain)));
  return `archive:
  broker: ${broker}
  tls:
    caFile: ${JSON.stringify(places.certificate(dir))}
    # Certificate and key.
    certFile: ${identity}
    keyFile: ${identity}
`;
}

/** With what the archive is the broker itself: the certificates, rules and ports that mosquitto would have. */
function asBroker(dir: string, at: { host: string; port: number; enrolPort: number }): string {
  const file = (name: string) => JSON.stringify(join(places.broker(dir), name));
  return `archive:
  embeddedBroker:
    host: ${JSON.stringify(at.host)}
    port: ${at.port}
    tls:
      caFile: ${file('ca.pem')}
      # Certificate and key.
      certFile: ${file('broker.pem')}
      keyFile: ${file('broker.pem')}
      crlFile: ${file('crl.pem')}
      aclFile: ${file('acl')}
    # For devices that enrol by token.
    enrolPort: ${at.enrolPort}
`;
}

/** Opens an authority that exists; the passphrase is asked only where there is one. */
export async function openAuthority(dir: string, passphrase: () => Promise<string>): Promise<OpenAuthority> {
  const settings = await readSettings(dir);
  return { dir, settings, ca: await openCaKey(places.key(dir), passphrase) };
}

/** A broker that is to be reached under another name needs another certificate. */
async function makeBrokerIdentity({ dir, ca }: OpenAuthority, hosts: string[], nowMs: number): Promise<void> {
  const path = join(places.broker(dir), 'broker.pem');
  const old = await readOwnersFile(path);
  if (old !== undefined) {
    const certificate = new X509Certificate(old.slice(old.indexOf('-----BEGIN CERTIFICATE')));
    const names = hosts.map((host) =>
      isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host),
    );
    if (names.every((name) => name !== undefined)) return;
  }
  await replaceFile(
    path,
    await newIdentity(ca, { name: hosts[0] ?? 'broker', days: BROKER_DAYS, nowMs, hosts }),
  );
}

async function makeCa({ dir, domain, passphrase, cost, nowMs }: NewAuthority) {
  const path = places.key(dir);
  if ((await readOwnersFile(path)) !== undefined) return openSame(path, passphrase);
  if (passphrase !== undefined) checkPassphrase(passphrase);
  const ca = await createCa(domain, nowMs);
  await createCaKey(path, ca, passphrase, cost);
  return ca;
}

/** Whoever gives a passphrase for a key in the clear must not believe that it protects anything. */
async function openSame(path: string, passphrase: string | undefined) {
  let isAsked = false;
  const ca = await openCaKey(path, async () => {
    isAsked = true;
    return passphrase ?? '';
  });
  if (isAsked || passphrase === undefined) return ca;
  throw new LiuhenError('LIUHEN_STATE', `${path} is not encrypted, and a passphrase was given for it`, {
    next: 'go on without one (--no-passphrase), or make an authority with another CA in another folder',
  });
}

/** The settings of the authority that is there; undefined where there is none. Throws LIUHEN_STATE for one of another domain. */
async function sameBefore(dir: string, domain: string): Promise<AuthoritySettings | undefined> {
  const old = await readSettings(dir).catch((error: unknown) => {
    if (error instanceof LiuhenError && error.code === 'LIUHEN_NOT_FOUND') return undefined;
    throw error;
  });
  if (old === undefined || old.domain === domain) return old;
  throw new LiuhenError('LIUHEN_STATE', `there is an authority in ${dir} already, of ${old.domain}`, {
    next: 'choose another folder with --dir',
  });
}

async function witnessOf(archive: string): Promise<string> {
  try {
    return (await asOwner(archive, () => readFile(witnessFile(archive), 'utf8'))).trim();
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

function addressOf(broker: string): { host: string; port: number } {
  const url = new URL(broker);
  return { host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port: portOf(url, USUAL.port) };
}

/** An address of this machine by which others reach it. */
function ownAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';
}
