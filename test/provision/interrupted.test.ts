import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import { enrol } from '../../agent/authority/ca-enrol.js';
import { toLine } from '../../agent/provision/carrier.js';
import { provisionDevice } from '../../agent/provision/device.js';
import { readRequest } from '../../agent/provision/request.js';
import { provisionState } from '../../agent/provision/state.js';
import { DOMAIN, TestAuthorityHouse } from '../support/authority.js';
import { LIUHEN, liuhen } from '../support/liuhen.js';

const ROUNDS = 8;

/**
 * Runs it and kills it once so many changes of what is in the folder were seen, unless it has ended by itself. Returns how many were.
 * Changes and not milliseconds, so that a busy machine is cut off at the same steps as an idle one.
 */
async function killed(folder: string, changes: number, ...args: string[]): Promise<number> {
  const child = spawn(process.execPath, [LIUHEN, ...args], { cwd: folder, stdio: 'ignore' });
  const exited = once(child, 'exit');
  let seen = 0;
  let last = await listing(folder);
  while (child.exitCode === null && child.signalCode === null) {
    const now = await listing(folder);
    if (now !== last) seen++;
    last = now;
    if (seen >= changes) child.kill('SIGKILL');
    await delay(3);
  }
  await exited;
  return seen;
}

async function listing(folder: string): Promise<string> {
  // A folder may go while it is read.
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  return names.sort().join();
}

const STEPS = ['configuration', 'journal', 'request', 'certificate', 'uplink'];

test('killed at any moment, provisioning leaves nothing, or a device that says what is missing and goes on', async (t) => {
  const it = await TestAuthorityHouse.of(t);
  const folder = join(it.folder, 'bench');
  await mkdir(folder);
  await writeFile(
    join(folder, 'answers.yaml'),
    `profile: recorder\ndevice: recorder-0001\nauthority: ${DOMAIN}\nunit: squad-3\ncamera: synthetic\n`,
  );
  const config = join(folder, 'liuhen.yaml');
  const args = ['provision', '--answers', 'answers.yaml', '--no-tests', '--no-qr'];
  const whole = await killed(folder, Number.POSITIVE_INFINITY, ...args);
  await rm(config);
  await rm(join(folder, 'data'), { recursive: true });
  const reached = new Set<number>();
  for (let round = 0; round < ROUNDS; round++) {
    await killed(folder, Math.ceil((whole * (round + 0.5)) / ROUNDS), ...args);
    const steps = await provisionState(config, Date.now());
    const missing = steps.filter(({ done }) => !done);
    t.true(missing.length > 0 && missing.every(({ detail, next }) => detail !== '' && next !== undefined));
    reached.add(steps.length - missing.length);
    if (!existsSync(config))
      t.deepEqual(
        steps.map(({ step }) => step),
        ['configuration'],
      );
    for (const secret of await readdir(join(folder, 'data/keys')).catch(() => [])) {
      t.is((await stat(join(folder, 'data/keys', secret))).mode & 0o077, 0);
    }
    const device = await provisionDevice(
      config,
      existsSync(config)
        ? undefined
        : {
            profile: 'recorder',
            device: 'recorder-0001',
            authority: DOMAIN,
            unit: 'squad-3',
            camera: 'synthetic',
          },
    );
    t.is((await readRequest(device.request)).unit, 'squad-3', 'what was answered is not lost');
    const first = device.rootVkey;
    t.is((await provisionDevice(config, undefined)).rootVkey, first, 'and the key is made once');
    if (round < ROUNDS - 1) {
      await rm(config);
      await rm(join(folder, 'data'), { recursive: true });
    }
  }
  t.true(reached.size > 1, 'it was cut off at different steps');

  const { request } = await provisionDevice(config, undefined);
  const answer = toLine(
    'answer',
    JSON.stringify(await enrol(it.authority, await readRequest(request), Date.now())),
  );
  const before = await readFile(config, 'utf8');
  const taking = await killed(
    folder,
    Number.POSITIVE_INFINITY,
    'provision',
    '--answer',
    answer,
    '--no-tests',
  );
  for (let round = 0; round < ROUNDS; round++) {
    await rm(join(folder, 'data/tls/ca.pem'), { force: true });
    await writeFile(config, before);
    const identity = join(folder, 'data/tls/identity.pem');
    if (existsSync(identity)) {
      const key = (await readFile(identity, 'utf8')).split('-----BEGIN CERT')[0] ?? '';
      await writeFile(join(folder, 'data/tls/device.key'), key, { mode: 0o600 });
      await rm(identity);
    }
    await killed(
      folder,
      Math.ceil((taking * (round + 0.5)) / ROUNDS),
      'provision',
      '--answer',
      answer,
      '--no-tests',
    );
    const checked = await liuhen(folder, 'provision', '--check', '--json');
    const { complete, steps } = JSON.parse(checked.stdout) as {
      complete: boolean;
      steps: { step: string }[];
    };
    t.is(checked.status, complete ? 0 : 1);
    t.deepEqual(
      steps.map(({ step }) => step),
      STEPS,
    );
  }
  const done = await liuhen(folder, 'provision', '--answer', answer, '--no-tests');
  t.is(done.status, 0, done.stderr);
  t.is((await liuhen(folder, 'provision', '--check')).status, 0);
});
