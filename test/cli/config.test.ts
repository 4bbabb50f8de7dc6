import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { openStores } from '../../agent/buffer/open.js';
import { decodeEntry, type EntryOf } from '../../agent/journal/entry.js';
import { edited } from '../../config/edit.js';
import { parseConfig } from '../../config/load.js';
import { Bench } from '../support/bench.js';

const TEXT = `# bench of the third squad
profile: recorder
device: {id: recorder-0001, authority: liuhen.example}
camera:
  source: synthetic   # until the new one comes
  # smaller than it could be
  width: 640
recording:
`;

test('a set changes one value; comments, order and everything else stay', (t) => {
  const edit = edited(TEXT, 'liuhen.yaml', 'camera.width', '1280');
  t.like(edit, { before: '640', after: '1280' });
  t.is(edit.text, TEXT.replace('width: 640', 'width: 1280'));
});

test('a setting goes into a section that is empty, and into one that was not there', (t) => {
  const empty = edited(TEXT, 'liuhen.yaml', 'recording.preRecord', '20s');
  t.is(empty.before, undefined);
  t.true(empty.text.endsWith('recording:\n  preRecord: 20s\n'), empty.text);
  const absent = edited(TEXT, 'liuhen.yaml', 'hardware.press.long', '3s');
  t.true(absent.text.endsWith('hardware:\n  press:\n    long: 3s\n'), absent.text);
  t.true(absent.text.includes('# until the new one comes'));
});

test('a setting that is taken out leaves the default and the comments of others', (t) => {
  const edit = edited(TEXT, 'liuhen.yaml', 'camera.width', undefined);
  t.false(edit.text.includes('640'));
  t.true(
    edit.text.includes('source: synthetic   # until the new one comes') ||
      edit.text.includes('# until the new one comes'),
  );
});

test('a value that YAML would read as something else is quoted, also in a section on one line', (t) => {
  const edit = edited(TEXT, 'liuhen.yaml', 'device.authority', 'liuhen.example');
  t.is(edit.text, TEXT);
  const source = edited(TEXT, 'liuhen.yaml', 'camera.source', '/srv/a, b: c #1.mp4').text;
  t.true(source.includes('source: "/srv/a, b: c #1.mp4"   # until'), source);
  t.is(parseConfig(source, '/etc/liuhen.yaml').camera.source, '/srv/a, b: c #1.mp4');
});

test('what is no setting, and a value that is not allowed, change nothing', (t) => {
  t.throws(() => edited(TEXT, 'liuhen.yaml', 'camera.widt', '1'), {
    message: /did you mean camera\.width/,
  });
  t.throws(() => edited(TEXT, 'liuhen.yaml', 'camera', '1'), { code: 'LIUHEN_USAGE' });
  t.throws(() => edited(TEXT, 'liuhen.yaml', 'recording.preRecord', '20'), {
    ...{ code: 'LIUHEN_CONFIG', message: /expected a duration/ },
  });
  t.throws(() => edited('camera: [', 'liuhen.yaml', 'camera.width', '640'), { code: 'LIUHEN_CONFIG' });
});

async function changesIn(bench: Bench): Promise<EntryOf<'config-changed'>[]> {
  const stores = await openStores(bench.data);
  try {
    const found: EntryOf<'config-changed'>[] = [];
    let n = 0;
    for await (const encoded of stores.store.entries(0, await sizeOf(stores))) {
      const entry = decodeEntry(encoded, n++);
      if (entry.type === 'config-changed') found.push(entry);
    }
    return found;
  } finally {
    await stores.close();
  }
}

async function sizeOf({ store }: Awaited<ReturnType<typeof openStores>>): Promise<number> {
  return Number((await store.checkpoint())?.split('\n')[1]);
}

test('every change is an entry of the journal, made by a running agent or without one', async (t) => {
  const bench = await Bench.make(t);
  const file = join(bench.folder, 'liuhen.yaml');
  const { mode } = await stat(file);
  const alone = await bench.liuhen('config', 'set', 'storage.retention', '30d', '--why', 'order 7');
  t.is(alone.status, 0, alone.stderr);
  t.regex(alone.stdout, /^storage\.retention: default → 30d \(entry 1 of the journal\)\n/);
  const agent = await bench.run(t);
  const asked = await bench.liuhen('config', 'set', 'storage.retention', '--default', '--json');
  t.like(JSON.parse(asked.stdout), { changed: true, before: '30d', after: 'default' });
  t.regex((await bench.liuhen('config', 'set', 'camera.width', '320')).stdout, /is so already/);
  const ended = new Promise((resolve) => agent.once('exit', resolve));
  agent.kill('SIGTERM');
  await ended;
  const entries = await changesIn(bench);
  t.deepEqual(
    entries.map(({ what, why }) => [what, why]),
    [
      ['storage.retention: default → 30d', 'order 7'],
      ['storage.retention: 30d → default', 'not stated'],
    ],
  );
  t.regex(entries[0]?.who ?? '', /^command by /);
  t.is((await stat(file)).mode, mode);
});

test('a change that the journal does not take is not made', async (t) => {
  const bench = await Bench.make(t);
  const file = join(bench.folder, 'liuhen.yaml');
  const before = await readFile(file, 'utf8');
  const refused = await bench.liuhen('config', 'set', 'device.id', 'recorder-9999');
  t.is(refused.status, 70);
  t.regex(refused.stderr, /LIUHEN_STATE: device\.id names the journal/);
  const stores = await openStores(bench.data);
  const locked = await bench.liuhen('config', 'set', 'storage.retention', '30d');
  await stores.close();
  t.regex(locked.stderr, /LIUHEN_LOCKED/);
  t.is(await readFile(file, 'utf8'), before);
});

test('show tells each value and where it comes from, and no password that somebody wrote into a URL', async (t) => {
  const bench = await Bench.make(t);
  const shown = await bench.liuhen('config', 'show', 'recording');
  t.regex(shown.stdout, /^recording\.fragment +200ms +file$/m);
  t.regex(shown.stdout, /^recording\.stillEvery +10s +default$/m);
  t.regex(shown.stdout, /^recording\.behaviour +- +unset$/m);
  t.is((await bench.liuhen('config', 'show', 'recoring')).status, 64);
  await writeFile(
    join(bench.folder, 'liuhen.yaml'),
    `device: {id: ${bench.id}, authority: liuhen.example}\ncamera: {source: "rtsp://admin:hunter22@10.0.0.9/live"}\n`,
  );
  for (const command of ['show', 'check']) {
    const { stdout, stderr } = await bench.liuhen('config', command);
    t.false(`${stdout}${stderr}`.includes('hunter22'));
  }
});

test('check says that all is well or what is not; explain says what is allowed', async (t) => {
  const bench = await Bench.make(t);
  t.is((await bench.liuhen('config', 'check')).status, 0);
  await bench.configure({ hardware: { officersFile: 'gone.yaml' } });
  const gone = await bench.liuhen('config', 'check');
  t.is(gone.status, 70);
  t.regex(gone.stderr, /LIUHEN_CONFIG: .*hardware\.officersFile: .*gone\.yaml: ENOENT/);
  const explained = await bench.liuhen('config', 'explain', 'storage.retention');
  t.regex(explained.stdout, /^storage\.retention\n {2}.*\n {2}duration: .*\n {2}default 7d\n$/);
  const section = JSON.parse(
    (await bench.liuhen('config', 'explain', 'camera.restartDelay', '--json')).stdout,
  );
  t.is(section.length, 2);
});
