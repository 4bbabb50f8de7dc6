import type { Sample } from '../doctor/history.js';

const DAY_MS = 86_400_000;
/** About as wide as it is shown, so that its letters are as large as those beside it. */
const WIDTH = 440;
const HEIGHT = 140;
const LEFT = 64;
const BOTTOM = 22;
const HOURS = [0, 6, 12, 18, 24];
/** Without a sample for so long the line is broken: nothing is known of the time between. */
const GAP_MS = 5 * 60_000;
/** Seen as well on white as on black: the picture does not know which it stands on. */
const QUIET = '#808890';
const INK = '#3b7ddd';

/** One quantity over the 24 hours before `nowMs`, as an SVG document. It begins at zero, so that heights can be compared. */
export function chartSvg(
  title: string,
  samples: readonly Sample[],
  nowMs: number,
  quantityOf: (sample: Sample) => number,
  textOf: (value: number) => string,
): string {
  // A clock that was set back has samples out of their order.
  const shown = samples
    .filter(({ wallMs }) => wallMs <= nowMs && nowMs - wallMs <= DAY_MS)
    .sort((a, b) => a.wallMs - b.wallMs);
  const top = Math.max(1, ...shown.map(quantityOf));
  const x = (wallMs: number) => LEFT + ((WIDTH - LEFT - 20) * (wallMs - (nowMs - DAY_MS))) / DAY_MS;
  const y = (value: number) => 8 + (HEIGHT - BOTTOM - 8) * (1 - value / top);
  const points = shown.map((sample) => {
    return {
      wallMs: sample.wallMs,
      at: `${x(sample.wallMs).toFixed(1)} ${y(quantityOf(sample)).toFixed(1)}`,
    };
  });
  const svg = (
    <svg
      xmlns="http://www.w3.org/2000/svg"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      font-family="sans-serif"
      font-size="12"
    >
      <title>{title}</title>
      {gapsIn(shown, nowMs).map(({ fromMs, toMs }) => (
        <rect
          x={x(fromMs).toFixed(1)}
          y="8"
          width={(x(toMs) - x(fromMs)).toFixed(1)}
          height={HEIGHT - BOTTOM - 8}
          fill={QUIET}
          fill-opacity="0.18"
        />
      ))}
      {[0, top].map((value) => (
        <g>
          <line x1={LEFT} x2={WIDTH} y1={y(value)} y2={y(value)} stroke={QUIET} stroke-opacity="0.5" />
          <text x={LEFT - 6} y={y(value) + 4} text-anchor="end" fill={QUIET}>
            {textOf(value)}
          </text>
        </g>
      ))}
      {HOURS.map((hour) => (
        <text x={x(nowMs - DAY_MS + hour * 3_600_000)} y={HEIGHT - 4} text-anchor="middle" fill={QUIET}>
          {new Date(nowMs - DAY_MS + hour * 3_600_000).toISOString().slice(11, 16)}
        </text>
      ))}
      <path d={pathOf(points)} fill="none" stroke={INK} stroke-width="2" stroke-linecap="round" />
    </svg>
  );
  return svg.toString();
}

/** The stretches of the day of which nothing is known. */
function gapsIn(shown: readonly Sample[], nowMs: number): { fromMs: number; toMs: number }[] {
  const known = [nowMs - DAY_MS, ...shown.map(({ wallMs }) => wallMs), nowMs];
  return known.flatMap((toMs, index) => {
    const fromMs = known[index - 1];
    return fromMs === undefined || toMs - fromMs <= GAP_MS ? [] : [{ fromMs, toMs }];
  });
}

function pathOf(points: readonly { wallMs: number; at: string }[]): string {
  return points
    .map(({ wallMs, at }, index) => {
      const before = points[index - 1];
      const begins = before === undefined || wallMs - before.wallMs > GAP_MS;
      // A line to itself is a dot: one sample alone is seen as well.
      return begins ? `M${at}L${at}` : `L${at}`;
    })
    .join('');
}
