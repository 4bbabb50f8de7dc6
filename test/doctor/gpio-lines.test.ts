import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import type { Check } from '../../agent/doctor/check.js';
import { GPIO_ROOT, lineNumber } from '../../drivers/gpio-chips.js';
import { Bench } from '../support/bench.js';
import { holdLine } from '../support/gpio-holder.js';

/** The doctor on real lines, as test/drivers/gpio-lines.test.ts: for a machine with the kernel's gpio-sim, such as scripts/virtual-board. */
const { LIUHEN_TEST_GPIO_CHIP: chip = '', LIUHEN_TEST_GPIO_SIM: sim = '' } = process.env;
const real = chip !== '' && sim !== '' ? test.serial : test.serial.skip;
if (real === test.serial.skip)
  console.log('no real GPIO lines here: scripts/virtual-board test --only gpio has some');

const LINES = {
  button: { chip, line: 0 },
  light: { chip, line: 1 },
  buzzer: { chip, line: 2 },
  vibration: { chip, line: 3, activeLow: true },
  cover: { chip, line: 4, activeLow: true },
};

function pull(line: number, direction: 'up' | 'down'): void {
  writeFileSync(join(sim, `sim_gpio${line}`, 'pull'), `pull-${direction}`);
}

function isExported(line: number): boolean {
  return existsSync(join(GPIO_ROOT, `gpio${lineNumber(GPIO_ROOT, { chip, line })}`));
}

/** The voltages that outputs had while `work` was under way. */
async function voltagesDuring(lines: readonly number[], work: () => Promise<void>): Promise<Set<string>> {
  const seen = new Set<string>();
  const look = setInterval(() => {
    for (const line of lines)
      seen.add(`${line}=${readFileSync(join(sim, `sim_gpio${line}`, 'value'), 'utf8').trim()}`);
  }, 2);
  await work();
  clearInterval(look);
  return seen;
}

const told = ({ result, value }: Check) => [result, value];

real(
  'outputs go on and off and inputs are read, by the doctor itself and then by the agent that holds them',
  async (t) => {
    for (const line of [0, 1, 2, 3, 4]) pull(line, line === 0 ? 'up' : 'down');
    const bench = await Bench.make(t, { hardware: LINES });
    const seen = await voltagesDuring([1, 2, 3], async () => {
      const { of } = await bench.doctor(t);
      t.deepEqual(told(of('button')), ['ok', `${chip} line 0: reads active`]);
      t.deepEqual(told(of('cover')), ['ok', `${chip} line 4: reads active`]);
      for (const [at, id] of (['light', 'buzzer', 'vibration'] as const).entries())
        t.deepEqual(told(of(id)), ['ok', `${chip} line ${at + 1}: went on and off`]);
      t.is(of('simDoor').result, 'skipped');
    });
    t.deepEqual([...seen].sort(), ['1=0', '1=1', '2=0', '2=1', '3=0', '3=1']);
    for (const { line } of Object.values(LINES)) t.false(isExported(line), `line ${line} is let go`);

    pull(0, 'down');
    await bench.run(t);
    const { of } = await bench.doctor(t);
    t.regex(of('agent').value, /^runs since/);
    t.deepEqual(told(of('button')), ['ok', `${chip} line 0: reads inactive`]);
    t.regex(of('light').value, /line 1: o(n|ff), as it is driven$/);
    t.is(of('vibration').result, 'ok', of('vibration').value);
    for (const { line } of Object.values(LINES)) t.true(isExported(line), `line ${line} stays the agent's`);
  },
);

real(
  'a chip that is not there, a line beyond its end and a line that is busy are each named, with what to do',
  async (t) => {
    const release = await holdLine(t, sim, 7);
    const bench = await Bench.make(t, {
      hardware: {
        button: { chip: 'no-such-chip', line: 4 },
        light: { chip, line: 42 },
        buzzer: { chip, line: 7 },
        cover: { chip, line: 5 },
      },
    });
    const { of, status } = await bench.doctor(t);
    await release();
    t.is(status, 2);
    t.regex(of('button').value, new RegExp(`expected a chip no-such-chip, found .*${chip}`));
    t.regex(of('button').next ?? '', /name one of these in the config/);
    t.regex(of('light').value, new RegExp(`expected line 0 to 7 of chip ${chip}, found line 42`));
    t.regex(of('light').next ?? '', /count lines from 0/);
    t.regex(of('buzzer').value, new RegExp(`expected line 7 of chip ${chip} to be free, found it busy`));
    t.regex(of('buzzer').next ?? '', /cat \/sys\/kernel\/debug\/gpio/);
    t.is(of('cover').result, 'ok');
  },
);
