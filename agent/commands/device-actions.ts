import { LiuhenError } from '../../config/errors.js';
import type { Config, Overrides } from '../../config/load.js';
import type { Accepted, Refused } from '../disclosure/refusal.js';
import type { EntryDraft } from '../journal/entry.js';
import type { JournalStore } from '../journal/store.js';
import type { CommandActions } from './actions.js';
import { commandedSettings } from './memory.js';
import { isLive, loadedValue, requireRemoteSetting } from './remote-settings.js';

export interface DeviceActionParts {
  config: Config;
  journal: {
    append(draft: EntryDraft): Promise<{ n: number }>;
    rotateKey(): Promise<void>;
    readonly epoch: number;
  };
  store: JournalStore;
  /** What a technician wants to see of a device that is far away. */
  diagnostics(): Promise<unknown>;
  /** The configuration with these settings over it; throws LIUHEN_CONFIG. Absent where settings cannot be changed. */
  configured?: ((settings: Overrides) => Config) | undefined;
  /** Makes the settings that can take effect at once do so. */
  applyNow(config: Config): void;
  /** Absent where no content is shown. */
  content?: {
    take(envelope: Buffer): Promise<Accepted | Refused>;
    /** Has the broker send again what it retains; rejects without a connection. Absent without a broker. */
    fetch?: (() => Promise<void>) | undefined;
  };
}

/** What every device does, whatever its role. */
export function deviceActions(parts: DeviceActionParts): CommandActions {
  const { journal, content } = parts;
  return {
    'collect-diagnostics': () => parts.diagnostics(),
    'rotate-key': async () => {
      await journal.rotateKey();
      return { epoch: journal.epoch };
    },
    ...(parts.configured === undefined ? {} : { 'change-setting': changeSetting(parts, parts.configured) }),
    ...(content === undefined ? {} : { 'update-content': updateContent(content) }),
  };
}

/** The entry is what changes it: the setting is folded from the journal at the next start. */
function changeSetting(
  { config, journal, store, applyNow }: DeviceActionParts,
  configured: (settings: Overrides) => Config,
): NonNullable<CommandActions['change-setting']> {
  return async ({ setting: key, value }, { who, why, command }) => {
    const setting = requireRemoteSetting(key);
    const { [setting]: before, ...others } = await commandedSettings(store);
    const changed = configured(value === null ? others : { ...others, [setting]: value });
    const from = loadedValue(config, setting);
    const to = loadedValue(changed, setting);
    const said = value === null ? 'as in the configuration file' : value;
    const { n } = await journal.append({
      type: 'config-changed',
      who,
      what: `${setting}: ${before ?? 'as in the configuration file'} → ${said}`,
      why,
      ...{ setting, value, command },
    } as EntryDraft);
    if (isLive(setting)) applyNow(changed);
    return {
      setting: to.name,
      atStart: from.value,
      now: to.value,
      applied: isLive(setting) ? 'now' : 'at the next start',
      entry: n,
    };
  };
}

function updateContent(
  content: NonNullable<DeviceActionParts['content']>,
): NonNullable<CommandActions['update-content']> {
  return async ({ envelope }) => {
    if (envelope !== undefined) {
      const taken = await content.take(Buffer.from(envelope));
      if (taken.accepted) return { ...taken.ref, fresh: taken.fresh };
      throw new LiuhenError('LIUHEN_ENVELOPE', `content: ${taken.refusal}: ${taken.detail}`);
    }
    if (content.fetch === undefined) {
      throw new LiuhenError('LIUHEN_STATE', 'update-content: there is no broker to fetch content from');
    }
    await content.fetch();
    return { asked: true };
  };
}
