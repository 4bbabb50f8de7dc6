import { LiuhenError } from '../../config/errors.js';
import type { Config } from '../../config/load.js';
import { systemClock } from '../../drivers/clock.js';
import { hasJournal, openJournal, openStores } from '../buffer/open.js';
import { CommandsView } from '../commands/memory.js';
import { callAgent } from '../control/client.js';
import { asOwner } from '../provision/as-owner.js';

/** What names the journal, and so never changes. */
const NAMES_JOURNAL = ['device.id', 'device.authority'];

/**
 * Seals that a setting was changed, by the running agent or else from here; `config` is the one before the change. Returns the entry;
 * undefined where the device has no journal yet. Throws LIUHEN_STATE for what must not change once it has one.
 */
export async function noteChange(
  config: Config,
  key: string,
  change: { who: string; what: string; why: string },
): Promise<number | undefined> {
  if (!hasJournal(config.data)) return undefined;
  if (NAMES_JOURNAL.includes(key)) {
    throw new LiuhenError('LIUHEN_STATE', `${key} names the journal in ${config.data} and cannot change`, {
      next: 'a device keeps its id for life; liuhen wipe ends one, liuhen provision begins another',
    });
  }
  try {
    const { entry } = (await callAgent(config.data, 'POST', '/config-changed', change)) as { entry: number };
    return entry;
  } catch (error) {
    if (!(error instanceof LiuhenError) || error.code !== 'LIUHEN_NOT_RUNNING') throw error;
  }
  return await asOwner(config.data, async () => {
    const stores = await openStores(config.data);
    try {
      const { journal } = await openJournal(stores, systemClock(), config.journal, [new CommandsView()]);
      const { n } = await journal.append({ type: 'config-changed', ...change });
      await journal.close();
      return n;
    } finally {
      await stores.close();
    }
  });
}
