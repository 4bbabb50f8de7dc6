import { chmod, copyFile, cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../config/package-root.js';
import { host } from './command.js';
import type { Kernel } from './kernel.js';

const INIT = join(PACKAGE_ROOT, 'scripts/board/guest/init');
/** Where the init script mounts something, or works. */
const FOLDERS = ['bin', 'proc', 'sys', 'dev', 'host', 'memory', 'root', 'answers'];

/** Writes the file system from which the machine starts; not compressed, as unpacking takes longer than reading. */
export async function writeInitramfs(kernel: Kernel, file: string): Promise<void> {
  const tree = await mkdtemp(join(tmpdir(), 'liuhen-initramfs-'));
  try {
    for (const folder of FOLDERS) await mkdir(join(tree, folder));
    await copyFile(kernel.busybox, join(tree, 'bin/busybox'));
    await chmod(join(tree, 'bin/busybox'), 0o755);
    await symlink('busybox', join(tree, 'bin/sh'));
    await cp(kernel.modules, join(tree, 'modules'), { recursive: true });
    await copyFile(INIT, join(tree, 'init'));
    await chmod(join(tree, 'init'), 0o755);
    const pack = 'cd "$1" && find . | "$2" cpio -o -H newc -R 0:0 > "$3"';
    await host('sh', ['-c', pack, 'sh', tree, kernel.busybox, file]);
  } finally {
    await rm(tree, { recursive: true, force: true });
  }
}
