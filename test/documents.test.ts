import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { writeBundle } from '../agent/evidence/bundle.js';
import { deviceSource } from '../agent/evidence/device-source.js';
import { ERROR_CODES } from '../config/errors.js';
import { settingsTable } from '../config/table.js';
import { TestDevice } from './support/device.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const ROOMS = ['agent', 'config', 'drivers', 'scripts'];

/** Every page of this repository, by its path. */
async function pages(): Promise<Map<string, string>> {
  const top = (await readdir(ROOT)).filter((name) => name.endsWith('.md'));
  const below = await Promise.all(
    ROOMS.map(async (room) => {
      const names = await readdir(join(ROOT, room), { recursive: true });
      return names.filter((name) => name.endsWith('.md')).map((name) => join(room, name));
    }),
  );
  const paths = [...top, ...below.flat()];
  return new Map(
    await Promise.all(
      paths.map(async (path): Promise<[string, string]> => [path, await readFile(join(ROOT, path), 'utf8')]),
    ),
  );
}

/** The rows of the table that stands under this heading line, without its two head lines. */
function rowsUnder(text: string, heading: string): string[] {
  const [, section = ''] = text.split(`\n${heading}\n`);
  const [, table = ''] = /\n((?:\|.*\n)+)/.exec(section) ?? [];
  return table.trimEnd().split('\n').slice(2);
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '\\<');
}

async function settingsPage(): Promise<string> {
  return await readFile(join(ROOT, 'config/README.md'), 'utf8');
}

test('config/README.md lists every setting as the schema has it', async (t) => {
  const expected = settingsTable().map((row) => {
    const value = row.required ? '**required**' : row.default === undefined ? 'none' : `\`${row.default}\``;
    return `| \`${row.key}\` | ${cell(row.allowed)} | ${value} | ${cell(row.description)} |`;
  });
  t.deepEqual(rowsUnder(await settingsPage(), '## Settings'), expected);
});

test('config/README.md lists every error code with its meaning', async (t) => {
  const expected = Object.entries(ERROR_CODES).map(([code, text]) => `| \`${code}\` | ${cell(text)} |`);
  t.deepEqual(rowsUnder(await settingsPage(), '## Error codes'), expected);
});

test('every link from a page to a file of this repository leads to one', async (t) => {
  for (const [path, text] of await pages()) {
    const links = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)|(?:src|href)="([^"#]+)"/g)];
    for (const [, markdown, html] of links) {
      const link = markdown ?? html ?? '';
      if (/^[a-z]+:/.test(link)) continue;
      await t.notThrowsAsync(stat(join(ROOT, dirname(path), link)), `${path} links to ${link}`);
    }
  }
});

test('every file that a page names by its path is there', async (t) => {
  for (const [path, text] of await pages()) {
    const names = [...text.matchAll(/`((?:\.\/)?(?:agent|config|drivers|scripts|test)\/[\w./-]+\.\w+)`/g)];
    for (const [, name = ''] of names) {
      await t.notThrowsAsync(stat(join(ROOT, name)), `${path} names ${name}`);
    }
  }
});

test('no page names a place of the machine that it was written on', async (t) => {
  for (const [path, text] of await pages()) t.notRegex(text, /\/(?:root|home|work)\//, path);
});

/** The commands of README.md for who does not trust us, by what they do. */
async function commandWith(word: string): Promise<string> {
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
  const blocks = [...readme.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
  const found = blocks.find((block) => block.includes(word));
  if (found === undefined) throw new Error(`README.md: no command with ${word}`);
  return found;
}

function run(command: string, folder: string): string {
  const { stdout, stderr } = spawnSync('bash', ['-c', command], { cwd: folder, encoding: 'utf8' });
  return stdout + stderr;
}

test('the commands of README.md find footage and signature of a real bundle, and an altered checkpoint', async (t) => {
  const device = await TestDevice.open();
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-readme-'));
  try {
    await device.journal.rotateKey();
    const { recording, footage } = await device.record({ fragments: 2 });
    const bundle = join(folder, 'bundle');
    const { store, footage: bytes } = device;
    await writeBundle(await deviceSource({ store, footage: bytes, witnesses: [] }), recording, bundle);

    const [init, first] = footage;
    const listed = [init, first].map((piece) => `"sha256":"${piece?.sha256}","bytes":${piece?.bytes.length}`);
    t.deepEqual(
      run(await commandWith('head -n 2'), bundle)
        .trim()
        .split('\n'),
      listed,
    );

    const place = `skip=${init?.bytes.length} count=${first?.bytes.length}`;
    const cut = (await commandWith('dd if=')).replace(/skip=\d+ count=\d+/, place);
    t.is(run(cut, bundle).split(' ')[0], first?.sha256);

    const openssl = await commandWith('openssl');
    t.regex(run(openssl, bundle), /^Signature Verified Successfully$/m);
    const checkpoint = await readFile(join(bundle, 'checkpoint'), 'utf8');
    await writeFile(join(bundle, 'checkpoint'), checkpoint.replace(/\n(\d+)\n/, '\n1$1\n'));
    t.regex(run(openssl, bundle), /^Signature Verification Failure$/m);
  } finally {
    await device.remove();
    await rm(folder, { recursive: true, force: true });
  }
});
