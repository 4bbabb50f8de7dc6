import { readdir } from 'node:fs/promises';
import { z } from 'zod';
import { LiuhenError, systemCodeOf } from '../../config/errors.js';
import { isDeviceId } from '../../config/identity.js';
import { readSmallFile, replaceFile } from '../provision/secret-file.js';
import { places } from './ca-folder.js';

const certificate = z.strictObject({
  serial: z.string().regex(/^[0-9a-f]{2,40}$/),
  /** PEM. */
  pem: z.string().max(8192),
  issued: z.iso.datetime(),
  expires: z.iso.datetime(),
});

const deviceSchema = z.strictObject({
  device: z.string().refine(isDeviceId),
  rootVkey: z.string().max(512),
  profile: z.enum(['recorder', 'kiosk']),
  unit: z.string().optional(),
  /** Oldest first; the newest is in use, the ones before until the device has proven that it connects with it. */
  certificates: z.array(certificate).min(1).max(1000),
  /** When, and why. */
  revoked: z.strictObject({ at: z.iso.datetime(), why: z.string().max(1024) }).optional(),
});

export type EnrolledDevice = z.infer<typeof deviceSchema>;
export type IssuedCertificate = z.infer<typeof certificate>;

/** The device as it is registered with the authority; undefined when it is not. Throws LIUHEN_CONFIG when its file is malformed. */
export async function readDevice(dir: string, device: string): Promise<EnrolledDevice | undefined> {
  if (!isDeviceId(device)) return undefined;
  const path = places.device(dir, device);
  const text = await readSmallFile(path);
  if (text === undefined) return undefined;
  try {
    return deviceSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new LiuhenError('LIUHEN_CONFIG', `${path}: expected a device as liuhen authority enrol writes it`, {
      cause,
    });
  }
}

export function writeDevice(dir: string, device: EnrolledDevice): Promise<void> {
  return replaceFile(places.device(dir, device.device), `${JSON.stringify(device, null, 2)}\n`, 0o644);
}

/** All devices, revoked ones too, by id. */
export async function listEnrolled(dir: string): Promise<EnrolledDevice[]> {
  const names = await readdir(places.devices(dir)).catch((error: unknown) => {
    if (systemCodeOf(error) === 'ENOENT') return [];
    throw error;
  });
  const found: EnrolledDevice[] = [];
  for (const name of names.sort()) {
    if (!name.endsWith('.json')) continue;
    const device = await readDevice(dir, name.slice(0, -'.json'.length));
    if (device !== undefined) found.push(device);
  }
  return found;
}

/** The certificate that a device connects with, or is about to. */
export function newestOf({ certificates }: EnrolledDevice): IssuedCertificate {
  const newest = certificates.at(-1);
  if (newest === undefined) throw new Error('a registered device has a certificate');
  return newest;
}
