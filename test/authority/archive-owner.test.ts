import { chmod, chown, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { listDevices } from '../../agent/archive/registry.js';
import { createToken } from '../../agent/authority/ca-token.js';
import { DOMAIN, TestAuthorityHouse } from '../support/authority.js';
import { liuhen } from '../support/liuhen.js';
import { withoutMosquitto } from '../support/mosquitto.js';

/** nobody, nogroup */
const OWNER = 65_534;
const DEVICE = 'recorder-0001';
const notRoot = process.getuid?.() === 0 ? undefined : 'only root can give an archive to somebody else';

/** One at a time: a process that becomes somebody else is that for all that it does. */
function asRoot(title: string, work: (t: ExecutionContext) => Promise<void>, without?: string): void {
  const why = notRoot ?? without;
  if (why !== undefined) console.log(`skipped: ${why}`);
  (why === undefined ? test.serial : test.skip)(title, work);
}

async function everythingIn(folder: string): Promise<string[]> {
  return [folder, ...(await readdir(folder, { recursive: true })).map((name) => join(folder, name))];
}

/** Whose everything in a folder is. */
async function ownersIn(folder: string): Promise<number[]> {
  const found = await Promise.all((await everythingIn(folder)).map(async (path) => (await stat(path)).uid));
  return [...new Set(found)];
}

/** An authority of root's that registers with an archive of somebody else's. */
async function house(t: ExecutionContext): Promise<TestAuthorityHouse> {
  const it = await TestAuthorityHouse.of(t);
  await chmod(it.folder, 0o755);
  for (const path of await everythingIn(it.archive)) await chown(path, OWNER, OWNER);
  return it;
}

asRoot("a device that root enrols is registered as the archive's; the authority stays root's", async (t) => {
  const it = await house(t);
  const { request } = await it.provision(DEVICE);
  const file = join(it.folder, `${DEVICE}.request.json`);
  await writeFile(file, request);
  const enrolled = await liuhen(it.folder, 'authority', 'enrol', file, '--yes');
  t.is(enrolled.status, 0, enrolled.stderr);
  t.true(enrolled.stderr.includes(`as user nobody, whose folder ${it.archive} is`), enrolled.stderr);
  t.deepEqual(await listDevices(it.archive), [DEVICE]);
  t.deepEqual(await ownersIn(it.archive), [OWNER]);
  t.deepEqual(await ownersIn(it.authority.dir), [0], 'what is written afterwards is by root again');
});

for (const { whose, archivist } of [
  { whose: "root's", archivist: 0 },
  { whose: "a third one's", archivist: 12_345 },
]) {
  asRoot(
    `what root does to an authority of somebody else's leaves nothing of root's there; the archive stays ${whose}`,
    async (t) => {
      const it = await house(t);
      const { dir } = it.authority;
      for (const path of await everythingIn(dir)) await chown(path, OWNER, OWNER);
      for (const path of await everythingIn(it.archive)) await chown(path, archivist, archivist);
      await chmod(it.archive, 0o700);
      const { request } = await it.provision(DEVICE);
      const file = join(it.folder, `${DEVICE}.request.json`);
      await writeFile(file, request, { mode: 0o600 });
      const answer = join(it.folder, 'answer.json');
      for (const args of [
        ['enrol', file, '--yes', '--out', answer],
        ['token', 'recorder-0002', '--out', join(it.folder, 'token')],
        ['revoke', DEVICE, '--why', 'lost'],
        ['revoke', `publisher@${DOMAIN}`, '--why', 'lost'],
        ['init', '--domain', DOMAIN, '--no-passphrase', '--days', '60', '--archive', it.archive],
      ]) {
        const { status, stderr } = await liuhen(it.folder, 'authority', ...args);
        t.is(status, 0, stderr);
        t.deepEqual(await ownersIn(dir), [OWNER], args.join(' '));
        t.deepEqual(await ownersIn(it.archive), [archivist], args.join(' '));
      }
      t.deepEqual(await listDevices(it.archive), [DEVICE]);
      for (const path of [answer, join(it.folder, 'token')])
        t.is((await stat(path)).uid, 0, 'what is carried away is of who asked');
    },
  );
}

for (const { whose, authority } of [
  { whose: "root's", authority: 0 },
  { whose: "somebody else's", authority: OWNER },
]) {
  asRoot(
    `a device that root serves from an authority of ${whose} is registered as the archive's`,
    async (t) => {
      const it = await house(t);
      await it.startBroker();
      for (const path of await everythingIn(it.authority.dir)) await chown(path, authority, authority);
      await it.serve();
      const { dir, settings } = it.authority;
      const token = await createToken(dir, settings, {
        ...{ device: DEVICE, validMs: 60_000, nowMs: Date.now() },
      });
      const folder = join(it.folder, DEVICE);
      await mkdir(folder);
      await writeFile(join(folder, 'token'), token.text, { mode: 0o600 });
      const answers = `{profile: recorder, device: ${DEVICE}, authority: ${DOMAIN}, camera: synthetic}`;
      await writeFile(join(folder, 'answers.yaml'), answers);
      const args = ['--answers', 'answers.yaml', '--token-file', 'token', '--no-tests'];
      const done = await liuhen(folder, 'provision', ...args);
      t.is(done.status, 0, done.stderr);
      t.deepEqual(await listDevices(it.archive), [DEVICE]);
      t.deepEqual(await ownersIn(it.archive), [OWNER]);
      t.deepEqual(await ownersIn(dir), [authority]);
      t.is(process.geteuid?.(), 0);
    },
    withoutMosquitto,
  );
}
