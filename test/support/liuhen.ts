import { execFile } from 'node:child_process';
import { join } from 'node:path';

const MAIN = join(import.meta.dirname, '../../agent/main.js');

export interface Ran {
  /** Exit status; -1 when it did not exit by itself. */
  status: number;
  stdout: string;
  stderr: string;
}

/** Runs the built `liuhen` in a folder, to its end. */
export function liuhen(folder: string, ...args: string[]): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], { cwd: folder }, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ status, stdout, stderr });
    });
  });
}
