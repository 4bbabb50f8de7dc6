import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import qrcode from 'qrcode';
import { readAnswers } from '../../agent/provision/answers.js';
import { csvRows } from '../../agent/provision/csv.js';
import { stickerSvg } from '../../agent/provision/sticker.js';
import { liuhen } from '../support/liuhen.js';

async function folderOf(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-batch-'));
  t.teardown(() => rm(folder, { recursive: true }));
  return folder;
}

test('a table of forty devices becomes an answers file and a sticker for each', async (t) => {
  const folder = await folderOf(t);
  const ids = Array.from({ length: 40 }, (_, at) => `recorder-${String(at + 1).padStart(4, '0')}`);
  const rows = ids.map((id) => `${id},recorder,liuhen.example,squad-3,/dev/video0,10s`);
  await writeFile(
    join(folder, 'devices.csv'),
    ['\ufeffdevice,profile,authority,unit,camera,recording.preRecord', ...rows].join('\r\n'),
  );
  const done = await liuhen(folder, 'provision', '--batch', 'devices.csv', '--out', 'bench', '--json');
  t.is(done.status, 0, done.stderr);
  t.is((JSON.parse(done.stdout) as unknown[]).length, 40);
  t.is((await readdir(join(folder, 'bench'))).length, 80);
  t.deepEqual(readAnswers(join(folder, 'bench/recorder-0040.answers.yaml')), {
    profile: 'recorder',
    device: 'recorder-0040',
    authority: 'liuhen.example',
    unit: 'squad-3',
    camera: '/dev/video0',
    settings: { 'recording.preRecord': '10s' },
  });
});

test('a table with one bad row writes nothing and names the row', async (t) => {
  const folder = await folderOf(t);
  const head = 'device;profile;authority;recording.preRecord\n';
  const good = 'recorder-0001;recorder;liuhen.example;10s\n';
  const cases: [string, RegExp][] = [
    ['recorder-0001;recorder;liuhen.example;10s', /:3: recorder-0001 stands on line 2 already/],
    ['Recorder;recorder;liuhen.example;10s', /:3: device: expected a device id/],
    ['recorder-0002;recorder;liuhen.example;ten', /recording\.preRecord: expected a duration/],
    ['recorder-0002;recorder;liuhen.example;10s;more', /:3: expected 4 columns, got 5/],
    ['recorder-0002;recorder;"liuhen', /not closed/],
  ];
  for (const [row, message] of cases) {
    await writeFile(join(folder, 'devices.csv'), `${head}${good}${row}\n`);
    const done = await liuhen(folder, 'provision', '--batch', 'devices.csv', '--out', 'bench');
    t.is(done.status, 70);
    t.regex(done.stderr, message);
    t.false(existsSync(join(folder, 'bench')));
  }
});

test('quoted fields hold separators, quotation marks and line breaks', (t) => {
  const [row] = csvRows('a,b,c\n"1,2","say ""so""","x\ny"\n', 'test');
  t.deepEqual([...(row?.cells.values() ?? [])], ['1,2', 'say "so"', 'x\ny']);
});

test("a sticker's code is the one of the journal's origin, and its text is escaped", async (t) => {
  const svg = await stickerSvg({ authority: 'liuhen.example', device: 'recorder-0001', unit: 'a&b' });
  const { modules } = qrcode.create('liuhen.example/recorder-0001', { errorCorrectionLevel: 'Q' });
  const dark = [...svg.matchAll(/M(\d+) (\d+)h1v1h-1z/g)].map(([, column, row]) => `${row},${column}`);
  const expected: string[] = [];
  for (let row = 0; row < modules.size; row++) {
    for (let column = 0; column < modules.size; column++)
      if (modules.get(row, column)) expected.push(`${row},${column}`);
  }
  t.deepEqual(dark, expected);
  t.true(svg.includes('a&#38;b'));
  t.false(/&(?!#\d+;)/.test(svg));
});

test('no secret and no token is on a sticker', async (t) => {
  const folder = await folderOf(t);
  await writeFile(
    join(folder, 'd.csv'),
    'device,profile,authority,tokenFile\nrecorder-0001,recorder,liuhen.example,secret.token\n',
  );
  t.is((await liuhen(folder, 'provision', '--batch', 'd.csv', '--out', 'bench')).status, 0);
  t.false((await readFile(join(folder, 'bench/recorder-0001.svg'), 'utf8')).includes('token'));
});
