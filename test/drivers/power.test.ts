import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { type PowerReading, readPower } from '../../drivers/power.js';

type Supplies = Record<string, Record<string, string>>;

/** What is read of supplies whose files hold these texts; an attribute `x/` is a folder, which cannot be read. */
async function reading(supplies: Supplies): Promise<PowerReading> {
  const root = await mkdtemp(join(tmpdir(), 'liuhen-power-'));
  try {
    for (const [name, attributes] of Object.entries(supplies)) {
      await mkdir(join(root, name));
      for (const [attribute, text] of Object.entries(attributes)) {
        if (attribute.endsWith('/')) await mkdir(join(root, name, attribute));
        else await writeFile(join(root, name, attribute), `${text}\n`);
      }
    }
    return await readPower(root);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

const NOTHING = { percent: undefined, millivolts: undefined, charging: undefined, supply: undefined };
const BATTERY = { type: 'Battery', status: 'Discharging', capacity: '71', voltage_now: '3815000' };

test('a battery in use is read with its voltage in millivolts', async (t) => {
  t.deepEqual(await reading({ battery: BATTERY, usb: { type: 'USB', online: '0' } }), {
    percent: 71,
    millivolts: 3815,
    charging: false,
    supply: 'battery',
  });
});

test('a charger that is connected is what the device runs on, whether or not the battery charges', async (t) => {
  const usb = { type: 'USB', online: '1' };
  t.like(await reading({ battery: { ...BATTERY, status: 'Charging' }, usb }), {
    charging: true,
    supply: 'external',
  });
  t.like(await reading({ battery: { ...BATTERY, status: 'Full' }, usb }), {
    charging: false,
    supply: 'external',
  });
  t.like(await reading({ battery: BATTERY, ac: { type: 'Mains', online: '0' }, usb }), {
    supply: 'external',
  });
});

test('without a charger that tells, the battery shows what the device runs on', async (t) => {
  t.like(await reading({ battery: BATTERY }), { supply: 'battery', charging: false });
  t.like(await reading({ battery: { ...BATTERY, status: 'Charging' } }), {
    supply: 'external',
    charging: true,
  });
  t.like(await reading({ battery: { ...BATTERY, status: 'Unknown' } }), {
    supply: undefined,
    charging: undefined,
  });
});

test('a machine on mains without a battery says so and no more', async (t) => {
  t.deepEqual(await reading({ ac: { type: 'Mains', online: '1' } }), { ...NOTHING, supply: 'external' });
});

test('no supplies, or no such folder, is a reading that knows nothing', async (t) => {
  t.deepEqual(await reading({}), NOTHING);
  t.deepEqual(await readPower(join(tmpdir(), 'liuhen-no-such-folder')), NOTHING);
});

test('a battery without capacity is read by its energy, or by its charge', async (t) => {
  const { capacity: _, ...battery } = BATTERY;
  t.is((await reading({ b: { ...battery, energy_now: '3000000', energy_full: '12000000' } })).percent, 25);
  t.is((await reading({ b: { ...battery, charge_now: '1500000', charge_full: '2000000' } })).percent, 75);
  t.is((await reading({ b: battery })).percent, undefined);
});

test('two batteries count by what they hold; the lowest voltage is told', async (t) => {
  const large = { ...BATTERY, capacity: '100', energy_full: '30000000', voltage_now: '4100000' };
  const small = { ...BATTERY, capacity: '0', energy_full: '10000000', voltage_now: '3300000' };
  t.like(await reading({ BAT0: large, BAT1: small }), { percent: 75, millivolts: 3300 });
  const { energy_full: _, ...unknown } = small;
  t.is((await reading({ BAT0: large, BAT1: unknown })).percent, 50);
});

test("the battery of a mouse, and a battery that is not there, are not the device's", async (t) => {
  const mouse = { ...BATTERY, scope: 'Device', capacity: '3' };
  t.like(await reading({ mouse, battery: BATTERY }), { percent: 71 });
  t.deepEqual(await reading({ mouse, battery: { ...BATTERY, present: '0' } }), NOTHING);
});

test('a file that cannot be read or holds nonsense costs only what it would have told', async (t) => {
  const { capacity: _, ...battery } = BATTERY;
  t.deepEqual(await reading({ battery: { ...battery, 'capacity/': '', voltage_now: '-5' } }), {
    percent: undefined,
    millivolts: undefined,
    charging: false,
    supply: 'battery',
  });
  t.is((await reading({ battery: { ...BATTERY, capacity: 'NaN' } })).percent, undefined);
  t.is((await reading({ battery: { ...BATTERY, capacity: '-1' } })).percent, undefined);
  t.is((await reading({ battery: { ...BATTERY, capacity: '9'.repeat(5000) } })).percent, undefined);
  t.is(
    (await reading({ battery: { ...BATTERY, capacity: '104' } })).percent,
    100,
    'gauges that overshoot are full',
  );
  t.deepEqual(await reading({ strange: {} }), NOTHING);
});
