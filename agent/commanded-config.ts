import { messageOf } from '../config/errors.js';
import type { Config, Overrides } from '../config/load.js';
import { commandedSettings } from './commands/memory.js';
import { withCommanded } from './commands/remote-settings.js';
import type { JournalStore } from './journal/store.js';

/**
 * The configuration that an agent starts with: the file's, and over it what signed commands have changed since, as the journal says. What
 * cannot be used is left out with a warning. The log takes its level at once.
 */
export async function commandedConfig(
  store: JournalStore,
  {
    config,
    configured,
    log,
  }: {
    config: Config;
    configured?: ((settings: Overrides) => Config) | undefined;
    log: {
      level: string;
      info(fields: object, text: string): void;
      warn(fields: object, text: string): void;
    };
  },
): Promise<Config> {
  if (configured === undefined) return config;
  const settings = await commandedSettings(store);
  const changed = withCommanded(config, settings, configured, (error) =>
    log.warn({ err: messageOf(error), settings }, 'settings changed by command are left out'),
  );
  if (changed === config) return config;
  if (settings['log.level'] !== undefined) log.level = changed.log.level;
  log.info({ settings }, 'settings changed by command');
  return changed;
}
