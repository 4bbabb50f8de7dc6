import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { PACKAGE_ROOT } from '../../config/package-root.js';
import { freePort } from '../support/broker.js';
import { LIUHEN } from '../support/liuhen.js';

const bash = promisify(execFile);

/** Both are witnessed, and the kiosk knows who serves at its window. */
const ALL_CAME = `
  const read = (name) => JSON.parse(require("fs").readFileSync(name));
  const witnessed = read("list.json").devices.filter((each) => each.cosigned);
  process.exit(witnessed.length === 2 && read("status.json").kiosk.serving ? 0 : 1);`;

/** What the page tells a stranger to type. */
async function block(): Promise<string> {
  const page = await readFile(join(PACKAGE_ROOT, 'README.md'), 'utf8');
  const [, section = ''] = page.split('\n## Provision a recorder and a kiosk');
  return /```sh\n([\s\S]*?)```/.exec(section)?.[1] ?? '';
}

test('what README.md says provisions a recorder and a kiosk whose journals are witnessed', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-readme-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, 'bin'));
  await writeFile(join(folder, 'bin/liuhen'), `#!/bin/sh\nexec '${process.execPath}' '${LIUHEN}' "$@"\n`, {
    mode: 0o755,
  });
  const port = await freePort();
  const ports = `--port ${port} --enrol-port ${await freePort()}`;
  const typed = (await block())
    .replace('liuhen authority init', `liuhen authority init ${ports} --listen 127.0.0.1`)
    .replace('kiosk.window: "3"', 'kiosk.window: "3", kiosk.port: 0')
    .replace('camera: synthetic', '$&\nsettings: {camera.width: "320", camera.height: "240"}')
    .replaceAll('mqtts://127.0.0.1:8883', `mqtts://127.0.0.1:${port}`)
    // Here it is known by what has come when to go on.
    .replace(/^sleep 5\n[\s\S]*/m, '');
  const stop = 'kill $(jobs -p); wait';
  const script = `set -e\ntrap "${stop.replaceAll('$', '\\$')}" EXIT\n${typed}
for try in $(seq 100); do
  liuhen archive list --data archive --json > list.json
  liuhen status --config kiosk.yaml --json > status.json
  node -e '${ALL_CAME}' && break
done`;
  const env = { ...process.env, PATH: [join(folder, 'bin'), process.env.PATH].join(delimiter) };
  const { stdout, stderr } = await bash('bash', ['-c', script], { cwd: folder, env });
  const listed = JSON.parse(await readFile(join(folder, 'bench/list.json'), 'utf8')) as {
    devices: { device: string; cosigned?: string }[];
  };
  t.deepEqual(
    listed.devices.map(({ device, cosigned }) => [device, cosigned !== undefined]),
    [
      ['kiosk-0001', true],
      ['recorder-0001', true],
    ],
    `${stdout}\n${stderr}`,
  );
  const status = JSON.parse(await readFile(join(folder, 'bench/status.json'), 'utf8')) as {
    kiosk: { serving: { name: string } | null };
  };
  t.is(status.kiosk.serving?.name, '沈亦舟', 'and the kiosk shows who serves its window');
});
