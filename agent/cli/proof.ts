import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { LiuhenError, messageOf } from '../../config/errors.js';
import { PublishedTiles, readSmall } from '../evidence/published-tiles.js';
import { parseCheckpoint } from '../journal/checkpoint.js';
import { leafHash } from '../journal/merkle.js';
import { formatProof, inclusionPath, verifyInclusion } from '../journal/proof.js';
import { parseCount } from './data-folder.js';

/** `liuhen proof`: one entry's inclusion proof, as a file that other people's tools read. */
export function registerProof(program: Command): void {
  program
    .command('proof')
    .description("write one entry's inclusion proof from a bundle (C2SP tlog-proof)")
    .argument('<bundle>', 'folder of the bundle')
    .argument('<entry>', 'index of the entry in the journal', parseCount)
    .option('-o, --out <file>', 'file to write (default: stdout)')
    .action(async (bundle: string, entry: number, { out }: { out?: string }) => {
      const proof = await proofOf(bundle, entry);
      if (out === undefined) process.stdout.write(proof);
      else await writeWhole(out, proof);
    });
}

/**
 * The tlog-proof of entry `n`, with the entry's bytes as its extra data. Throws LIUHEN_NOT_FOUND when the bundle does not
 * hold the entry, and LIUHEN_TREE when its tiles, entry and checkpoint disagree. Signatures are not checked here.
 */
export async function proofOf(bundle: string, n: number): Promise<string> {
  const text = (await readSmall(join(bundle, 'checkpoint')))?.toString();
  if (text === undefined) {
    throw new LiuhenError('LIUHEN_BUNDLE', `${bundle}: expected a bundle with a checkpoint, got none`);
  }
  const { size, root } = parseCheckpoint(text);
  const tiles = new PublishedTiles(bundle);
  if (n >= size) throw notHeld(bundle, n, `its checkpoint is of ${size} entries`);
  let entry: Buffer | undefined;
  let path: Buffer[];
  try {
    for await (const each of tiles.entries(n, n + 1)) entry = each;
    path = await inclusionPath(n, size, (level, from, count) => tiles.readHashes(level, from, count));
  } catch (error) {
    if (!(error instanceof LiuhenError) || error.code !== 'LIUHEN_JOURNAL_INCONSISTENT') throw error;
    throw notHeld(bundle, n, error.message);
  }
  if (entry === undefined) throw notHeld(bundle, n, 'its entry bundle is empty');
  verifyInclusion({ index: n, leaf: leafHash(entry), size, root, path });
  return formatProof(n, path, text, entry);
}

function notHeld(bundle: string, n: number, why: string): LiuhenError {
  return new LiuhenError('LIUHEN_NOT_FOUND', `entry ${n} is not in ${bundle}: ${why}`, {
    next: 'manifest.json says which entries the recording has (journal, from and to)',
  });
}

async function writeWhole(file: string, text: string): Promise<void> {
  const partial = `${file}.partial-${process.pid}`;
  try {
    await writeFile(partial, text, { flag: 'wx' });
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true });
    throw new LiuhenError('LIUHEN_BUNDLE', `${file}: ${messageOf(error)}`, { cause: error });
  }
}
