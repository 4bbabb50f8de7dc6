import { join } from 'node:path';
import { z } from 'zod';
import { LiuhenError } from '../../config/errors.js';
import { isAuthority } from '../../config/identity.js';
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
  domain: z.string().refine(isAuthority),
  /** Where devices connect with their certificate, and where without one, to enrol by token. */
  broker: z.string().refine(isBrokerUrl),
  enrolBroker: z.string().refine(isBrokerUrl),
  /** Folder of the archive that devices are registered with. */
  archive: z.string().optional(),
  witness: z.string().refine(isVkey).optional(),
  /** The authority's root key for content and commands, which devices pin. */
  root: z.string().refine(isVkey).optional(),
  /** Validity of a device's certificate. */
  days: z.int().min(1).max(3650),
});

export type AuthoritySettings = z.infer<typeof settingsSchema>;

export function writeSettings(dir: string, settings: Omit<AuthoritySettings, 'format'>): Promise<void> {
  const text = `${JSON.stringify({ format: FORMAT, ...settings }, null, 2)}\n`;
  return replaceFile(places.settings(dir), text, 0o644);
}

/** Throws LIUHEN_NOT_FOUND, LIUHEN_AUTHORITY_KEY. */
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
