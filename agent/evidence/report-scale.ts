import type { Run, Verdict, WitnessTime } from './verify/verdict.js';

/** The drawing has this many columns; what falls into one is drawn as one, so a huge recording costs no more than a small one. */
export const COLUMNS = 400;

/** A stretch of the drawing, from 0 to 1 of its width. */
export interface Stretch {
  from: number;
  to: number;
}

/** Several things too close together to be labelled one by one: the first stands for them. `at` is 0 to 1. */
export interface Cluster {
  at: number;
  first: number;
  last: number;
}

/** Seconds the drawing spans: the recording, and whatever claims to lie beyond its end. 0 when there is nothing to draw. */
export function spanOf(durationSec: number, ends: Iterable<number>): number {
  let span = Number.isFinite(durationSec) ? Math.max(0, durationSec) : 0;
  for (const end of ends) if (Number.isFinite(end) && end > span) span = end;
  return span;
}

/** A time as a part of the span, kept inside the drawing. */
export function fraction(sec: number, span: number): number {
  return Number.isFinite(sec) && span > 0 ? Math.min(1, Math.max(0, sec / span)) : 0;
}

const STATES: readonly Run['state'][] = ['authentic', 'absent', 'altered'];

/**
 * The runs as stretches by state, neighbours of one state and take joined. With more runs than columns, each column takes
 * the worst state that touches it, so that no altered fragment is too small to be seen.
 */
export function runStretches(runs: readonly Run[], span: number): (Stretch & { state: Run['state'] })[] {
  const drawn = runs.map((run) => ({
    state: run.state,
    from: fraction(run.fromSec, span),
    to: fraction(run.toSec, span),
  }));
  if (drawn.length <= COLUMNS) {
    return drawn.sort((a, b) => STATES.indexOf(a.state) - STATES.indexOf(b.state));
  }
  const worst = new Int8Array(COLUMNS).fill(-1);
  for (const { state, from, to } of drawn) {
    const rank = STATES.indexOf(state);
    for (const column of columnsOf({ from, to })) worst[column] = Math.max(worst[column] ?? -1, rank);
  }
  return STATES.flatMap((state, rank) =>
    joined((column) => worst[column] === rank).map((stretch) => ({ ...stretch, state })),
  );
}

/** Stretches as they are, or as columns that they touch when there are more of them than columns. */
export function plainStretches(stretches: readonly Stretch[]): Stretch[] {
  if (stretches.length <= COLUMNS) return [...stretches];
  const touched = new Set(stretches.flatMap((stretch) => [...columnsOf(stretch)]));
  return joined((column) => touched.has(column));
}

function* columnsOf({ from, to }: Stretch): Generator<number> {
  const first = Math.min(COLUMNS - 1, Math.floor(from * COLUMNS));
  const end = Math.min(COLUMNS, Math.max(first + 1, Math.ceil(to * COLUMNS)));
  for (let column = first; column < end; column++) yield column;
}

function joined(isDrawn: (column: number) => boolean): Stretch[] {
  const stretches: Stretch[] = [];
  for (let column = 0; column < COLUMNS; column++) {
    if (!isDrawn(column)) continue;
    const before = stretches.at(-1);
    const from = column / COLUMNS;
    const to = (column + 1) / COLUMNS;
    if (before !== undefined && before.to === from) before.to = to;
    else stretches.push({ from, to });
  }
  return stretches;
}

/** Positions of which at most `limit` can be told apart. */
export function distinct(positions: readonly number[], limit = COLUMNS / 2): number[] {
  return positions.length <= limit
    ? [...positions]
    : [...new Set(positions.map((at) => Math.round(at * limit) / limit))];
}

/** Groups positions so that no two groups begin closer than `apart` (0 to 1); their indices are those of the input. */
export function clusters(positions: readonly number[], apart: number): Cluster[] {
  const groups: Cluster[] = [];
  for (const [index, at] of positions.entries()) {
    const group = groups.at(-1);
    if (group !== undefined && at - group.at < apart) group.last = index;
    else groups.push({ at, first: index, last: index });
  }
  return groups;
}

const STEPS_SEC = [
  0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800,
  3600, 7200, 10_800, 14_400, 21_600, 43_200, 86_400,
];

/** Ticks at round times, at most `most` + 1 of them, with labels in a unit that suits the span. */
export function axisTicks(spanSec: number, most: number): { at: number; label: string }[] {
  if (!(spanSec > 0)) return [];
  let step = STEPS_SEC.find((candidate) => spanSec / candidate <= most) ?? 86_400;
  while (spanSec / step > most) step *= 2;
  const ticks: { at: number; label: string }[] = [];
  for (let index = 0; index <= most && index * step <= spanSec * 1.0001; index++) {
    ticks.push({ at: Math.min(1, (index * step) / spanSec), label: tickLabel(index * step, step, spanSec) });
  }
  return ticks;
}

function tickLabel(sec: number, step: number, span: number): string {
  if (step >= 3600) return `${Math.round(sec / 3600)} h`;
  if (step < 1 || span < 60) return `${Number(sec.toFixed(3))} s`;
  const whole = Math.round(sec);
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return span < 3600
    ? `${minutes}:${two(whole % 60)}`
    : `${hours}:${two(minutes)}${step < 60 ? `:${two(whole % 60)}` : ''}`;
}

/** Witness times in the order in which the drawing and the table number them; those outside the recording last. */
export function witnessesByTime(verdict: Verdict): WitnessTime[] {
  return [...verdict.witnesses].sort((a, b) => (a.atSec ?? Infinity) - (b.atSec ?? Infinity));
}

/** Fragments and seconds of the runs in one state. */
export function totalOf(runs: readonly Run[], state: Run['state']): { fragments: number; seconds: number } {
  const total = { fragments: 0, seconds: 0 };
  for (const run of runs) {
    if (run.state !== state) continue;
    total.fragments += run.fragments;
    total.seconds += run.toSec - run.fromSec;
  }
  return total;
}
