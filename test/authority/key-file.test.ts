import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { createKeyFile, openKeyFile, readKeyFile } from '../../agent/authority/key-file.js';
import { publicKeyOf } from '../../agent/journal/ed25519.js';
import { parseVkey } from '../../agent/journal/vkey.js';

const PASSPHRASE = '正确 马 电池 订书钉';
const CHEAP = { N: 2 ** 14, r: 8, p: 1 };

async function fresh(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-key-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'publisher.key');
}

async function make(t: ExecutionContext) {
  const path = await fresh(t);
  const options = {
    role: 'publisher',
    name: 'a.example/publisher',
    passphrase: PASSPHRASE,
    cost: CHEAP,
  } as const;
  return { path, vkey: await createKeyFile(path, options) };
}

test('a key opens with its passphrase, and only with it', async (t) => {
  const { path, vkey } = await make(t);
  t.deepEqual(await readKeyFile(path), { role: 'publisher', vkey });
  const signer = await openKeyFile(path, ['publisher'], () => PASSPHRASE);
  t.true(publicKeyOf(signer.seed).equals(parseVkey(vkey).publicKey));
  const wrong = openKeyFile(path, ['publisher'], () => `${PASSPHRASE}!`);
  await t.throwsAsync(wrong, { code: 'LIUHEN_AUTHORITY_KEY', message: /passphrase is another one/ });
});

test('the seed stands nowhere in the file, which only its owner can read', async (t) => {
  const { path } = await make(t);
  const { seed } = await openKeyFile(path, ['publisher'], () => PASSPHRASE);
  const text = await readFile(path, 'utf8');
  for (const encoding of ['hex', 'base64', 'base64url'] as const) {
    t.false(text.includes(Buffer.from(seed).toString(encoding).slice(0, 20)));
  }
  t.false(text.includes(PASSPHRASE));
  t.is((await stat(path)).mode & 0o777, 0o600);
});

test('the same passphrase in another normal form of Unicode is the same passphrase', async (t) => {
  const path = await fresh(t);
  const role = 'reviewer' as const;
  await createKeyFile(path, { role, name: 'a.example/r', passphrase: 'Zoë, café, Ångström', cost: CHEAP });
  const opened = await openKeyFile(path, [role], () => 'Zoë, café, Ångström'.normalize('NFD'));
  t.is(opened.role, role);
});

test('a publisher key whose file was made to say reviewer does not open', async (t) => {
  const { path } = await make(t);
  const text = await readFile(path, 'utf8');
  await writeFile(path, text.replace('"role": "publisher"', '"role": "reviewer"'));
  await t.throwsAsync(
    openKeyFile(path, ['reviewer'], () => PASSPHRASE),
    { code: 'LIUHEN_AUTHORITY_KEY', message: /or the file was changed/ },
  );
});

test('a key of the wrong role is refused before anyone is asked for a passphrase', async (t) => {
  const { path } = await make(t);
  const opened = openKeyFile(path, ['root'], () => t.fail('asked') as never);
  await t.throwsAsync(opened, { message: /expected a key of role root, got publisher/ });
});

test('a key is never written over, and a short passphrase makes none', async (t) => {
  const { path } = await make(t);
  const before = await readFile(path, 'utf8');
  const again = {
    role: 'publisher',
    name: 'a.example/publisher',
    passphrase: PASSPHRASE,
    cost: CHEAP,
  } as const;
  await t.throwsAsync(createKeyFile(path, again), { code: 'LIUHEN_STATE' });
  t.is(await readFile(path, 'utf8'), before);
  const short = createKeyFile(`${path}2`, { ...again, passphrase: '123456789' });
  await t.throwsAsync(short, { code: 'LIUHEN_USAGE', message: /at least 10 characters, got 9/ });
  await t.throwsAsync(stat(`${path}2`), { code: 'ENOENT' });
});

test('a file that others can read, one that asks for all memory and one that is no key file are refused', async (t) => {
  const { path } = await make(t);
  const text = await readFile(path, 'utf8');
  const open = () => openKeyFile(path, ['publisher'], () => t.fail('asked') as never);
  for (const broken of [
    '',
    '{',
    '[]',
    text.replace('16384', String(2 ** 30)),
    text.replace('"r": 8', '"r": 800'),
  ]) {
    await writeFile(path, broken);
    await t.throwsAsync(open, { code: 'LIUHEN_AUTHORITY_KEY', message: /expected a key file/ });
  }
  await writeFile(path, ' '.repeat(5000));
  await t.throwsAsync(open, { message: /at most 4096 bytes/ });
  await rm(path);
  await writeFile(path, text, { mode: 0o644 });
  await t.throwsAsync(open, { message: /expected mode 0600, got 0644/ });
});
