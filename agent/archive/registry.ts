import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { LiuhenError, systemCodeOf } from '../../config/errors.js';
import { isDeviceId, parseOrigin } from '../../config/identity.js';
import { formatVkey, parseVkey, SignatureType, type Vkey } from '../journal/vkey.js';
import { writeDurably } from './durable-file.js';
import { deviceFolder, devicesFolder } from './layout.js';

const MAX_ROOT_BYTES = 1024;

/**
 * Registers a device by its root vkey and returns its id; also while the archive runs. Doing it again changes nothing; another
 * key for the same id throws LIUHEN_STATE, because the journal that is here could not go on with it.
 */
export async function registerDevice(data: string, rootVkey: string): Promise<string> {
  const vkey = parseVkey(rootVkey.trim());
  if (vkey.type !== SignatureType.ed25519) {
    throw new LiuhenError('LIUHEN_NOTE', `root vkey: expected type 01, got ${formatVkey(vkey)}`);
  }
  const { device } = parseOrigin(vkey.name);
  const known = await readRoot(data, device);
  if (known !== undefined && formatVkey(known) !== formatVkey(vkey)) {
    throw new LiuhenError('LIUHEN_STATE', `${device} is registered with another key: ${formatVkey(known)}`, {
      next: 'give the device that was provisioned anew another id, so that its old journal stays provable',
    });
  }
  if (known === undefined) await writeDurably(rootFile(data, device), `${formatVkey(vkey)}\n`);
  return device;
}

/** The root vkey a device is registered with; undefined when it is not. Throws when the file is not such a key. */
export async function readRoot(data: string, device: string): Promise<Vkey | undefined> {
  const path = rootFile(data, device);
  try {
    const { size } = await stat(path);
    if (size > MAX_ROOT_BYTES) {
      throw new LiuhenError('LIUHEN_NOTE', `${path}: expected one vkey, got ${size} bytes`);
    }
    const vkey = parseVkey((await readFile(path, 'utf8')).trim());
    if (vkey.type !== SignatureType.ed25519 || parseOrigin(vkey.name).device !== device) {
      throw new LiuhenError(
        'LIUHEN_NOTE',
        `${path}: expected a root vkey of ${device}, got ${formatVkey(vkey)}`,
      );
    }
    return vkey;
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** The ids of all registered devices, sorted; whether each one's key is usable shows when it is read. */
export async function listDevices(data: string): Promise<string[]> {
  const names = await readdir(devicesFolder(data)).catch((error: unknown) => {
    if (systemCodeOf(error) === 'ENOENT') return [];
    throw error;
  });
  const devices: string[] = [];
  for (const name of names.filter(isDeviceId).sort()) {
    const found = await stat(rootFile(data, name)).catch(() => undefined);
    if (found?.isFile()) devices.push(name);
  }
  return devices;
}

function rootFile(data: string, device: string): string {
  return join(deviceFolder(data, device), 'root');
}
