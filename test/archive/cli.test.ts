import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { parsePolicy } from '../../agent/journal/policy.js';
import { formatVkey, parseVkey, SignatureType } from '../../agent/journal/vkey.js';
import { ArchiveProcess, archiveCommand } from '../support/archive-process.js';
import { TestDevice } from '../support/device.js';
import { newWitness } from '../support/scripted-archive.js';
import { startTestUplink, untilStatus } from '../support/uplink.js';

test('an archive is made, given a device, run, listed and trusted from the command line', async (t) => {
  const data = await mkdtemp(join(tmpdir(), 'liuhen-archive-'));
  const device = await TestDevice.open();
  t.teardown(async () => {
    await rm(data, { recursive: true });
    await device.remove();
  });
  const init = await archiveCommand('init', '--data', data, '--name', 'liuhen.example/archive');
  t.is(init.status, 0);
  const vkey = init.stdout.trim();
  t.is(parseVkey(vkey).type, SignatureType.cosignature);
  t.regex(init.stderr, /next: liuhen init/);
  t.is((await stat(join(data, 'archive.key'))).mode & 0o777, 0o600);
  t.is((await readFile(join(data, 'witness'), 'utf8')).trim(), vkey);

  t.is((await archiveCommand('add', device.rootVkey, '--data', data)).stdout, 'recorder-0001\n');
  const child = await ArchiveProcess.start('--data', data, '--embedded-broker', '--port', '0');
  t.teardown(() => child.signal('SIGKILL'));
  t.is(child.ready.witness, vkey);
  const uplink = startTestUplink(device, Number(new URL(child.ready.broker).port), { ...newWitness(), vkey });
  await device.record({ fragments: 2 });
  await untilStatus(
    uplink,
    ({ archived, witnessed }) => archived === 1 && witnessed?.size === device.journal.size,
  );
  await uplink.stop();
  t.is(await child.signal('SIGTERM'), 0);

  const list = JSON.parse((await archiveCommand('list', '--data', data, '--json')).stdout);
  t.is(list.witness, vkey);
  t.like(list.devices[0], {
    device: 'recorder-0001',
    size: device.journal.size,
    recordings: 1,
    archived: 1,
    forks: 0,
  });
  t.regex((await archiveCommand('list', '--data', data)).stdout, /^device +entries.*\nrecorder-0001 /);
  const policy = parsePolicy((await archiveCommand('trust', 'recorder-0001', '--data', data)).stdout);
  t.deepEqual(policy.logs.map(formatVkey), [device.rootVkey]);
  t.is(formatVkey(policy.witnesses.get('archive') ?? t.fail()), vkey);
  t.is(policy.quorum, 'archive');
});

test('what cannot be done is said with the next step, and leaves nothing behind', async (t) => {
  const data = await mkdtemp(join(tmpdir(), 'liuhen-archive-'));
  const device = await TestDevice.open();
  const other = await TestDevice.open();
  t.teardown(async () => {
    await rm(data, { recursive: true });
    await device.remove();
    await other.remove();
  });
  const fails = async (status: number, words: RegExp, ...args: string[]) => {
    const ended = await archiveCommand(...args);
    t.is(ended.status, status, args.join(' '));
    t.regex(ended.stderr, words);
    t.is(ended.stdout, '');
  };
  await fails(70, /LIUHEN_NOT_FOUND.*\n.*archive init/, '--data', data, '--embedded-broker');
  await fails(70, /LIUHEN_ORIGIN/, 'init', '--data', data, '--name', 'archive');
  const made = await archiveCommand('init', '--data', data, '--name', 'liuhen.example/archive', '--json');
  t.is(JSON.parse(made.stdout).data, data);
  await fails(70, /LIUHEN_STATE/, 'init', '--data', data, '--name', 'liuhen.example/archive');
  await fails(64, /LIUHEN_USAGE/, '--data', data);
  await fails(64, /either/, '--data', data, '--embedded-broker', '--broker', 'mqtt://127.0.0.1:1');
  await fails(64, /broker/, '--data', data, '--broker', 'http://127.0.0.1');
  await fails(70, /LIUHEN_NOTE/, 'add', 'nonsense', '--data', data);
  await fails(70, /type 01/, 'add', JSON.parse(made.stdout).witness, '--data', data);
  await archiveCommand('add', device.rootVkey, '--data', data);
  await fails(70, /LIUHEN_STATE.*another key/, 'add', other.rootVkey, '--data', data);
  await fails(70, /LIUHEN_UNKNOWN_DEVICE/, 'trust', 'recorder-0009', '--data', data);
  await fails(70, /LIUHEN_ORIGIN/, 'trust', '../x', '--data', data);
  await writeFile(join(data, 'archive.key'), 'x', { mode: 0o600 });
  await fails(70, /LIUHEN_KEY/, 'list', '--data', data);
});
