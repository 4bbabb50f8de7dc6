import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { LiuhenError } from '../../config/errors.js';
import { INSTALLED } from '../../config/installed.js';
import { type Config, loadConfig, type Overrides } from '../../config/load.js';

/** The configuration that `liuhen init` writes. */
export const NEW_CONFIG = 'liuhen.yaml';

/** The configuration that a command uses when none is named: the one here, or else the installed device's. */
export const DEFAULT_CONFIG =
  existsSync(NEW_CONFIG) || !existsSync(INSTALLED.folder) ? NEW_CONFIG : INSTALLED.config;

export interface PlaceOptions {
  config?: string;
  data?: string;
}

/** `--data` and `--config` say which device's folder a command is about. */
export function placeOptions(command: Command): Command {
  return command
    .option(
      '-d, --data <folder>',
      'data folder of the device (default: the one that the configuration names)',
    )
    .option('-c, --config <file>', `configuration (default: ${DEFAULT_CONFIG} where it exists)`);
}

/** The data folder that the options name, as an absolute path; throws LIUHEN_USAGE when nothing names one. */
export function dataFolderOf({ config, data }: PlaceOptions): string {
  if (data !== undefined) {
    const folder = resolve(data);
    if (!existsSync(folder)) {
      throw new LiuhenError('LIUHEN_NOT_FOUND', `there is no folder ${folder}`, {
        next: "name the device's data folder with --data, or make one: liuhen init",
      });
    }
    return folder;
  }
  const file = config ?? (existsSync(DEFAULT_CONFIG) ? DEFAULT_CONFIG : undefined);
  if (file === undefined) {
    throw new LiuhenError('LIUHEN_USAGE', 'expected --data FOLDER or --config FILE', {
      next: `name the device's data folder, or run this where ${DEFAULT_CONFIG} is`,
    });
  }
  return loadConfig(file).data;
}

/** The configuration for a command that runs an agent, with `--set key=value` over it; `settings` come between the two. */
export function configOf(options: PlaceOptions & { set?: string[] }, settings: Overrides = {}): Config {
  const overrides = { ...settings, ...Object.fromEntries((options.set ?? []).map(splitSetting)) };
  if (options.data !== undefined) overrides.data = options.data;
  return loadConfig(options.config ?? DEFAULT_CONFIG, overrides);
}

/** Collects a repeatable option. */
export function collect(value: string, previous: string[] = []): string[] {
  return [...previous, value];
}

function splitSetting(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw new LiuhenError('LIUHEN_USAGE', `--set: expected key=value, got ${JSON.stringify(text)}`);
  return [text.slice(0, at), text.slice(at + 1)];
}

export function parseCount(text: string): number {
  if (!/^[0-9]{1,15}$/.test(text)) throw new InvalidArgumentError('expected a number');
  return Number(text);
}
