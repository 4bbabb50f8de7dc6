import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of package.json above this code, compiled or bundled: where the files stand that are data. */
export const PACKAGE_ROOT = rootAbove(import.meta.dirname);

function rootAbove(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error(`expected a package.json above ${import.meta.dirname}, found none`);
  return rootAbove(parent);
}
