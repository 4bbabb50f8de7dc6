import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';

/**
 * Where the packages named, and all that they need at run time, stand below `root`: paths such as `node_modules/debug`, sorted. A name
 * `@scope/*` stands for the whole scope. Optional ones that are not installed are left out; another one missing throws.
 */
export async function closureOf(root: string, names: readonly string[]): Promise<string[]> {
  const found = new Set<string>();
  const add = async (name: string, from: string, optional: boolean): Promise<void> => {
    const folder = lookUp(root, name, from);
    if (folder === undefined) {
      if (optional) return;
      throw new Error(`expected the package ${name} above ${from}, found none`);
    }
    if (found.has(folder)) return;
    found.add(folder);
    const { dependencies = {}, optionalDependencies = {} } = JSON.parse(
      await readFile(join(folder, 'package.json'), 'utf8'),
    ) as { dependencies?: Record<string, string>; optionalDependencies?: Record<string, string> };
    for (const inner of Object.keys(dependencies)) await add(inner, folder, inner in optionalDependencies);
    for (const inner of Object.keys(optionalDependencies)) await add(inner, folder, true);
  };
  for (const name of names) {
    if (!name.endsWith('/*')) await add(name, root, name === 'onoff');
    else {
      const scope = name.slice(0, -2);
      for (const inner of await readdir(join(root, 'node_modules', scope)))
        await add(`${scope}/${inner}`, root, false);
    }
  }
  return [...found].map((folder) => relative(root, folder)).sort();
}

/** As Node looks for a package: in each node_modules from `from` up to `root`. */
function lookUp(root: string, name: string, from: string): string | undefined {
  for (let at = from; ; at = dirname(at)) {
    const folder = join(at, 'node_modules', name);
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (at === root) return undefined;
  }
}

/** What compiles or explains a package, and does not run. `deps` is the source of LevelDB. */
const NOT_RUN = /\.(?:c|cc|cpp|h|gyp|gypi|map|ts|md|sh|o|d)$/;
const NOT_RUN_FOLDERS = [
  'deps',
  'test',
  'tests',
  'example',
  'examples',
  'integration-test',
  'obj.target',
  '.deps',
];

/** Whether a file of a package, by its path within it, is needed on a device with this processor and glibc. */
export function isForTarget(path: string, arch: string): boolean {
  const parts = path.split(sep).filter((part) => part !== '');
  const [first, platform] = parts;
  // Those within are packages of their own.
  if (parts.includes('node_modules')) return false;
  if (first === 'prebuilds' && platform !== undefined && platform !== `linux-${arch}`) return false;
  return (
    !NOT_RUN.test(path) &&
    !path.endsWith('.musl.node') &&
    !parts.some((part) => NOT_RUN_FOLDERS.includes(part))
  );
}

/** The licence of the package in this folder, under its name; what package.json says where it holds no text. */
export async function licenceOf(folder: string): Promise<string> {
  const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
    license?: string;
  };
  const file = (await readdir(folder)).find((each) => /^licen[cs]e(?:\.|$)/i.test(each));
  const text =
    file === undefined ? `${license ?? 'no licence is named'}\n` : await readFile(join(folder, file), 'utf8');
  return `== ${name} ${version}\n\n${text}`;
}
