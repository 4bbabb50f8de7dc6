/** One line of the result. Texts carry their units; `detail` has the numbers of every run behind them. */
export interface Row {
  measurement: string;
  ours: string;
  /** What it is compared with; empty where it stands alone. */
  against: string;
  /** Ours by theirs. */
  ratio: number | null;
  /** Empty where no target was set. */
  target: string;
  ok: boolean | null;
  detail: Record<string, unknown>;
}

/** What a measurement is given. */
export interface Ground {
  /** Smaller sizes and fewer runs: for a try, not for a verdict. */
  quick: boolean;
  /** How often both sides run, one after the other. */
  runs: number;
  /** A fresh folder on the disk that is measured; removed when the measurement is over. */
  folder(name: string): Promise<string>;
  /** Says on stderr what is going on. */
  progress(text: string): void;
}

export interface Measurement {
  name: string;
  about: string;
  run(ground: Ground): Promise<Row[]>;
}

export const MIB = 1024 * 1024;

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value below which `part` (0 to 1) of the values are, between neighbours by linear interpolation. NaN for none. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * part;
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? Number.NaN;
  return below + (above - below) * (at - Math.floor(at));
}

export function rounded(value: number, digits = 2): number {
  return Number(value.toFixed(digits));
}

export function rateText(bytesPerSec: number): string {
  return `${rounded(bytesPerSec / 1e6, 0)} MB/s`;
}

export function msText(ms: number): string {
  return ms >= 100 ? `${Math.round(ms)} ms` : `${rounded(ms, 1)} ms`;
}

/** A rate of ours against a rate of theirs: the ratio of the medians, which must reach `least`. */
export function rateRow(
  measurement: string,
  ours: readonly number[],
  theirs: readonly number[],
  { against, least, detail }: { against: string; least: number; detail?: Record<string, unknown> },
): Row {
  const ratio = median(ours) / median(theirs);
  return {
    measurement,
    ours: rateText(median(ours)),
    against: `${rateText(median(theirs))} ${against}`,
    ratio: rounded(ratio, 3),
    target: `at least ${least.toFixed(2)}×`,
    ok: ratio >= least,
    detail: { oursBytesPerSec: ours, againstBytesPerSec: theirs, ...detail },
  };
}

/** Two rates side by side where nothing was promised. */
export function comparisonRow(
  measurement: string,
  ours: readonly number[],
  theirs: readonly number[],
  against: string,
): Row {
  return { ...rateRow(measurement, ours, theirs, { against, least: 0 }), target: '', ok: null };
}

/** A value that has no counterpart, only perhaps a bound. */
export function valueRow(
  measurement: string,
  ours: string,
  { target = '', ok = null, detail = {} }: Partial<Pick<Row, 'target' | 'ok' | 'detail'>> = {},
): Row {
  return { measurement, ours, against: '', ratio: null, target, ok, detail };
}
