import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';

/*
 * The tests compile with tsc and start `liuhen` from its bundle, which must then be of the same age. tsc writes its build info last,
 * so a bundle that is older is built again, which takes a second.
 */
const madeAtMs = (path) => statSync(new URL(path, import.meta.url), { throwIfNoEntry: false })?.mtimeMs ?? 0;
if (madeAtMs('dist/bin/liuhen.js') <= madeAtMs('dist/.tsbuildinfo')) {
  execFileSync(process.execPath, ['dist/scripts/bundle.js'], { cwd: import.meta.dirname, stdio: 'inherit' });
}

/** The longest begin first, so that at the end none runs alone. */
const LONGEST = [
  'scenarios/kill',
  'commands/end-to-end',
  'kiosk/panels',
  'kiosk/browser',
  'doctor/',
  'provision/',
  'cli/',
];
const place = (file) => {
  const at = LONGEST.findIndex((name) => file.includes(`test/${name}`));
  return at < 0 ? LONGEST.length : at;
};

export default {
  files: ['test/**/*.test.ts'],
  typescript: { rewritePaths: { 'test/': 'dist/test/' }, compile: false },
  timeout: '3m',
  concurrency: 3,
  sortTestFiles: (a, b) => place(a) - place(b) || a.localeCompare(b),
  // serialport's native part calls into the main thread's event loop; in a worker thread it ends the process.
  workerThreads: false,
};
