import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Command } from 'commander';
import { LiuhenError, messageOf, systemCodeOf } from '../../config/errors.js';
import { spoken } from '../words/spoken.js';
import { DEFAULT_CONFIG } from './data-folder.js';
import { collectDiagnostics, type DiagnosticFile } from './diag-files.js';
import { bytesText, tableText } from './text.js';

const run = promisify(execFile);

interface CollectFlags {
  config: string;
  out?: string;
  lines: string;
  json?: boolean;
}

/** `liuhen diag collect`: an archive for whoever helps from afar, without any secret. */
export function registerDiag(program: Command): void {
  const diag = program.command('diag').description('help from afar');
  diag
    .command('collect')
    .description(
      'write a support archive: log, settings without secrets, what the doctor says, newest checkpoints',
    )
    .option('-c, --config <file>', 'configuration', DEFAULT_CONFIG)
    .option('-o, --out <file>', 'archive to write (default: liuhen-diag-TIME.tar.gz here)')
    .option('--lines <count>', 'how many of the newest lines of the log', '5000')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample: liuhen diag collect --out /media/usb/recorder-0001.tar.gz')
    .action(async ({ config, out, lines, json = false }: CollectFlags) => {
      const count = /^[0-9]{1,6}$/.test(lines) ? Number(lines) : 5000;
      const time = new Date().toISOString().slice(0, 19).replaceAll(':', '');
      const path = resolve(out ?? `liuhen-diag-${time}.tar.gz`);
      const files = await collectDiagnostics(config, count);
      await writeArchive(path, files);
      const listed = files.map(({ name, text, about }) => [
        name,
        bytesText(Buffer.byteLength(text)),
        spoken(about),
      ]);
      if (json) process.stdout.write(`${JSON.stringify({ path, files: files.map(({ name }) => name) })}\n`);
      else process.stdout.write(`${path}\n${tableText(listed)}\n`);
    });
}

/** By the system's tar; the archive appears as a whole or not at all. */
async function writeArchive(path: string, files: readonly DiagnosticFile[]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-diag-'));
  const partial = `${path}.partial-${process.pid}`;
  const root = `liuhen-diag-${hostname().replace(/[^a-zA-Z0-9-]/g, '')}`;
  try {
    await mkdir(join(folder, root));
    for (const { name, text } of files) await writeFile(join(folder, root, name), text, { mode: 0o600 });
    await run('tar', ['-czf', partial, '--owner=0', '--group=0', '-C', folder, root]);
    await rename(partial, path);
  } catch (error) {
    const code = systemCodeOf(error) === 'ENOENT' ? 'LIUHEN_NOT_FOUND' : 'LIUHEN_STORAGE_IO';
    throw new LiuhenError(code, `${path}: ${messageOf(error)}`, {
      cause: error,
      next: 'choose a folder that can be written with --out, and see that tar and gzip are installed',
    });
  } finally {
    await rm(partial, { force: true });
    await rm(folder, { recursive: true, force: true });
  }
}
