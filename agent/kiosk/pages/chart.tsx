import type { Steps } from '../../disclosure/kinds/procedure.js';
import { breakLines, chartLayout, type Way, widthOf } from '../chart-layout.js';
import type { View } from '../view.js';
import { textOf } from './parts.js';

/*
 * A procedure as a drawing, made here: boxes in rows, arrows between them. One unit is one CSS pixel at full size; the drawing shrinks
 * with the page and never scrolls sideways. The same steps stand below it as a list, which a screen reader reads.
 */
const FONT = 22;
const SMALL = 17;
const LINE = 30;
const BOX = 300;
const GAP_X = 56;
const GAP_Y = 76;
const PAD = 20;
const LANE = 30;

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
  lines: string[];
  about: string[];
  shape: 'start' | 'step' | 'choice' | 'end';
}

export function Chart({ steps, title, view }: { steps: Steps; title: string; view: View }) {
  const { rows, ways } = chartLayout(steps);
  const boxes = new Map<string, Box>();
  const columns = Math.max(...rows.map((row) => row.length));
  const inner = columns * BOX + (columns - 1) * GAP_X;
  const around = ways.filter((way) => way.around);
  const side = around.length === 0 ? PAD : PAD + LANE * around.length + 20;
  let y = PAD;
  for (const row of rows) {
    const made = row.map((id) => boxOf(steps, id, view));
    const height = Math.max(...made.map((box) => box.height));
    const width = row.length * BOX + (row.length - 1) * GAP_X;
    made.forEach((box, at) => {
      const x = PAD + (inner - width) / 2 + at * (BOX + GAP_X);
      boxes.set(row[at] ?? '', { ...box, x, y, height });
    });
    y += height + GAP_Y;
  }
  const width = PAD + inner + side;
  const height = y - GAP_Y + PAD;
  return (
    <svg
      class="chart"
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      role="img"
      aria-label={view.t('chartOf', title)}
    >
      <defs>
        <marker
          id="arrow"
          viewBox="0 0 10 10"
          refX="9"
          refY="5"
          markerWidth="9"
          markerHeight="9"
          orient="auto"
        >
          <path class="chart-head" d="M0 0L10 5L0 10z" />
        </marker>
      </defs>
      {ways.map((way) => (
        <WayLine way={way} boxes={boxes} lane={PAD + inner + 20 + LANE * around.indexOf(way)} />
      ))}
      {[...boxes.values()].map((box) => (
        <BoxShape box={box} />
      ))}
      {ways.map((way) => (
        <WayLabel
          way={way}
          steps={steps}
          boxes={boxes}
          view={view}
          lane={PAD + inner + 20 + LANE * around.indexOf(way)}
        />
      ))}
    </svg>
  );
}

function boxOf(steps: Steps, id: string, view: View): Box {
  const at = steps.findIndex((step) => step.id === id);
  const step = steps[at];
  if (step === undefined) throw new RangeError(`no step ${id}`);
  const lines = breakLines(textOf(step.name, view), (BOX - 40) / FONT, 4);
  const about = [
    step.actor === undefined ? undefined : textOf(step.actor, view),
    step.workingDays === undefined ? undefined : daysText(step.workingDays, view),
  ].filter((text) => text !== undefined);
  const aboutLines = about.length === 0 ? [] : breakLines(about.join(' · '), (BOX - 40) / SMALL, 2);
  const shape =
    at === 0 ? 'start' : step.next.length === 0 ? 'end' : step.next.length > 1 ? 'choice' : 'step';
  const height = 32 + lines.length * LINE + aboutLines.length * 25;
  return { x: 0, y: 0, width: BOX, height, lines, about: aboutLines, shape };
}

export function daysText(days: number, { t }: View): string {
  return days === 0 ? t('atOnce') : days === 1 ? t('oneWorkingDay') : t('workingDays', days);
}

function BoxShape({ box }: { box: Box }) {
  const { x, y, width, height, lines, about, shape } = box;
  const textHeight = lines.length * LINE + about.length * 25;
  const top = y + (height - textHeight) / 2;
  const middle = x + width / 2;
  const round = shape === 'start' || shape === 'end' ? Math.min(34, height / 2) : 8;
  return (
    <g class={`chart-${shape}`}>
      {shape === 'choice' ? (
        <path
          class="chart-box"
          d={`M${x + 18} ${y}H${x + width - 18}L${x + width} ${y + height / 2}L${x + width - 18} ${y + height}H${x + 18}L${x} ${y + height / 2}z`}
        />
      ) : (
        <rect class="chart-box" x={x} y={y} width={width} height={height} rx={round} />
      )}
      {lines.map((line, at) => (
        <text class="chart-name" x={middle} y={top + at * LINE + 22}>
          {line}
        </text>
      ))}
      {about.map((line, at) => (
        <text class="chart-about" x={middle} y={top + lines.length * LINE + at * 25 + 17}>
          {line}
        </text>
      ))}
    </g>
  );
}

interface Drawn {
  way: Way;
  boxes: ReadonlyMap<string, Box>;
  /** Where a way that goes around the boxes runs. */
  lane: number;
}

function ends({ way, boxes }: Drawn): [Box, Box] {
  const from = boxes.get(way.from);
  const to = boxes.get(way.to);
  if (from === undefined || to === undefined) throw new RangeError(`no box for ${way.from} or ${way.to}`);
  return [from, to];
}

function WayLine(drawn: Drawn) {
  const [from, to] = ends(drawn);
  const down = from.y + from.height;
  const x1 = from.x + from.width / 2;
  const x2 = to.x + to.width / 2;
  const bend = to.y - GAP_Y / 2;
  const d = drawn.way.around
    ? `${leaving(from, drawn)}H${drawn.lane}${entering(to, drawn)}`
    : x1 === x2
      ? `M${x1} ${down}V${to.y - 2}`
      : `M${x1} ${down}V${bend}H${x2}V${to.y - 2}`;
  return <path class="chart-way" d={d} marker-end="url(#arrow)" />;
}

/** From the side of the last box of a row; of another, from below it, where no box is in the way. */
function leaving(from: Box, { boxes }: Drawn): string {
  if (isLastOfRow(from, boxes)) return `M${from.x + from.width} ${from.y + from.height / 2 + 8}`;
  return `M${from.x + from.width * 0.8} ${from.y + from.height}v${GAP_Y / 3}`;
}

function entering(to: Box, { boxes }: Drawn): string {
  if (isLastOfRow(to, boxes)) return `V${to.y + to.height / 2 - 8}H${to.x + to.width + 2}`;
  return `V${to.y - GAP_Y / 3}H${to.x + to.width * 0.8}V${to.y - 2}`;
}

function isLastOfRow(box: Box, boxes: ReadonlyMap<string, Box>): boolean {
  return [...boxes.values()].every(({ x, y }) => y !== box.y || x <= box.x);
}

function WayLabel(drawn: Drawn & { steps: Steps; view: View }) {
  const { way, steps, view } = drawn;
  const when = steps.find(({ id }) => id === way.from)?.next[way.at]?.when;
  if (when === undefined) return null;
  const [from, to] = ends(drawn);
  const [text = ''] = breakLines(textOf(when, view), 12, 1);
  const half = (widthOf(text) * SMALL) / 2 + 8;
  const x = way.around ? Math.min(from.x + from.width + 14 + half, drawn.lane + 6) : to.x + to.width / 2;
  const y = way.around ? from.y + from.height / 2 : to.y - GAP_Y / 2 + 2;
  return (
    <g class="chart-when">
      <rect x={x - half} y={y - 15} width={half * 2} height={28} rx={6} />
      <text x={x} y={y + 6}>
        {text}
      </text>
    </g>
  );
}
