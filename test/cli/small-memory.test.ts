import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { commandName } from '../../agent/cli/command-name.js';
import { RECORDER_FLAGS } from '../../agent/small-memory.js';
import { LIUHEN } from '../support/liuhen.js';

/** Tells which flags V8 is given. */
const LISTENER = `
import { syncBuiltinESMExports } from 'node:module';
import v8 from 'node:v8';
const set = v8.setFlagsFromString;
v8.setFlagsFromString = (flag) => {
  set(flag);
  process.stderr.write('flag ' + flag + '\\n');
};
syncBuiltinESMExports();
`;

test('a recorder gets its flags for V8 wherever the language is said, and no other command does', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-flags-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const listener = join(folder, 'listener.mjs');
  writeFileSync(listener, LISTENER);
  const flagsOf = async (...args: string[]): Promise<string[]> => {
    const stderr = await new Promise<string>((done) => {
      const started = [`--import=${listener}`, LIUHEN, ...args, '--config', 'none.yaml'];
      execFile(process.execPath, started, { cwd: folder }, (_error, _stdout, text) => done(text));
    });
    t.regex(stderr, /none\.yaml/, 'it came to read its configuration');
    return [...stderr.matchAll(/^flag (.+)$/gm)].map(([, flag]) => flag as string);
  };
  const recorders = [['run'], ['--lang', 'zh', 'run'], ['--lang=zh', 'run'], ['run', '--lang', 'zh']];
  for (const args of recorders) t.deepEqual(await flagsOf(...args), RECORDER_FLAGS, args.join(' '));
  for (const args of [
    ['archive', 'run'],
    ['--lang', 'en', 'archive', 'run'],
  ]) {
    t.deepEqual(await flagsOf(...args), [], args.join(' '));
  }
});

test('the command is the first argument that is no option and no value of one', (t) => {
  const of = (...args: string[]) => commandName(['node', 'liuhen', ...args]);
  t.is(of('--lang', 'run', 'status'), 'status');
  t.is(of('--lang=zh', '--version', 'doctor', 'run'), 'doctor');
  t.is(of('--', 'run'), 'run');
  t.is(of('--help'), undefined);
  t.is(of('--lang'), undefined);
  t.is(of(), undefined);
});
