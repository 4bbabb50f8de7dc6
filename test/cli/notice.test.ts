import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { openJournal, openStores } from '../../agent/buffer/open.js';
import { noticeExport } from '../../agent/control/notice-export.js';
import { startControl } from '../../agent/control/server.js';
import { DEFAULT_TERMS } from '../../agent/disclosure/deadlines.js';
import { openDisclosure } from '../../agent/disclosure/open.js';
import { ContentStore } from '../../agent/disclosure/store.js';
import { initDevice } from '../../agent/init.js';
import { decodeEntry } from '../../agent/journal/entry.js';
import { formatVkey } from '../../agent/journal/vkey.js';
import { systemTimers } from '../../drivers/timers.js';
import { HandClock } from '../support/clock.js';
import { envelopeOf, signerNamed } from '../support/disclosure.js';
import { HALL, NOW, postDocument, trustDocument } from '../support/hall.js';
import { liuhen } from '../support/liuhen.js';

const SETTINGS = { clockJumpMs: 2000, witnessNoteMs: 10_000 };

/** A kiosk's data folder in which a post hung for a minute. Returns the device's root vkey. */
async function kioskFolder(folder: string): Promise<string> {
  const clock = new HandClock(Date.parse(NOW));
  const rootVkey = await initDevice(folder, { authority: 'liuhen.example', id: 'kiosk-0001' }, clock);
  const stores = await openStores(folder);
  const { journal } = await openJournal(stores, clock, SETTINGS);
  const [root, publisher] = [signerNamed('root'), signerNamed('publisher-1')];
  const { intake, displayed, close } = await openDisclosure({
    folder,
    settings: {
      hall: HALL,
      root: formatVkey(root.vkey),
      terms: DEFAULT_TERMS,
      maxItems: 100,
      displayLostMs: 15_000,
    },
    clock,
    timers: systemTimers,
    journal,
    onJournalError(error) {
      throw error;
    },
  });
  const keys = [{ vkey: formatVkey(publisher.vkey), roles: ['publisher'], holder: 'desk' }];
  await intake.take(undefined, envelopeOf(trustDocument(1, keys), root));
  const taken = await intake.take(undefined, envelopeOf(postDocument(), publisher));
  if (!taken.accepted) throw new Error(taken.detail);
  displayed.report('screen-1', [taken.ref]);
  await displayed.settled();
  clock.pass(60_000);
  await close();
  await journal.close();
  await stores.close();
  return rootVkey;
}

test('what hung on a kiosk is exported, verified, and found altered, by the commands', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-kiosk-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const rootVkey = await kioskFolder(join(folder, 'data'));
  await writeFile(join(folder, 'trust'), `log ${rootVkey}\nquorum none\n`);

  const exported = await liuhen(folder, 'export', '--data', 'data', '--notice', 'post/window-3', '-o', 'out');
  t.is(exported.status, 0, exported.stderr);
  t.regex(exported.stdout, /post\/window-3 revision 1 on screen-1\n {2}from 2026-03-16T02:00:00\.000Z/);

  const verified = await liuhen(folder, 'verify', 'out', '--trust', 'trust');
  t.is(verified.status, 0, verified.stderr);
  t.regex(
    verified.stdout,
    /^intact: post\/window-3 revision 1 hung on screen-1 from 2026-03-16T02:00:00\.000Z to 2026-03-16T02:01:00\.000Z \(60 s\)/,
  );

  const file = join(folder, 'out/notice.json');
  await writeFile(file, (await readFile(file, 'utf8')).replace('"sig":"', '"sig":"A'));
  const altered = await liuhen(folder, 'verify', 'out', '--trust', 'trust', '--json');
  t.is(altered.status, 2);
  t.like(JSON.parse(altered.stdout), { verdict: 'altered', findings: [{ kind: 'notice-hash' }] });
});

test('a kiosk that runs exports by itself, and its journal says so', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-kiosk-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const data = join(folder, 'data');
  const rootVkey = await kioskFolder(data);
  await writeFile(join(folder, 'trust'), `log ${rootVkey}\nquorum none\n`);
  const stores = await openStores(data);
  const { journal } = await openJournal(stores, new HandClock(Date.parse(NOW) + 120_000), SETTINGS);
  const content = await ContentStore.open(data);
  const refuse = () => Promise.reject(new Error('not asked for here'));
  const close = await startControl(data, {
    ...{ status: refuse, recordings: refuse, start: refuse, stop: refuse, mark: refuse, check: refuse },
    exportBundle: refuse,
    board: {
      report() {
        throw new Error('not asked for here');
      },
      take: refuse,
      exportNotice: noticeExport(stores, content, journal, undefined),
    },
  });
  t.teardown(async () => {
    await close();
    await journal.close();
    await content.close();
    await stores.close();
  });
  const exported = await liuhen(folder, 'export', '--data', 'data', '--notice', 'post/window-3', '-o', 'out');
  t.is(exported.status, 0, exported.stderr);
  for await (const entry of stores.store.entries(journal.size - 1, journal.size)) {
    t.like(decodeEntry(entry, journal.size - 1), { type: 'exported', who: 'command' });
  }
  t.is((await liuhen(folder, 'verify', 'out', '--trust', 'trust')).status, 0);
});

test('an export of what never hung says so, and one of no name says what names are', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-kiosk-'));
  t.teardown(() => rm(folder, { recursive: true }));
  await kioskFolder(join(folder, 'data'));
  const never = await liuhen(folder, 'export', '--data', 'data', '--notice', 'post/window-4', '-o', 'out');
  t.not(never.status, 0);
  t.regex(never.stderr, /no display of post\/window-4/);
  const odd = await liuhen(folder, 'export', '--data', 'data', '--notice', 'window-4', '-o', 'out');
  t.is(odd.status, 64);
  t.regex(odd.stderr, /expected --notice KIND\/ID/);
});
