import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { BoardError } from './command.js';

/**
 * Copies the wanted kernel modules and all that they depend on from an unpacked kernel into one folder, with a file `order` that
 * names them so that each comes after what it needs. Throws BoardError when the kernel has no such module.
 */
export async function collectModules(
  kernel: string,
  extra: readonly string[],
  wanted: readonly string[],
  folder: string,
): Promise<void> {
  const files = new Map<string, string>();
  for (const entry of await readdir(kernel, { recursive: true })) {
    if (entry.endsWith('.ko')) files.set(moduleName(entry), join(kernel, entry));
  }
  for (const file of extra) files.set(moduleName(file), file);

  await mkdir(folder, { recursive: true });
  const order: string[] = [];
  const add = async (name: string) => {
    if (order.includes(name)) return;
    const file = files.get(name);
    if (file === undefined) throw new BoardError(`this kernel has no module ${name}: ${kernel}`);
    for (const needed of await dependencies(file)) await add(needed);
    await copyFile(file, join(folder, `${name}.ko`));
    order.push(name);
  };
  for (const name of wanted) await add(name);
  await writeFile(join(folder, 'order'), `${order.join('\n')}\n`);
}

/** As the kernel does, which takes - and _ for the same. */
function moduleName(file: string): string {
  return basename(file, '.ko').replaceAll('-', '_');
}

/** What the module says of itself in its .modinfo section: NUL-ended `key=value` strings. */
async function dependencies(file: string): Promise<string[]> {
  const depends = /\0depends=([^\0]*)\0/.exec((await readFile(file)).toString('latin1'))?.[1] ?? '';
  return depends
    .split(',')
    .filter((name) => name !== '')
    .map(moduleName);
}
