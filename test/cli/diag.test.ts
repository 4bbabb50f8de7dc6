import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import test from 'ava';
import { LogFile } from '../../agent/cli/log-file.js';
import { followLog } from '../../agent/cli/log-follow.js';
import { newestLines } from '../../agent/cli/log-source.js';
import { Bench } from '../support/bench.js';
import { LIUHEN } from '../support/liuhen.js';
import { newWitness } from '../support/scripted-archive.js';
import { TestAuthority } from '../support/tls.js';

const run = promisify(execFile);

test('no secret is in a support archive, wherever somebody has written it', async (t) => {
  const authority = await TestAuthority.create();
  t.teardown(() => authority.remove());
  const certificate = await authority.certify('device');
  const passwordFile = await authority.passwordFile('broker-password', 'correct horse battery');
  const odd = 'back\\slash "and" 50%';
  const cameraPassword = await authority.passwordFile('camera-password', odd);
  const log = join(authority.folder, 'agent.log');
  const bench = await Bench.make(t, {
    uplink: {
      ...{ broker: 'mqtts://127.0.0.1:1', witness: newWitness().vkey, username: 'device', passwordFile },
      tls: authority.client(certificate),
    },
    camera: {
      ...{ source: 'rtsp://127.0.0.1:1/user=admin&password=inpath99&channel=1' },
      ...{ username: 'admin', passwordFile: cameraPassword },
    },
    log: { file: log },
  });
  const [name = ''] = (await run('ls', [join(bench.data, 'keys')])).stdout.split('\n');
  const seed = (await readFile(join(bench.data, 'keys', name))).subarray(0, 32);
  const key = await authority.secretOf(certificate);
  const secrets = [
    'correct horse battery',
    key,
    seed.toString('hex'),
    seed.toString('base64'),
    'hunter22',
    'PRIVATE+KEY+liuhen',
    'topsecretpem',
    'inpath99',
    JSON.stringify(odd).slice(1, -1),
    encodeURIComponent(odd),
    'AwMDAwMDAwMDAwMDAwMDAw',
  ];
  await appendFile(join(bench.folder, 'liuhen.yaml'), `# the broker: correct horse battery\n# ${key}\n`);
  const lines = [
    JSON.stringify({ msg: 'login', password: 'hunter22' }),
    JSON.stringify({ msg: `rtsp://admin:hunter22@10.0.0.9/live and correct horse battery` }),
    JSON.stringify({ msg: `seed ${seed.toString('hex')} or ${seed.toString('base64')} or ${key}` }),
    JSON.stringify({ msg: 'PRIVATE+KEY+liuhen.example/r+1234+abcd' }),
    JSON.stringify({ msg: `camera: ${odd}, ${encodeURIComponent(odd)}, /live?token=inpath99&x=1` }),
    JSON.stringify({
      msg: 'liuhen-token:0123456789abcdef.AwMDAwMDAwMDAwMDAwMDAw@mqtts://broker.example:8884',
    }),
    JSON.stringify({ msg: 'a line that helps' }),
    '-----BEGIN EC PRIVATE KEY-----\ntopsecretpem\n-----END EC PRIVATE KEY-----',
  ];
  await writeFile(log, `${lines.join('\n')}\n`);

  const collected = await bench.liuhen('diag', 'collect', '--out', 'help.tar.gz');
  t.is(collected.status, 0, collected.stderr);
  const { stdout: all } = await run('tar', ['-xzOf', join(bench.folder, 'help.tar.gz')]);
  for (const secret of secrets) t.false(all.includes(secret), secret);
  t.true(all.includes('a line that helps'));
  t.true(all.includes(`liuhen.example/${bench.id}`), 'the checkpoint names its origin');
  t.true(all.includes('"id": "tcp"'), "the doctor's answer");
  const { stdout: listed } = await run('tar', ['-tzf', join(bench.folder, 'help.tar.gz')]);
  for (const file of ['config.yaml', 'doctor.json', 'checkpoints.txt', 'log.jsonl', 'machine.json']) {
    t.true(listed.includes(`/${file}\n`), file);
    t.regex(
      collected.stdout,
      new RegExp(`^${file.replace('.', '\\.')} +\\d`, 'm'),
      'it prints what is in it',
    );
  }
});

test('a support archive that cannot be written leaves nothing', async (t) => {
  const bench = await Bench.make(t);
  const failed = await bench.liuhen('diag', 'collect', '--out', 'no/such/folder/help.tar.gz');
  t.is(failed.status, 70);
  t.regex(failed.stderr, /LIUHEN_(STORAGE_IO|NOT_FOUND): .*help\.tar\.gz/);
});

test('logs -f shows the newest lines of the file and those that come, the agent having written them', async (t) => {
  const bench = await Bench.make(t, { log: { file: 'agent.log' } });
  await bench.run(t);
  const logs = spawn(process.execPath, [LIUHEN, 'logs', '-f'], { cwd: bench.folder });
  const exited = once(logs, 'exit');
  t.teardown(async () => {
    logs.kill('SIGKILL');
    await exited;
  });
  const lines = createInterface({ input: logs.stdout })[Symbol.asyncIterator]();
  const { value: first } = await lines.next();
  t.is(typeof (JSON.parse(first) as { msg: string }).msg, 'string');
  await appendFile(join(bench.folder, 'agent.log'), '{"msg":"appended"}\n');
  for (let line = first; !line.includes('appended'); ) ({ value: line } = await lines.next());
  const short = await bench.liuhen('logs', '-n', '1');
  t.is(short.stdout, '{"msg":"appended"}\n');
});

test('without systemd and without log.file, logs says how to have one', async (t) => {
  const bench = await Bench.make(t);
  const none = await bench.liuhen('logs');
  t.is(none.status, 70);
  t.regex(none.stderr, /LIUHEN_NOT_FOUND: no log[\s\S]*next: set log\.file/);
});

test('a log file is begun anew at its bound, one before it is kept, and the newest lines come from both', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-log-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'deep/agent.log');
  const file = new LogFile(path, 100);
  for (let at = 0; at < 30; at++) file.write(`line ${String(at).padStart(4, '0')}\n`);
  file.close();
  t.true((await readFile(path)).length <= 100);
  t.is((await readFile(`${path}.1`)).length, 100);
  const { text } = await newestLines(path, 12);
  t.is(text.split('\n').length - 1, 12);
  t.true(text.startsWith('line 0018\n') && text.endsWith('line 0029\n'), text);
});

test('following goes on when the file is begun anew, and hands on whole lines only', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-log-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'agent.log');
  await writeFile(path, 'old\nhal');
  const controller = new AbortController();
  const taken: string[] = [];
  let news = () => {};
  const following = followLog(
    path,
    4,
    (text) => {
      taken.push(text);
      news();
    },
    controller.signal,
  );
  const until = async (count: number) => {
    while (taken.length < count) await new Promise<void>((resolve) => (news = resolve));
  };
  await appendFile(path, 'f\n');
  await until(1);
  await rename(path, `${path}.1`);
  await writeFile(path, 'new\n');
  await until(2);
  controller.abort();
  await following;
  t.deepEqual(taken, ['half\n', 'new\n']);
});
