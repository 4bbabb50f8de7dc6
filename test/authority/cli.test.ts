import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { createCa } from '../../agent/authority/ca.js';
import { createCaKey, openCaKey } from '../../agent/authority/ca-key.js';
import { liuhen } from '../support/liuhen.js';

const CHEAP = { N: 2 ** 14, r: 8, p: 1 };

async function folderOf(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-ca-'));
  t.teardown(() => rm(folder, { recursive: true }));
  return folder;
}

test("the CA's key is of use only with its passphrase, and only while nobody else may read it", async (t) => {
  const path = join(await folderOf(t), 'ca.key');
  const ca = await createCa('liuhen.example', Date.now());
  await createCaKey(path, ca, 'correct horse battery', CHEAP);
  t.is((await stat(path)).mode & 0o777, 0o600);
  const text = await readFile(path, 'utf8');
  t.false(text.includes('PRIVATE'));
  t.deepEqual(await openCaKey(path, async () => 'correct horse battery'), ca);
  await t.throwsAsync(
    openCaKey(path, async () => 'wrong horse battery'),
    { code: 'LIUHEN_AUTHORITY_KEY' },
  );
  const other = await createCa('liuhen.example', Date.now());
  const swapped = { ...(JSON.parse(text) as object), certificate: other.certificate };
  await writeFile(path, JSON.stringify(swapped));
  await t.throwsAsync(
    openCaKey(path, async () => 'correct horse battery'),
    { code: 'LIUHEN_AUTHORITY_KEY' },
  );
  await chmod(path, 0o640);
  await t.throwsAsync(
    openCaKey(path, async () => 'correct horse battery'),
    { code: 'LIUHEN_KEY', message: /0640/ },
  );
});

test('from init to revocation by the command line, with a passphrase from a file', async (t) => {
  const folder = await folderOf(t);
  await writeFile(join(folder, 'pass'), 'four words of nonsense\n', { mode: 0o600 });
  const authority = (...args: string[]) => liuhen(folder, 'authority', ...args, '--passphrase-file', 'pass');
  const init = ['init', '--domain', 'liuhen.example', '--host', 'broker.liuhen.example', '--json'];
  const made = await authority(...init);
  t.is(made.status, 0, made.stderr);
  const { broker, caSha256 } = JSON.parse(made.stdout) as { broker: string; caSha256: string };
  t.is(broker, 'mqtts://broker.liuhen.example:8883');
  const again = await authority(...init, '--port', '9999');
  t.like(
    JSON.parse(again.stdout),
    { broker: 'mqtts://broker.liuhen.example:9999', caSha256 },
    'settings change, keys stay',
  );
  const other = await authority('init', '--domain', 'elsewhere.example');
  t.regex(other.stderr, /LIUHEN_STATE: there is an authority in .* already, of liuhen\.example/);

  await writeFile(
    join(folder, 'a.yaml'),
    'profile: recorder\ndevice: recorder-0001\nauthority: liuhen.example\ncamera: synthetic\n',
  );
  const device = await liuhen(
    folder,
    'provision',
    '--answers',
    'a.yaml',
    '--no-tests',
    '--json',
    '--request',
    'r.json',
  );
  t.is(device.status, 0, device.stderr);
  const { words } = JSON.parse(device.stdout) as { words: string };
  const unconfirmed = await authority('enrol', 'r.json');
  t.is(unconfirmed.status, 64, 'nobody compared the words');
  const enrolled = await authority('enrol', 'r.json', '--yes', '--json');
  t.like(JSON.parse(enrolled.stdout), { device: 'recorder-0001', words, file: 'r.answer.json' });
  const revoked = await authority('revoke', 'recorder-0001', '--why', 'lost on 12 May', '--json');
  t.like(JSON.parse(revoked.stdout), {
    device: 'recorder-0001',
    broker: 'not running',
    revoked: { why: 'lost on 12 May' },
  });
  t.like(JSON.parse((await authority('list', '--json')).stdout), {
    0: { device: 'recorder-0001', words, revoked: { why: 'lost on 12 May' } },
  });
  t.regex((await authority('list')).stdout, /recorder-0001 +recorder +- +\S+ +revoked \d{4}-/);
  const refused = await authority('enrol', 'r.json', '--yes');
  t.regex(refused.stderr, /was revoked on .*: lost on 12 May\n {2}next: /);
  t.regex(
    (await authority('revoke', 'recorder-0002', '--why', 'x')).stderr,
    /LIUHEN_UNKNOWN_DEVICE.*\n {2}next: liuhen authority list/,
  );
});

test('tokens for a whole bench go into files that only their owner reads', async (t) => {
  const folder = await folderOf(t);
  await liuhen(folder, 'authority', 'init', '--domain', 'liuhen.example', '--no-passphrase');
  const made = await liuhen(
    folder,
    'authority',
    'token',
    'recorder-0001',
    'recorder-0002',
    '--out',
    'tokens',
    '--json',
  );
  t.is(made.status, 0, made.stderr);
  t.like(JSON.parse(made.stdout), {
    0: { device: 'recorder-0001', token: null },
    1: { file: 'tokens/recorder-0002.token' },
  });
  const path = join(folder, 'tokens/recorder-0002.token');
  t.is((await stat(path)).mode & 0o777, 0o600);
  t.regex(await readFile(path, 'utf8'), /^liuhen-token:[0-9a-f]{16}\.\S{22}@mqtts:\/\/\S+:8884\n$/);
  t.is((await liuhen(folder, 'authority', 'token', 'board')).status, 64);
});

test('every command has a help with an example', async (t) => {
  const folder = await folderOf(t);
  for (const words of [
    'authority init',
    'authority enrol',
    'authority token',
    'authority serve',
    'authority revoke',
    'authority list',
    'provision',
    'wipe',
  ]) {
    const { status, stdout } = await liuhen(folder, ...words.split(' '), '--help');
    t.is(status, 0);
    t.regex(stdout, new RegExp(`Examples?(: liuhen|.*\\n.*liuhen) ${words}`), words);
  }
});
