import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { pino } from 'pino';
import type { CommandAnswer } from '../../agent/commands/answers.js';
import { callAgent } from '../../agent/control/client.js';
import { initDevice } from '../../agent/init.js';
import type { Signer } from '../../agent/journal/note.js';
import { formatVkey } from '../../agent/journal/vkey.js';
import { runKiosk } from '../../agent/run-kiosk.js';
import { defaultConfig } from '../../config/load.js';
import { systemTimers } from '../../drivers/timers.js';
import { HandClock } from '../support/clock.js';
import { NOW, signedCommand } from '../support/commands.js';
import { envelopeOf, signerNamed } from '../support/disclosure.js';
import { HALL, type Plain, postDocument, trustDocument } from '../support/hall.js';
import { MemoryDrivers } from '../support/hardware.js';

test('a kiosk takes content and a new key by command, and says what it has nothing for', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-kiosk-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const [root, publisher, technician, dispatcher] = ['root', 'desk', 'bench', 'control'].map(signerNamed) as [
    Signer,
    Signer,
    Signer,
    Signer,
  ];
  const data = join(folder, 'data');
  const device = { id: 'kiosk-0001', authority: 'liuhen.example' };
  const clock = new HandClock(Date.parse(NOW));
  clock.reading.source = 'ntp';
  await initDevice(data, device, clock);
  const disclosure = { hall: HALL, root: formatVkey(root.vkey) };
  const config = defaultConfig({
    ...{ profile: 'kiosk', device, data, disclosure },
    kiosk: { window: '3', port: 0 },
  } as never);
  const drivers = new MemoryDrivers(systemTimers);
  const kiosk = await runKiosk({ config, log: pino({ level: 'silent' }), clock, drivers });
  t.teardown(() => kiosk.stop('test over'));
  const take = (envelope: Buffer) =>
    callAgent(data, 'POST', '/command/take', { envelope: envelope.toString() }) as Promise<
      CommandAnswer & { version?: number }
    >;
  let commands = 0;
  const command = (name: string, signer: Signer, args: Plain = {}) =>
    take(
      signedCommand(
        {
          ...{ kind: 'command', id: `command-${String(++commands).padStart(12, '0')}` },
          ...{ device: 'liuhen.example/kiosk-0001', why: 'a test', command: name, args },
          ...{ issued: NOW, expires: '2026-11-23T03:00:00Z' },
        },
        signer,
      ),
    );

  t.like(
    await command('rotate-key', technician),
    { status: 'refused' },
    'there is no trust document yet: it waits for it',
  );
  const keys = (
    [
      [publisher, 'publisher'],
      [technician, 'technician'],
      [dispatcher, 'dispatcher'],
    ] as const
  ).map(([{ vkey }, role]) => ({ vkey: formatVkey(vkey), roles: [role], holder: role }));
  t.like(await take(envelopeOf(trustDocument(1, keys), root)), { version: 1, fresh: true });
  t.is(kiosk.disclosure.trusted.version, 1);

  const post = envelopeOf(postDocument({ issued: '2026-11-22T09:00:00+08:00' }), publisher).toString();
  const taken = await command('update-content', dispatcher, { envelope: post });
  t.like(taken, { status: 'done', result: { kind: 'post', id: 'window-3' } });
  const page = await (await fetch(kiosk.kiosk.url)).text();
  t.regex(page, /林晓岚/);
  t.like(await command('update-content', dispatcher), { status: 'failed' }, 'there is no broker to ask');

  const { epoch } = kiosk.journal;
  t.like(await command('rotate-key', technician), { status: 'done', result: { epoch: epoch + 1 } });
  t.like(await command('start', dispatcher), { status: 'failed', error: { code: 'LIUHEN_STATE' } });
  t.like(await command('start', technician), { status: 'refused', refusal: 'role' });
  const seen = await command('collect-diagnostics', technician);
  t.like((seen.result as { status: object }).status, {
    device: 'kiosk-0001',
    commands: { trust: 1, done: 3, failed: 2 },
  });
});
