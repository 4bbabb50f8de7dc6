import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { type Edit, edited } from '../../config/edit.js';
import { LiuhenError } from '../../config/errors.js';
import { readConfigText } from '../../config/file.js';
import { settingOf, unknownKey } from '../../config/known-keys.js';
import { loadConfig } from '../../config/load.js';
import { shownValue } from '../../config/problems.js';
import { replaceFile } from '../../config/replace-file.js';
import { type SettingRow, settingsTable } from '../../config/table.js';
import { writtenAt } from '../../config/tree.js';
import { parseYaml } from '../../config/yaml.js';
import { configFinding } from '../doctor/software.js';
import { whileChanging } from '../provision/config-lock.js';
import { terminalLanguage } from '../words/language.js';
import { named, spoken } from '../words/spoken.js';
import { words } from '../words/words.js';
import { noteChange } from './config-journal.js';
import { DEFAULT_CONFIG } from './data-folder.js';
import { tableText } from './text.js';

interface Flags {
  config: string;
  json?: boolean;
}

interface SetFlags extends Flags {
  default?: boolean;
  why: string;
}

/** `liuhen config show | set | check | explain`: the configuration file, with every change in the journal. */
export function registerConfig(program: Command): void {
  const config = program.command('config').description('show, change, check and explain the settings');
  withFile(config.command('show').description('every setting with its value, and where that comes from'))
    .argument('[section]', 'only this setting or section, such as uplink')
    .addHelpText('after', '\nExample: liuhen config show uplink')
    .action((section: string | undefined, flags: Flags) => print(shown(flags, section)));
  withFile(
    config
      .command('set')
      .description('change a setting in the file; its comments stay, and the journal says who did what'),
  )
    .argument('<key>', 'such as recording.preRecord')
    .argument('[value]', 'as it stands in the file, with its unit')
    .option('--default', 'take it out of the file, so that the default holds')
    .option('--why <text>', 'reason, for the journal', 'not stated')
    .addHelpText('after', '\nExample: liuhen config set recording.preRecord 45s --why "order of 3 March"')
    .action(async (key: string, value: string | undefined, flags: SetFlags) =>
      print(await change(key, value, flags)),
    );
  withFile(
    config.command('check').description('whether the file loads, and the files that it names are there'),
  )
    .addHelpText('after', '\nExample: liuhen config check --config /etc/liuhen/liuhen.yaml')
    .action((flags: Flags) => print(checked(flags)));
  config
    .command('explain')
    .argument('<key>', 'a setting, or a section of them')
    .description('what a setting is for, what is allowed, and its default')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample: liuhen config explain uplink.bandwidth')
    .action((key: string, { json = false }: { json?: boolean }) => print(explained(key, json)));
}

function withFile(command: Command): Command {
  return command
    .option('-c, --config <file>', 'configuration', DEFAULT_CONFIG)
    .option('--json', 'print JSON');
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function shown({ config: file, json = false }: Flags, section: string | undefined): string {
  const loaded = loadConfig(file);
  const { tree } = parseYaml(readConfigText(file));
  const rows = rowsUnder(section).map(({ key, loadedAs, default: standard }) => {
    const written = writtenAt(tree, key.split('.'));
    const from = typeof written === 'string' ? 'file' : standard === undefined ? 'unset' : 'default';
    const text = typeof written === 'string' ? written : standard;
    // A path is shown as it will be opened.
    const whole = valueAt(loaded, loadedAs);
    const isPath = typeof whole === 'string' && whole.startsWith('/');
    return { key, value: text === undefined ? null : safe(isPath ? whole : text), from };
  });
  if (json) return JSON.stringify(Object.fromEntries(rows.map(({ key, ...rest }) => [key, rest])));
  return tableText(rows.map(({ key, value, from }) => [key, value ?? '-', spoken(from)]));
}

/** What a message may show: no password in a URL and no private key, whatever somebody has written there. */
function safe(text: string): string {
  return JSON.parse(shownValue(text)) as string;
}

async function change(key: string, value: string | undefined, flags: SetFlags): Promise<string> {
  const { config: file, default: toDefault = false, json = false } = flags;
  if ((value === undefined) !== toDefault) {
    throw new LiuhenError('LIUHEN_USAGE', 'expected a value, or --default');
  }
  const edit = () => {
    const made = edited(readConfigText(file), file, key, value);
    return made.before === made.after ? undefined : made;
  };
  const asItWas = () => (json ? JSON.stringify({ key, changed: false }) : spoken(`${key} is so already`));
  // What is wrong, or so already, is said without a lock.
  if (edit() === undefined) return asItWas();
  return await whileChanging(file, async () => {
    const wanted = edit();
    return wanted === undefined ? asItWas() : await replace(wanted, flags);
  });
}

async function replace({ key, before, after, text }: Edit, flags: SetFlags): Promise<string> {
  const { config: file, why, json = false } = flags;
  const was = before === undefined ? 'default' : safe(before);
  const is = after === undefined ? 'default' : safe(after);
  const what = `${key}: ${was} → ${is}`;
  let entry: number | undefined;
  await replaceFile(file, text, async () => {
    entry = await noteChange(loadConfig(file), key, { who: `command by ${user()}`, what, why });
  });
  if (json) return JSON.stringify({ key, changed: true, before: was, after: is, entry: entry ?? null });
  const noted = spoken(
    entry === undefined ? 'no journal yet to note it in' : `entry ${entry} of the journal`,
  );
  return `${spoken(what)} (${noted})\n${spoken('It holds from the next start: systemctl restart liuhen.target')}`;
}

function user(): string {
  return process.env.SUDO_USER ?? userInfo().username;
}

function checked({ config: file, json = false }: Flags): string {
  const config = loadConfig(file);
  const { result, value, next } = configFinding(words(terminalLanguage()), config);
  if (result !== 'ok') {
    throw new LiuhenError('LIUHEN_CONFIG', `${file}: ${value}`, next === undefined ? {} : { next });
  }
  return json ? JSON.stringify({ ok: true, profile: config.profile }) : `${file}: ${value}`;
}

function explained(key: string, json: boolean): string {
  const rows = rowsUnder(key);
  if (json) {
    return JSON.stringify(
      rows.map(({ key, kind, allowed, default: standard, required, description }) => {
        return { key, kind, allowed, default: standard ?? null, required, description };
      }),
    );
  }
  return rows
    .map(({ key, kind, allowed, default: standard, required, description }) =>
      [
        key,
        `  ${spoken(description)}`,
        `  ${named(kind, allowed)}`,
        spoken(`  ${required ? 'required' : standard === undefined ? 'no default' : `default ${standard}`}`),
      ].join('\n'),
    )
    .join('\n\n');
}

/** The setting with this key, or all in the section; all of them without one. Throws LIUHEN_USAGE for what is neither. */
function rowsUnder(key: string | undefined): readonly SettingRow[] {
  if (key === undefined) return settingsTable();
  const rows = settingsTable().filter((row) => row.key === key || row.key.startsWith(`${key}.`));
  if (rows.length > 0) return rows;
  const meant = settingOf(key) === undefined ? unknownKey(key) : '';
  throw new LiuhenError('LIUHEN_USAGE', `${key}: ${meant}`, { next: 'liuhen config show lists them' });
}

function valueAt(config: object, dotted: string): unknown {
  let at: unknown = config;
  for (const part of dotted.split('.')) at = (at as Record<string, unknown> | undefined)?.[part];
  return at;
}
