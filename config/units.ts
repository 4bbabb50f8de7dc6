/** A kind of measured value: the units it may be written in, each as a multiple of the base unit. */
export interface Quantity<Suffix extends string = string> {
  name: string;
  /** What a name ends in that holds such a value, in the base unit. */
  suffix: Suffix;
  /** Smallest first; the first is the base unit. */
  units: Readonly<Record<string, number>>;
  expected: string;
}

export const DURATION: Quantity<'Ms'> = {
  name: 'duration',
  suffix: 'Ms',
  units: { ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 },
  expected: 'expected a duration such as 30s or 15min',
};

export const SIZE: Quantity<'Bytes'> = {
  name: 'size',
  suffix: 'Bytes',
  units: { B: 1, KB: 1e3, KiB: 2 ** 10, MB: 1e6, MiB: 2 ** 20, GB: 1e9, GiB: 2 ** 30 },
  expected: 'expected a size such as 120KiB or 64MiB',
};

export const BIT_RATE: Quantity<'BitsPerSecond'> = {
  name: 'bit rate',
  suffix: 'BitsPerSecond',
  units: { 'bit/s': 1, 'kbit/s': 1e3, 'Mbit/s': 1e6 },
  expected: 'expected a bit rate such as 500kbit/s or 2Mbit/s',
};

const MAX_CHARS = 32;
const WRITTEN = /^(\d+)(?:\.(\d+))? ?([A-Za-z/]+)$/;

/**
 * The value of `text` in the base unit (ms, bytes, bits per second), or undefined when it has no unit, a unit of
 * another quantity, or is not a whole number of the base unit. Exact: `1.005s` is 1005, without binary rounding.
 */
export function parseQuantity(quantity: Quantity, text: string): number | undefined {
  if (text.length > MAX_CHARS) return undefined;
  const [, whole = '', fraction = '', unit = ''] = WRITTEN.exec(text) ?? [];
  if (!Object.hasOwn(quantity.units, unit)) return undefined;
  const scaled = BigInt(whole + fraction) * BigInt(quantity.units[unit] ?? 0);
  const divisor = 10n ** BigInt(fraction.length);
  const value = Number(scaled / divisor);
  return scaled % divisor === 0n && Number.isSafeInteger(value) ? value : undefined;
}

/** `value`, in the base unit, as text in the largest unit that leaves a whole number; `parseQuantity` reads it back. */
export function formatQuantity(quantity: Quantity, value: number): string {
  if (!Number.isSafeInteger(value) || value < 0)
    throw new RangeError(`not a whole ${quantity.name}: ${value}`);
  const fitting = Object.entries(quantity.units).filter(
    ([, factor]) => value >= factor && value % factor === 0,
  );
  const [unit, factor] = fitting.at(-1) ?? Object.entries(quantity.units)[0] ?? ['', 1];
  return `${value / factor}${unit}`;
}
