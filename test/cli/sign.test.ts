import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { openKeyFile } from '../../agent/authority/key-file.js';
import { SAMPLE_CONTENT } from '../../agent/authority/sample-hall.js';
import { openEnvelope } from '../../agent/disclosure/envelope.js';
import { parseVkey } from '../../agent/journal/vkey.js';
import { LIUHEN } from '../support/liuhen.js';
import { Desk, PASSPHRASE, PENALTY, POST } from '../support/signing-desk.js';

/** The payload of an envelope that this key signed. */
async function payloadOf(path: string, vkey: string): Promise<Record<string, unknown>> {
  const { payload, signers } = openEnvelope(await readFile(path), () => [parseVkey(vkey)]);
  if (signers.length !== 1) throw new Error(`${path} is not signed by ${vkey}`);
  return JSON.parse(payload.toString());
}

test('liuhen sign key makes an encrypted key of mode 0600, prints its vkey, and never writes over it', async (t) => {
  const desk = await Desk.open(t);
  const made = await desk.sign('key', '--role', 'reviewer', '--name', 'liuhen.example/review');
  t.is(made.status, 0, made.stderr);
  t.regex(made.stdout, /^liuhen\.example\/review\+[0-9a-f]{8}\+\S+\n$/);
  t.is((await stat(desk.path('review.key'))).mode & 0o777, 0o600);
  const opened = await openKeyFile(desk.path('review.key'), ['reviewer'], () => PASSPHRASE);
  t.is(opened.role, 'reviewer');
  const again = await desk.sign('key', '--role', 'reviewer', '--name', 'liuhen.example/review', '--json');
  t.is(again.status, 70);
  t.regex(again.stderr, /LIUHEN_STATE: .*review\.key exists[\s\S]*next: name another file with --out/);
  t.is(again.stdout, '');
});

test('without a terminal and a file no passphrase is asked for, and one that everyone can read is refused', async (t) => {
  const desk = await Desk.open(t);
  const args = ['sign', 'key', '--role', 'root', '--name', 'liuhen.example/root'];
  const bare = await desk.run(...args);
  t.is(bare.status, 64);
  t.regex(bare.stderr, /no terminal to ask for it\n {2}next: .*--passphrase-file/);
  await desk.write('open-pass', `${PASSPHRASE}\n`, 0o644);
  t.regex((await desk.run(...args, '--passphrase-file', 'open-pass')).stderr, /chmod 600/);
  t.false((await readdir(desk.folder)).includes('root.key'));
});

test('at a terminal the passphrase is asked for twice and shown to nobody', async (t) => {
  const desk = await Desk.open(t);
  // Its pty has no size of its own.
  const command = `stty cols 100 rows 30 && ${process.execPath} ${LIUHEN} sign key --role publisher --name liuhen.example/desk`;
  // A real pty, by Debian's script(1).
  const child = spawn('script', ['-qfec', command, '/dev/null'], { cwd: desk.folder, stdio: 'pipe' });
  const steps = [
    { seen: /passphrase for desk\.key/, type: 'short\r' },
    { seen: /at least 10 characters, got 5/, type: `${PASSPHRASE}\r` },
    { seen: /the same once more/, type: 'something else\r' },
    { seen: /not the same as before/, type: `${PASSPHRASE}\r` },
  ];
  let all = '';
  let fresh = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    all += text;
    fresh += text;
    const [step] = steps;
    if (step === undefined || !step.seen.test(fresh)) return;
    fresh = '';
    steps.shift();
    child.stdin.write(step.type);
  });
  const [status] = await once(child, 'close');
  t.is(status, 0, all);
  t.deepEqual(steps, []);
  t.false(all.includes('lantern'), 'the passphrase is on the screen');
  const opened = await openKeyFile(desk.path('desk.key'), ['publisher'], () => PASSPHRASE);
  t.true(all.includes(opened.vkey.name));
});

test("a trust document's version goes up by itself, also when its folder is another, and never back", async (t) => {
  const desk = await Desk.open(t);
  const root = await desk.key('root');
  const publisher = await desk.key('publisher');
  await desk.key('reviewer');
  await desk.write(
    'trust.yaml',
    'keys:\n  - {holder: desk, keyFile: publisher.key, roles: [publisher]}\n  - {holder: review, keyFile: reviewer.key}\n',
  );
  const sign = (out: string, file = 'trust.yaml') =>
    desk.sign('trust', file, '--key', 'root.key', '--out', out);
  const first = await sign('signed');
  t.is(first.status, 0, first.stderr);
  t.is(first.stdout, 'signed/trust.trust.r1.dsse.json\n');
  t.is((await sign('elsewhere')).stdout, 'elsewhere/trust.trust.r2.dsse.json\n');
  const document = await payloadOf(desk.path('elsewhere/trust.trust.r2.dsse.json'), root);
  t.like(document, { kind: 'trust', version: 2 });
  t.like((document.keys as object[])[0], { vkey: publisher, holder: 'desk', roles: ['publisher'] });

  await desk.write('back.yaml', 'version: 2\nkeys:\n  - {holder: desk, keyFile: publisher.key}\n');
  const back = await sign('signed', 'back.yaml');
  t.is(back.status, 70);
  t.regex(
    back.stderr,
    /back\.yaml:1:10: version: expected a version above 2, which this root key has signed, got 2/,
  );
});

test('a trust document by a key that is no root, or that calls a publisher a reviewer, is not signed', async (t) => {
  const desk = await Desk.open(t);
  await Promise.all([desk.key('root'), desk.key('publisher')]);
  await desk.write('trust.yaml', 'keys:\n  - {holder: desk, keyFile: publisher.key, roles: [reviewer]}\n');
  const sign = (key: string) => desk.sign('trust', 'trust.yaml', '--key', key, '--out', 'signed');
  t.regex((await sign('publisher.key')).stderr, /expected a key of role root, got publisher/);
  t.regex(
    (await sign('root.key')).stderr,
    /trust\.yaml:2:29: keys\.0\.keyFile: expected a key of one of these roles, got one of role publisher/,
  );
  t.false((await readdir(desk.folder)).includes('signed'));
});

test('content is signed with what was left out filled in, and left alone when nothing changed', async (t) => {
  const desk = await Desk.open(t);
  const vkey = await desk.key('publisher');
  await copyFile(join(SAMPLE_CONTENT, 'portraits/window-1.png'), desk.path('face.png'));
  await desk.write('post.yaml', `${POST}photo: face.png\n`);
  const signed = await desk.content('post.yaml');
  t.is(signed.stdout, 'post/window-1 revision 1 → signed/post.window-1.r1.dsse.json\n', signed.stderr);
  const post = await payloadOf(desk.path('signed/post.window-1.r1.dsse.json'), vkey);
  const face = (await readFile(desk.path('face.png'))).toString('base64');
  t.like(post, { hall: 'hall-1', revision: 1, photo: { type: 'image/png', data: face } });
  t.is(post.credential, '0417023', 'a number without quotes keeps its zero');

  t.is((await desk.content('post.yaml')).stdout, 'post/window-1 revision 1 unchanged\n');
  await desk.write('post.yaml', POST.replace('on-duty', 'away'));
  t.regex((await desk.content('post.yaml')).stdout, /^post\/window-1 revision 2 →/);
  await desk.write('post.yaml', `revision: 2\n${POST}`);
  const back = await desk.content('post.yaml');
  t.regex(
    back.stderr,
    /post\.yaml:1:11: revision: expected a revision above 2, which is signed already, got 2/,
  );
});

test('everything that is wrong is told with file, line and key, and then nothing is signed', async (t) => {
  const desk = await Desk.open(t);
  await desk.key('publisher');
  const broken = POST.replace('supervisionPhone', 'supervisonPhone').replace('on-duty', 'here');
  await desk.write('two.yaml', `${POST}---\n${broken.replace('window-1', 'window-2')}`);
  const { status, stdout, stderr } = await desk.content('two.yaml');
  t.is(status, 70);
  t.is(stdout, '');
  t.true(stderr.startsWith('liuhen: LIUHEN_CONTENT: two.yaml:'), stderr);
  for (const line of [
    'two.yaml:12:1: supervisionPhone: expected text, got nothing',
    'two.yaml:19:1: supervisonPhone: unknown key, did you mean supervisionPhone?',
    'two.yaml:21:15: duty.state: expected on-duty or away or replaced, got "here"',
  ]) {
    t.true(stderr.includes(line), stderr);
  }
  t.false((await readdir(desk.folder)).includes('signed'));
});

test('YAML that is none, has unknown kinds, or is a bomb costs an error with its line', async (t) => {
  const desk = await Desk.open(t);
  await desk.key('publisher');
  const bomb = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
  for (let at = 1; at < 9; at++)
    bomb.push(
      `a${at}: &a${at} [${Array(10)
        .fill(`*a${at - 1}`)
        .join(', ')}]`,
    );
  const cases = {
    'kind: post\nid: [': /bad\.yaml:2:\d+: not valid YAML/,
    'kind: poster\nid: a\n': /bad\.yaml:1:7: kind: expected one of post, disclosure, .*got "poster"/,
    '- a\n- b\n': /bad\.yaml:1:1: expected keys such as `kind: post`/,
    '# nothing\n': /expected documents in bad\.yaml, got none/,
    [bomb.join('\n')]: /bad\.yaml:1:1: not valid YAML: Excessive alias count/,
  };
  for (const [text, expected] of Object.entries(cases)) {
    await desk.write('bad.yaml', text);
    const { status, stderr } = await desk.content('bad.yaml');
    t.is(status, 70);
    t.regex(stderr, expected);
  }
});

test('personal data of a natural person is masked before it is signed, and what was masked is told', async (t) => {
  const desk = await Desk.open(t);
  const vkey = await desk.key('publisher');
  await desk.write('penalty.yaml', PENALTY);
  const { status, stderr } = await desk.content('penalty.yaml');
  t.is(status, 0, stderr);
  t.regex(
    stderr,
    /penalty\.yaml:1: masked: party\.name\.zh, party\.address\.zh, party\.idNumber, party\.phone, title\.zh, facts\.zh/,
  );
  const file = desk.path('signed/decision.cf-1.r1.dsse.json');
  const decision = await payloadOf(file, vkey);
  t.like(decision, {
    title: { zh: '对张某某无照经营的处罚' },
    party: { name: { zh: '张某某' }, address: { zh: '云岭市枫桥区***' }, phone: '138****5678' },
  });
  const text = JSON.stringify(decision);
  for (const secret of ['张三丰', '199003', '13812345678', '枫桥路']) t.false(text.includes(secret), secret);

  await desk.write('penalty.yaml', PENALTY.replace('{zh: 张三丰}', '{zh: 张三丰, en: Zhang Sanfeng}'));
  t.regex(
    (await desk.content('penalty.yaml')).stderr,
    /party\.name\.en: expected a masked name such as Zhang \*\*/,
  );
});

test('dates that cannot be are refused: issued or decided in the future, over already, decided after it was issued', async (t) => {
  const desk = await Desk.open(t);
  await desk.key('publisher');
  const cases: [from: string, to: string, expected: RegExp][] = [
    ['issued: 2026-01-06T', 'issued: 2098-01-06T', /issued: expected no time in the future/],
    ['expires: 2099', 'expires: 2025', /expires: expected a time after issued/],
    ['expires: 2099-01-01', 'expires: 2026-01-07', /expires: expected a time to come/],
    [
      '"2026-01-05"',
      '"2026-01-07"',
      /decided: expected no day after 2026-01-06, when it is issued, got 2026-01-07/,
    ],
    ['"2026-01-05"', '"05.01.2026"', /decided: expected a day such as 2026-11-23/],
  ];
  for (const [from, to, expected] of cases) {
    await desk.write('penalty.yaml', PENALTY.replace(from, to));
    const { stderr } = await desk.content('penalty.yaml');
    t.regex(stderr, expected);
  }
});

test('a review is bound to the hash of the decision that is signed, by a reviewer key only', async (t) => {
  const desk = await Desk.open(t);
  const [, reviewer] = await Promise.all([desk.key('publisher'), desk.key('reviewer')]);
  await desk.write('penalty.yaml', PENALTY);
  const [signed] = JSON.parse((await desk.content('penalty.yaml', '--json')).stdout);
  await desk.write(
    'review.yaml',
    'kind: review\nid: fs-1\ndecision: cf-1\nbody: {zh: 法制审核中心}\nreviewer: {name: {zh: 白予墨}}\n' +
      'received: "2026-01-02"\ncompleted: "2026-01-04"\nmaterials: [{name: {zh: 案卷}}]\nitems: {}\nconclusion: not-passed\n',
  );
  const wrongKey = await desk.content('review.yaml');
  t.regex(
    wrongKey.stderr,
    /review\.yaml:1:7: kind: expected a key of role reviewer to sign a review, got one of role publisher/,
  );
  const sign = (file: string) =>
    desk.sign('content', file, '--key', 'reviewer.key', '--out', 'signed', '--hall', 'hall-1');
  t.is((await sign('review.yaml')).status, 0);
  const review = await payloadOf(desk.path('signed/review.fs-1.r1.dsse.json'), reviewer);
  t.deepEqual(review.decision, { kind: 'decision', id: 'cf-1', revision: 1, sha256: signed.sha256 });

  await desk.write('other.yaml', 'kind: review\nid: fs-2\ndecision: cf-2\n');
  t.regex((await sign('other.yaml')).stderr, /other\.yaml:3:11: decision: expected something signed before/);
});

test('--check signs and writes nothing', async (t) => {
  const desk = await Desk.open(t);
  await desk.key('publisher');
  await desk.write('post.yaml', POST);
  const { status, stdout } = await desk.content('post.yaml', '--check');
  t.is(status, 0);
  t.is(stdout, 'post/window-1 revision 1 good\n');
  t.false((await readdir(desk.folder)).includes('signed'));
});

test('liuhen schema prints the JSON Schema of each kind, and wants to know which', async (t) => {
  const desk = await Desk.open(t);
  const post = JSON.parse((await desk.run('schema', 'post')).stdout);
  t.is(post.$schema, 'https://json-schema.org/draft/2020-12/schema');
  t.true(post.required.includes('supervisionPhone'));
  const all = JSON.parse((await desk.run('schema', '--all')).stdout);
  t.deepEqual(all.post, post);
  t.true('trust' in all && 'review' in all);
  t.is((await desk.run('schema')).status, 64);
  t.is((await desk.run('schema', 'poster')).status, 64);
});
