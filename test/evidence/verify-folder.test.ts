import { execFileSync } from 'node:child_process';
import { chmod, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { verifyBundle } from '../../agent/evidence/verify/verify.js';
import { smallBundle } from '../support/bundle.js';
import { withFolder } from '../support/tamper.js';

const { files, logOnly, withWitness } = await smallBundle();
const EVIDENCE = [...files.keys()].filter((path) => path !== 'README.txt');
const judge = (folder: string) => verifyBundle(folder, logOnly);

for (const path of EVIDENCE) {
  test(`${path} removed, cut short or grown is never intact`, async (t) => {
    const bytes = files.get(path) as Buffer;
    const lengths = [0, 1, 31, bytes.length >> 1, bytes.length - 1].filter((length) => length < bytes.length);
    for (const policy of [logOnly, withWitness]) {
      await withFolder(files, async (folder) => {
        const verdict = async () => (await verifyBundle(folder, policy)).verdict;
        for (const length of lengths) {
          await writeFile(join(folder, path), bytes.subarray(0, length));
          t.not(await verdict(), 'intact', `${path} cut to ${length}`);
        }
        for (const more of ['\n', '\0', 'liuhen/key\n']) {
          await writeFile(join(folder, path), Buffer.concat([bytes, Buffer.from(more)]));
          t.not(await verdict(), 'intact', `${path} with ${JSON.stringify(more)} behind`);
        }
        await rm(join(folder, path));
        t.not(await verdict(), 'intact', `${path} removed`);
      });
    }
  });

  for (const [kind, put] of Object.entries({
    'a symbolic link to itself elsewhere': async (at: string, aside: string) => {
      await rename(at, aside);
      await symlink(aside, at);
    },
    'a dangling link': async (at: string) => {
      await rm(at);
      await symlink('/nowhere/at/all', at);
    },
    'a fifo': async (at: string) => {
      await rm(at);
      execFileSync('mkfifo', [at]);
    },
    'a folder': async (at: string) => {
      await rm(at);
      await mkdir(at);
    },
  })) {
    test(`${path} as ${kind} is a finding and is not followed`, async (t) => {
      await withFolder(files, async (folder) => {
        await put(join(folder, path), join(folder, 'aside'));
        const { verdict, findings } = await judge(folder);
        t.true(['altered', 'untrusted'].includes(verdict), verdict);
        t.true(findings.some((finding) => finding.kind === 'not-a-file' && finding.file === path));
      });
    });
  }
}

test('a folder of tiles that is a symbolic link is a finding and is not followed', async (t) => {
  await withFolder(files, async (folder) => {
    await rename(join(folder, 'tile'), join(folder, 'elsewhere'));
    await symlink('elsewhere', join(folder, 'tile'));
    const { findings } = await judge(folder);
    t.true(findings.some(({ kind, file }) => kind === 'not-a-file' && file === 'tile'));
  });
});

test('folders nested without end, and links in a circle, are left alone', async (t) => {
  await withFolder(files, async (folder) => {
    await mkdir(join(folder, 'tile/0', ...Array<string>(200).fill('x000')), { recursive: true });
    await mkdir(join(folder, ...Array<string>(200).fill('d')), { recursive: true });
    await symlink('..', join(folder, 'tile/circle'));
    const { verdict, unlisted } = await judge(folder);
    t.is(verdict, 'intact');
    t.deepEqual(unlisted, ['d/', 'tile/0/x000/x000/x000/x000/x000/x000/x000/', 'tile/circle']);
  });
});

test('a file too large for what it claims to be is not read', async (t) => {
  for (const path of ['checkpoint', 'keys', 'policy', 'archived', 'manifest.json', 'tile/0/000.p/10']) {
    await withFolder(files, async (folder) => {
      execFileSync('truncate', ['-s', '20G', join(folder, path)]);
      const { verdict, findings } = await judge(folder);
      t.true(['altered', 'untrusted'].includes(verdict));
      t.true(
        findings.some(({ kind, file }) => kind === 'too-large' && file === path),
        path,
      );
    });
  }
});

test('what is no bundle at all gets no verdict', async (t) => {
  await withFolder(new Map([['notes.txt', Buffer.from('n')]]), async (folder) => {
    await t.throwsAsync(judge(folder), {
      code: 'LIUHEN_BUNDLE',
      message: /there is no file of a bundle in it/,
    });
    await t.throwsAsync(judge(join(folder, 'notes.txt')), {
      code: 'LIUHEN_BUNDLE',
      message: /it is a file: an archive of files must be unpacked first/,
    });
    await t.throwsAsync(judge(join(folder, 'nix')), {
      code: 'LIUHEN_BUNDLE',
      message: /nothing of that name/,
    });
  });
});

test('a trust policy that cannot be used gets no verdict', async (t) => {
  await withFolder(files, async (folder) => {
    for (const policy of ['', 'quorum none\n', 'log x\nquorum none\n', `log ${'a'.repeat(2_000_000)}`]) {
      await t.throwsAsync(verifyBundle(folder, policy), { code: 'LIUHEN_POLICY' });
    }
  });
});

(process.getuid?.() === 0 ? test.skip : test)('a file that may not be read gets no verdict', async (t) => {
  await withFolder(files, async (folder) => {
    await chmod(join(folder, 'checkpoint'), 0);
    await t.throwsAsync(judge(folder), { code: 'LIUHEN_BUNDLE', message: /checkpoint cannot be read/ });
  });
});
