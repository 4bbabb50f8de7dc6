import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { systemdNotice } from '../agent/systemd.js';

/** In the Perl of every Debian, since Node has no such sockets and socat keeps the descriptor by which systemd-notify waits. */
const RECEIVER = `socket(S, AF_UNIX, SOCK_DGRAM, 0); bind(S, sockaddr_un($ARGV[0])) or die; $| = 1; print "listening\\n";
  while (defined recv(S, $message, 65536, 0)) { print "$message\\n" }`;

/** A datagram socket as systemd has one, and what came in on it. */
async function notifySocket(t: { teardown(undo: () => unknown): void }) {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-notify-'));
  const path = join(folder, 'notify');
  const receiver = spawn('perl', ['-MSocket', '-e', RECEIVER, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(async () => {
    receiver.kill();
    await rm(folder, { recursive: true });
  });
  let text = '';
  receiver.stdout.on('data', (bytes: Buffer) => {
    text += bytes.toString();
  });
  const until = async (wanted: RegExp): Promise<string> => {
    while (!wanted.test(text)) await once(receiver.stdout, 'data');
    return text;
  };
  await until(/listening/);
  return { path, until };
}

test('systemd hears that the agent is ready, that it lives, and that it ends', async (t) => {
  const { path, until } = await notifySocket(t);
  const notice = systemdNotice({ PATH: process.env.PATH, NOTIFY_SOCKET: path, WATCHDOG_USEC: '150000' });
  notice.ready();
  t.regex(await until(/READY=1/), new RegExp(`MAINPID=${process.pid}`));
  await until(/WATCHDOG=1[\s\S]*WATCHDOG=1/);
  notice.stopping();
  t.regex(await until(/STOPPING=1/), /STOPPING=1/);
});

test('a unit without a watchdog hears only that it is ready', async (t) => {
  const { path, until } = await notifySocket(t);
  const notice = systemdNotice({ PATH: process.env.PATH, NOTIFY_SOCKET: path });
  notice.ready();
  await until(/READY=1/);
  notice.stopping();
  t.notRegex(await until(/STOPPING=1/), /WATCHDOG/);
});

test('where there is no systemd, nothing is started', (t) => {
  const notice = systemdNotice({ PATH: '/nowhere' });
  t.notThrows(() => {
    notice.ready();
    notice.stopping();
  });
});
