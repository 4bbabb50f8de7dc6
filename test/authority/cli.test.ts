import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { chmod, mkdtemp, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { initArchive } from '../../agent/archive/archive.js';
import { createCa } from '../../agent/authority/ca.js';
import { enrol } from '../../agent/authority/ca-enrol.js';
import { places, readSettings, writeSettings } from '../../agent/authority/ca-folder.js';
import { initAuthority } from '../../agent/authority/ca-init.js';
import { createCaKey, openCaKey } from '../../agent/authority/ca-key.js';
import { whileLocked } from '../../agent/authority/ca-lock.js';
import { validToMs } from '../../agent/provision/answer.js';
import { readRequest } from '../../agent/provision/request.js';
import { TestAuthorityHouse } from '../support/authority.js';
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
  // The same key under a cheap scrypt, for which each command waits.
  const caKey = places.key(join(folder, 'authority'));
  const ca = await openCaKey(caKey, async () => 'four words of nonsense');
  await rm(caKey);
  await createCaKey(caKey, ca, 'four words of nonsense', CHEAP);
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
  const large = await open(join(folder, 'large.json'), 'w');
  await large.truncate(3 * 1024 ** 3);
  await large.close();
  t.regex(
    (await authority('enrol', 'large.json', '--yes')).stderr,
    /LIUHEN_ENROL: expected a request .*, got \d+ bytes/,
  );
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
  const office = await authority(
    'revoke',
    'publisher@liuhen.example',
    '--why',
    'a laptop was lost',
    '--json',
  );
  const { file, ...said } = JSON.parse(office.stdout) as { file: string };
  t.like(said, { device: 'publisher@liuhen.example', revoked: { why: 'a laptop was lost' } });
  t.is(new X509Certificate(await readFile(file)).subject, 'CN=publisher-2@liuhen.example');
  const third = await authority('init', '--domain', 'liuhen.example', '--days', '30', '--json');
  const kept = {
    broker: 'mqtts://broker.liuhen.example:9999',
    enrolBroker: 'mqtts://broker.liuhen.example:8884',
  };
  t.like(JSON.parse(third.stdout), { ...kept, days: 30, caSha256 }, 'what is not named stays as it was');
  t.is(
    new X509Certificate(await readFile(file)).subject,
    'CN=publisher-2@liuhen.example',
    'and so does the office',
  );
  const crl = join(folder, 'authority/mosquitto/crl.pem');
  const { stdout: list } = await promisify(execFile)('openssl', ['crl', '-noout', '-text', '-in', crl]);
  t.is(list.match(/Serial Number/g)?.length, 2, 'of the device and of the office');
  const refused = await authority('enrol', 'r.json', '--yes');
  t.regex(refused.stderr, /was revoked on .*: lost on 12 May\n {2}next: /);
  t.regex(
    (await authority('revoke', 'recorder-0002', '--why', 'x')).stderr,
    /LIUHEN_UNKNOWN_DEVICE.*\n {2}next: liuhen authority list/,
  );
});

test('an authority keeps its archive and its root when another setting changes, and nothing of settings that cannot be', async (t) => {
  const folder = await folderOf(t);
  const archive = join(folder, 'archive');
  const witness = await initArchive(archive, 'liuhen.example/archive');
  const dir = join(folder, 'authority');
  const asked = { dir, domain: 'liuhen.example', passphrase: undefined, nowMs: Date.now() };
  for (const wrong of [{ host: 'two words' }, { root: 'no key' }, { passphrase: 'short' }]) {
    await t.throwsAsync(initAuthority({ ...asked, ...wrong }), { code: 'LIUHEN_USAGE' });
  }
  const root = 'liuhen.example/root+28447db8+AW56HN0psLeP0Tr0xVmP7/TvKpcWbjym8uT7/M2AUFvx';
  await initAuthority({
    ...asked,
    host: '::1',
    listen: '::1',
    port: 7883,
    account: 'mosquitto',
    archive,
    root,
  });
  const { settings, brokerConfig } = await initAuthority({ ...asked, enrolPort: 7884 });
  const kept = { archive, witness, root, listen: '::1', account: 'mosquitto' };
  t.like(settings, { ...kept, broker: 'mqtts://[::1]:7883', enrolBroker: 'mqtts://[::1]:7884' });
  const written = await readFile(brokerConfig, 'utf8');
  for (const line of ['user mosquitto', 'listener 7883 ::1', 'listener 7884 ::1']) {
    t.true(written.includes(`${line}\n`), line);
  }
  const error = await t.throwsAsync(initAuthority({ ...asked, passphrase: 'four words of nonsense' }));
  t.regex(error.message, /ca\.key is not encrypted, and a passphrase was given for it/);
});

test('an authority that serves enrols by the settings that somebody changed meanwhile', async (t) => {
  const it = await TestAuthorityHouse.create();
  t.teardown(() => it.remove());
  const { dir, settings } = it.authority;
  const asked = { dir, domain: settings.domain, passphrase: undefined, nowMs: Date.now() };
  await initAuthority({ ...asked, host: 'elsewhere.example', days: 7 });
  const broker = new X509Certificate(await readFile(join(places.broker(dir), 'broker.pem')));
  t.is(broker.checkHost('elsewhere.example'), 'elsewhere.example');
  const { request } = await it.provision('recorder-0001');
  const answer = await enrol(it.authority, await readRequest(request), Date.now());
  t.regex(answer.broker, /^mqtts:\/\/elsewhere\.example:/);
  t.true(validToMs(answer.certificate) < Date.now() + 8 * 86_400_000);
});

test('while somebody changes an authority its rules are not written from what was before', async (t) => {
  const folder = await folderOf(t);
  const dir = join(folder, 'authority');
  const asked = { dir, domain: 'liuhen.example', passphrase: undefined, nowMs: Date.now() };
  const made = await initAuthority(asked);
  const name = 'publisher@liuhen.example';
  const old = new X509Certificate(await readFile(places.identity(dir, name)));
  const serial = old.serialNumber.toLowerCase();
  const revoked = { office: 'publisher', name, serial, at: new Date().toISOString(), why: 'lost' };
  let again: Promise<unknown> = Promise.resolve();
  await whileLocked(dir, async () => {
    again = initAuthority(asked);
    await Promise.race([again, delay(300)]);
    await writeFile(join(places.broker(dir), 'acl'), 'as it was changed meanwhile');
    await writeSettings(dir, { ...made.settings, revokedOffices: [revoked] });
    await delay(100);
    t.is(await readFile(join(places.broker(dir), 'acl'), 'utf8'), 'as it was changed meanwhile');
  });
  await again;
  const rules = await readFile(join(places.broker(dir), 'acl'), 'utf8');
  t.regex(rules, /^user publisher-2@liuhen\.example$/m);
  t.regex(rules, /^user publisher@liuhen\.example\ntopic deny #$/m, 'who was revoked meanwhile stays so');
  t.deepEqual((await readSettings(dir)).revokedOffices, [revoked]);
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
