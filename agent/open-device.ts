import { LiuhenError } from '../config/errors.js';
import { originOf } from '../config/identity.js';
import type { Config } from '../config/load.js';
import type { Clock } from '../drivers/clock.js';
import { type DeviceStores, openJournal } from './buffer/open.js';
import { CommandsView } from './commands/memory.js';
import { ensureStarted } from './init.js';
import { SOFTWARE } from './version.js';

/** Opens the journal for this boot: a new key, the old one erased, and the entry that says so. */
export async function openDevice(stores: DeviceStores, config: Config, clock: Clock) {
  const origin = originOf(config.device.authority, config.device.id);
  const identity = await stores.store.identity();
  if (identity !== undefined && identity.origin !== origin) {
    throw new LiuhenError(
      'LIUHEN_CONFIG',
      `${config.data} is the journal of ${identity.origin}, not of ${origin}`,
      {
        next: 'a device keeps its id for life: correct device.id and device.authority, or choose another data folder',
      },
    );
  }
  const opened = await openJournal(stores, clock, config.journal, [new CommandsView()]);
  await ensureStarted(opened.journal);
  await opened.journal.rotateKey();
  await opened.journal.append({ type: 'boot', software: SOFTWARE, reason: 'start' });
  return opened;
}
