import { join } from 'node:path';
import { LiuhenError } from '../../config/errors.js';
import { isDeviceId } from '../../config/identity.js';

/** Where an archive keeps what. `state/` is the truth; the device folders are derived from it, footage excepted. */
export function keyFile(data: string): string {
  return join(data, 'archive.key');
}

export function witnessFile(data: string): string {
  return join(data, 'witness');
}

export function stateFolder(data: string): string {
  return join(data, 'state');
}

export function devicesFolder(data: string): string {
  return join(data, 'devices');
}

/** The published folder of a device. Throws LIUHEN_ORIGIN on anything that is no device id, so no path can leave it. */
export function deviceFolder(data: string, device: string): string {
  if (!isDeviceId(device)) {
    throw new LiuhenError('LIUHEN_ORIGIN', `device id: got ${JSON.stringify(device.slice(0, 80))}`);
  }
  return join(devicesFolder(data), device);
}

export function recordingFolder(folder: string, recording: number): string {
  return join(folder, 'recordings', String(recording));
}

export function forksFolder(folder: string): string {
  return join(folder, 'forks');
}
