import { isDeviceId } from '../../config/identity.js';

/** All topics begin with this; the number is the protocol's version (PROTOCOL.md). */
export const TOPIC_PREFIX = 'liuhen/1';

const SHA256 = /^[0-9a-f]{64}$/;
const OFFSET = /^(0|[1-9][0-9]{0,14})$/;

export const topics = {
  journal: (device: string) => `${TOPIC_PREFIX}/${device}/journal`,
  footage: (device: string, sha256: string, offset: number) =>
    `${TOPIC_PREFIX}/${device}/footage/${sha256}/${offset}`,
  state: (device: string) => `${TOPIC_PREFIX}/${device}/state`,
  telemetry: (device: string) => `${TOPIC_PREFIX}/${device}/telemetry`,
  receipt: (device: string) => `${TOPIC_PREFIX}/${device}/receipt`,
  command: (device: string) => `${TOPIC_PREFIX}/${device}/command`,
  /** The trust document of a device that hears no board. */
  trust: (device: string) => `${TOPIC_PREFIX}/${device}/trust`,
  result: (device: string, id: string) => `${TOPIC_PREFIX}/${device}/result/${id}`,
} as const;

/** What an archive subscribes to. */
export const ARCHIVE_SUBSCRIPTIONS = [
  `${TOPIC_PREFIX}/+/journal`,
  `${TOPIC_PREFIX}/+/footage/+/+`,
  `${TOPIC_PREFIX}/+/state`,
  `${TOPIC_PREFIX}/+/telemetry`,
];

/** Whether a topic is one of footage, or looks like it: quick, for telling it from the others. */
export function isFootage(topic: string): boolean {
  return topic.includes('/footage/');
}

export type UpTopic =
  | { kind: 'journal' | 'state' | 'telemetry'; device: string }
  | { kind: 'footage'; device: string; sha256: string; offset: number };

/** What an upward topic says; undefined for anything that is not exactly one of ours (an id with a path in it, too). */
export function parseUpTopic(topic: string): UpTopic | undefined {
  if (topic.length > 256 || !topic.startsWith(`${TOPIC_PREFIX}/`)) return undefined;
  const [device = '', kind, sha256 = '', offset = '', ...rest] = topic
    .slice(TOPIC_PREFIX.length + 1)
    .split('/');
  if (!isDeviceId(device) || rest.length > 0) return undefined;
  if (kind === 'footage') {
    return SHA256.test(sha256) && OFFSET.test(offset)
      ? { kind, device, sha256, offset: Number(offset) }
      : undefined;
  }
  if (sha256 !== '' || offset !== '' || topic.endsWith('/')) return undefined;
  return kind === 'journal' || kind === 'state' || kind === 'telemetry' ? { kind, device } : undefined;
}
