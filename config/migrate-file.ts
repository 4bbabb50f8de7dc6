import { constants } from 'node:fs';
import { copyFile, open } from 'node:fs/promises';
import { LiuhenError, systemCodeOf } from './errors.js';
import { readConfigText } from './file.js';
import { parseConfig } from './load.js';
import { MIGRATIONS, migrated, outstandingFor } from './migrations.js';
import { replaceFile } from './replace-file.js';
import { parseYaml } from './yaml.js';

export interface MigratedFile {
  from: number;
  to: number;
  /** What was done, in order; empty when nothing had to be. */
  done: string[];
  /** Where the file as it was is kept; undefined when nothing had to be done. */
  backup: string | undefined;
}

/**
 * Brings a configuration file to the newest version. The file as it was is kept beside it as `FILE.v<its version>`; owner and mode stay.
 * Either all of it happens or nothing; the new text has to load. Throws LIUHEN_CONFIG, LIUHEN_NOT_FOUND, and LIUHEN_STATE when a copy
 * of that version is there and says something else.
 */
export async function migrateFile(path: string, migrations = MIGRATIONS): Promise<MigratedFile> {
  const before = readConfigText(path);
  parseConfig(before, path, {}, migrations);
  const { from, to, outstanding } = outstandingFor(parseYaml(before).tree, path, migrations);
  if (outstanding.length === 0) return { from, to, done: [], backup: undefined };

  const text = migrated(before, to, outstanding);
  const backup = `${path}.v${from}`;
  await keepCopy(path, before, backup);
  await replaceFile(path, text);
  return { from, to, done: outstanding.map(({ what }) => what), backup };
}

async function keepCopy(path: string, content: string, backup: string): Promise<void> {
  try {
    await copyFile(path, backup, constants.COPYFILE_EXCL);
  } catch (error) {
    if (systemCodeOf(error) !== 'EEXIST') throw error;
    // A migration that was cut off has left it.
    if (readConfigText(backup) === content) return;
    throw new LiuhenError('LIUHEN_STATE', `${backup} is there and is another configuration`, {
      next: `move it away, then migrate again`,
    });
  }
  const file = await open(backup, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
