import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { formatVkey } from '../../agent/journal/vkey.js';
import { envelopeOf, signerNamed } from '../support/disclosure.js';
import { trustDocument } from '../support/hall.js';
import { liuhen } from '../support/liuhen.js';

const device = 'device: { id: recorder-0001, authority: liuhen.example }\n';
const root = signerNamed('root');
const FILES = {
  'trust.json': envelopeOf(
    trustDocument(1, [
      { vkey: formatVkey(signerNamed('publisher-1').vkey), roles: ['publisher'], holder: 'desk' },
    ]),
    root,
  ),
  'liuhen.yaml': `profile: recorder\n${device}data: data\ncamera: { source: no-film.mp4 }\n`,
  'kiosk.yaml': `profile: kiosk\n${device}data: data\nkiosk: { window: '3', port: 0 }\ndisclosure: { hall: hall-1, root: ${JSON.stringify(formatVkey(root.vkey))} }\n`,
};

const REFUSED = [
  ['run'],
  ['run', '--config', 'kiosk.yaml'],
  ['recordings'],
  ['check'],
  ['export', '--out', 'bundle'],
  ['board', 'import', 'trust.json', '--config', 'kiosk.yaml'],
  ['wipe', '--device', 'recorder-0001', '--why', 'handed back', '--force'],
];

const PLACES = {
  'no folder': () => Promise.resolve(),
  'an empty folder': (data: string) => mkdir(data),
  // As /var/log has one, and every machine that keeps the journal of systemd.
  'a folder with the journal of another program': async (data: string) => {
    await mkdir(join(data, 'journal'), { recursive: true });
    await writeFile(join(data, 'journal', 'system.journal'), 'LPKSHHRH');
  },
};

/** What is in a folder, at any depth; undefined where there is none. */
async function listing(folder: string): Promise<string[] | undefined> {
  return (await readdir(folder, { recursive: true }).catch(() => undefined))?.sort();
}

async function place(t: ExecutionContext, make: (data: string) => Promise<unknown>) {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-none-'));
  t.teardown(() => rm(folder, { recursive: true }));
  for (const [name, text] of Object.entries(FILES)) await writeFile(join(folder, name), text);
  const data = join(folder, 'data');
  await make(data);
  const before = await listing(data);
  return { folder, data, same: async (what: string) => t.deepEqual(await listing(data), before, what) };
}

for (const [name, make] of Object.entries(PLACES)) {
  test(`${name} is no device: whoever needs one says so and what to do, and makes nothing`, async (t) => {
    const { folder, data, same } = await place(t, make);
    for (const args of REFUSED) {
      const { status, stdout, stderr } = await liuhen(folder, ...args);
      const what = `liuhen ${args.join(' ')}: ${stderr}`;
      t.deepEqual([status, stdout], [70, ''], what);
      const said = `LIUHEN_NOT_FOUND: there is no device in ${data}\n  next: name the device's data folder with --data, or make one: liuhen init\n`;
      t.true(stderr.endsWith(said), what);
      await same(what);
    }
    t.false(existsSync(join(folder, 'bundle')));
  });

  test(`${name} is no device: what is done without one makes none of it either`, async (t) => {
    const { folder, data, same } = await place(t, make);
    const doctor = await liuhen(folder, 'doctor', '--json');
    const { checks } = JSON.parse(doctor.stdout) as {
      checks: { id: string; result: string; value: string }[];
    };
    const journal = checks.find(({ id }) => id === 'journal');
    t.is(doctor.status, 2);
    t.is(journal?.result, 'fault');
    t.true(
      journal?.value.endsWith(`${data} holds no journal: the device is not provisioned`),
      journal?.value,
    );
    await same('doctor');

    const set = await liuhen(folder, 'config', 'set', 'storage.retention', '30d');
    t.is(set.status, 0, set.stderr);
    t.regex(set.stdout, /no journal yet to note it in/);
    await same('config set');
    // What names the journal may change as long as there is none.
    t.is((await liuhen(folder, 'config', 'set', 'device.id', 'recorder-0002')).status, 0);

    const firmware = await liuhen(folder, 'firmware', 'info', '--port', join(folder, 'nothing'));
    t.regex(firmware.stderr, /LIUHEN_SERIAL/);
    await same('firmware');

    const diag = await liuhen(folder, 'diag', 'collect', '--out', 'diag.tar.gz');
    t.is(diag.status, 0, diag.stderr);
    await same('diag');
  });
}
