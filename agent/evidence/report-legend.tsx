import { Zh } from './report-parts.js';
import { COLUMNS, totalOf } from './report-scale.js';
import { count } from './report-text.js';
import type { Verdict } from './verify/verdict.js';

/** The signs of the drawing; each kind of thing has its own shape, so that none is told by colour alone. */
export const SHAPES = {
  witness: 'M-7-6H7L0 6Z',
  event: 'M-6 0A6 6 0 1 1 6 0A6 6 0 1 1-6 0Z',
  mark: 'M0-8L8 0L0 8L-8 0Z',
} as const;

/** What the drawing's patterns and signs mean, with totals; says so when the drawing is aggregated. */
export function Legend({ verdict }: { verdict: Verdict }) {
  const { runs, gaps, points } = verdict;
  const states = [
    ['authentic', 'authentic', '真实'],
    ['altered', 'altered', '已改动'],
    ['absent', 'absent: signed, but not in this folder', '缺失'],
  ] as const;
  const aggregated = Math.max(runs.length, gaps.length, points.length) > COLUMNS;
  return (
    <figcaption>
      <ul class="legend">
        {states.map(([state, en, zh]) => (
          <li>
            <Swatch kind={state} />
            <span>
              {en} <Zh>{zh}</Zh>: {count(totalOf(runs, state).fragments)}
            </span>
          </li>
        ))}
        <li>
          <Swatch kind="gap" />
          <span>
            gap: declared as not recorded <Zh>间断</Zh>: {count(gaps.length)}
          </span>
        </li>
        <li>
          <Sign kind="mark" shape={SHAPES.mark} />
          <span>
            mark <Zh>标记</Zh>
          </span>
        </li>
        <li>
          <Sign kind="glyph" shape={SHAPES.event} />
          <span>
            event <Zh>事件</Zh>
          </span>
        </li>
        <li>
          <Sign kind="witness" shape={SHAPES.witness} />
          <span>
            witness time <Zh>见证时间</Zh>
          </span>
        </li>
        {verdict.findings[0]?.mediaSec === undefined ? null : (
          <li>
            <Sign kind="offend" shape="M-6-8H6V8H-6Z" />
            <span>
              first offending place <Zh>首个不符之处</Zh>
            </span>
          </li>
        )}
      </ul>
      <p class="quiet">
        Axis: time in the footage from the start of the recording, declared gaps included.
        {aggregated
          ? ` Too much to draw one by one: each of ${COLUMNS} columns shows the worst state within it, and labels count (×).`
          : null}
      </p>
    </figcaption>
  );
}

function Swatch({ kind }: { kind: string }) {
  return (
    <svg width="36" height="20" aria-hidden="true">
      <rect class={kind} x="1" y="1" width="34" height="18" />
    </svg>
  );
}

function Sign({ kind, shape }: { kind: string; shape: string }) {
  return (
    <svg width="20" height="20" viewBox="-10 -10 20 20" aria-hidden="true">
      <path class={kind} d={shape} />
    </svg>
  );
}
