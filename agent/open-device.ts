import type { Logger } from 'pino';
import { LiuhenError } from '../config/errors.js';
import { originOf } from '../config/identity.js';
import type { Config, Overrides } from '../config/load.js';
import type { Clock } from '../drivers/clock.js';
import { type DeviceStores, openJournal } from './buffer/open.js';
import { recover } from './buffer/recover.js';
import { CommandsView } from './commands/memory.js';
import type { Drivers } from './hardware/drivers.js';
import { ensureStarted } from './init.js';
import type { Journal } from './journal/journal.js';
import { SOFTWARE } from './version.js';

/** What a recorder and a kiosk alike are started with. */
export interface RunOptions {
  config: Config;
  log: Logger;
  clock?: Clock;
  drivers?: Drivers;
  /** The configuration with these settings over the file's; absent where commands cannot change settings. */
  configured?: (settings: Overrides) => Config;
}

/** What an agent has opened, to be closed newest first. */
export class Opened {
  readonly #steps: (() => void | Promise<void>)[] = [];

  /** Adds what closes the part that was just opened. */
  add(close: () => void | Promise<void>): void {
    this.#steps.push(close);
  }

  /** Closes every part, also when one of them fails; then throws what failed first. */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (const step of this.#steps.splice(0).reverse()) {
      await Promise.resolve()
        .then(step)
        .catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }
}

/** Seals that the agent ends, and closes all that it opened, whether or not the journal takes that. */
export async function endDevice(journal: Journal, opened: Opened, reason: string): Promise<void> {
  try {
    if (journal.failure === undefined) await journal.append({ type: 'shutdown', software: SOFTWARE, reason });
  } finally {
    await opened.close();
  }
}

/** Opens the journal for this boot: a new key, the old one erased, the entry that says so, and what a power cut left put in order. */
export async function openDevice(
  stores: DeviceStores,
  config: Config,
  clock: Clock,
  opened: Opened,
  log: Logger,
) {
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
  const { journal, recordings } = await openJournal(stores, clock, config.journal, [new CommandsView()]);
  opened.add(() => journal.close());
  await ensureStarted(journal);
  await journal.rotateKey();
  await journal.append({ type: 'boot', software: SOFTWARE, reason: 'start' });
  const recovered = await recover(journal, stores.store, stores.footage, recordings);
  log.info({ origin, entries: journal.size, epoch: journal.epoch, ...recovered }, 'journal open');
  return { journal, recordings };
}
