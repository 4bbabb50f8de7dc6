import { chmod, chown, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { readRoot } from '../../agent/archive/registry.js';
import { enrol } from '../../agent/authority/ca-enrol.js';
import { readDevice } from '../../agent/authority/ca-registry.js';
import { createToken } from '../../agent/authority/ca-token.js';
import { type Policy, parsePolicy } from '../../agent/journal/policy.js';
import { formatVkey, parseVkey } from '../../agent/journal/vkey.js';
import { readAnswer } from '../../agent/provision/answer.js';
import { checkAnswers, deviceProfile } from '../../agent/provision/answers.js';
import { toLine } from '../../agent/provision/carrier.js';
import { provisionDevice } from '../../agent/provision/device.js';
import { takeAnswer } from '../../agent/provision/enrolled.js';
import { files } from '../../agent/provision/files.js';
import { readRequest } from '../../agent/provision/request.js';
import { LiuhenError } from '../../config/errors.js';
import { DOMAIN, TestAuthorityHouse } from '../support/authority.js';
import { liuhen } from '../support/liuhen.js';
import { withoutMosquitto } from '../support/mosquitto.js';

const run = withoutMosquitto === undefined ? test : test.skip;

async function answersFile(it: TestAuthorityHouse, folder: string, more = ''): Promise<string> {
  await mkdir(join(it.folder, folder));
  const text = `profile: kiosk\ndevice: kiosk-0001\nauthority: ${DOMAIN}\nunit: hall-1\n${more}`;
  await writeFile(join(it.folder, folder, 'answers.yaml'), text);
  return join(it.folder, folder);
}

/** What makes a device: its configuration, and the names and modes of what it keeps. */
async function resultOf(folder: string) {
  const config = await readFile(join(folder, 'liuhen.yaml'), 'utf8');
  const tls = join(folder, 'data/tls');
  const modeOf = async (name: string) => ((await stat(join(tls, name))).mode & 0o777).toString(8);
  const names = (await readdir(tls)).sort();
  return { config, tls: await Promise.all(names.map(async (name) => `${name} ${await modeOf(name)}`)) };
}

run('a file, a line and a token enrol with the same result', async (t) => {
  const it = await TestAuthorityHouse.of(t);
  await it.startBroker();
  await it.serve();
  const { dir } = it.authority;
  const results = [];
  for (const way of ['file', 'line', 'token']) {
    // Each way begins at the authority anew: a device has one root key for life.
    const folder = await answersFile(it, way);
    await writeFile(
      join(folder, 'answers.yaml'),
      (await readFile(join(folder, 'answers.yaml'), 'utf8')).replace('kiosk-0001', `kiosk-${way}`),
    );
    const provision = (...args: string[]) => liuhen(folder, 'provision', '--json', '--no-tests', ...args);
    if (way === 'token') {
      const token = await createToken(dir, it.authority.settings, {
        device: `kiosk-${way}`,
        validMs: 60_000,
        nowMs: Date.now(),
      });
      await writeFile(join(folder, 'token'), token.text, { mode: 0o600 });
      const done = await provision('--answers', 'answers.yaml', '--token-file', 'token');
      t.is(done.status, 0, done.stderr);
      t.is((JSON.parse(done.stdout) as { enrolled: { problem: null } }).enrolled.problem, null);
    } else if (way === 'file') {
      t.is((await provision('--answers', 'answers.yaml', '--request', folder)).status, 0);
      const answered = await liuhen(
        folder,
        'authority',
        'enrol',
        '--dir',
        dir,
        '--yes',
        `kiosk-${way}.request.json`,
      );
      t.is(answered.status, 0, answered.stderr);
      t.is((await provision('--answer', folder)).status, 0);
    } else {
      const asked = JSON.parse((await provision('--answers', 'answers.yaml')).stdout) as { request: string };
      const answered = await liuhen(folder, 'authority', 'enrol', '--dir', dir, '--yes', asked.request);
      t.regex(answered.stdout, /^liuhen-answer:\S+\n$/);
      t.is((await provision('--answer', answered.stdout.trim())).status, 0);
    }
    const result = await resultOf(folder);
    results.push({ ...result, config: result.config.replaceAll(`kiosk-${way}`, 'kiosk-0001') });
    const entry = await readDevice(dir, `kiosk-${way}`);
    const root = await readRoot(it.archive, `kiosk-${way}`);
    t.is(root && formatVkey(root), entry?.rootVkey, 'the archive knows it');
    t.true(
      (await readFile(join(dir, 'policies', `kiosk-${way}.policy`), 'utf8')).startsWith(
        `log ${entry?.rootVkey}\n`,
      ),
    );
    if (way === 'token') {
      const again = await provision('--answers', 'answers.yaml', '--token-file', 'token');
      t.like(
        JSON.parse(again.stdout),
        { made: [], enrolled: null },
        'a token that is spent is not asked for again',
      );
    }
    const checked = await liuhen(folder, 'provision', '--check');
    t.regex(checked.stdout, /ok +certificate: valid until /);
  }
  t.deepEqual(results[1], results[0]);
  t.deepEqual(results[2], results[0]);
  t.deepEqual(
    results[0]?.tls,
    ['ca.pem 644', 'identity.pem 600', 'request.json 644'],
    'the private key stands beside its certificate only',
  );
  t.regex(results[0]?.config ?? '', /^ {2}# A hall opens with all its kiosks at once/m, 'comments stay');
});

test('an answer that cannot be taken changes nothing, and one that is taken leaves the configuration to whom it belonged', async (t) => {
  const it = await TestAuthorityHouse.of(t);
  const made = await it.provision('recorder-0001');
  const answer = await enrol(it.authority, await readRequest(made.request), Date.now());
  await chmod(made.configPath, 0o640);
  const good = await readFile(made.configPath, 'utf8');
  await writeFile(made.configPath, `${good}\nuplink:\n  broker: twice\n`);
  await t.throwsAsync(takeAnswer(made, answer, Date.now()), { code: 'LIUHEN_CONFIG' });
  t.deepEqual((await readdir(files.folder(made.config.data))).sort(), ['device.key', 'request.json']);
  await writeFile(made.configPath, good);
  await takeAnswer(made, answer, Date.now());
  t.is((await stat(made.configPath)).mode & 0o777, 0o640);
});

test('the same request gets the same answer, and the same answer is taken again', async (t) => {
  const it = await TestAuthorityHouse.of(t);
  const made = await it.provision('recorder-0001', { unit: 'squad-3' });
  const request = await readRequest(made.request);
  const answer = await enrol(it.authority, request, Date.now());
  t.deepEqual(await enrol(it.authority, request, Date.now() + 5000), answer);
  const first = await takeAnswer(made, answer, Date.now());
  t.true(first.isNew);
  const before = await readFile(files.identity(made.config.data), 'utf8');
  const again = await takeAnswer(made, readAnswer(toLine('answer', JSON.stringify(answer))), Date.now());
  t.false(again.isNew);
  t.is(await readFile(files.identity(made.config.data), 'utf8'), before);
});

test('verifiers get a policy for each device and one for all, with the archive as witness', async (t) => {
  const it = await TestAuthorityHouse.of(t);
  const { dir } = it.authority;
  for (const device of ['recorder-0001', 'recorder-0002']) await it.enrolled(device);
  const read = async (path: string) => parsePolicy(await readFile(join(dir, path), 'utf8'));
  const names = ({ logs }: Policy) => logs.map(({ name }) => name);
  const one = await read('policies/recorder-0002.policy');
  t.deepEqual(names(one), [`${DOMAIN}/recorder-0002`]);
  t.is(formatVkey(one.witnesses.get(one.quorum) ?? parseVkey('')), it.witness);
  t.deepEqual(names(await read('trust.policy')), [`${DOMAIN}/recorder-0001`, `${DOMAIN}/recorder-0002`]);
});

test('an answer for another device, key or CA, or out of its time, is refused and changes nothing', async (t) => {
  const it = await TestAuthorityHouse.of(t);
  const stranger = await TestAuthorityHouse.of(t);
  const mine = await it.provision('recorder-0001');
  const other = await it.provision('recorder-0002');
  const answer = await enrol(it.authority, await readRequest(mine.request), Date.now());
  const foreign = await enrol(it.authority, await readRequest(other.request), Date.now());
  const config = await readFile(mine.configPath, 'utf8');
  const cases: [string, typeof answer, RegExp, number?][] = [
    ['of another device', foreign, /it is for recorder-0002/],
    [
      'with another certificate',
      { ...answer, certificate: foreign.certificate },
      /certificate is for CN=recorder-0002/,
    ],
    [
      'with a CA that did not sign it',
      { ...answer, ca: stranger.authority.ca.certificate },
      /not signed by its CA/,
    ],
    ['with another root key', { ...answer, rootVkey: foreign.rootVkey }, /another recorder-0001/],
    ['too late', answer, /valid from/, Date.now() + 91 * 86_400_000],
    [
      'with rubbish for a certificate',
      { ...answer, certificate: '-----BEGIN CERTIFICATE-----\nAAAA\n' },
      /cannot be read/,
    ],
  ];
  for (const [what, wrong, message, nowMs] of cases) {
    await t.throwsAsync(
      takeAnswer(mine, wrong, nowMs ?? Date.now()),
      { code: 'LIUHEN_ENROL', message },
      what,
    );
  }
  t.is(await readFile(mine.configPath, 'utf8'), config);
  t.deepEqual((await readdir(files.folder(mine.config.data))).sort(), ['device.key', 'request.json']);
});

(process.getuid?.() === 0 ? test : test.skip)(
  'what root provisions belongs to whom the data folder belongs to',
  async (t) => {
    const it = await TestAuthorityHouse.of(t);
    const folder = await answersFile(it, 'owned', 'data: data\n');
    const data = join(folder, 'data');
    await mkdir(data);
    await chown(data, 65_534, 65_534);
    const ofOwner = async () => {
      const made = await readdir(data, { recursive: true });
      t.true(made.includes('tls/device.key') && made.includes('keys/epoch-0000000.key'));
      for (const name of made) t.is((await stat(join(data, name))).uid, 65_534, name);
    };
    // Nobody answers there.
    const token = 'liuhen-token:0123456789abcdef.AwMDAwMDAwMDAwMDAwMDAw@mqtt://127.0.0.1:1\n';
    await writeFile(join(folder, 'token'), token, { mode: 0o600 });
    const online = ['--answers', 'answers.yaml', '--no-tests', '--token-file', 'token'];
    t.is((await liuhen(folder, 'provision', ...online)).status, 70);
    await ofOwner();
    const refused = await liuhen(folder, 'wipe', '--device', 'kiosk-0001', '--why', 'test');
    t.regex(refused.stderr, /LIUHEN_NOT_ARCHIVED/);
    await ofOwner();
    const done = await liuhen(folder, 'provision', '--no-tests');
    t.is(done.status, 0, done.stderr);
    await ofOwner();
    const { uid, mode } = await stat(join(folder, 'liuhen.yaml'));
    t.deepEqual([uid, mode & 0o777], [0, 0o644], 'the agent only reads its configuration');
  },
);

test('an answers file that names the CA takes no answer of another', async (t) => {
  const it = await TestAuthorityHouse.of(t);
  const made = await it.provision('recorder-0001', { caSha256: '0'.repeat(64) });
  const answer = await enrol(it.authority, await readRequest(made.request), Date.now());
  await t.throwsAsync(takeAnswer(made, answer, Date.now()), {
    code: 'LIUHEN_ENROL',
    message: /expects 0000/,
  });
});

test('an archive is no device, and whoever would provision one is told what makes it', async (t) => {
  const it = await TestAuthorityHouse.of(t);
  const expected = { code: 'LIUHEN_USAGE', message: /an archive is no device/ };
  for (const error of [
    t.throws(() => deviceProfile('archive'), expected),
    await t.throwsAsync(provisionDevice(it.authority.archiveConfig ?? '', undefined), expected),
  ]) {
    t.regex(
      error instanceof LiuhenError ? (error.next ?? '') : '',
      /^liuhen archive init .* liuhen authority init /,
    );
  }
  t.throws(() => deviceProfile('phone'), { code: 'LIUHEN_USAGE', message: /expected recorder or kiosk/ });
  t.throws(() => checkAnswers({ profile: 'archive', device: 'a', authority: DOMAIN }, 'answers'), {
    message: /an archive is made by liuhen archive init/,
  });
});
