import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import stringWidth from 'fast-string-width';
import { runCommandLine } from '../../agent/cli/program.js';
import { tableText } from '../../agent/cli/text.js';

const HAN = /\p{Script=Han}/u;

/** Runs a command in this process, with what it prints. */
async function ran(...args: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  const printed = { stdout: '', stderr: '' };
  const kept = { stdout: process.stdout.write, stderr: process.stderr.write };
  for (const stream of ['stdout', 'stderr'] as const)
    process[stream].write = (text: string | Uint8Array) => {
      printed[stream] += String(text);
      return true;
    };
  try {
    return { status: await runCommandLine(['node', 'liuhen', ...args]), ...printed };
  } finally {
    process.stdout.write = kept.stdout;
    process.stderr.write = kept.stderr;
    process.exitCode = 0;
  }
}

const zh = (...args: string[]) => ran('--lang', 'zh', ...args);

async function folder(t: ExecutionContext): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'liuhen-chinese-'));
  t.teardown(() => rm(made, { recursive: true, force: true }));
  return made;
}

/** No line of it is an English sentence; commands and words of a key may stand there. */
function isChinese(t: ExecutionContext, text: string): void {
  t.regex(text, HAN);
  for (const line of text.split('\n'))
    if (/[a-z]{2,} [a-z]{2,} [a-z]{2,}/.test(line))
      t.regex(line, /^ +(liuhen |mosquitto |([a-z]+ ?)+$)|\p{Script=Han}/u);
}

test.serial('mistakes on the command line are told in Chinese, with what was probably meant', async (t) => {
  const ask = async (...args: string[]) => {
    const { status, stdout, stderr } = await zh(...args);
    t.is(status, 64);
    t.is(stdout, '');
    return stderr;
  };
  t.regex(
    await ask('doctor', '--vatch'),
    /^错误：未知选项“--vatch”\n（是否要输入 --watch？）\n（liuhen --help 列出全部命令.*）\n$/,
  );
  t.regex(await ask('dokter'), /^错误：未知命令“dokter”\n（是否要输入 doctor？）\n/);
  t.regex(await ask('init'), /^错误：未指定必需的选项“--device <id>”\n/);
  t.regex(await ask('mark', 'a', 'b'), /^错误：“mark”的参数过多，应为 1 个，实有 2 个。\n/);
  t.regex(await ask('export', 'x', '--out', 'y'), /^错误：参数“recording”的取值“x”无效：应为数字\n/);
  t.regex(await ask('completion', 'fish'), /^错误：参数“shell”的取值“fish”无效：可选值为 bash, zsh。\n/);
  t.is(
    await ask('explain', 'E42'),
    'liuhen：LIUHEN_USAGE："E42" 不是 Liuhen 的错误代码\n  下一步：liuhen explain 列出全部代码\n',
  );
});

test.serial(
  'an error in Chinese says what happened and what to do; JSON, codes and English stay as they are',
  async (t) => {
    const place = await folder(t);
    const config = join(place, 'bad.yaml');
    await writeFile(
      config,
      'profile: recorder\ndevice: {id: R1}\ncamra: {source: x}\nrecording: {fragment: 7}\n',
    );
    const chinese = await zh('config', 'check', '--config', config);
    t.is(chinese.status, 70);
    for (const line of chinese.stderr.trimEnd().split('\n')) t.regex(line, HAN);
    t.regex(chinese.stderr, /^liuhen：LIUHEN_CONFIG：/);
    t.regex(chinese.stderr, /\n {2}下一步：/);
    const english = await ran('config', 'check', '--config', config, '--lang', 'en');
    t.notRegex(english.stderr, HAN);
    const made = join(place, 'c.yaml');
    const json = await zh('provision', '--config', made, '--check', '--json');
    t.is(json.status, 1, json.stderr);
    t.notRegex(json.stdout, HAN);
    t.notRegex((await zh('explain', '--json')).stdout, HAN);
  },
);

test.serial('JSON is the same bytes in both languages', async (t) => {
  const place = await folder(t);
  const at = (name: string) => join(place, name);
  const file = ['--config', at('c.yaml')];
  const device = ['--device', 'r-1', '--authority', 'a.example', '--camera', 'synthetic'];
  const init = await ran('init', ...device, ...file);
  t.is(init.status, 0, init.stderr);
  const dir = ['--dir', at('ca')];
  const made = await ran('authority', 'init', '--domain', 'a.example', '--no-passphrase', ...dir);
  t.is(made.status, 0, made.stderr);
  const archive = await ran('archive', 'init', '--data', at('archive'), '--name', 'a.example/archive');
  t.is(archive.status, 0, archive.stderr);
  for (const asked of [
    ['doctor', '--config', at('none.yaml')],
    ['provision', '--check', ...file],
    ['config', 'show', ...file],
    ['config', 'check', ...file],
    ['config', 'explain', 'recording'],
    ['explain'],
    ['explain', 'LINK'],
    ['schema', 'trust'],
    ['check', ...file],
    ['recordings', ...file],
    ['migrate', ...file],
    ['authority', 'list', ...dir],
    ['archive', 'list', '--data', at('archive')],
  ]) {
    const english = await ran('--lang', 'en', ...asked, '--json');
    t.regex(english.stdout, /^[{[]/, asked.join(' '));
    t.is((await zh(...asked, '--json')).stdout, english.stdout, asked.join(' '));
  }
});

test.serial('provisioning and the authority speak Chinese from beginning to end', async (t) => {
  const place = await folder(t);
  const at = (name: string) => join(place, name);
  await writeFile(
    at('a.yaml'),
    `profile: recorder\ndevice: r-1\nauthority: a.example\ndata: ${at('data')}\ncamera: synthetic\n`,
  );
  const made = await zh('provision', '-a', at('a.yaml'), '-c', at('c.yaml'), '--no-tests', '--request');
  t.is(made.status, 0, made.stderr);
  isChinese(t, made.stderr);
  const check = await zh('provision', '--check', '--config', at('c.yaml'));
  t.is(check.status, 1);
  for (const line of check.stdout.trimEnd().split('\n')) t.regex(line, HAN);
  isChinese(t, check.stderr);
  const dir = ['--dir', at('ca')];
  const ca = await zh(
    'authority',
    'init',
    '--domain',
    'a.example',
    '--host',
    'localhost',
    '--no-passphrase',
    ...dir,
  );
  t.is(ca.status, 0, ca.stderr);
  isChinese(t, ca.stderr);
  const list = await zh('authority', 'list', ...dir);
  t.is(list.stderr, '尚无设备入网\n  下一步：liuhen authority enrol REQUEST\n');
  const refused = await zh('authority', 'revoke', 'nobody', '--why', 'x', ...dir);
  t.is(refused.status, 70);
  isChinese(t, refused.stderr);
});

test('columns of a table with Chinese stand below each other', (t) => {
  const lines = tableText([
    ['设备', 'x'],
    ['recorder', '已见证'],
    ['é', 'y'],
  ]).split('\n');
  t.deepEqual(
    lines.map((line) => stringWidth(line)),
    [11, 16, 11],
  );
  t.is(lines[0], '设备      x');
});
