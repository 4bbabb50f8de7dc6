import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { sampleHall } from '../../agent/authority/sample-hall.js';
import type { BoardReport } from '../../agent/control/board-report.js';
import { startControl } from '../../agent/control/server.js';
import { decodeEntry } from '../../agent/journal/entry.js';
import { NOT_ASKED } from '../support/control-actions.js';
import { TestDevice } from '../support/device.js';
import { liuhen } from '../support/liuhen.js';

/** A kiosk's data folder that has shown nothing yet, and the sample hall on a stick. */
async function hall(t: ExecutionContext) {
  const stick = await mkdtemp(join(tmpdir(), 'liuhen-stick-'));
  t.teardown(() => rm(stick, { recursive: true, force: true }));
  const sample = await sampleHall(stick, { hall: 'hall-1' });
  const device = await TestDevice.open();
  await device.close();
  t.teardown(() => rm(device.folder, { recursive: true, force: true }));
  const place = ['--data', device.folder, '--hall', 'hall-1', '--root', sample.rootVkey];
  return {
    stick,
    sample,
    data: device.folder,
    run: (...args: string[]) => liuhen(stick, 'board', ...args, ...place),
  };
}

test('content from a stick is taken with no network, journalled, and then listed with every reason', async (t) => {
  const { sample, data, run } = await hall(t);
  const taken = await run('import', sample.signed);
  t.is(taken.status, 0, taken.stderr);
  t.is(taken.stdout.split('\n').filter((line) => line.endsWith('  taken')).length, sample.envelopes.length);
  t.regex(
    (await run('import', sample.signed)).stdout,
    /decision\/cf-2026-0151 +revision 1 +refused, revision-back/,
  );

  const board = await run();
  t.is(board.status, 0, board.stderr);
  t.regex(board.stdout, /^hall hall-1 at .* UTC, trust document 1: \d+ shown/);
  t.regex(
    board.stdout,
    /held-back +decision +cf-2026-0161 .*恒远建材厂.*\n +major: large-penalty-organisation\n +review-missing: expected a legal review/,
  );
  t.regex(board.stdout, /cf-2026-0131 .*\n +late: due \d{4}-\d\d-\d\d, published/);
  const held = JSON.parse(
    (await run('--state', 'held-back', '--kind', 'decision', '--json')).stdout,
  ) as BoardReport;
  t.deepEqual(
    held.items.map(({ id }) => id),
    ['cf-2026-0161', 'cf-2026-0162'],
  );
  t.is(held.items[1]?.reasons[1]?.code, 'review-not-passed');

  const device = await TestDevice.open({ folder: data });
  const accepted = new Set<string>();
  let n = 0;
  for await (const encoded of device.store.entries(0, device.journal.size)) {
    const entry = decodeEntry(encoded, n++);
    if (entry.type === 'event' && entry.source === 'disclosure' && entry.name === 'accepted') {
      const { kind, id } = entry.value as { kind: string; id: string };
      accepted.add(`${kind}/${id}`);
    }
  }
  await device.close();
  t.is(accepted.size, new Set(sample.envelopes.map(({ topic }) => topic)).size);
});

test('an envelope that was changed on the stick is refused, and the status says so', async (t) => {
  const { sample, run } = await hall(t);
  await run('import', sample.signed);
  const post = sample.envelopes.find(({ ref }) => ref.kind === 'post');
  if (post === undefined) return t.fail('the sample hall has no post');
  const envelope = JSON.parse(await readFile(post.file, 'utf8'));
  const payload = JSON.parse(Buffer.from(envelope.payload, 'base64').toString());
  payload.revision = 2;
  payload.name = { zh: '某某' };
  envelope.payload = Buffer.from(JSON.stringify(payload)).toString('base64');
  await writeFile(post.file, JSON.stringify(envelope));
  const { status, stdout } = await run('import', post.file);
  t.is(status, 70);
  t.regex(stdout, /post\/window-1 +revision 2 +refused, unsigned:/);
  t.regex((await run('--kind', 'post')).stdout, /window-1 +1 .*林知夏/);
});

test('where a kiosk runs it is asked, and given content', async (t) => {
  const { sample, data, run } = await hall(t);
  const given: Buffer[] = [];
  const report: BoardReport = {
    hall: 'hall-1',
    trustVersion: 7,
    at: '2026-11-23T02:00:00.000Z',
    items: [],
    damaged: [],
    intake: { accepted: 0, known: 0, refused: { unsigned: 3 } },
  };
  const end = await startControl(data, {
    ...NOT_ASKED,
    board: {
      report: () => report,
      take(envelope) {
        given.push(envelope);
        return Promise.resolve({ accepted: false, refusal: 'full', detail: 'expected room' });
      },
    },
  });
  t.teardown(end);
  t.is(
    (await run()).stdout,
    'hall hall-1 at 2026-11-23 02:00 UTC, trust document 7: nothing\nrefused: 3 as unsigned\n',
  );
  const largest = sample.envelopes.toSorted((a, b) => b.bytes.length - a.bytes.length)[0];
  const { stdout, status } = await run('import', largest?.file ?? '');
  t.is(status, 70);
  t.regex(stdout, /refused, full: expected room/);
  t.is(given[0]?.toString().trim(), largest?.bytes.toString());
});

test('a folder without content, no root key, and an agent that shows nothing are told apart', async (t) => {
  const { data, stick, run } = await hall(t);
  t.regex((await run()).stderr, /LIUHEN_NOT_FOUND: there is no content of a kiosk/);
  const bare = await liuhen(stick, 'board', '--data', data);
  t.is(bare.status, 64);
  t.regex(bare.stderr, /expected the hall and the root key/);
  t.teardown(await startControl(data, NOT_ASKED));
  t.regex((await run()).stderr, /LIUHEN_STATE: board: this agent shows no content/);
});
