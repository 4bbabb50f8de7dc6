import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Command } from 'commander';
import { LiuhenError, messageOf, systemCodeOf } from '../../config/errors.js';
import { configOf, parseCount } from './data-folder.js';
import { followLog } from './log-follow.js';
import { logSource, newestLines } from './log-source.js';

interface LogsFlags {
  config?: string;
  data?: string;
  follow?: boolean;
  lines: number;
}

/** `liuhen logs`: what the agent logged: from journald where systemd runs it, else from the file that log.file names. */
export function registerLogs(program: Command): void {
  program
    .command('logs')
    .description('show what the agent logged')
    .option('-c, --config <file>', 'configuration that says where the log is')
    .option('-f, --follow', 'and what it logs from now on, until Ctrl-C')
    .option('-n, --lines <count>', 'how many of the newest lines', parseCount, 100)
    .addHelpText('after', '\nExample: liuhen logs -f')
    .action(async ({ follow = false, lines, ...place }: LogsFlags) => {
      const source = await logSource(configOf(place));
      if (source.kind === 'file') {
        const { text, end } = await newestLines(source.path, lines);
        process.stdout.write(text);
        if (follow) await followLog(source.path, end, (more) => void process.stdout.write(more));
        return;
      }
      const args = [...source.args, '-n', String(lines), ...(follow ? ['-f'] : [])];
      try {
        const child = spawn('journalctl', args, { stdio: ['ignore', 'inherit', 'inherit'] });
        const [status] = await once(child, 'exit');
        if (status !== 0 && status !== null) process.exitCode = 70;
      } catch (error) {
        if (systemCodeOf(error) !== 'ENOENT') throw error;
        throw new LiuhenError('LIUHEN_NOT_FOUND', `journalctl: ${messageOf(error)}`, { cause: error });
      }
    });
}
