import test from 'ava';
import { pino } from 'pino';
import { kioskRows } from '../../agent/cli/kiosk-text.js';
import { callAgent } from '../../agent/control/client.js';
import type { Check } from '../../agent/doctor/check.js';
import { platformFinding } from '../../agent/doctor/evidence.js';
import { pieceChecks } from '../../agent/doctor/hardware.js';
import { OpenedDevice } from '../../agent/doctor/opened.js';
import { platformFacts } from '../../agent/kiosk/platform.js';
import { words } from '../../agent/words/words.js';
import { defaultConfig } from '../../config/load.js';
import { systemTimers } from '../../drivers/timers.js';
import { examinedDevice } from '../support/examined.js';
import { MemoryDrivers } from '../support/hardware.js';
import { TestKiosk } from '../support/kiosk-agent.js';

test('a kiosk is examined by its running agent: the page that no browser shows is the fault, and a camera is none of its parts', async (t) => {
  const kiosk = await TestKiosk.make(t);
  const agent = await kiosk.start();
  t.teardown(() => agent.stop('test over'));
  const { dataFolder } = await agent.status();
  const checks = (await callAgent(dataFolder, 'POST', '/doctor', {})) as Check[];
  const of = (id: string) => checks.find((each) => each.id === id);
  t.is(of('camera'), undefined);
  t.like(of('kiosk'), { result: 'fault', value: 'no page has been opened' });
  t.is(of('seal')?.result, 'ok', of('seal')?.value);
  t.is(of('journal')?.result, 'ok', of('journal')?.value);
  t.is(of('presence')?.result, 'ok', of('presence')?.value);
  t.like(of('platform'), {
    result: 'warning',
    value: 'nothing was ever heard of it: the screen has no content',
  });
  t.regex(of('platform')?.next ?? '', /liuhen board import/);

  await kiosk.takeHall();
  const { platform } = await agent.status();
  t.like(platform, { connected: null, silent: false });
  t.true(Math.abs(Date.parse(platform.heardAt ?? '') - Date.now()) < 600_000);
});

test('content that nobody has renewed for longer than kiosk.silentAfter is told with since when, in status and doctor', async (t) => {
  const nowMs = Date.parse('2026-03-04T08:00:00Z');
  const clock = { read: () => ({ wallMs: nowMs, monoMs: 0, boot: '', source: 'ntp' as const }) };
  const taken = (hoursAgo: number) => ({ sinceMs: nowMs - hoursAgo * 3_600_000 });
  const facts = (items: object[], connection?: { connected: boolean; sinceMs: number | undefined }) =>
    platformFacts({
      board: { items: () => items as never },
      connection: () => connection,
      ...{ clock, silentAfterMs: 86_400_000 },
    });
  const old = facts([taken(30), taken(80)]);
  t.deepEqual(old, {
    connected: null,
    heardAt: '2026-03-03T02:00:00.000Z',
    silentMs: 30 * 3_600_000,
    silent: true,
  });
  t.false(facts([taken(30)], { connected: true, sinceMs: nowMs }).silent);
  t.false(facts([taken(30)], { connected: false, sinceMs: nowMs - 1000 }).silent);
  t.true(facts([], { connected: false, sinceMs: undefined }).silent);
  const finding = await platformFinding({
    device: examinedDevice({ platform: async () => old }),
    words: words('en'),
  });
  t.is(finding.result, 'warning');
  t.regex(finding.value, /^nothing heard since 2026-03-03T02:00:00\.000Z, for 30\.0 h/);
  const [, row] =
    kioskRows({ ...status, platform: old } as never).find(([name]) => name === 'platform') ?? [];
  t.is(row, 'SILENT since 2026-03-03T02:00:00.000Z, for 30:00:00');
});

test('without an agent the doctor opens what a kiosk has at its window', async (t) => {
  const drivers = new MemoryDrivers(systemTimers);
  drivers.gpioLines.line(1).set(true);
  const config = defaultConfig({
    profile: 'kiosk',
    kiosk: { presence: { chip: 'kiosk', line: 1 }, awayButton: { chip: 'kiosk', line: 2 } },
  } as never);
  const device = new OpenedDevice({ config, log: pino({ level: 'silent' }), drivers });
  const pieces = await device.pieces();
  t.deepEqual(pieces, {
    cardReader: { state: 'not configured' },
    presence: { state: 'works', detail: 'kiosk line 1', line: { active: true } },
    awayButton: { state: 'works', detail: 'kiosk line 2', line: { active: false } },
  } as never);
  await device.close();
  t.false(drivers.gpioLines.line(1).open);
});

test('an output that something else holds is a fault, and what was driven is seen', async (t) => {
  const drivers = new MemoryDrivers(systemTimers);
  drivers.gpioLines.line(1).held = true;
  const config = defaultConfig({
    hardware: { light: { chip: 'board', line: 1 }, buzzer: { chip: 'board', line: 2 } },
  } as never);
  const device = new OpenedDevice({ config, log: pino({ level: 'silent' }), drivers });
  const checks = await pieceChecks({ device, words: words('en') });
  const of = (id: string) => checks.find((each) => each.id === id);
  t.like(of('light'), {
    result: 'fault',
    value: 'board line 1: stays inactive, whatever it is driven to',
  });
  t.like(of('buzzer'), { result: 'ok', value: 'board line 2: went on and off' });
  await device.close();
});

/** What else the rows are made of. */
const status = {
  kiosk: {
    ...{ url: '', window: '1', serving: null, stale: null, feedback: { taken: 0, refused: 0 } },
    page: { heartbeatAgeMs: null, drawn: false, path: null },
  },
  content: { states: {}, hall: 'h', trustVersion: 1, refused: 0, lost: 0, showing: 0 },
  pieces: {},
};
