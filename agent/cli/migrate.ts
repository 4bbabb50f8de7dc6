import type { Command } from 'commander';
import { migrateFile } from '../../config/migrate-file.js';
import { spoken } from '../words/spoken.js';
import { DEFAULT_CONFIG } from './data-folder.js';

/** `liuhen migrate`: what an upgrade does to a configuration that an older version has written. */
export function registerMigrate(program: Command): void {
  program
    .command('migrate')
    .description('bring a configuration of an older version up to this one; the old one is kept beside it')
    .option('-c, --config <file>', 'configuration', DEFAULT_CONFIG)
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample: liuhen migrate --config /etc/liuhen/liuhen.yaml')
    .action(async ({ config, json }: { config: string; json?: boolean }) => {
      const { from, to, done, backup } = await migrateFile(config);
      if (json === true) {
        process.stdout.write(`${JSON.stringify({ from, to, done, backup: backup ?? null })}\n`);
      } else if (backup === undefined) {
        process.stdout.write(spoken(`${config} is of version ${to}: nothing to do\n`));
      } else {
        process.stdout.write(spoken(`${config}: version ${from} is now ${to}; as it was: ${backup}\n`));
        for (const what of done) process.stdout.write(spoken(`  ${what}\n`));
      }
    });
}
