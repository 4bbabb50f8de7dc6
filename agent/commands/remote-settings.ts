import { LiuhenError } from '../../config/errors.js';
import type { Config, Overrides } from '../../config/load.js';
import { settingsTable } from '../../config/table.js';

/**
 * Settings that a command may change: how well and how much is recorded, sent and logged. Nothing that names the device, whom it trusts, where
 * its data is or goes, or which hardware and files it opens; so a stolen technician's key can make footage worse, and not lost.
 */
export const REMOTE_SETTINGS = [
  'camera.framesPerSecond',
  'camera.bitrate',
  'camera.display',
  'camera.displayZone',
  'recording.preRecord',
  'recording.preRecordBytes',
  'recording.stillEvery',
  'recording.behaviour',
  'journal.keyRotation',
  'journal.heartbeat',
  'uplink.bandwidth',
  'uplink.queryInterval',
  'log.level',
] as const;

export type RemoteSetting = (typeof REMOTE_SETTINGS)[number];

/** Those that take effect at once; the others do at the next start. */
const LIVE: readonly RemoteSetting[] = ['log.level'];

export function isRemoteSetting(key: string): key is RemoteSetting {
  return REMOTE_SETTINGS.some((each) => each === key);
}

export function isLive(key: RemoteSetting): boolean {
  return LIVE.includes(key);
}

/** Throws LIUHEN_STATE for a setting that only somebody at the device may change. */
export function requireRemoteSetting(key: string): RemoteSetting {
  if (isRemoteSetting(key)) return key;
  throw new LiuhenError('LIUHEN_STATE', `${key}: expected one of ${REMOTE_SETTINGS.join(', ')}`, {
    next: 'other settings are changed in the configuration file on the device',
  });
}

/** The value of a setting as it was loaded, under the name that says its unit. */
export function loadedValue(config: Config, key: string): { name: string; value: unknown } {
  const name = settingsTable().find((row) => row.key === key)?.loadedAs ?? key;
  let value: unknown = config;
  for (const step of name.split('.')) value = (value as Record<string, unknown> | undefined)?.[step];
  return { name, value: value ?? null };
}

/**
 * The configuration with what commands have changed over it. What is no longer allowed, or contradicts the file as it is now, is left out, all of
 * it: a device starts whatever was said from far away. `onUnusable` hears why.
 */
export function withCommanded(
  config: Config,
  commanded: Overrides,
  configured: (settings: Overrides) => Config,
  onUnusable: (error: unknown) => void,
): Config {
  const allowed = Object.fromEntries(Object.entries(commanded).filter(([key]) => isRemoteSetting(key)));
  if (Object.keys(allowed).length === 0) return config;
  try {
    return configured(allowed);
  } catch (error) {
    onUnusable(error);
    return config;
  }
}
