import { mkdtemp, rm, statfs } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Ground } from './measurement.js';

/** f_type of file systems in memory (statfs(2)): what they say of a disk is nothing. */
const MEMORY_FILE_SYSTEMS = new Map([
  [0x01021994, 'tmpfs'],
  [0x858458f6, 'ramfs'],
]);

/** Where the measurements run: folders under `dir`, which must be on a real disk. `leave` removes them all. */
export async function makeGround(
  dir: string,
  { quick, runs }: { quick: boolean; runs: number },
): Promise<Ground & { leave(): Promise<void> }> {
  const memory = MEMORY_FILE_SYSTEMS.get((await statfs(dir)).type);
  if (memory !== undefined) throw new Error(`--dir: expected a folder on a disk, ${dir} is on ${memory}`);
  const root = await mkdtemp(join(resolve(dir), '.liuhen-bench-'));
  return {
    quick,
    runs,
    folder: (name) => mkdtemp(join(root, `${name}-`)),
    progress: (text) => {
      process.stderr.write(`bench: ${text}\n`);
    },
    leave: () => rm(root, { recursive: true, force: true }),
  };
}
