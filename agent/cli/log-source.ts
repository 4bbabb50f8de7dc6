import { execFile } from 'node:child_process';
import { open, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { LiuhenError } from '../../config/errors.js';
import type { Config } from '../../config/load.js';
import { earlierLog } from './log-file.js';

const run = promisify(execFile);

/** Where a log is: a file, or journald with these arguments of journalctl. */
export type LogSource = { kind: 'file'; path: string } | { kind: 'journald'; args: string[] };

/** More lines than that are not looked for. */
const MAX_TAIL_BYTES = 4 * 1024 * 1024;
/** The units have a journal of their own, with limits of its own; what systemd says of them is in the system's. */
const UNITS = ['--namespace=+liuhen', '-u', 'liuhen@*', '-o', 'cat'];

/** The file that log.file names, else journald where it has something of Liuhen's units. Throws LIUHEN_NOT_FOUND where neither is. */
export async function logSource({ log }: Pick<Config, 'log'>): Promise<LogSource> {
  if (log.file !== undefined) return { kind: 'file', path: log.file };
  const found = await run('journalctl', [...UNITS, '-q', '-n', '1']).catch(() => ({ stdout: '' }));
  if (found.stdout !== '') return { kind: 'journald', args: UNITS };
  throw new LiuhenError('LIUHEN_NOT_FOUND', 'no log: systemd has none of liuhen, and log.file is not set', {
    next: 'set log.file, or run it by systemd: scripts/install',
  });
}

/** The newest lines of a log, its predecessor included, as text; `end` is where the file ended. */
export async function newestLines(path: string, count: number): Promise<{ text: string; end: number }> {
  const own = await tailOf(path);
  const lines = own.text.split('\n').slice(0, -1);
  if (lines.length < count) lines.unshift(...(await tailOf(earlierLog(path))).text.split('\n').slice(0, -1));
  return {
    text: lines
      .slice(-count)
      .map((line) => `${line}\n`)
      .join(''),
    end: own.end,
  };
}

/** Of journald, or of a file, as text. */
export async function newestLog(source: LogSource, count: number): Promise<string> {
  if (source.kind === 'file') return (await newestLines(source.path, count)).text;
  const options = { maxBuffer: 16 * MAX_TAIL_BYTES };
  return (await run('journalctl', [...source.args, '-q', '-n', String(count)], options)).stdout;
}

/** Whole lines from the end of a file; nothing of one that is not there. */
async function tailOf(path: string): Promise<{ text: string; end: number }> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || !found.isFile()) return { text: '', end: 0 };
  const from = Math.max(0, found.size - MAX_TAIL_BYTES);
  const file = await open(path, 'r');
  try {
    const bytes = Buffer.alloc(found.size - from);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
    const text = bytes.subarray(0, bytesRead).toString();
    const end = text.lastIndexOf('\n') + 1;
    const begin = from === 0 ? 0 : text.indexOf('\n') + 1;
    return { text: text.slice(begin, end), end: from + Buffer.byteLength(text.slice(0, end)) };
  } finally {
    await file.close();
  }
}
