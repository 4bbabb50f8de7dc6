import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { tryCamera, tryLine, tryPort } from '../../agent/provision/live-test.js';
import { probe } from '../../agent/provision/probe.js';
import { LiuhenError } from '../../config/errors.js';
import { defaultConfig } from '../../config/load.js';
import type { Gpio } from '../../drivers/gpio-port.js';
import { SerialCable, withoutSocat } from '../support/serial-cable.js';

const run = withoutSocat === undefined ? test : test.skip;

async function machine(t: ExecutionContext, files: Record<string, string>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'liuhen-machine-'));
  t.teardown(() => rm(root, { recursive: true }));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  return root;
}

const video = (node: string, index: number, name: string) => ({
  [`sys/class/video4linux/${node}/index`]: `${index}\n`,
  [`sys/class/video4linux/${node}/name`]: `${name}\n`,
});

test('what the machine has is found: cameras without their metadata nodes, and GPIO chips', async (t) => {
  const root = await machine(t, {
    ...video('video10', 0, 'Second \u001b[31mcamera'),
    ...video('video0', 0, 'Front camera'),
    ...video('video1', 1, 'Front camera'),
    'sys/class/gpio/export': '',
    'sys/class/gpio/gpiochip512/label': 'recorder-gpio\n',
    'sys/class/gpio/gpiochip512/base': '512\n',
    'sys/class/gpio/gpiochip512/ngpio': '8\n',
  });
  const found = await probe(root);
  t.deepEqual(found.cameras, [
    { path: '/dev/video0', name: 'Front camera' },
    { path: '/dev/video10', name: 'Second [31mcamera' },
  ]);
  t.like(found.chips[0], { label: 'recorder-gpio', lines: 8 });
  t.is(found.gpioProblem, undefined);
});

test('a machine without anything says why there are no GPIO lines, and has no cameras and ports', async (t) => {
  const found = await probe(await machine(t, { 'sys/kernel': '' }));
  t.deepEqual([found.cameras, found.ports, found.chips], [[], [], []]);
  t.regex(found.gpioProblem ?? '', /expected .*export/);
});

test('a camera that gives footage works, and one that is not there fails with its name', async (t) => {
  const good = await tryCamera(defaultConfig({ camera: { source: 'synthetic' } }));
  t.is(good.result, 'works', good.detail);
  t.regex(good.detail, /footage after \d+ ms/);
  const missing = await tryCamera(defaultConfig({ camera: { source: '/dev/video98' } }));
  t.is(missing.result, 'fails');
  t.regex(missing.detail, /video98/);
  const root = await machine(t, { password: 'correct horse\n' });
  await chmod(join(root, 'password'), 0o600);
  const camera = {
    source: 'rtsp://127.0.0.1:1/live',
    username: 'admin',
    passwordFile: join(root, 'password'),
  };
  const { result, detail } = await tryCamera(defaultConfig({ camera }));
  t.is(result, 'fails', 'one with a password is tried as well');
  t.regex(detail, /^rtsp:\/\/127\.0\.0\.1:1\/live: .*refused/);
  t.notRegex(detail, /horse/);
});

run('a serial port that speaks works, one that opens is silent, one that is not there fails', async (t) => {
  const cable = await SerialCable.make();
  t.teardown(() => cable.remove());
  const missing = await tryPort('gnss', { port: cable.path, baudRate: 9600 });
  t.is(missing.result, 'fails', missing.detail);
  await cable.plug();
  const silent = await tryPort('gnss', { port: cable.path, baudRate: 9600 });
  t.is(silent.result, 'silent', silent.detail);
  const trying = tryPort('gnss', { port: cable.path, baudRate: 9600 });
  const talk = setInterval(() => void cable.send('$GPGGA,,,,,,0,00,99.99,,,,,,*48\r\n'), 50);
  const speaking = await trying;
  clearInterval(talk);
  t.is(speaking.result, 'works', speaking.detail);
});

function fail(): never {
  throw new LiuhenError('LIUHEN_GPIO', 'line 3 is gone');
}

test('an output is lit and let go, an input says how it stands, and a line that is busy fails with what to do', async (t) => {
  const written: boolean[] = [];
  let closed = 0;
  const gpio: Gpio = {
    output: () => ({
      write: (active) => void written.push(active),
      read: () => written.at(-1) ?? false,
      close: () => void closed++,
    }),
    input: () => ({ active: true, onChange: () => {}, close: () => void closed++ }),
  };
  const name = { chip: 'recorder-gpio', line: 3 };
  t.is((await tryLine(gpio, 'light', name)).result, 'works');
  t.deepEqual([written, closed], [[true], 1], 'close leaves it inactive');
  t.regex((await tryLine(gpio, 'button', name)).detail, /line 3: is active/);
  t.is(closed, 2);
  const pressed: Gpio = {
    ...gpio,
    input: () => ({ active: false, onChange: (tell) => void setImmediate(tell, true), close: () => {} }),
  };
  t.is((await tryLine(pressed, 'button', name, 60_000)).result, 'works', 'somebody touched it');
  t.is((await tryLine(gpio, 'button', name, 1)).result, 'silent', 'nobody did');
  closed = 0;
  const failing: Gpio = {
    output: () => ({ ...gpio.output(name), write: () => fail() }),
    input: () => ({ ...gpio.input(name, { debounceMs: 5 }), onChange: () => fail() }),
  };
  for (const piece of ['light', 'button']) t.is((await tryLine(failing, piece, name, 1)).result, 'fails');
  t.is(closed, 2, 'one that fails is let go as well');
  const busy: Gpio = {
    ...gpio,
    input: () => {
      throw new LiuhenError('LIUHEN_GPIO', 'line 3 is busy', { next: 'stop who has it' });
    },
  };
  t.deepEqual(await tryLine(busy, 'button', name), {
    piece: 'button',
    result: 'fails',
    detail: 'recorder-gpio line 3: line 3 is busy (stop who has it)',
  });
});
