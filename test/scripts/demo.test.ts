import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import test, { type ExecutionContext } from 'ava';
import { PACKAGE_ROOT } from '../../config/package-root.js';
import { freshFolder } from '../../scripts/demo-folder.js';

const DEMO = join(PACKAGE_ROOT, 'dist/scripts/demo.js');

async function folderOf(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-demo-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** What it prints, as far as these words. */
async function saysUntil(child: ChildProcess, words: RegExp): Promise<string> {
  let said = '';
  for await (const chunk of child.stdout?.iterator({ destroyOnReturn: false }) ?? []) {
    said += chunk;
    if (words.test(said)) return said;
  }
  throw new Error(`it ended before ${words}: ${said}`);
}

/** The processes that it said it started and that are still there. */
function leftOf(said: string): number[] {
  const pids = [...said.matchAll(/runs, pid (\d+)/g)].map(([, pid]) => Number(pid));
  if (pids.length === 0) throw new Error(`no process in: ${said}`);
  return pids.filter((pid) => existsSync(`/proc/${pid}`));
}

test('Ctrl-C at the living line of a terminal ends the demo and all that it started', async (t) => {
  const command = `stty cols 120; "${process.execPath}" "${DEMO}" --out "${await folderOf(t)}"`;
  const terminal = spawn('script', ['-qefc', command, '/dev/null'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(terminal, 'exit');
  const said = await saysUntil(terminal, /recorder runs.*waiting for the camera/s);
  terminal.stdin?.write('\x03');
  terminal.stdout?.resume();
  t.deepEqual(await exited, [130, null]);
  t.deepEqual(leftOf(said), []);
});

test('a demo whose output nobody reads any more ends, with all that it started, and without a trace', async (t) => {
  const demo = spawn(process.execPath, [DEMO, '--out', await folderOf(t)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(demo, 'exit');
  const stderr = text(demo.stderr);
  const said = await saysUntil(demo, /archive runs, pid \d+/);
  demo.stdout.destroy();
  t.deepEqual(await exited, [141, null]);
  t.is(await stderr, '');
  t.deepEqual(leftOf(said), []);
});

test('a demo makes its folder anew, but takes none that is not its own or in use', async (t) => {
  const folder = await folderOf(t);
  const out = await freshFolder(join(folder, 'out'));
  await writeFile(join(out, 'old'), '');
  await freshFolder(out);
  t.false(existsSync(join(out, 'old')));

  await t.throwsAsync(freshFolder(folder), { message: /is not empty and not of an earlier demo/ });
  t.true(existsSync(out));
  await writeFile(join(folder, 'file'), '');
  await t.throwsAsync(freshFolder(join(folder, 'file')), { message: /is not a folder/ });

  const demo = spawn(process.execPath, [DEMO, '--out', out], { stdio: ['ignore', 'pipe', 'ignore'] });
  const exited = once(demo, 'exit');
  await saysUntil(demo, /archive runs/);
  await t.throwsAsync(freshFolder(out), { message: new RegExp(`a demo runs in ${out}, pid ${demo.pid}`) });
  t.true(existsSync(join(out, 'archive')));
  demo.kill('SIGINT');
  demo.stdout.resume();
  t.deepEqual(await exited, [130, null]);
});
