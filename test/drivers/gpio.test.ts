import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, chown, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import type { LiuhenError } from '../../config/errors.js';
import { sysfsGpio } from '../../drivers/gpio.js';
import { type FakeChip, type FakeFaults, fakeOnoff, fakeSysfs, systemError } from '../support/gpio.js';

const CHIPS: FakeChip[] = [
  { label: 'keys', base: 512, lines: 8, device: 'gpio-keys.0' },
  { label: 'expander', base: 520, lines: 16, device: '1-0020' },
  { label: 'expander', base: 536, lines: 16, device: '1-0021' },
];
const BUTTON = { chip: 'keys', line: 3 };
const DEBOUNCED = { debounceMs: 20 };

/** Lines on a fake tree, and the fakes that were made of them. */
async function gpioOn(t: ExecutionContext, chips = CHIPS, faults: FakeFaults = {}) {
  const root = await fakeSysfs(t, chips);
  const { onoff, lines, asked } = fakeOnoff(root, faults);
  const losses: string[] = [];
  const gpio = sysfsGpio({
    root,
    onoff,
    onLost: ({ line }, { message }) => losses.push(`${line}: ${message}`),
  });
  return { root, gpio, lines, asked, losses };
}

function refusalOf(t: ExecutionContext, open: () => unknown): LiuhenError {
  const error = t.throws<LiuhenError>(open, { code: 'LIUHEN_GPIO', name: 'LiuhenError' });
  t.truthy(error.next);
  return error;
}

test('a line is found by its chip’s label, wherever this kernel puts the chip', async (t) => {
  const { gpio, asked } = await gpioOn(t);
  gpio.input(BUTTON, DEBOUNCED);
  const elsewhere = await gpioOn(t, [{ label: 'keys', base: 0, lines: 8 }]);
  elsewhere.gpio.input(BUTTON, DEBOUNCED);
  t.deepEqual(asked, [[515, 'in', 'both', { activeLow: false, debounceTimeout: 20 }]]);
  t.deepEqual(elsewhere.asked, [[3, 'in', 'both', { activeLow: false, debounceTimeout: 20 }]]);
});

test('two chips of one label are told apart by their device, and otherwise refused', async (t) => {
  const { gpio, asked } = await gpioOn(t);
  const error = refusalOf(t, () => gpio.output({ chip: 'expander', line: 0 }));
  t.is(
    error.message,
    'gpio: expected one chip expander, found expander (1-0020, 16 lines), expander (1-0021, 16 lines)',
  );
  gpio.output({ chip: '1-0021', line: 2 });
  t.like(asked, [[538]]);
});

test('an unknown chip is refused with the labels that exist', async (t) => {
  const { gpio } = await gpioOn(t, CHIPS.slice(0, 2));
  const error = refusalOf(t, () => gpio.input({ chip: 'buttons', line: 0 }, DEBOUNCED));
  t.is(
    error.message,
    'gpio: expected a chip buttons, found keys (gpio-keys.0, 8 lines), expander (1-0020, 16 lines)',
  );
  const bare = await gpioOn(t, []);
  const none = refusalOf(t, () => bare.gpio.output({ chip: 'buttons', line: 0 }));
  t.is(none.message, 'gpio: expected a chip buttons, found no chip at all');
  t.regex(none.next ?? '', /driver/);
});

test('a line that the chip does not have is refused with its range', async (t) => {
  const { gpio, asked } = await gpioOn(t);
  for (const line of [8, -1, 1.5, Number.NaN]) {
    const error = refusalOf(t, () => gpio.output({ chip: 'keys', line }));
    t.is(error.message, `gpio: expected line 0 to 7 of chip keys, found line ${line}`);
  }
  gpio.output({ chip: 'keys', line: 7 });
  t.like(asked, [[519]]);
});

test('a kernel without sysfs GPIO is told apart from one without chips', async (t) => {
  const { root, gpio } = await gpioOn(t);
  await rm(join(root, 'export'));
  const error = refusalOf(t, () => gpio.input(BUTTON, DEBOUNCED));
  t.is(error.message, `gpio: expected ${root}/export, found no such file`);
  t.regex(error.next ?? '', /CONFIG_GPIO_SYSFS/);
});

test('a chip that goes away while it is read, or says nonsense of itself, is passed over', async (t) => {
  const { root, gpio } = await gpioOn(t);
  await rm(join(root, 'gpiochip520', 'ngpio'));
  await writeFile(join(root, 'gpiochip536', 'base'), 'unknown');
  t.regex(refusalOf(t, () => gpio.output({ chip: 'expander', line: 0 })).message, /found keys \([^)]*\)$/);
});

test('a busy line is refused with how to see who holds it', async (t) => {
  const { root, gpio } = await gpioOn(t, CHIPS, { export: systemError('EBUSY', '/sys/class/gpio/export') });
  const error = refusalOf(t, () => gpio.input(BUTTON, DEBOUNCED));
  t.is(error.message, 'gpio: expected line 3 of chip keys to be free, found it busy');
  t.regex(error.next ?? '', /\/sys\/kernel\/debug\/gpio/);
  t.false(existsSync(join(root, 'gpio515')));
});

test('a line with two purposes in one agent is refused, until the first lets go of it', async (t) => {
  const { gpio } = await gpioOn(t);
  const input = gpio.input(BUTTON, DEBOUNCED);
  t.is(
    refusalOf(t, () => gpio.output(BUTTON)).message,
    'gpio: expected line 3 of chip keys to be free, found it opened by this agent',
  );
  input.close();
  t.notThrows(() => gpio.output(BUTTON));
});

test('without permission, the next step is the group that has it, or the udev rule that gives it to one', async (t) => {
  const denied = { export: systemError('EACCES', '/sys/class/gpio/export') };
  const { root, gpio } = await gpioOn(t, CHIPS, denied);
  await chmod(join(root, 'export'), 0o200);
  const error = refusalOf(t, () => gpio.input(BUTTON, DEBOUNCED));
  t.is(error.message, 'gpio: no permission for line 3 of chip keys (/sys/class/gpio/export)');
  t.regex(error.next ?? '', /udev rule/);

  if (process.getuid?.() !== 0) return t.log('only root can give the file to a group');
  const groups = (await readFile('/etc/group', 'utf8')).split('\n').map((line) => line.split(':'));
  const [group, , gid] = groups.find(([, , id]) => Number(id) > 0) ?? [];
  await chown(join(root, 'export'), 0, Number(gid));
  await chmod(join(root, 'export'), 0o220);
  t.regex(refusalOf(t, () => gpio.input(BUTTON, DEBOUNCED)).next ?? '', new RegExp(`to group ${group} `));
});

test('a line that cannot raise interrupts is no input', async (t) => {
  for (const code of ['EIO', 'ENOENT']) {
    const { gpio } = await gpioOn(t, CHIPS, { setUp: systemError(code, '/sys/class/gpio/gpio515/edge') });
    const error = refusalOf(t, () => gpio.input(BUTTON, DEBOUNCED));
    t.is(error.message, 'gpio: expected line 3 of chip keys to raise interrupts, found that it cannot');
  }
});

test('a line whose opening failed is unexported again, one that was found exported is not', async (t) => {
  const fault = { setUp: systemError('EINVAL', '/sys/class/gpio/gpio515/direction') };
  const { root, gpio } = await gpioOn(t, CHIPS, fault);
  refusalOf(t, () => gpio.output(BUTTON));
  t.is(await readFile(join(root, 'unexport'), 'utf8'), '515');

  const found = await gpioOn(t, CHIPS, fault);
  await mkdir(join(found.root, 'gpio515'));
  refusalOf(t, () => found.gpio.output(BUTTON));
  t.is(await readFile(join(found.root, 'unexport'), 'utf8'), '');
});

test('a line that was left exported is taken over', async (t) => {
  const { root, gpio, lines } = await gpioOn(t);
  await mkdir(join(root, 'gpio515'));
  const input = gpio.input({ ...BUTTON, activeLow: true }, DEBOUNCED);
  lines[0]?.set(1);
  t.true(input.active);
});

test('a line that was left exported and cannot be set up is refused, not half used', async (t) => {
  const stays = [
    [{ direction: 'out' }, 'its direction stays out'],
    [{ edge: 'none' }, 'its edge stays none'],
    [{ activeLow: true }, 'its active_low stays 1'],
  ] as const;
  for (const [wrong, text] of stays) {
    const { root, gpio } = await gpioOn(t, CHIPS, { stays: wrong });
    await mkdir(join(root, 'gpio515'));
    const error = refusalOf(t, () => gpio.input(BUTTON, DEBOUNCED));
    t.is(error.message, `gpio: expected to set up line 3 of chip keys: ${text}`);
  }
});

test('an input tells each change once, and not that a bounce came back to where it was', async (t) => {
  const { gpio, lines } = await gpioOn(t);
  const input = gpio.input(BUTTON, DEBOUNCED);
  const heard: boolean[] = [];
  input.onChange((active) => heard.push(active));
  for (const level of [0, 1, 1, 0, 0, 1] as const) lines[0]?.set(level);
  t.deepEqual(heard, [true, false, true]);
});

test('an input that is active at the start says so and tells its release first', async (t) => {
  const root = await fakeSysfs(t, CHIPS);
  const fake = fakeOnoff(root);
  class Held extends fake.FakeLine {
    override level = 1 as 0 | 1;
  }
  const input = sysfsGpio({ root, onoff: () => Held }).input(BUTTON, DEBOUNCED);
  const heard: boolean[] = [];
  input.onChange((active) => heard.push(active));
  t.true(input.active);
  for (const level of [1, 0] as const) fake.lines[0]?.set(level);
  t.deepEqual(heard, [false]);
});

test('a closed input tells nothing, is unexported, and may be closed again', async (t) => {
  const { root, gpio, lines, losses } = await gpioOn(t);
  const input = gpio.input(BUTTON, DEBOUNCED);
  input.onChange(() => t.fail());
  t.true(existsSync(join(root, 'gpio515')));
  input.close();
  input.close();
  t.false(existsSync(join(root, 'gpio515')));
  lines[0]?.set(1);
  t.deepEqual(losses, []);
});

test('an output begins inactive, which is high on an active-low line, and ends inactive', async (t) => {
  const { root, gpio, lines, asked } = await gpioOn(t);
  const light = gpio.output({ chip: 'keys', line: 0 });
  const buzzer = gpio.output({ chip: 'keys', line: 1, activeLow: true });
  t.like(asked, [
    [512, 'low', 'none', { activeLow: false }],
    [513, 'high', 'none', { activeLow: true }],
  ]);
  for (const output of [light, buzzer]) {
    output.write(true);
    output.close();
    output.write(true);
  }
  t.deepEqual(
    lines.map(({ written }) => written),
    [
      [1, 0],
      [1, 0],
    ],
  );
  t.false(existsSync(join(root, 'gpio512')));
});

test('a line whose chip was unplugged is told once, throws nowhere, and may be opened again', async (t) => {
  const { gpio, lines, losses } = await gpioOn(t);
  const input = gpio.input(BUTTON, DEBOUNCED);
  const output = gpio.output({ chip: 'keys', line: 4 });
  lines[0]?.set(1);
  for (const line of lines) line.fault = systemError('ENODEV', 'value');
  t.notThrows(() => lines[0]?.set(0), 'as onoff reads the line, from where a throw would end the process');
  t.is(lines[0]?.listener, undefined, 'no longer watched');
  t.true(input.active, 'as it was last read');
  output.write(true);
  output.write(false);
  output.close();
  input.close();
  t.is(losses.length, 2);
  t.regex(losses[0] ?? '', /^3: gpio: expected line 3 of chip keys to answer: ENODEV/);
  t.regex(losses[1] ?? '', /^4: /);
  t.notThrows(() => gpio.input(BUTTON, DEBOUNCED));
});

/** Opens a line with the drivers in a folder where only these packages are installed; returns what it throws. */
async function openedWith(t: ExecutionContext, packages: Record<string, string>): Promise<string> {
  const folder = await fakeSysfs(t, CHIPS);
  const built = fileURLToPath(new URL('../..', import.meta.url));
  for (const room of ['drivers', 'config'])
    await cp(join(built, room), join(folder, room), { recursive: true });
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  for (const [name, code] of Object.entries(packages)) {
    await mkdir(join(folder, 'node_modules', name), { recursive: true });
    await writeFile(join(folder, 'node_modules', name, 'index.js'), code);
  }
  const program = `
    const { sysfsGpio } = await import(${JSON.stringify(join(folder, 'drivers/gpio.js'))});
    const gpio = sysfsGpio({ root: ${JSON.stringify(folder)} });
    console.log('made');
    try { gpio.output({ chip: 'keys', line: 0 }); } catch (error) { console.log(error.code, error.message, error.next); }`;
  const { stdout } = await promisify(execFile)('node', ['--input-type=module', '-e', program]);
  return stdout;
}

test('without onoff, or without its compiled part, only the opening of a line fails, and says what to install', async (t) => {
  const next = /install g\+\+, make, python3 and Node's headers/;
  const absent = await openedWith(t, {});
  t.regex(
    absent,
    /^made\nLIUHEN_GPIO gpio: expected the package onoff with its compiled part: Cannot find module 'onoff'/,
  );
  t.regex(absent, next);
  const notBuilt = await openedWith(t, {
    onoff: "require('epoll')",
    epoll: "throw new Error('Could not locate the bindings file. Tried:\\n → build/epoll.node')",
  });
  t.regex(notBuilt, /^made\nLIUHEN_GPIO .*: Could not locate the bindings file\. Tried: /);
  t.regex(notBuilt, next);
});

test('whatever ends the program, short of a kill, no light outlives it', async (t) => {
  const root = await fakeSysfs(t, CHIPS);
  const child = fileURLToPath(new URL('../support/gpio-crash.js', import.meta.url));
  for (const how of ['throws', 'rejects', 'exits']) {
    const values = join(root, how);
    await t.throwsAsync(promisify(execFile)(process.execPath, [child, root, values, how]), undefined, how);
    // Two lights: one that burns, and one that is active while its voltage is low and was closed before.
    t.deepEqual((await readFile(values, 'utf8')).split('\n').slice(-4), ['3: 1', '4: 0', '3: 0', ''], how);
  }
});
