import { LiuhenError } from '../../config/errors.js';
import { serialOf } from '../provision/answer.js';
import { certificateIn } from '../provision/files.js';
import { readOwnersFile, replaceFile } from '../provision/secret-file.js';
import { newIdentity } from './ca.js';
import { OFFICES, type Office, officeName, type Reload } from './ca-broker.js';
import { type OpenAuthority, writeRevocations, writeRules } from './ca-enrol.js';
import { type AuthoritySettings, places, readSettings, writeSettings } from './ca-folder.js';
import { whileLocked } from './ca-lock.js';

const OFFICE_DAYS = 10 * 365;

/** The office that is written `publisher@<domain>`; undefined for anything else, such as a device. */
export function officeOf(written: string, { domain }: Pick<AuthoritySettings, 'domain'>): Office | undefined {
  return OFFICES.find((office) => officeName(office, domain) === written);
}

/** The file with an office's certificate and key. */
export function officeFile(
  { dir, settings }: Pick<OpenAuthority, 'dir' | 'settings'>,
  office: Office,
): string {
  return places.identity(dir, officeName(office, settings.domain));
}

/** Certificate and key of an office in one file; one that is there is kept, unless it was revoked. */
export async function makeOffice(authority: OpenAuthority, office: Office, nowMs: number): Promise<void> {
  const { settings, ca } = authority;
  const revoked = (settings.revokedOffices ?? []).filter((each) => each.office === office);
  const serial = await serialIn(authority, office);
  if (serial !== undefined && revoked.every((each) => each.serial !== serial)) return;
  const name = officeName(office, settings.domain, revoked.length);
  await replaceFile(officeFile(authority, office), await newIdentity(ca, { name, days: OFFICE_DAYS, nowMs }));
}

/**
 * Takes an office's certificate from whoever has it, and makes the office another, of another name, in the same file. Interrupted, it is done again, or
 * `initAuthority` ends it. Throws LIUHEN_NOT_FOUND.
 */
export function revokeOffice(
  authority: OpenAuthority,
  office: Office,
  why: string,
  nowMs: number,
): Promise<{ at: string; why: string; reload: Reload }> {
  return whileLocked(authority.dir, async () => {
    const { dir, ca } = authority;
    const settings = await readSettings(dir);
    const { revokedOffices = [], domain } = settings;
    const serial = await serialIn({ dir, settings }, office);
    if (serial === undefined) {
      throw new LiuhenError('LIUHEN_NOT_FOUND', `there is no certificate of ${officeName(office, domain)}`, {
        next: 'liuhen authority init makes one',
      });
    }
    const of = revokedOffices.filter((each) => each.office === office);
    const begun = of.find((each) => each.serial === serial);
    const name = officeName(office, domain, of.length);
    const entry = begun ?? { office, name, serial, at: new Date(nowMs).toISOString(), why };
    const changed =
      begun === undefined ? { ...settings, revokedOffices: [...revokedOffices, entry] } : settings;
    await writeSettings(dir, changed);
    const now = { dir, ca, settings: changed };
    await makeOffice(now, office, nowMs);
    await writeRevocations(now, nowMs);
    return { at: entry.at, why: entry.why, reload: await writeRules(now) };
  });
}

/** Of the certificate that is there. */
async function serialIn(
  authority: Pick<OpenAuthority, 'dir' | 'settings'>,
  office: Office,
): Promise<string | undefined> {
  const certificate = certificateIn((await readOwnersFile(officeFile(authority, office))) ?? '');
  return certificate === undefined ? undefined : serialOf(certificate);
}
