import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import { LiuhenError } from './errors.js';
import { MAX_CONFIG_BYTES, readConfigText } from './file.js';
import { isSection, settingOf, unknownKey } from './known-keys.js';
import { MIGRATIONS, migrated, outstandingFor } from './migrations.js';
import { ConfigError, type Place, type Problem, shownValue } from './problems.js';
import { type Config, type ConfigInput, configSchema } from './schema.js';
import { isUrl } from './shapes.js';
import { type SettingRow, settingsTable } from './table.js';
import { emptyTree, type Tree, treeOf, writeAt, writtenAt } from './tree.js';
import { parseYaml } from './yaml.js';

export type { Config, ConfigInput } from './schema.js';

/** Settings from the command line, as text by dotted key: `{ 'recording.preRecord': '10s' }`. */
export type Overrides = Readonly<Record<string, string>>;

/** Unknown keys of one section that are reported; a file may hold a hundred thousand. */
const MAX_UNKNOWN = 100;

/**
 * The configuration in the file at `path`, with defaults for what it leaves out and `overrides` over both. Relative
 * paths count from the file's folder, in overrides from the working directory. Files that settings name are not
 * opened. One of an older version is read as its migration, and stays as it is on disk. Throws LIUHEN_CONFIG that lists
 * everything wrong, also when a newer program has written it, and LIUHEN_NOT_FOUND.
 */
export function loadConfig(path: string, overrides: Overrides = {}): Config {
  return parseConfig(readConfigText(path), path, overrides);
}

/** As `loadConfig`, from text; `fileName` is for messages and for relative paths. */
export function parseConfig(
  text: string,
  fileName: string,
  overrides: Overrides = {},
  migrations = MIGRATIONS,
): Config {
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_CONFIG_BYTES) {
    const message = `expected at most ${MAX_CONFIG_BYTES} bytes of configuration, got ${bytes} in ${fileName}`;
    throw new LiuhenError('LIUHEN_CONFIG', message);
  }
  let yaml = parseYaml(text);
  if (!yaml.sound) throw new ConfigError(yaml.problems, fileName);
  const { to, outstanding } = outstandingFor(yaml.tree, fileName, migrations);
  // Migrating would write over what is wrong.
  if (outstanding.length > 0 && yaml.problems.length === 0) yaml = parseYaml(migrated(text, to, outstanding));
  const firstPlace = { line: 1, column: 1 };
  return configOf({ ...yaml, fileName, firstPlace, folder: dirname(resolve(fileName)) }, overrides);
}

type DeepPartial<T> = T extends object ? { [Key in keyof T]?: DeepPartial<T[Key]> | undefined } : T;

/**
 * The defaults with `partial` over them, written as in a file, for tests and demonstrations. The device is
 * `liuhen.example/recorder-0001` unless `partial` names another. Relative paths count from the working directory.
 */
export function defaultConfig(partial: DeepPartial<ConfigInput> = {}): Config {
  const device = { id: 'recorder-0001', authority: 'liuhen.example', ...partial.device };
  const tree = treeOf({ ...partial, device });
  return configOf({ tree, placeOf: () => undefined, problems: [], folder: process.cwd() }, {});
}

/** Settings as they are written, and where. */
interface Written {
  tree: Tree;
  placeOf(path: readonly string[], of: 'key' | 'value'): Place | undefined;
  problems: readonly Problem[];
  /** What relative paths count from. */
  folder: string;
  fileName?: string;
  /** The place of what is missing altogether. */
  firstPlace?: Place;
}

function configOf(written: Written, overrides: Overrides): Config {
  const { tree, folder, fileName } = written;
  const problems = [...written.problems];
  for (const [key, text] of Object.entries(overrides)) {
    if (settingOf(key)) writeAt(tree, key.split('.'), text);
    else problems.push({ fromCommandLine: true, key, message: unknownKey(key) });
  }
  writeDefaultPaths(tree);
  const folderOf = (key: string) => (Object.hasOwn(overrides, key) ? process.cwd() : folder);
  const result = configSchema.safeParse(valuesOf(tree, '', folderOf));
  // A list or an alias was reported where it stands; that its key has no value is then no news.
  const reported = new Set(problems.map(({ key }) => key));
  for (const issue of result.error?.issues ?? []) {
    const known = reported.has(issue.path.join('.')) && writtenAt(tree, issue.path.map(String)) === undefined;
    if (issue.code === 'unrecognized_keys') problems.push(...unknownKeys(issue, written));
    else if (!known) problems.push(wrong(issue, written, overrides));
  }
  if (!result.success || problems.length > 0) throw new ConfigError(problems, fileName);
  return result.data;
}

/** A default path counts from the file's folder like any other, so it has to stand in the tree as if written. */
function writeDefaultPaths(tree: Tree): void {
  for (const { key, kind, default: path } of settingsTable()) {
    const absent = writtenAt(tree, key.split('.')) === undefined;
    if (kind === 'path' && path !== undefined && absent) writeAt(tree, key.split('.'), path);
  }
}

/** The tree with numbers and booleans where the settings are such, absolute paths, and `{}` for empty sections. */
function valuesOf(found: Tree[string], key: string, folderOf: (key: string) => string): unknown {
  const setting = settingOf(key);
  if (typeof found === 'string') return setting ? scalarOf(setting, found, folderOf(key)) : found;
  if (found === null) return isSection(key) ? {} : null;
  const values: Record<string, unknown> = emptyTree();
  for (const [name, inner] of Object.entries(found)) {
    values[name] = valuesOf(inner, key === '' ? name : `${key}.${name}`, folderOf);
  }
  return values;
}

function scalarOf({ kind }: SettingRow, text: string, folder: string): string | number | boolean {
  if (kind === 'whole number' && /^\d{1,15}$/.test(text)) return Number(text);
  if (kind === 'true or false' && (text === 'true' || text === 'false')) return text === 'true';
  const isPath = kind === 'path' || (kind === 'word, URL or path' && text !== 'synthetic' && !isUrl(text));
  return isPath && text !== '' ? resolve(folder, text) : text;
}

function unknownKeys({ path, keys }: z.core.$ZodIssueUnrecognizedKeys, { placeOf }: Written): Problem[] {
  return keys.slice(0, MAX_UNKNOWN).map((name) => {
    const here = [...path.map(String), name];
    return { place: placeOf(here, 'key'), key: here.join('.'), message: unknownKey(here.join('.')) };
  });
}

/** What zod or a relation objects to. What is not written is placed at the setting that asks for it, or its section. */
function wrong(
  issue: z.core.$ZodIssue,
  { tree, placeOf, firstPlace }: Written,
  overrides: Overrides,
): Problem {
  const path = issue.path.map(String);
  const key = path.join('.');
  const written = writtenAt(tree, path);
  const otherwise = settingOf(key)?.default;
  const found =
    written === undefined && otherwise !== undefined ? `the default ${otherwise}` : shownValue(written);
  const message = `${issue.message}, got ${found}`;
  const because: unknown = issue.code === 'custom' ? issue.params?.because : undefined;
  const causes = written === undefined && typeof because === 'string' ? [path, because.split('.')] : [path];
  if (causes.some((cause) => Object.hasOwn(overrides, cause.join('.'))))
    return { fromCommandLine: true, key, message };
  const sections = path.map((_, index) => path.slice(0, index)).reverse();
  const place =
    causes.map((cause) => placeOf(cause, 'value')).find((at) => at !== undefined) ??
    sections.map((section) => placeOf(section, 'key')).find((at) => at !== undefined);
  return { place: place ?? firstPlace, key, message };
}
