import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import stringWidth from 'fast-string-width';
import { commandsOf } from '../../agent/cli/examples.js';
import { wholeProgram } from '../../agent/cli/program.js';
import { explanations } from '../../agent/words/explanations.js';
import { chooseLanguage, languageOf, takeLanguage } from '../../agent/words/language.js';
import { loadLanguage } from '../../agent/words/spoken.js';
import { ERROR_CODES, type ErrorCode } from '../../config/errors.js';
import { LIUHEN, liuhen } from '../support/liuhen.js';

const run = promisify(execFile);
const HAN = /\p{Script=Han}/u;

test('the help of every command ends with an example that is this command', async (t) => {
  const commands = commandsOf(await wholeProgram());
  t.true(commands.length > 30);
  for (const { path, command } of commands) {
    let help = '';
    command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
    const example = /Examples?:\s+(?:.*[|;&] )?liuhen (.*)/.exec(help)?.[1] ?? '';
    t.true(example === path || example.startsWith(`${path} `), `${path}: ${JSON.stringify(example)}`);
  }
});

test('who reads one line of the output and goes sees no stack', async (t) => {
  const piped = `'${process.execPath}' '${LIUHEN}' "$@" | head -1`;
  for (const args of [['--help'], ['--lang', 'zh', 'provision', '--help'], ['explain']]) {
    const { stdout, stderr } = await run('bash', ['-c', piped, 'bash', ...args]);
    t.deepEqual([stdout.trimEnd().split('\n').length, stderr], [1, ''], args.join(' '));
  }
});

test.serial('the help of every command is in Chinese too, and fits a terminal of 80 columns', async (t) => {
  chooseLanguage('zh');
  t.teardown(() => chooseLanguage('en'));
  await loadLanguage();
  for (const { path, command } of commandsOf(await wholeProgram())) {
    const { commandDescription, optionDescription, argumentDescription } = command.createHelp();
    t.regex(commandDescription(command), HAN, path);
    for (const option of command.options) t.regex(optionDescription(option), HAN, `${path} ${option.flags}`);
    // Some list what may stand there.
    for (const argument of command.registeredArguments)
      if (/[a-z] [a-z]/.test(argument.description)) t.regex(argumentDescription(argument), HAN, path);
    const help = command.configureHelp({ ...command.configureHelp(), helpWidth: 80 }).helpInformation();
    t.regex(help, /^用法：/);
    t.notRegex(help, /^(Options|Arguments|Commands):/m);
    const [, ...items] = help.split('\n\n').slice(1);
    const lines = items.join('\n').split('\n');
    t.deepEqual(
      lines.filter((line) => stringWidth(line) > 80 && HAN.test(line)),
      [],
      path,
    );
  }
});

test('--help is answered with status 0, an unknown option with 64', async (t) => {
  const help = await liuhen('/', 'firmware', 'update', '--help');
  t.is(help.status, 0, help.stderr);
  t.regex(help.stdout, /Example: liuhen firmware update /);
  t.is((await liuhen('/', 'doctor', '--colour')).status, 64);
});

test('bash completes commands, their subcommands, options and choices', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-completion-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const script = await liuhen('/', 'completion', 'bash');
  t.is(script.status, 0, script.stderr);
  await writeFile(join(folder, 'liuhen'), script.stdout);
  const complete = async (...words: string[]) => {
    const line = words.map((word) => `'${word}'`).join(' ');
    const ask = `source ./liuhen; COMP_WORDS=(${line}); COMP_CWORD=${words.length - 1}; _liuhen; echo "\${COMPREPLY[*]}"`;
    return (await run('bash', ['-c', ask], { cwd: folder })).stdout.trim().split(' ');
  };
  t.deepEqual(await complete('liuhen', 'doc'), ['doctor']);
  t.deepEqual(await complete('liuhen', 'firmware', ''), ['confirm', 'info', 'rollback', 'update']);
  t.deepEqual(await complete('liuhen', 'firmware', 'update', '--con'), ['--config', '--confirm']);
  t.deepEqual(await complete('liuhen', 'status', '--watch', '--j'), ['--json']);
  t.deepEqual(await complete('liuhen', 'completion', 'z'), ['zsh']);
  const zsh = (await liuhen('/', 'completion', 'zsh')).stdout;
  t.regex(zsh, /^#compdef liuhen\n/);
  t.is((await liuhen('/', 'completion', 'fish')).status, 64);
});

test('every error code is explained in English and Chinese', (t) => {
  for (const code of Object.keys(ERROR_CODES) as ErrorCode[]) {
    const { en, zh } = explanations[code];
    for (const text of [zh.meaning, zh.why, zh.next]) t.regex(text, /\p{Script=Han}/u, code);
    for (const text of [en.meaning, en.why, en.next]) t.true(text.length > 20, code);
  }
});

test('explain takes a code as people type it, lists all without one, and refuses what is none', async (t) => {
  const one = await liuhen('/', 'explain', 'storage-full');
  t.regex(one.stdout, /^LIUHEN_STORAGE_FULL\n {2}the disk is full[\s\S]*\n {2}next: /);
  t.regex((await liuhen('/', '--lang', 'zh', 'explain', 'LIUHEN_LINK')).stdout, /\n {2}下一步：/);
  const all = await liuhen('/', 'explain', '--json');
  t.deepEqual(Object.keys(JSON.parse(all.stdout)), Object.keys(ERROR_CODES));
  const none = await liuhen('/', 'explain', 'E42');
  t.is(none.status, 64);
  t.regex(none.stderr, /LIUHEN_USAGE: "E42" is no error code/);
});

test('an error in Chinese keeps its code and its detail', async (t) => {
  const { status, stderr } = await liuhen('/', 'status', '--data', '/nowhere', '--lang=zh');
  t.is(status, 70);
  t.regex(stderr, /^liuhen：LIUHEN_NOT_FOUND：没有目录 \/nowhere\n {2}下一步：.*\p{Script=Han}/u);
});

test('an error that has no advice of its own comes with that of its code, in both languages', async (t) => {
  const said = async (...args: string[]) =>
    (await liuhen('/', 'config', 'set', 'camera.source', ...args)).stderr;
  const { en, zh } = explanations.LIUHEN_USAGE;
  t.is(await said(), `liuhen: LIUHEN_USAGE: expected a value, or --default\n  next: ${en.next}\n`);
  t.true((await said('--lang', 'zh')).endsWith(`\n  下一步：${zh.next}\n`));
});

test('the language is what --lang says, or else LC_ALL, LC_MESSAGES, LANG in this order', (t) => {
  t.is(languageOf({ LANG: 'zh_CN.UTF-8' }), 'zh');
  t.is(languageOf({ LANG: 'zh_CN.UTF-8', LC_ALL: 'en_GB.UTF-8' }), 'en');
  t.is(languageOf({ LANG: 'zh_CN.UTF-8', LC_ALL: '' }), 'zh');
  t.is(languageOf({ LANG: 'zhuang' }), 'en');
  t.is(languageOf({}), 'en');
  t.deepEqual(takeLanguage(['node', 'liuhen', 'mark', '--lang', 'zh', 'note']), {
    ...{ argv: ['node', 'liuhen', 'mark', 'note'], asked: 'zh' },
  });
  t.deepEqual(takeLanguage(['mark', '--', '--lang=zh']), {
    argv: ['mark', '--', '--lang=zh'],
    asked: undefined,
  });
  t.throws(() => takeLanguage(['--lang', 'fr']), { code: 'LIUHEN_USAGE' });
});
