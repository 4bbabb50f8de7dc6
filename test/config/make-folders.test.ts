import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import test, { type ExecutionContext } from 'ava';
import { makeFolders } from '../../config/make-folders.js';
import { LIUHEN, type Ran } from '../support/liuhen.js';

async function temporary(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-make-'));
  t.teardown(() => rm(folder, { recursive: true }));
  return folder;
}

test('folders are made from the uppermost that is missing, with their mode; those that were there stay', async (t) => {
  const folder = await temporary(t);
  t.is(makeFolders(join(folder, 'a/b/c'), 0o700), join(folder, 'a'));
  t.is((await stat(join(folder, 'a/b/c'))).mode & 0o777, 0o700);
  t.is(makeFolders(join(folder, 'a/b/c')), undefined);
  makeFolders(join(folder, 'd/e'));
  t.deepEqual((await readdir(folder)).sort(), ['a', 'd']);
});

test('of processes that make the same folders at the same time each finds them made', async (t) => {
  const folder = await temporary(t);
  const script = join(import.meta.dirname, '../support/folder-maker.js');
  const makers = Array.from({ length: 4 }, () => {
    const child = spawn(process.execPath, [script, folder, '300']);
    return {
      child,
      ready: once(child.stdout, 'data'),
      said: text(child.stderr),
      ended: once(child, 'close'),
    };
  });
  await Promise.all(makers.map(({ ready }) => ready));
  for (const { child } of makers) child.stdin.end('now');
  for (const { said, ended } of makers) t.deepEqual([(await ended)[0], await said], [0, '']);
  t.is((await readdir(folder)).length, 300);
});

test('a file that stands in the way, and a place where nothing can be made, are named', async (t) => {
  const folder = await temporary(t);
  await writeFile(join(folder, 'file'), '');
  t.throws(() => makeFolders(join(folder, 'file')), {
    ...{ code: 'LIUHEN_STORAGE_IO', message: /file could not be made a folder: EEXIST/ },
  });
  t.throws(() => makeFolders(join(folder, 'file/below')), {
    ...{ code: 'LIUHEN_STORAGE_IO', message: /file could not be made a folder: EEXIST/ },
  });
  t.throws(() => makeFolders('/proc/liuhen/below'), {
    ...{ code: 'LIUHEN_STORAGE_IO', message: /^\/proc\/liuhen could not be made a folder: ENOENT/ },
  });
});

/** A command that spins is ended, status -1. */
function bounded(folder: string, args: readonly string[]): Promise<Ran> {
  const options = { cwd: folder, timeout: 60_000, killSignal: 'SIGKILL' } as const;
  return new Promise((done) => {
    execFile(process.execPath, [LIUHEN, ...args], options, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      done({ status, stdout, stderr });
    });
  });
}

test('no command spins for a folder under /proc: each says that none can be made there', async (t) => {
  const folder = await temporary(t);
  const below = '/proc/liuhen/below';
  const table = join(folder, 'devices.csv');
  await writeFile(table, 'profile,device,authority\nrecorder,recorder-0001,liuhen.example\n');
  const answers = join(folder, 'answers.yaml');
  await writeFile(
    answers,
    `{profile: recorder, device: recorder-0001, authority: liuhen.example, data: ${below}, camera: synthetic}`,
  );
  const made = await bounded(folder, ['authority', 'init', '--domain', 'liuhen.example', '--no-passphrase']);
  t.is(made.status, 0, made.stderr);
  const commands = [
    ['provision', '--answers', answers, '--no-tests'],
    ['authority', 'init', '--domain', 'liuhen.example', '--no-passphrase', '--dir', below],
    ['authority', 'token', 'recorder-0001', 'recorder-0002', '--out', below],
    ['archive', 'init', '--name', 'liuhen.example/archive', '--data', below],
    ['provision', '--batch', table, '--out', below],
  ];
  for (const command of commands) {
    const { status, stderr } = await bounded(folder, command);
    t.is(status, 70, `${command.join(' ')}\n${stderr}`);
    t.regex(stderr, /LIUHEN_STORAGE_IO: \/proc\/liuhen could not be made a folder: ENOENT.*\n {2}next: /);
  }
});
