import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import type { EntryDraft } from '../../agent/journal/entry.js';
import { type SmallBundle, smallBundle, writeFiles } from '../support/bundle.js';
import { liuhen } from '../support/liuhen.js';
import { withFolder } from '../support/tamper.js';

/** A folder with `bundle/`, and the trust files `trust` (with the witness) and `log-only`. */
function withBundle(made: SmallBundle, use: (folder: string) => Promise<void>): Promise<void> {
  return withFolder(new Map(), async (folder) => {
    await writeFiles(join(folder, 'bundle'), made.files);
    await writeFile(join(folder, 'trust'), made.withWitness);
    await writeFile(join(folder, 'log-only'), made.logOnly);
    await use(folder);
  });
}

test('verify answers an intact bundle with the verdict first and status 0', async (t) => {
  await withBundle(await smallBundle(), async (folder) => {
    const { status, stdout, stderr } = await liuhen(folder, 'verify', 'bundle', '--trust', 'trust');
    t.is(status, 0, stderr);
    t.is(stderr, '');
    t.regex(stdout, /^INTACT 完整\nintact: 3 s of footage, 3 fragments, witnessed by w at /);
    t.regex(stdout, /^times +not earlier than 2026-02-13T16:26:40Z, not later than 2026-03-08T20:00:00Z/m);
    t.regex(stdout, /^archived +yes, receipt by w$/m);
    t.false(stdout.includes('\u001b'), 'no colour where there is no terminal');
  });
});

test('verify answers footage that was cut with status 2, the place and what it means', async (t) => {
  await withBundle(await smallBundle(), async (folder) => {
    const file = join(folder, 'bundle/recording.mp4');
    await writeFile(file, (await readFile(file)).subarray(0, 60));
    const { status, stdout } = await liuhen(folder, 'verify', 'bundle', '--trust', 'trust');
    t.is(status, 2);
    t.regex(stdout, /^ALTERED /);
    t.regex(
      stdout,
      /1\. footage-short \(altered\) in recording\.mp4, entry 8, at 0:00:02\.000 of the footage/,
    );
    t.regex(stdout, /expected {2}fragment 2 of take 0 in the bytes 56 to 84/);
    t.regex(stdout, /found {5}the file ends at byte 60/);
    t.regex(stdout, /means {5}Footage was cut from the file\./);
  });
});

test('verify answers a recording cut short by the device with status 1, another key with status 3', async (t) => {
  const other = await smallBundle();
  await withBundle(await smallBundle({ reason: 'interrupted' }), async (folder) => {
    const cut = await liuhen(folder, 'verify', 'bundle', '--trust', 'trust');
    t.is(cut.status, 1);
    t.regex(cut.stdout, /^INCOMPLETE /);
    await writeFile(join(folder, 'other'), other.logOnly);
    const strange = await liuhen(folder, 'verify', 'bundle', '--trust', 'other');
    t.is(strange.status, 3);
    t.regex(strange.stdout, /^UNTRUSTED /);
  });
});

test('verify --json prints the verdict as one value, --quiet nothing, both with the status', async (t) => {
  await withBundle(await smallBundle({ reason: 'interrupted' }), async (folder) => {
    const json = await liuhen(folder, 'verify', 'bundle', '--trust', 'trust', '--json');
    t.is(json.status, 1);
    t.like(JSON.parse(json.stdout), { verdict: 'incomplete', device: 'r', fragments: 3 });
    const quiet = await liuhen(folder, 'verify', 'bundle', '--trust', 'trust', '--quiet');
    t.deepEqual(quiet, { status: 1, stdout: '', stderr: '' });
  });
});

test('verify --html writes a whole report beside the verdict, or none', async (t) => {
  await withBundle(await smallBundle(), async (folder) => {
    const done = await liuhen(folder, 'verify', 'bundle', '--trust', 'trust', '--html', 'report.html');
    t.is(done.status, 0, done.stderr);
    t.regex(await readFile(join(folder, 'report.html'), 'utf8'), /^<!doctype html>[\s\S]+<\/html>\s*$/);
    const failed = await liuhen(
      folder,
      'verify',
      'bundle',
      '--trust',
      'trust',
      '--html',
      'no/such/report.html',
    );
    t.is(failed.status, 70);
    t.regex(failed.stderr, /LIUHEN_STORAGE_IO.*\n {2}next: /);
    t.is(failed.stdout, '');
    t.deepEqual((await readdir(folder)).sort(), ['bundle', 'log-only', 'report.html', 'trust']);
  });
});

test('verify without a trust file says why one is needed and where to get it, with status 64', async (t) => {
  await withBundle(await smallBundle(), async (folder) => {
    const { status, stdout, stderr } = await liuhen(folder, 'verify', 'bundle');
    t.is(status, 64);
    t.is(stdout, '');
    t.regex(stderr, /LIUHEN_USAGE: expected --trust FILE: .*only a key that you had before/);
    t.regex(stderr, /next: ask the authority/);
    t.is((await liuhen(folder, 'verify')).status, 64);
  });
});

test('verify that cannot run says so with a code, the next step and status 70', async (t) => {
  await withBundle(await smallBundle(), async (folder) => {
    await writeFile(join(folder, 'bad'), 'log nonsense\nquorum none\n');
    await writeFile(join(folder, 'binary'), Buffer.of(0xff, 0xfe));
    for (const [bundle, trust, said] of [
      ['nix', 'trust', /LIUHEN_BUNDLE: bundle nix: expected a folder/],
      [
        'trust',
        'trust',
        /LIUHEN_BUNDLE: bundle trust: expected a folder, but it is a file: an archive of files must be unpacked first/,
      ],
      ['bundle', 'nix', /LIUHEN_POLICY: trust policy nix: /],
      ['bundle', 'bundle', /LIUHEN_POLICY: trust policy bundle: /],
      ['bundle', 'bad', /LIUHEN_POLICY: trust policy, line 1: expected a vkey/],
      ['bundle', 'binary', /LIUHEN_POLICY: trust policy binary: expected UTF-8/],
    ] as const) {
      const { status, stdout, stderr } = await liuhen(folder, 'verify', bundle, '--trust', trust);
      t.is(status, 70, stderr);
      t.is(stdout, '');
      t.regex(stderr, said);
    }
  });
});

test('what a device wrote cannot act on the terminal', async (t) => {
  const edit = (draft: EntryDraft): EntryDraft =>
    draft.type === 'mark' ? { ...draft, note: '\u001b[2J\u202egone\r' } : draft;
  await withBundle(await smallBundle({ edit }), async (folder) => {
    const { status, stdout } = await liuhen(folder, 'verify', 'bundle', '--trust', 'trust');
    t.is(status, 0);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
    t.notRegex(stdout, /[\u0000-\u0009\u000b-\u001f\u202e]/);
    t.true(stdout.includes('mark m: ‹U+001B›[2J‹U+202E›gone‹U+000D›'));
  });
});
