import { randomBytes } from 'node:crypto';
import type { JournalStore } from '../journal/store.js';

const KEY = 'uplink-client';

/**
 * The client id of a device at brokers, the same for life, so that a new connection replaces a dead one. Nobody else can guess it: who connects under a
 * client id takes its connection over (MQTT 3.1.1 §3.1.4), and mosquitto lets anybody do so whom it lets in at all. Never rejects.
 */
export async function clientIdOf(
  store: Pick<JournalStore, 'view' | 'writeView'>,
  device: string,
  onError: (error: unknown) => void,
): Promise<string> {
  let secret = randomBytes(8).toString('hex');
  try {
    const kept = await store.view<unknown>(KEY);
    if (typeof kept === 'string' && /^[0-9a-f]{16}$/.test(kept)) secret = kept;
    else await store.writeView([{ key: KEY, value: secret }]);
  } catch (error) {
    // Good for this run: a disk that takes nothing is no reason to send nothing.
    onError(error);
  }
  return `liuhen-${device}-${secret}`;
}
