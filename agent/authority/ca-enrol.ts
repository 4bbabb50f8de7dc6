import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { LiuhenError } from '../../config/errors.js';
import { readRoot, registerDevice } from '../archive/registry.js';
import { parseVkey } from '../journal/vkey.js';
import { type EnrolAnswer, makeAnswer, serialOf, validToMs } from '../provision/answer.js';
import { asOwner } from '../provision/as-owner.js';
import { type CheckedRequest, isProvenBy } from '../provision/request.js';
import { replaceFile } from '../provision/secret-file.js';
import { issue, revocationList } from './ca.js';
import { accessRules, RESERVED_IDS, type Reload, reloadBroker } from './ca-broker.js';
import { type AuthoritySettings, places, readSettings } from './ca-folder.js';
import type { CaKey } from './ca-key.js';
import { whileLocked } from './ca-lock.js';
import {
  type EnrolledDevice,
  type IssuedCertificate,
  listEnrolled,
  newestOf,
  readDevice,
  writeDevice,
} from './ca-registry.js';

/** Beyond so many a verifier refuses a policy, and each device's own is to be used. */
const MAX_POLICY_LOGS = 1024;

/** A device needs two while it renews; one that asks for more and more is not to fill the registry. */
const MAX_VALID = 32;

/** An authority that is open: its CA's key is in memory. */
export interface OpenAuthority {
  dir: string;
  settings: AuthoritySettings;
  ca: CaKey;
}

/**
 * Gives a device its certificate: registers it here and with the archive, writes its policy for verifiers and the broker's rules, and
 * returns the answer. The same request is answered the same again. Throws LIUHEN_ENROL for what may not be, and leaves nothing then.
 */
export function enrol(
  authority: OpenAuthority,
  request: CheckedRequest,
  nowMs: number,
  options: { allowExpired?: boolean } = {},
): Promise<EnrolAnswer> {
  return whileLocked(authority.dir, () => enrolLocked(authority, request, nowMs, options));
}

/** As `enrol`, for who holds the authority's lock. By the settings on the disk: an authority that serves is asked for others meanwhile. */
export async function enrolLocked(
  { dir, ca }: OpenAuthority,
  request: CheckedRequest,
  nowMs: number,
  { allowExpired = false }: { allowExpired?: boolean } = {},
): Promise<EnrolAnswer> {
  const settings = await readSettings(dir);
  const authority = { dir, ca, settings };
  const { device, rootVkey, profile, unit, publicKey } = request;
  checkName(request, settings);
  const known = await readDevice(dir, device);
  if (known !== undefined) checkKnown(known, request, allowExpired ? 0 : nowMs);
  else if (request.proof.by === 'certificate') throw refused(`${device} is not enrolled, so it cannot renew`);
  const { archive } = settings;
  const root = archive === undefined ? undefined : await asOwner(archive, () => readRoot(archive, device));
  if (root !== undefined && !root.publicKey.equals(parseVkey(rootVkey).publicKey)) throw otherKey(device);

  const before = known?.certificates ?? [];
  const again = before.find(({ pem }) => keyOf(pem).equals(publicKey));
  // An older request that comes again must not take the device back to what it was then.
  const isOld = again !== undefined && again !== before.at(-1);
  const certificates =
    again === undefined
      ? [...inTime(before, device, nowMs), await certify(authority, request, nowMs)]
      : before;
  const { unit: now } = isOld && known !== undefined ? known : { unit };
  const entry: EnrolledDevice = {
    device,
    rootVkey,
    profile,
    ...(now === undefined ? {} : { unit: now }),
    certificates,
  };
  await writeDevice(dir, entry);
  // What root made there would keep the archive out of its own folder.
  if (archive !== undefined && root === undefined) {
    await asOwner(archive, () => registerDevice(archive, rootVkey));
  }
  await writePolicies(authority, entry);
  await writeRules(authority);
  return answerOf(authority, entry, again?.pem ?? newestOf(entry).pem);
}

/** Takes a device's certificates from it for ever: the broker refuses them, and it is told no more. Returns what the broker did. */
export function revoke(
  authority: OpenAuthority,
  device: string,
  why: string,
  nowMs: number,
): Promise<{ entry: EnrolledDevice; reload: Reload }> {
  return whileLocked(authority.dir, () => revokeLocked(authority, device, why, nowMs));
}

async function revokeLocked(authority: OpenAuthority, device: string, why: string, nowMs: number) {
  const known = await readDevice(authority.dir, device);
  if (known === undefined) {
    throw new LiuhenError('LIUHEN_UNKNOWN_DEVICE', `${device} is not enrolled with this authority`, {
      next: 'liuhen authority list shows who is',
    });
  }
  const entry =
    known.revoked === undefined ? { ...known, revoked: { at: new Date(nowMs).toISOString(), why } } : known;
  await writeDevice(authority.dir, entry);
  await writeRevocations(authority, nowMs);
  return { entry, reload: await writeRules(authority) };
}

/** Writes the broker's revocation list: of every certificate of every revoked device, and of offices. */
export async function writeRevocations({ dir, ca }: OpenAuthority, nowMs: number): Promise<void> {
  const { revokedOffices = [] } = await readSettings(dir);
  const ofDevices = (await listEnrolled(dir)).flatMap(({ revoked, certificates }) =>
    revoked === undefined ? [] : certificates.map(({ serial }) => ({ serial, at: revoked.at })),
  );
  const revoked = [...ofDevices, ...revokedOffices].map(({ serial, at }) => ({
    serial,
    atMs: Date.parse(at),
  }));
  await replaceFile(join(places.broker(dir), 'crl.pem'), await revocationList(ca, revoked, nowMs), 0o644);
}

/** Writes the broker's access rules, and has a running one read them. By the settings on the disk: another process may have changed them. */
export async function writeRules({ dir }: Pick<OpenAuthority, 'dir'>): Promise<Reload> {
  const rules = accessRules(await readSettings(dir), await listEnrolled(dir));
  await replaceFile(join(places.broker(dir), 'acl'), rules);
  return reloadBroker(dir);
}

/** Those that would still connect, which a revocation has to name. */
function inTime(
  certificates: readonly IssuedCertificate[],
  device: string,
  nowMs: number,
): IssuedCertificate[] {
  const valid = certificates.filter(({ expires }) => Date.parse(expires) > nowMs);
  if (valid.length < MAX_VALID) return valid;
  throw new LiuhenError(
    'LIUHEN_ENROL',
    `request: ${device} has ${valid.length} certificates that are valid already`,
    {
      next: 'find out why it renews so often: liuhen authority list, and the log of liuhen authority serve',
    },
  );
}

function checkName({ authority, device }: CheckedRequest, { domain }: AuthoritySettings): void {
  if (authority !== domain) throw refused(`${device} is of ${authority}, and this authority is ${domain}`);
  if (RESERVED_IDS.includes(device)) throw refused(`no device may be called ${device}: topics of others are`);
}

function checkKnown(known: EnrolledDevice, request: CheckedRequest, nowMs: number): void {
  const { device, rootVkey, proof } = request;
  if (known.revoked !== undefined) {
    throw refused(`${device} was revoked on ${known.revoked.at.slice(0, 10)}: ${known.revoked.why}`);
  }
  if (known.rootVkey !== rootVkey) throw otherKey(device);
  if (proof.by !== 'certificate') return;
  const old = known.certificates.find(({ serial }) => serial === proof.serial);
  if (old === undefined || !isProvenBy(request, keyOf(old.pem))) {
    throw refused(`it is not signed with a certificate of ${device} that this authority issued`);
  }
  if (Date.parse(old.expires) <= nowMs) {
    throw new LiuhenError(
      'LIUHEN_ENROL',
      `request: the certificate of ${device} has expired on ${old.expires}`,
      {
        next: 'look at the device and why it did not renew, then take its request with liuhen authority enrol --expired',
      },
    );
  }
}

async function certify(
  { ca, settings }: OpenAuthority,
  { device, publicKey }: CheckedRequest,
  nowMs: number,
) {
  const pem = await issue(ca, { name: device, publicKey, days: settings.days, nowMs });
  const expires = new Date(validToMs(pem)).toISOString();
  return { serial: serialOf(pem), pem, issued: new Date(nowMs).toISOString(), expires };
}

function answerOf({ settings, ca }: OpenAuthority, entry: EnrolledDevice, certificate: string): EnrolAnswer {
  const { broker, witness, root } = settings;
  const isKiosk = entry.profile === 'kiosk';
  return makeAnswer({
    device: entry.device,
    rootVkey: entry.rootVkey,
    certificate,
    ca: ca.certificate,
    broker,
    ...(witness === undefined ? {} : { witness }),
    ...(isKiosk && entry.unit !== undefined ? { hall: entry.unit } : {}),
    ...(root === undefined ? {} : { root }),
  });
}

/** What verifiers pin (C2SP tlog-policy): a file for this device alone, and one for all, revoked ones too, since what they recorded stays provable. */
async function writePolicies(
  { dir, settings: { witness } }: OpenAuthority,
  { device, rootVkey }: EnrolledDevice,
): Promise<void> {
  const end = witness === undefined ? 'quorum none\n' : `witness archive ${witness}\nquorum archive\n`;
  await replaceFile(join(places.policies(dir), `${device}.policy`), `log ${rootVkey}\n${end}`, 0o644);
  const all = await listEnrolled(dir);
  if (all.length > MAX_POLICY_LOGS) return;
  const logs = all.map((each) => `log ${each.rootVkey}\n`).join('');
  await replaceFile(places.policy(dir), `${logs}${end}`, 0o644);
}

function keyOf(pem: string): Buffer {
  return new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' });
}

function otherKey(device: string): LiuhenError {
  return new LiuhenError('LIUHEN_ENROL', `request: ${device} is enrolled with another root key`, {
    next: 'give the device that was provisioned anew another id, so that its old journal stays provable',
  });
}

function refused(why: string): LiuhenError {
  return new LiuhenError('LIUHEN_ENROL', `request: ${why}`, {
    next: 'compare the words of the root key with those that liuhen provision shows on the device',
  });
}
