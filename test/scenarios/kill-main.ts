import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { killRounds } from './kill-rounds.js';

const { rounds, dir } = new Command('scripts/kill-rounds')
  .description('Kills recorder, archive and broker at random moments and checks that nothing sealed is lost.')
  .option('--rounds <n>', 'how many kills', Number, 1000)
  .option('--dir <folder>', 'where to work; the folder made there stays when something was lost', tmpdir())
  .parse()
  .opts<{ rounds: number; dir: string }>();

const folder = await mkdtemp(join(dir, 'liuhen-kill-'));
try {
  const result = await killRounds({ folder, rounds, log: (line) => process.stderr.write(`${line}\n`) });
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  await rm(folder, { recursive: true });
} catch (error) {
  process.stderr.write(`failed, see ${folder}: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
