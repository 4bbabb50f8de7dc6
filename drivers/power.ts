import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What is known of the device's power; what is undefined, the machine does not tell. */
export interface PowerReading {
  /** Charge of the battery, 0 to 100; of several batteries, of all together. */
  percent: number | undefined;
  /** Voltage of the battery; of several, the lowest. */
  millivolts: number | undefined;
  charging: boolean | undefined;
  /** What the device runs on now. */
  supply: 'battery' | 'external' | undefined;
}

/** Where the kernel shows supplies (Documentation/ABI/testing/sysfs-class-power). */
export const POWER_ROOT = '/sys/class/power_supply';

type Attributes = Record<(typeof ATTRIBUTES)[number], string | undefined>;
const ATTRIBUTES = [
  'type',
  'scope',
  'present',
  'online',
  'status',
  'capacity',
  'voltage_now',
  'energy_now',
  'energy_full',
  'charge_now',
  'charge_full',
] as const;

/** Reads the machine's supplies. Never rejects: what is missing or unreadable is undefined in the reading. */
export async function readPower(root: string = POWER_ROOT): Promise<PowerReading> {
  const names = await readdir(root).catch(() => []);
  const all = await Promise.all(names.sort().map((name) => attributesOf(join(root, name))));
  // A mouse or a pen has a battery too; its scope says that it is not the machine's.
  const ours = all.filter(({ scope, present }) => scope !== 'Device' && present !== '0');
  const batteries = ours.filter(({ type }) => type === 'Battery' || type === 'UPS');
  const external = ours.filter(({ type }) => type !== undefined && type !== 'Battery' && type !== 'UPS');
  const statuses = batteries.flatMap(({ status }) =>
    status === undefined || status === 'Unknown' ? [] : [status],
  );
  const voltages = batteries.flatMap(({ voltage_now }) => positive(voltage_now) ?? []);
  return {
    percent: percentOf(batteries),
    millivolts: voltages.length > 0 ? Math.round(Math.min(...voltages) / 1000) : undefined,
    charging: statuses.length > 0 ? statuses.includes('Charging') : undefined,
    supply: supplyOf(external, batteries.length > 0, statuses),
  };
}

/** Weighted by what each battery holds when full, where all tell it in one unit; otherwise each counts the same. */
function percentOf(batteries: readonly Attributes[]): number | undefined {
  const holds = (['energy', 'charge'] as const).find((unit) =>
    batteries.every((battery) => positive(battery[`${unit}_full`]) !== undefined),
  );
  let sum = 0;
  let weights = 0;
  for (const battery of batteries) {
    const full = holds && positive(battery[`${holds}_full`]);
    const now = holds && number(battery[`${holds}_now`]);
    const percent = number(battery.capacity) ?? (full && now !== undefined ? (100 * now) / full : undefined);
    if (percent === undefined || percent < 0) continue;
    sum += Math.min(100, percent) * (full ?? 1);
    weights += full ?? 1;
  }
  return weights > 0 ? Math.round(sum / weights) : undefined;
}

/** A charger that says whether it is connected knows best; otherwise what the batteries do tells it. */
function supplyOf(
  external: readonly Attributes[],
  hasBattery: boolean,
  statuses: readonly string[],
): 'battery' | 'external' | undefined {
  const online = external.flatMap((each) => number(each.online) ?? []);
  // 2 is a supply whose voltage is programmable.
  if (online.some((value) => value > 0)) return 'external';
  if (statuses.includes('Discharging')) return 'battery';
  if (online.length > 0) return hasBattery ? 'battery' : undefined;
  return statuses.length > 0 ? 'external' : undefined;
}

async function attributesOf(folder: string): Promise<Attributes> {
  const read = async (name: string): Promise<[string, string | undefined]> => {
    // A gauge that has no value, or is being unplugged, fails the read rather than hide the file.
    const text = await readFile(join(folder, name), 'latin1').catch(() => undefined);
    return [name, text?.slice(0, 64).trim()];
  };
  return Object.fromEntries(await Promise.all(ATTRIBUTES.map(read))) as Attributes;
}

function number(text: string | undefined): number | undefined {
  return text !== undefined && /^-?\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function positive(text: string | undefined): number | undefined {
  const value = number(text);
  return value !== undefined && value > 0 ? value : undefined;
}
