import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { ERROR_CODES } from '../config/errors.js';
import { settingsTable } from '../config/table.js';

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
