import { join } from 'node:path';
import { z } from 'zod';
import { LiuhenError } from '../../config/errors.js';
import { AUTHORITY_EXPECTED, isAuthority } from '../../config/identity.js';
import { isBrokerUrl, isVkey } from '../../config/shapes.js';
import { readSmallFile, replaceFile } from '../provision/secret-file.js';

/** Where the authority keeps what. */
export const places = {
  key: (dir: string) => join(dir, 'ca.key'),
  certificate: (dir: string) => join(dir, 'ca.pem'),
  settings: (dir: string) => join(dir, 'authority.json'),
  devices: (dir: string) => join(dir, 'devices'),
  device: (dir: string, device: string) => join(dir, 'devices', `${device}.json`),
  tokens: (dir: string) => join(dir, 'tokens'),
  policies: (dir: string) => join(dir, 'policies'),
  policy: (dir: string) => join(dir, 'trust.policy'),
  /** Certificate and key of one who is no device: the archive, the authority itself, who publishes. */
  identity: (dir: string, name: string) => join(dir, 'identities', `${name}.pem`),
  broker: (dir: string) => join(dir, 'mosquitto'),
};

const FORMAT = 'liuhen/authority/1';

const settingsSchema = z.strictObject({
  format: z.literal(FORMAT),
  domain: z.string().refine(isAuthority, AUTHORITY_EXPECTED),
  /** Where devices connect with their certificate, and where without one, to enrol by token. */
  broker: z.string().refine(isBrokerUrl, 'expected a host name or an address of the broker'),
  enrolBroker: z.string().refine(isBrokerUrl, 'expected a host name or an address of the broker'),
  /** Address that the broker listens on, and the account that it runs under; absent where an older version wrote this. */
  listen: z.string().max(255).optional(),
  account: z.string().max(64).optional(),
  /** Folder of the archive that devices are registered with. */
  archive: z.string().optional(),
  witness: z.string().refine(isVkey, "expected the archive's vkey").optional(),
  /** The authority's root key for content and commands, which devices pin. */
  root: z.string().refine(isVkey, 'expected a vkey: <name>+<8 hex digits>+<base64>').optional(),
  /** Validity of a device's certificate. */
  days: z.int().min(1).max(3650),
  /** Certificates of offices that were revoked, oldest first: each office has one of another name since. */
  revokedOffices: z
    .array(
      z.strictObject({
        office: z.string().max(40),
        /** In the certificate. */
        name: z.string().max(320),
        serial: z.string().regex(/^[0-9a-f]{2,40}$/),
        at: z.iso.datetime(),
        why: z.string().max(1024),
      }),
    )
    .max(1000)
    .optional(),
});

export type AuthoritySettings = z.infer<typeof settingsSchema>;

/** Settings as they may be kept. Throws LIUHEN_USAGE: what was written once is not to keep everybody from reading it. */
export function checkedSettings(settings: Omit<AuthoritySettings, 'format'>): AuthoritySettings {
  const parsed = settingsSchema.safeParse({ format: FORMAT, ...settings });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new LiuhenError('LIUHEN_USAGE', `authority: ${issue?.path.join('.')}: ${issue?.message}`);
}

export function writeSettings(dir: string, settings: AuthoritySettings): Promise<void> {
  return replaceFile(places.settings(dir), `${JSON.stringify(settings, null, 2)}\n`, 0o644);
}

/** Throws LIUHEN_NOT_FOUND, LIUHEN_CONFIG. */
export async function readSettings(dir: string): Promise<AuthoritySettings> {
  const path = places.settings(dir);
  const text = await readSmallFile(path);
  if (text === undefined) {
    throw new LiuhenError('LIUHEN_NOT_FOUND', `there is no authority in ${dir}`, {
      next: 'name its folder with --dir, or make one with liuhen authority init',
    });
  }
  try {
    return settingsSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new LiuhenError('LIUHEN_CONFIG', `${path}: expected a file as liuhen authority init writes it`, {
      cause,
    });
  }
}
