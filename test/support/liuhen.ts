import { execFile } from 'node:child_process';
import { LIUHEN } from '../../scripts/child.js';

/** The command line as it is installed: the bundle, which starts in half the time. ava.config.js keeps it fresh. */
export { LIUHEN };

export interface Ran {
  /** Exit status; -1 when it did not exit by itself. */
  status: number;
  stdout: string;
  stderr: string;
}

/** Runs the built `liuhen` in a folder, to its end. */
export function liuhen(folder: string, ...args: string[]): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(process.execPath, [LIUHEN, ...args], { cwd: folder }, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ status, stdout, stderr });
    });
  });
}
