import { createHash } from 'node:crypto';
import { copyFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CACHE, makeOnce } from './cache.js';
import { buildGpioSim } from './gpio-sim.js';
import { collectModules } from './modules.js';
import { currentRelease, packageVersion, unpackPackages } from './packages.js';

/** A kernel and what belongs into its initramfs. */
export interface Kernel {
  release: string;
  image: string;
  /** Modules, and a file `order` in which to load them. */
  modules: string;
  busybox: string;
}

const MODULES = [
  'virtio_pci',
  'virtio_console',
  'virtio_blk',
  'crc32c_generic',
  'ext4',
  '9pnet_virtio',
  '9p',
  'overlay',
  'configfs',
  'gpio_sim',
  'vivid',
];

/** A kernel made by another recipe is not this one. */
const RECIPE = createHash('sha256').update(MODULES.join()).digest('hex').slice(0, 8);

/** Debian's 6.1 kernel with the GPIO simulator beside it: from the cache, or fetched and built, which takes a minute. */
export async function boardKernel(say: (line: string) => void): Promise<Kernel> {
  const release = (await cachedReleases()).at(-1) ?? (await currentRelease());
  const folder = join(CACHE, folderName(release));
  await makeOnce(folder, async (unfinished) => {
    say(`fetching Debian's kernel ${release} and building its gpio-sim module (once, about 230 MB) …`);
    await makeKernel(release, unfinished);
  });
  return {
    release,
    image: join(folder, 'vmlinuz'),
    modules: join(folder, 'modules'),
    busybox: join(folder, 'busybox'),
  };
}

function folderName(release: string): string {
  return `kernel-${release}-${RECIPE}`;
}

async function cachedReleases(): Promise<string[]> {
  const folders = await readdir(CACHE).catch((): string[] => []);
  return folders
    .flatMap((name) => /^kernel-(.+)-[0-9a-f]{8}$/.exec(name)?.[1] ?? [])
    .filter((release) => folders.includes(folderName(release)))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

async function makeKernel(release: string, folder: string): Promise<void> {
  const unpacked = join(folder, 'unpacked');
  const version = await packageVersion(`linux-image-${release}`);
  await unpackPackages(
    [
      `linux-image-${release}=${version}`,
      `linux-headers-${release}=${version}`,
      `linux-headers-${release.replace(/-amd64$/, '')}-common=${version}`,
      `linux-source-6.1=${version}`,
      'linux-kbuild-6.1',
      'busybox-static',
    ],
    unpacked,
  );
  const gpioSim = await buildGpioSim(unpacked, release, join(unpacked, 'build'));
  const kernelModules = join(unpacked, 'lib/modules', release, 'kernel');
  await collectModules(kernelModules, [gpioSim], MODULES, join(folder, 'modules'));
  await copyFile(join(unpacked, 'boot', `vmlinuz-${release}`), join(folder, 'vmlinuz'));
  await copyFile(join(unpacked, 'bin/busybox'), join(folder, 'busybox'));
  await rm(unpacked, { recursive: true });
}
