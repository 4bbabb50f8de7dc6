import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LiuhenError } from '../../config/errors.js';
import { PACKAGE_ROOT } from '../../config/package-root.js';
import { NATIVE_PACKAGES } from '../native-packages.js';
import { closureOf, isForTarget, licenceOf } from './dependencies.js';
import { SHIPPED } from './shipped.js';

/*
 * What stands in /usr/lib/liuhen/<version> on a device: the bundle, the files that it reads, and the packages that it cannot hold.
 * Usage: node dist/scripts/package/stage.js FOLDER NODE_ARCH VERSION LICENCES_FILE
 */

async function stage(folder: string, arch: string, version: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const path of SHIPPED) {
    await cp(join(PACKAGE_ROOT, path), join(folder, path), { recursive: true });
  }
  const { name, license, type, engines } = await manifest();
  const own = { name, version, license, type, engines };
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(own, null, 2)}\n`);
  for (const path of await closureOf(PACKAGE_ROOT, NATIVE_PACKAGES)) {
    await cp(join(PACKAGE_ROOT, path), join(folder, path), {
      recursive: true,
      filter: (source) => isForTarget(source.slice(join(PACKAGE_ROOT, path).length), arch),
    });
  }
}

/** What the licences of others ask of whoever hands on their code. */
async function licences(file: string): Promise<void> {
  const { dependencies = {}, optionalDependencies = {} } = await manifest();
  const wanted = Object.keys({ ...dependencies, ...optionalDependencies });
  const paths = await closureOf(PACKAGE_ROOT, wanted);
  const texts = await Promise.all(paths.map((path) => licenceOf(join(PACKAGE_ROOT, path))));
  await writeFile(file, texts.join('\n'));
}

interface Manifest {
  name: string;
  license: string;
  type: string;
  engines: Record<string, string>;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

async function manifest(): Promise<Manifest> {
  return JSON.parse(await readFile(join(PACKAGE_ROOT, 'package.json'), 'utf8')) as Manifest;
}

const [folder, arch, version, licencesFile] = process.argv.slice(2);
if (folder === undefined || arch === undefined || version === undefined || licencesFile === undefined) {
  throw new LiuhenError('LIUHEN_USAGE', 'expected FOLDER NODE_ARCH VERSION LICENCES_FILE');
}
await stage(folder, arch, version);
await licences(licencesFile);
