import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { MemoryDrivers } from '../support/hardware.js';
import { nmea } from '../support/nmea.js';
import type { ManualTimers } from '../support/timers.js';
import { WornDevice } from '../support/worn.js';

const gpio = (line: number) => ({ chip: 'recorder-gpio', line });
const BUTTON = 0;
const LIGHT = 1;
const COVER = 4;
const CARD = '0A00123456';

/** The frame that an RDM6300 sends for a card. */
function cardFrame(card: string): string {
  const xor = Buffer.from(card, 'hex').reduce((sum, byte) => sum ^ byte, 0);
  return `\x02${card}${xor.toString(16).toUpperCase().padStart(2, '0')}\x03`;
}

async function officersFile(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-officers-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'officers.yaml');
  await writeFile(path, `${CARD}: {id: officer-17, name: Officer Seventeen, credential: LX-0017}\n`);
  return path;
}

test('everything that the hardware sees in one recording is in the journal, in its order', async (t) => {
  const worn = await WornDevice.start(t, {
    recording: { behaviour: '现场检查' },
    hardware: {
      ...{ button: gpio(BUTTON), light: gpio(LIGHT), cover: gpio(COVER) },
      ...{ gnss: { port: '/dev/gnss' }, cardReader: { port: '/dev/cards' } },
      officersFile: await officersFile(t),
    },
  });
  const { agent, drivers } = worn;
  const light = drivers.gpioLines.line(LIGHT);
  drivers.link('/dev/cards').say(cardFrame(CARD));
  t.is(worn.camera.officer, 'officer-17 LX-0017', 'shown in the picture');
  await worn.film(2);

  const sealed = new Promise((resolve) => agent.recorder.once('sealed', resolve));
  worn.press(BUTTON);
  await sealed;
  await worn.until(() => agent.device.controls.light === 'sealing');
  t.true(light.active, 'steady');

  const gnss = drivers.link('/dev/gnss');
  const now = new Date();
  const time = now.toISOString().slice(11, 19).replaceAll(':', '');
  const date = now.toISOString().slice(2, 10).split('-').reverse().join('');
  gnss.say(nmea(`GNRMC,${time}.000,A,3113.8240,N,12128.4220,E,0.0,0.0,${date},,,A`));
  gnss.say(nmea(`GNRMC,${time}.900,A,3113.8240,N,12128.4220,E,0.0,0.0,${date},,,A`));
  await worn.film();
  drivers.gpioLines.line(COVER).set(true);
  drivers.link('/dev/cards').say(cardFrame('0000000001'));
  const button = drivers.gpioLines.line(BUTTON);
  for (const active of [true, false, true, false]) {
    button.set(active);
    worn.timers.advance(60);
  }
  while ((await agent.status()).recording?.marks !== 1) await worn.until(() => true);
  const stopped = new Promise((resolve) => agent.recorder.once('stopped', resolve));
  button.set(true);
  worn.timers.advance(2000);
  t.is(agent.recorder.state, 'stopping', 'at the moment that the button has been held for 2 s');
  await worn.film();
  await stopped;
  button.set(false);
  worn.timers.advance(500);
  t.is(agent.device.status().officer?.id, 'officer-17');
  t.deepEqual(agent.device.status().openDoors, ['cover']);

  const entries = await worn.entries();
  t.false(light.active, 'dark when the agent has ended');
  const told = entries.flatMap((entry): string[] => {
    if (entry.type === 'event') return [`${entry.source} ${entry.name}`];
    if (entry.type === 'identity-shown') return [`identity ${entry.officer} ${entry.credential}`];
    if (entry.type === 'mark') return [`mark ${entry.kind}`];
    if (entry.type === 'recording-started') return [`started ${entry.behaviour} by ${entry.officer}`];
    return entry.type === 'recording-stopped' ? [`stopped ${entry.reason}`] : [];
  });
  t.deepEqual(told, [
    'identity officer-17 LX-0017',
    'button short',
    'started on-site-inspection by officer-17',
    'tamper cover-opened',
    'card-reader unknown-card',
    'button double',
    'mark sos',
    'button long',
    'stopped button',
  ]);
  const positions = entries.flatMap((entry) => (entry.type === 'fragment' ? [entry.position] : []));
  t.deepEqual(positions.slice(0, 2), [undefined, undefined]);
  t.like(positions[2], { latitude: 31.230_4, longitude: 121.473_7 });
  const sources = new Set(entries.map(({ at }) => at.source));
  t.true(sources.has('gnss'), 'while the satellites confirmed the clock');
});

test('a recorder of which every piece is absent records all the same, and tells each absence once', async (t) => {
  const worn = await WornDevice.start(
    t,
    {
      hardware: {
        ...{ button: gpio(BUTTON), light: gpio(LIGHT), attention: gpio(7) },
        ...{ gnss: { port: '/dev/gnss' }, board: { port: '/dev/board' } },
      },
    },
    (drivers) => {
      drivers.gpioLines.missing = true;
      for (const port of ['/dev/gnss', '/dev/board']) {
        drivers.link(port).state = { open: false, reason: `no ${port}` };
      }
    },
  );
  const { agent, drivers, timers } = worn;
  timers.advance(60_000);
  drivers.link('/dev/gnss').enter({ open: false, reason: 'still none' });
  await agent.device.controls.start({ trigger: 'command' });
  await worn.film(2);
  const pieces = agent.device.status().pieces;
  t.deepEqual(pieces.button, { state: 'absent', detail: 'gpio: no chip recorder-gpio', next: 'plug it in' });
  t.deepEqual(pieces.gnss, { state: 'absent', detail: 'still none' });
  t.deepEqual(pieces.cardReader, { state: 'not configured' });
  const events = await worn.entriesOf('event');
  t.deepEqual(
    events.map(({ source, name, value }) => [source, name, (value as { piece: string }).piece]),
    ['board', 'light', 'button', 'attention', 'gnss'].map((piece) => ['hardware', 'absent', piece]),
  );
  t.is(worn.logged.filter(({ msg }) => msg === 'hardware absent').length, 5);
  t.like((await worn.entriesOf('recording-stopped'))[0], { fragments: 2 });
});

test('a key for firmware that is missing or none keeps no device from recording: it is an alarm, until it is put right', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-key-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const firmwareKeyFile = join(folder, 'key.pem');
  const worn = await WornDevice.start(t, { hardware: { board: { port: '/dev/board', firmwareKeyFile } } });
  t.true((await worn.agent.status()).alarms.includes('firmware-key'));
  t.true(worn.logged.some(({ level, err }) => level === 40 && String(err).includes(firmwareKeyFile)));
  await worn.agent.device.controls.start({ trigger: 'command' });
  await worn.film(1);
  const update = () => worn.command('POST', '/firmware/update', { file: join(folder, 'image.bin') });
  await t.throwsAsync(update(), { code: 'LIUHEN_NOT_FOUND', message: /firmwareKeyFile/ });
  await writeFile(firmwareKeyFile, 'no key');
  await t.throwsAsync(update(), { code: 'LIUHEN_FIRMWARE_IMAGE', message: /public key in PEM/ });
  t.true((await worn.agent.status()).alarms.includes('firmware-key'));
  await writeFile(
    firmwareKeyFile,
    generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }),
  );
  t.false((await worn.agent.status()).alarms.includes('firmware-key'));
  await t.throwsAsync(update(), { code: 'LIUHEN_NOT_FOUND', message: /image.bin/ });
  await t.throwsAsync(worn.command('POST', '/firmware/update', { file: '/dev/zero' }), {
    code: 'LIUHEN_FIRMWARE_IMAGE',
  });
});

test('a line that comes late and is lost is told each time, and shows at once what stands', async (t) => {
  const worn = await WornDevice.start(t, { hardware: { light: gpio(LIGHT) } }, ({ gpioLines }) => {
    gpioLines.missing = true;
  });
  const { agent, drivers, timers } = worn;
  const { gpioLines } = drivers;
  await agent.device.controls.start({ trigger: 'command' });
  await worn.film(1);
  await worn.until(() => agent.device.controls.light === 'sealing');
  gpioLines.missing = false;
  timers.advance(10_000);
  t.is(agent.device.status().pieces.light?.state, 'works');
  gpioLines.lose('recorder-gpio', LIGHT);
  t.is(agent.device.status().pieces.light?.state, 'absent');
  t.false(gpioLines.line(LIGHT).open);
  timers.advance(10_000);
  t.true(gpioLines.line(LIGHT).open);
  const told = (await worn.entriesOf('event')).map(({ name }) => name);
  t.deepEqual(told, ['absent', 'works', 'absent', 'works']);
});

test('a battery that is low is an alarm also while it records, when the light says that and nothing else', async (t) => {
  const worn = await WornDevice.start(t, {}, (drivers) => {
    drivers.reading = { percent: 9, millivolts: 3500, charging: false, supply: 'battery' };
  });
  const { agent } = worn;
  await agent.device.controls.start({ trigger: 'command' });
  await worn.film(1);
  await worn.until(
    () => agent.device.controls.light === 'sealing' && agent.device.controls.battery === 'low',
  );
  t.true((await agent.status()).alarms.includes('battery-low'));
});

test('a press as the lines open does not come before a whole process that was interrupted: it goes on, and the press marks it', async (t) => {
  const hardware = { button: gpio(BUTTON), gnss: { port: '/dev/gnss' } };
  const first = await WornDevice.start(t);
  await first.agent.device.controls.start({ trigger: 'command', wholeProcess: true });
  await first.film(1);
  await first.stop();
  const press = (drivers: MemoryDrivers) => {
    const { serial, timers } = drivers;
    drivers.serial = async (options, log) => {
      // The lines are open by now.
      const button = drivers.gpioLines.line(BUTTON);
      for (const active of [true, false]) {
        button.set(active);
        (timers as ManualTimers).advance(active ? 100 : 500);
      }
      return await serial(options, log);
    };
  };
  const second = await WornDevice.start(t, { hardware }, press, first);
  t.is(second.agent.recorder.state, 'recording');
  t.like((await second.entriesOf('recording-started')).at(-1), { wholeProcess: true, continues: 3 });
  t.is((await second.entriesOf('mark')).length, 1);

  const third = await WornDevice.start(t, { hardware: { buzzer: gpio(2) } }, () => {}, second);
  t.true(third.drivers.gpioLines.line(2).written.includes(true), 'who wears it is told that it records');
});

test('the picture names whom the recording names: also where a command says otherwise than the card', async (t) => {
  const worn = await WornDevice.start(t, {
    hardware: { cardReader: { port: '/dev/cards' }, officersFile: await officersFile(t) },
  });
  const { agent, camera, drivers } = worn;
  drivers.link('/dev/cards').say(cardFrame(CARD));
  t.is(camera.officer, 'officer-17 LX-0017');
  await agent.device.controls.start({ trigger: 'command', officer: 'officer-18', credential: 'LX-0018' });
  t.is(camera.officer, 'officer-18 LX-0018');
  await worn.film(1);
  const stopping = agent.device.controls.stop(true);
  await worn.film(1);
  await stopping;
  t.is(camera.officer, 'officer-17 LX-0017', 'again');
  t.like((await worn.entriesOf('recording-started'))[0], { officer: 'officer-18' });
});

test('a receiver that opens and says nothing does not count as working', async (t) => {
  const worn = await WornDevice.start(t, { hardware: { gnss: { port: '/dev/gnss' } } });
  const piece = () => worn.agent.device.status().pieces.gnss;
  t.is(piece()?.state, 'waits');
  worn.drivers.link('/dev/gnss').say('$GNTXT');
  t.is(piece()?.state, 'works');
  t.like(worn.drivers.opened[0], { baudRate: 9600, heartbeat: { silentMs: 15_000 } });
});

test('a button that is stuck from the start is told, and records nothing', async (t) => {
  const worn = await WornDevice.start(t, { hardware: { button: gpio(BUTTON) } }, ({ gpioLines }) => {
    gpioLines.line(BUTTON).active = true;
  });
  worn.timers.advance(60_000);
  worn.drivers.gpioLines.line(BUTTON).set(false);
  worn.timers.advance(1000);
  t.is(worn.agent.recorder.state, 'idle');
  t.deepEqual(
    (await worn.entriesOf('event')).map(({ source, name }) => `${source} ${name}`),
    ['button stuck', 'button free'],
  );
});

test('the machine’s own battery is watched where no board tells, and ends a recording in time', async (t) => {
  const worn = await WornDevice.start(t, {}, (drivers) => {
    drivers.reading = { percent: 12, millivolts: 3600, charging: false, supply: 'battery' };
  });
  const { agent, drivers, timers } = worn;
  await worn.until(() => agent.device.controls.battery === 'low');
  t.deepEqual(agent.device.status().battery, {
    percent: 12,
    millivolts: 3600,
    charging: false,
    supply: 'battery',
  });
  drivers.reading = { ...drivers.reading, percent: 80, charging: true, supply: 'external' };
  timers.advance(5000);
  await worn.until(() => agent.device.controls.battery === 'good');
  const names = (await worn.entriesOf('event')).map(({ name, value }) => [name, value]);
  t.deepEqual(names, [
    ['low', { percent: 12, powered: false }],
    ['good', { percent: 80, powered: true }],
  ]);
});

test('a command is checked against the policy, which decides whether a single order ends the recording', async (t) => {
  const worn = await WornDevice.start(t, { hardware: { officersFile: await officersFile(t) } });
  await t.throwsAsync(worn.command('POST', '/start', { behaviour: 'parking' }), { code: 'LIUHEN_USAGE' });
  await t.throwsAsync(worn.command('POST', '/start', { officer: '99' }), { code: 'LIUHEN_USAGE' });
  await worn.command('POST', '/start', { behaviour: '行政强制', officer: 'LX-0017' });
  await t.throwsAsync(worn.command('POST', '/stop', {}), { code: 'LIUHEN_STATE', message: /whole-process/ });
  await worn.film();
  const stopped = worn.command('POST', '/stop', { confirmed: true });
  await worn.until(() => worn.agent.recorder.state === 'stopping');
  await worn.film();
  t.like(await stopped, { behaviour: 'compulsory-measures', wholeProcess: true, officer: 'officer-17' });
});
