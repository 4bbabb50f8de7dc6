import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { BoardError, host } from './command.js';

/** The release of Debian's current kernel, as `uname -r` will say it: the one that linux-image-amd64 depends on. */
export async function currentRelease(): Promise<string> {
  const next = 'as root: apt-get update; the board needs Debian 12 (bookworm) in /etc/apt/sources.list';
  const depends = await host('apt-cache', ['depends', '--important', 'linux-image-amd64'], { next });
  const release = /Depends: linux-image-(6\.1\.\S+-amd64)\s/.exec(depends)?.[1];
  if (release !== undefined) return release;
  throw new BoardError(`expected linux-image-amd64 to depend on a 6.1 kernel, apt knows:\n${depends}`, next);
}

/** The version of the package that holds this kernel; headers and source must be of the same. */
export async function packageVersion(name: string): Promise<string> {
  const shown = await host('apt-cache', ['show', '--no-all-versions', name], {
    next: 'as root: apt-get update',
  });
  const version = /^Version: (\S+)$/m.exec(shown)?.[1];
  if (version === undefined) throw new BoardError(`apt-cache shows no version of ${name}`);
  return version;
}

/** Fetches Debian packages and unpacks them into `folder`. Nothing is installed, so no boot loader or hook of the host runs. */
export async function unpackPackages(names: readonly string[], folder: string): Promise<void> {
  const debs = join(folder, 'debs');
  await mkdir(debs, { recursive: true });
  await host('apt-get', ['-qq', 'download', ...names], {
    cwd: debs,
    next: 'see that apt-get works on this machine (as root: apt-get update), then run this again',
  });
  for (const deb of await readdir(debs)) await host('dpkg-deb', ['-x', join(debs, deb), folder]);
}
