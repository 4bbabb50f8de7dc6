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
/** From the side of a box to the words on a way that leaves there. */
const TO_LABEL = 16;
/** Between two ways that leave the side of one box. */
const SLOT = 34;

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
  const labels = new Map(ways.map((way) => [way, labelOf(way, steps, view)]));
  // Beside the boxes first the words on the ways that leave there, then the ways themselves: no way runs behind words.
  const lanes = PAD + inner + 20 + Math.max(0, ...around.map((way) => labelWidth(labels.get(way))));
  let y = PAD;
  for (const row of rows) {
    const made = row.map((id) => boxOf(steps, id, around.filter(({ from }) => from === id).length, view));
    const height = Math.max(...made.map((box) => box.height));
    const width = row.length * BOX + (row.length - 1) * GAP_X;
    made.forEach((box, at) => {
      const x = PAD + (inner - width) / 2 + at * (BOX + GAP_X);
      boxes.set(row[at] ?? '', { ...box, x, y, height });
    });
    y += height + GAP_Y;
  }
  const width = around.length === 0 ? PAD + inner + PAD : lanes + LANE * (around.length - 1) + PAD;
  const height = y - GAP_Y + PAD;
  const drawn = ways.map((way): Drawn => {
    const slot = around.filter(({ from }) => from === way.from).indexOf(way);
    return { way, boxes, slot, edge: PAD + inner, lane: lanes + LANE * around.indexOf(way) };
  });
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
      {drawn.map((each) => (
        <WayLine {...each} />
      ))}
      {[...boxes.values()].map((box) => (
        <BoxShape box={box} />
      ))}
      {drawn.map((each) => (
        <WayLabel {...each} text={labels.get(each.way)} />
      ))}
    </svg>
  );
}

/** `leaving` is how many ways leave at its side. */
function boxOf(steps: Steps, id: string, leaving: number, view: View): Box {
  const at = steps.findIndex((step) => step.id === id);
  const step = steps[at];
  if (step === undefined) throw new RangeError(`no step ${id}`);
  const lines = breakLines(textOf(step.name, view), (BOX - 40) / FONT, 4);
  const about = [
    step.actor === undefined ? undefined : textOf(step.actor, view),
    step.workingDays === undefined ? undefined : daysText(step.workingDays, view),
  ].filter((text) => text !== undefined);
  const most = (BOX - 40) / SMALL;
  const joined = about.join(' · ');
  const aboutLines =
    joined !== '' && widthOf(joined) <= most ? [joined] : about.flatMap((text) => breakLines(text, most, 1));
  const shape =
    at === 0 ? 'start' : step.next.length === 0 ? 'end' : step.next.length > 1 ? 'choice' : 'step';
  const height = Math.max(32 + lines.length * LINE + aboutLines.length * 25, 34 + SLOT * leaving);
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
  const round = shape === 'start' || shape === 'end' ? roundOf(height) : 8;
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
  /** Which it is of those that leave its box at the side, from below. */
  slot: number;
  /** Right of all boxes. */
  edge: number;
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

/** The height at which it leaves: at the side of the last box of a row; below another, where no box is in the way. */
function leavingAt(from: Box, { boxes, slot }: Drawn): number {
  const bottom = from.y + from.height;
  return isLastOfRow(from, boxes) ? bottom - 18 - SLOT * slot : bottom + GAP_Y / 3;
}

function leaving(from: Box, drawn: Drawn): string {
  const y = leavingAt(from, drawn);
  if (isLastOfRow(from, drawn.boxes)) return `M${sideAt(from, y)} ${y}`;
  return `M${from.x + from.width * 0.8} ${from.y + from.height}V${y}`;
}

function entering(to: Box, { boxes }: Drawn): string {
  const y = to.y + 16;
  if (isLastOfRow(to, boxes)) return `V${y}H${sideAt(to, y) + 2}`;
  return `V${to.y - GAP_Y / 3}H${to.x + to.width * 0.8}V${to.y - 2}`;
}

/** The right side of a box at this height: that of a choice is pointed, that of a start or an end round. */
function sideAt({ x, y, width, height, shape }: Box, at: number): number {
  const off = Math.abs(at - y - height / 2);
  if (shape === 'choice') return x + width - 18 * (off / (height / 2));
  if (shape === 'step') return x + width;
  const round = roundOf(height);
  const above = Math.max(0, off - (height / 2 - round));
  return x + width - round + Math.sqrt(round ** 2 - above ** 2);
}

function roundOf(height: number): number {
  return Math.min(34, height / 2);
}

function isLastOfRow(box: Box, boxes: ReadonlyMap<string, Box>): boolean {
  return [...boxes.values()].every(({ x, y }) => y !== box.y || x <= box.x);
}

function labelOf(way: Way, steps: Steps, view: View): string | undefined {
  const when = steps.find(({ id }) => id === way.from)?.next[way.at]?.when;
  return when === undefined ? undefined : breakLines(textOf(when, view), 16, 1)[0];
}

function labelWidth(text: string | undefined): number {
  return text === undefined ? 0 : TO_LABEL + widthOf(text) * SMALL + 16;
}

function WayLabel(drawn: Drawn & { text: string | undefined }) {
  const { way, text, edge } = drawn;
  if (text === undefined) return null;
  const [from, to] = ends(drawn);
  const half = (widthOf(text) * SMALL) / 2 + 8;
  const side = isLastOfRow(from, drawn.boxes) ? from.x + from.width : edge;
  const x = way.around ? side + TO_LABEL + half : to.x + to.width / 2;
  const y = way.around ? leavingAt(from, drawn) : to.y - GAP_Y / 2 + 2;
  return (
    <g class="chart-when">
      <rect x={x - half} y={y - 15} width={half * 2} height={28} rx={6} />
      <text x={x} y={y + 6}>
        {text}
      </text>
    </g>
  );
}
