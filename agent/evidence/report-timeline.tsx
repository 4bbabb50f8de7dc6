import { SHAPES } from './report-legend.js';
import { Zh } from './report-parts.js';
import {
  axisTicks,
  type Cluster,
  COLUMNS,
  clusters,
  distinct,
  fraction,
  plainStretches,
  runStretches,
  type Stretch,
  spanOf,
  totalOf,
  witnessesByTime,
} from './report-scale.js';
import { type Both, count, duration, mediaTime } from './report-text.js';
import type { Run, Verdict } from './verify/verdict.js';

/** Pixels that the drawing has at least: on a page of 320 px, and on paper or from 46 rem on. */
const LEAST_PIXELS = { narrow: 210, wide: 600 };
const PIXELS_PER_CHARACTER = 8.2;
const TICKS = { narrow: 3, wide: 9 };
const MAX_LINES = 20;
const MAX_GLYPHS = 60;
/** A label names its entries by number up to here; beyond, the tables do not list them all, so it counts. */
const MAX_NUMBERED = 200;
/** Part of the width below which a stretch would be lost to the eye. */
const LEAST_WIDTH = 0.006;

const percent = (part: number) => `${(part * 100).toFixed(2)}%`;

/** The drawing: witness times, footage by take and state with gaps, marks and other points, over a time axis. */
export function Timeline({ verdict }: { verdict: Verdict }) {
  const { runs, gaps, points } = verdict;
  const witnesses = witnessesByTime(verdict).flatMap(({ atSec }) => atSec ?? []);
  const span = spanOf(verdict.durationSec, ends(verdict));
  if (span === 0)
    return (
      <p>
        Nothing of the footage could be placed on a timeline. <Zh>没有可绘制的片段。</Zh>
      </p>
    );
  const at = (sec: number) => fraction(sec, span);
  const byTime = <T,>(things: readonly T[], sec: (thing: T) => number) =>
    things.map(sec).map(at).sort(ascending);
  const gapStretches = gaps.map(({ fromSec, toSec }) => ({ from: at(fromSec), to: at(toSec) }));
  const takes = takeStarts(runs).map(at);
  const marks = byTime(
    points.filter(({ type }) => type === 'mark'),
    ({ atSec }) => atSec,
  );
  const others = byTime(
    points.filter(({ type }) => type !== 'mark'),
    ({ atSec }) => atSec,
  );
  const offence = verdict.findings[0]?.mediaSec;
  return (
    <svg width="100%" height="318" role="img" aria-labelledby="timeline-title timeline-text">
      <title id="timeline-title">Timeline of recording {count(verdict.recording)}</title>
      <desc id="timeline-text">{describe(verdict, span)}</desc>
      <Patterns />
      <Lane y={14} name={{ en: 'Witness times', zh: '见证时间' }} />
      <Labels y={36} prefix="W" at={witnesses.map(at)} />
      {distinct(witnesses.map(at), MAX_LINES).map((x) => (
        <line class="stem" x1={percent(x)} x2={percent(x)} y1="56" y2="280" />
      ))}
      {distinct(witnesses.map(at), MAX_GLYPHS).map((x) => (
        <Glyph x={x} y={49} class="witness" shape={SHAPES.witness} />
      ))}
      <Lane y={82} name={{ en: 'Footage', zh: '录像' }} />
      <Labels y={104} prefix="take " at={takes} numbers={takeNumbers(runs)} />
      <Footage runs={runs} gaps={gapStretches} span={span} />
      {(takes.length <= MAX_GLYPHS ? takes : []).map((x) => (
        <line class="take" x1={percent(x)} x2={percent(x)} y1="108" y2="158" />
      ))}
      {offence === undefined ? null : (
        <Glyph x={at(offence)} y={135} class="offend" shape="M-9-27H9V27H-9Z" />
      )}
      <Labels y={179} prefix="G" at={gapStretches.map(({ from }) => from)} />
      <Lane y={207} name={{ en: 'Marks and events', zh: '标记与事件' }} />
      {distinct(others, MAX_GLYPHS).map((x) => (
        <Glyph x={x} y={225} class="glyph" shape={SHAPES.event} />
      ))}
      {distinct(marks, MAX_GLYPHS).map((x) => (
        <Glyph x={x} y={225} class="mark" shape={SHAPES.mark} />
      ))}
      <Labels y={251} prefix="P" at={points.map(({ atSec }) => at(atSec))} />
      <Axis span={span} />
    </svg>
  );
}

function ascending(a: number, b: number): number {
  return a - b;
}

function* ends({ runs, gaps }: Verdict): Generator<number> {
  for (const { toSec } of runs) yield toSec;
  for (const { toSec } of gaps) yield toSec;
}

/** Indices of the runs with which a take begins. */
function takeRuns(runs: readonly Run[]): Run[] {
  return runs.filter((run, index) => run.take !== runs[index - 1]?.take);
}

function takeStarts(runs: readonly Run[]): number[] {
  return takeRuns(runs).map(({ fromSec }) => fromSec);
}

function takeNumbers(runs: readonly Run[]): number[] {
  return takeRuns(runs).map(({ take }) => take);
}

function describe({ runs, gaps, points, witnesses }: Verdict, span: number): string {
  const states = (['authentic', 'altered', 'absent'] as const).map((state) => {
    const { fragments, seconds } = totalOf(runs, state);
    return `${count(fragments)} fragments ${state} (${duration(seconds)})`;
  });
  return (
    `From 0 to ${mediaTime(span)}: ${states.join(', ')}; ${count(gaps.length)} gaps, ${count(points.length)} marks and events, ` +
    `${count(witnesses.length)} witness times. The tables below hold the same facts.`
  );
}

function Lane({ y, name }: { y: number; name: Both }) {
  return (
    <text class="lane" x="0" y={y} dx="-20">
      {name.en} <tspan lang="zh-Hans">{name.zh}</tspan>
    </text>
  );
}

function Glyph({ x, y, shape, class: kind }: { x: number; y: number; shape: string; class: string }) {
  return (
    <svg x={percent(x)} y={y} aria-hidden="true">
      <path class={kind} d={shape} />
    </svg>
  );
}

/** Labels that keep their distance; those too close share one. Numbers count from 1 as in the tables, unless given. */
function Labels(props: { y: number; prefix: string; at: number[]; numbers?: number[] }) {
  const { y, prefix, at, numbers } = props;
  const order = at.map((position, index) => ({ position, number: numbers?.[index] ?? index + 1 }));
  order.sort((a, b) => a.position - b.position);
  const word = (cluster: Cluster) => {
    const many = cluster.last - cluster.first + 1;
    const members = order.slice(cluster.first, cluster.last + 1).map(({ number }) => number);
    const least = members.reduce((a, b) => Math.min(a, b));
    const most = members.reduce((a, b) => Math.max(a, b));
    if (many === 1) return `${prefix}${least}`;
    const isListed = at.length <= MAX_NUMBERED && most - least === many - 1;
    return isListed ? `${prefix}${least}–${most}` : `${prefix.trim()} ×${compact(many)}`;
  };
  return (
    <>
      {(['wide', 'narrow'] as const).map((width) => (
        <g class={width} text-anchor="middle">
          {clusters(
            order.map(({ position }) => position),
            spacing(width, prefix, at.length),
          ).map((cluster) => (
            <text x={percent(cluster.at)} y={y}>
              {word(cluster)}
            </text>
          ))}
        </g>
      ))}
    </>
  );
}

function compact(many: number): string {
  return many < 1000 ? String(many) : `${(many / 1000).toFixed(many < 10_000 ? 1 : 0)}k`;
}

/** The part of the width that the longest label which `many` things can need takes up, with a little air. */
function spacing(width: 'wide' | 'narrow', prefix: string, many: number): number {
  const characters = prefix.length + (many <= MAX_NUMBERED ? 2 * String(many).length + 2 : 8);
  return (characters * PIXELS_PER_CHARACTER) / LEAST_PIXELS[width];
}

function Footage({ runs, gaps, span }: { runs: readonly Run[]; gaps: readonly Stretch[]; span: number }) {
  const least = Math.max(runs.length, gaps.length) > COLUMNS ? 1 / COLUMNS : LEAST_WIDTH;
  const bar = (stretch: Stretch, kind: string) => {
    const width = Math.max(least, stretch.to - stretch.from);
    const x = Math.min(stretch.from, 1 - width);
    return <rect class={kind} x={percent(x)} y="113" width={percent(width)} height="44" />;
  };
  return (
    <>
      {plainStretches(gaps).map((stretch) => bar(stretch, 'gap'))}
      {runStretches(runs, span).map((stretch) => bar(stretch, stretch.state))}
    </>
  );
}

function Axis({ span }: { span: number }) {
  return (
    <>
      <line class="axis" x1="0" x2="100%" y1="280" y2="280" />
      {(['wide', 'narrow'] as const).map((width) => (
        <g class={width} text-anchor="middle">
          {axisTicks(span, TICKS[width]).map(({ at, label }) => (
            <>
              <line class="tick" x1={percent(at)} x2={percent(at)} y1="275" y2="287" />
              <text x={percent(at)} y="305">
                {label}
              </text>
            </>
          ))}
        </g>
      ))}
    </>
  );
}

/** Each state has a pattern of its own, so that it can be told without colour: solid, crossed, dotted; gaps are striped. */
function Patterns() {
  return (
    <defs>
      <pattern id="altered" width="9" height="9" patternUnits="userSpaceOnUse">
        <rect class="paper" width="9" height="9" />
        <path class="altered-ink" d="M-2-2L11 11M11-2L-2 11" />
      </pattern>
      <pattern id="absent" width="8" height="8" patternUnits="userSpaceOnUse">
        <rect class="paper" width="8" height="8" />
        <circle class="absent-ink" cx="4" cy="4" r="1.4" />
      </pattern>
      <pattern id="gap" width="7" height="7" patternUnits="userSpaceOnUse">
        <rect class="paper" width="7" height="7" />
        <path class="gap-ink" d="M-1 8L8-1M-2 2L2-2M5 9L9 5" />
      </pattern>
    </defs>
  );
}
