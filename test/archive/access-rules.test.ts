import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { pino } from 'pino';
import { AccessRules } from '../../agent/archive/access-rules.js';
import { WatchedBrokerFiles } from '../../agent/archive/broker-files.js';
import { accessRules } from '../../agent/authority/ca-broker.js';
import { places } from '../../agent/authority/ca-folder.js';
import { defaultConfig, loadConfig } from '../../config/load.js';
import { TestAuthorityHouse } from '../support/authority.js';

const device = (id: string, more: object = {}) => ({
  ...{ device: id, rootVkey: '', profile: 'kiosk' as const, unit: 'hall-1', certificates: [] },
  ...more,
});
const generated = accessRules({ domain: 'liuhen.example' }, [
  device('kiosk-0001'),
  device('kiosk-0002', { revoked: { at: '2026-11-23T00:00:00Z', why: 'lost' } }),
]);

test('the generated rules are understood as mosquitto understands them', (t) => {
  const rules = new AccessRules(generated, 'acl');
  t.true(rules.mayWrite('recorder-0001', 'liuhen/1/recorder-0001/journal'));
  t.false(rules.mayRead('recorder-0001', 'liuhen/1/recorder-0001/journal'));
  t.false(rules.mayWrite('recorder-0001', 'liuhen/1/recorder-0002/journal'));
  t.true(rules.mayWrite('recorder-0001', 'liuhen/1/recorder-0001/footage/a/0'));
  t.false(rules.mayWrite('recorder-0001', 'liuhen/1/recorder-0001/footage/a'));
  t.false(rules.mayWrite('recorder-0001', 'liuhen/1/recorder-0001/footage/a/0/0'));
  t.true(rules.mayRead('kiosk-0001', 'liuhen/1/board/hall-1/post/window-1'));
  t.false(rules.mayRead('kiosk-0001', 'liuhen/1/board/hall-2/post/window-1'));
  t.true(rules.mayWrite('publisher@liuhen.example', 'liuhen/1/board/hall-1/post/window-1'));
  t.true(rules.mayRead('publisher@liuhen.example', 'liuhen/1/board/hall-1/post/window-1'));
});

test('a prohibition goes before what is allowed, and a name that is a filter is nobody', (t) => {
  const rules = new AccessRules(generated, 'acl');
  t.false(rules.mayWrite('kiosk-0002', 'liuhen/1/kiosk-0002/journal'));
  t.deepEqual(
    ['kiosk-0001', 'kiosk-0002'].map((name) => rules.isShutOut(name)),
    [false, true],
  );
  for (const name of ['+', '#', 'a/b', '', 'kiosk-0001 ', 'A']) {
    t.true(rules.isShutOut(name), name);
    t.false(rules.mayWrite(name, `liuhen/1/${name}/journal`), name);
  }
});

test('a line that is none of the generated ones is refused with its number, not passed over', (t) => {
  for (const line of [
    'topic deny x',
    'user a\ntopic x',
    'user a\ntopic allow x',
    'pattern write a b',
    'deny #',
  ]) {
    const last = line.split('\n').length + 1;
    const message = new RegExp(`^acl:${last}: expected user, topic or pattern`);
    t.throws(() => new AccessRules(`# of tests\n${line}`, 'acl'), { code: 'LIUHEN_CONFIG', message }, line);
  }
});

test('rules that cannot be read again leave those that were, and a file that is missing is named at the start', async (t) => {
  const it = await TestAuthorityHouse.create();
  t.teardown(() => it.remove());
  const { tls } = loadConfig(it.authority.embeddedConfig ?? '').archive.embeddedBroker ?? {};
  if (tls === undefined) return t.fail();
  let changes = 0;
  const files = new WatchedBrokerFiles(tls, pino({ level: 'silent' }), () => changes++);
  const acl = join(places.broker(it.authority.dir), 'acl');
  const text = await readFile(acl, 'utf8');
  await writeFile(acl, 'user kiosk-0001\ntopic everything\n');
  files.refresh();
  t.is(changes, 0);
  t.true(files.rules.mayWrite('kiosk-0001', 'liuhen/1/kiosk-0001/journal'));
  await writeFile(acl, `${text}\nuser kiosk-0001\ntopic deny #\n`);
  files.refresh();
  t.is(changes, 1);
  t.true(files.rules.isShutOut('kiosk-0001'));
  const missing = { ...tls, keyFile: join(it.folder, 'none.pem') };
  t.throws(() => new WatchedBrokerFiles(missing, pino({ level: 'silent' }), () => {}), {
    code: 'LIUHEN_NOT_FOUND',
    message: /archive\.embeddedBroker\.tls\.keyFile: .*none\.pem/,
  });
});

test('only a broker that asks for certificates can have a port for enrolling', (t) => {
  const embeddedBroker = { port: 0, enrolPort: 0 };
  t.throws(() => defaultConfig({ profile: 'archive', archive: { embeddedBroker } }), {
    code: 'LIUHEN_CONFIG',
    message: /only a broker that asks for certificates has devices enrol/,
  });
});
