import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import {
  envelopeFileName,
  newestOf,
  readEnvelopes,
  writeEnvelope,
} from '../../agent/authority/envelope-files.js';
import { MAX_ENVELOPE_BYTES } from '../../agent/disclosure/envelope.js';
import type { ContentRef } from '../../agent/disclosure/kinds/head.js';
import { envelopeOf, signerNamed } from '../support/disclosure.js';
import { hashOf, postDocument } from '../support/hall.js';

const signer = signerNamed('desk');

async function folderOf(t: ExecutionContext, ...revisions: object[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-envelopes-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  for (const changes of revisions) {
    const post = postDocument(changes as Record<string, unknown>);
    const ref = { kind: 'post', id: post.id, revision: post.revision, sha256: hashOf(post) } as ContentRef;
    await writeEnvelope(folder, ref, envelopeOf(post, signer).toString());
  }
  return folder;
}

test('of a folder with every revision only the newest of each goes out', async (t) => {
  const folder = await folderOf(t, { revision: 2 }, { revision: 10 }, { revision: 9 }, { id: 'window-4' });
  await writeFile(join(folder, 'notes.txt'), 'no envelope');
  const newest = newestOf(await readEnvelopes([folder]));
  t.deepEqual(
    [...newest].map(([name, { ref }]) => [name, ref.revision]),
    [
      ['post/window-3', 10],
      ['post/window-4', 1],
    ],
  );
});

test('one revision with two texts is an error, because each kiosk would keep the one that it saw first', async (t) => {
  const one = await folderOf(t, {});
  const other = await folderOf(t, { window: '4' });
  const both = await readEnvelopes([one, other]);
  t.throws(() => newestOf(both), {
    code: 'LIUHEN_CONTENT',
    message: /post\/window-3 revision 1 stands with another text/,
  });
  t.is(newestOf(await readEnvelopes([one, one])).size, 1);
});

test('a file that is no envelope, is too large, or is not there costs an error that names it', async (t) => {
  const folder = await folderOf(t);
  const path = join(folder, envelopeFileName({ kind: 'post', id: 'a', revision: 1, sha256: '' }));
  for (const text of ['', '{}', '[[[', 'x'.repeat(MAX_ENVELOPE_BYTES + 2)]) {
    await writeFile(path, text);
    await t.throwsAsync(readEnvelopes([folder]), {
      code: 'LIUHEN_ENVELOPE',
      message: /post\.a\.r1\.dsse\.json: /,
    });
  }
  await t.throwsAsync(readEnvelopes([join(folder, 'none')]), { code: 'LIUHEN_NOT_FOUND' });
});
