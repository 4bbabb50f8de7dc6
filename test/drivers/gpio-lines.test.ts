import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import { GPIO_ROOT, lineNumber } from '../../drivers/gpio-chips.js';
import { holdLine } from '../support/gpio-holder.js';
import { GpioProcess } from '../support/gpio-process.js';

/**
 * Real lines, real onoff: for a machine with the kernel's gpio-sim, such as scripts/virtual-board. The chip needs 8
 * lines that nothing else uses; the folder is the one that holds its sim_gpio0.
 */
const { LIUHEN_TEST_GPIO_CHIP: chip = '', LIUHEN_TEST_GPIO_SIM: sim = '' } = process.env;
const real = chip !== '' && sim !== '' ? test.serial : test.serial.skip;
if (real === test.serial.skip) {
  console.log('no real GPIO lines here: set LIUHEN_TEST_GPIO_CHIP to the label of a gpio-sim chip and');
  console.log('LIUHEN_TEST_GPIO_SIM to the folder of its sim_gpio0; scripts/virtual-board has one');
}

function pull(line: number, direction: 'up' | 'down'): void {
  writeFileSync(join(sim, `sim_gpio${line}`, 'pull'), `pull-${direction}`);
}

/** The voltage of an output: 1 is high. */
function voltage(line: number): number {
  return Number(readFileSync(join(sim, `sim_gpio${line}`, 'value'), 'utf8'));
}

function isExported(line: number): boolean {
  return existsSync(join(GPIO_ROOT, `gpio${lineNumber(GPIO_ROOT, { chip, line })}`));
}

test.beforeEach(() => {
  if (sim === '') return;
  for (let line = 0; line < 8; line++) pull(line, 'down');
});

real('a press and a release of a real line are told, and nothing else', async (t) => {
  const gpio = new GpioProcess(t);
  t.false(await gpio.ask({ do: 'input', name: { chip, line: 0 }, debounceMs: 10 }));
  for (const active of [true, false, true]) {
    pull(0, active ? 'up' : 'down');
    t.deepEqual(await gpio.told(), { change: active });
    t.is(await gpio.ask({ do: 'read' }), active);
  }
  await gpio.ask({ do: 'close' });
  t.false(isExported(0));
  t.is(await gpio.ended(), 0, 'a closed line does not keep the process alive');
});

real('an active-low line is active while its voltage is low', async (t) => {
  pull(1, 'up');
  const gpio = new GpioProcess(t);
  t.false(await gpio.ask({ do: 'input', name: { chip, line: 1, activeLow: true }, debounceMs: 0 }));
  pull(1, 'down');
  t.deepEqual(await gpio.told(), { change: true });
});

real('chatter is told as the one change that it ends in', async (t) => {
  const gpio = new GpioProcess(t);
  await gpio.ask({ do: 'input', name: { chip, line: 2 }, debounceMs: 500 });
  for (let i = 0; i < 21; i++) pull(2, i % 2 === 0 ? 'up' : 'down');
  t.deepEqual(await gpio.told(), { change: true });
  for (let i = 0; i < 20; i++) pull(2, i % 2 === 0 ? 'down' : 'up');
  pull(2, 'down');
  t.deepEqual(await gpio.told(), { change: false });
});

real('a real button gives press, then long while it is held, then press and double', async (t) => {
  const gpio = new GpioProcess(t);
  await gpio.ask({ do: 'button', name: { chip, line: 3 }, times: { longMs: 1000, doubleMs: 5000 } });
  pull(3, 'up');
  t.deepEqual(await gpio.told(), { gesture: 'press' });
  t.deepEqual(await gpio.told(), { gesture: 'long' });
  pull(3, 'down');
  await delay(100);
  pull(3, 'up');
  t.deepEqual(await gpio.told(), { gesture: 'press' });
  pull(3, 'down');
  await delay(100);
  pull(3, 'up');
  t.deepEqual(await gpio.told(), { gesture: 'double' });
});

for (const activeLow of [false, true]) {
  const [on, off] = activeLow ? [0, 1] : [1, 0];
  const kind = activeLow ? 'an active-low' : 'an active-high';

  real(`${kind} output is inactive when opened, follows what is written, and is left inactive`, async (t) => {
    const gpio = new GpioProcess(t);
    await gpio.ask({ do: 'output', name: { chip, line: 4, activeLow } });
    t.is(voltage(4), off);
    await gpio.ask({ do: 'write', active: true });
    t.is(voltage(4), on);
    await gpio.ask({ do: 'write', active: false });
    t.is(voltage(4), off);
    await gpio.ask({ do: 'write', active: true });
    await gpio.ask({ do: 'close' });
    t.false(isExported(4));
    t.is(await gpio.ended(), 0);
  });

  real(`${kind} output that a killed process left active is taken over, inactive`, async (t) => {
    const killed = new GpioProcess(t);
    await killed.ask({ do: 'output', name: { chip, line: 5, activeLow } });
    await killed.ask({ do: 'write', active: true });
    await killed.kill();
    t.true(isExported(5));
    t.is(voltage(5), on);

    const next = new GpioProcess(t);
    await next.ask({ do: 'output', name: { chip, line: 5, activeLow } });
    t.is(voltage(5), off);
    await next.ask({ do: 'write', active: true });
    t.is(voltage(5), on);
    await next.ask({ do: 'close' });
    t.false(isExported(5));
  });
}

real('an input that a killed process left exported is taken over, as an output too', async (t) => {
  const name = { chip, line: 6 };
  const killed = new GpioProcess(t);
  await killed.ask({ do: 'input', name: { ...name, activeLow: true }, debounceMs: 0 });
  await killed.kill();
  const next = new GpioProcess(t);
  t.false(await next.ask({ do: 'input', name, debounceMs: 0 }));
  pull(6, 'up');
  t.deepEqual(await next.told(), { change: true });
  await next.kill();
  const last = new GpioProcess(t);
  await last.ask({ do: 'output', name });
  await last.ask({ do: 'write', active: true });
  t.is(voltage(6), 1);
  await last.ask({ do: 'close' });
});

real('a line that another program holds is busy', async (t) => {
  const release = await holdLine(t, sim, 7);
  const gpio = new GpioProcess(t);
  await t.throwsAsync(gpio.ask({ do: 'input', name: { chip, line: 7 }, debounceMs: 0 }), {
    code: 'LIUHEN_GPIO',
    message: `gpio: expected line 7 of chip ${chip} to be free, found it busy`,
  });
  await release();
  t.false(await gpio.ask({ do: 'input', name: { chip, line: 7 }, debounceMs: 0 }));
});

/** The switch that takes the chip away and brings it back. */
function liveSwitch(): string {
  const root = '/sys/kernel/config/gpio-sim';
  const device = readdirSync(root).find((name) =>
    sim.includes(`/${readFileSync(join(root, name, 'dev_name'), 'utf8').trim()}/`),
  );
  return join(root, device ?? '', 'live');
}

real('a chip that vanishes is told once, at the next look, and the process lives on', async (t) => {
  const live = liveSwitch();
  t.teardown(() => {
    if (readFileSync(live, 'utf8').trim() === '0') writeFileSync(live, '1');
  });
  const gpio = new GpioProcess(t);
  await gpio.ask({ do: 'input', name: { chip, line: 0 }, debounceMs: 0 });
  writeFileSync(live, '0');
  t.false(await gpio.ask({ do: 'read' }));
  const told = await gpio.told();
  t.regex('lost' in told ? told.lost : '', /^gpio: expected line 0 of chip .* to answer: ENODEV/);
  t.false(await gpio.ask({ do: 'read' }), 'as it was last read, and not told again');
  await t.throwsAsync(gpio.ask({ do: 'input', name: { chip, line: 0 }, debounceMs: 0 }), {
    message: new RegExp(`^gpio: expected a chip ${chip}, found `),
  });
  writeFileSync(live, '1');
  t.false(await gpio.ask({ do: 'input', name: { chip, line: 0 }, debounceMs: 0 }));
  await gpio.ask({ do: 'close' });
  t.is(await gpio.ended(), 0, 'and ends by itself');
});
