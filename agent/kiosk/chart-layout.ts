import type { Steps } from '../disclosure/kinds/procedure.js';

/** Where the boxes of a procedure stand: rows from top to bottom, and the ways between them. */
export interface ChartLayout {
  /** Ids by row; a row's boxes share its height. */
  rows: string[][];
  ways: Way[];
}

export interface Way {
  from: string;
  to: string;
  /** The condition, as an index into the step's `next`. */
  at: number;
  /** Goes up again, or skips rows: it is drawn around the boxes. */
  around: boolean;
}

/** Longest way from the first step decides a step's row; ways that go back to a step before do not count. */
export function chartLayout(steps: Steps): ChartLayout {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const back = backWays(steps);
  const row = new Map<string, number>();
  const place = (id: string, at: number) => {
    if ((row.get(id) ?? -1) >= at) return;
    row.set(id, at);
    for (const { to } of byId.get(id)?.next ?? []) if (!back.has(`${id} ${to}`)) place(to, at + 1);
  };
  const [first] = steps;
  if (first !== undefined) place(first.id, 0);

  const rows: string[][] = [];
  for (const { id } of steps) {
    const at = row.get(id);
    if (at === undefined) continue;
    rows[at] ??= [];
    rows[at].push(id);
  }
  const ways = steps.flatMap(({ id, next }) =>
    next.map(({ to }, at) => ({ from: id, to, at, around: (row.get(to) ?? 0) - (row.get(id) ?? 0) !== 1 })),
  );
  return { rows, ways };
}

/** Ways that lead to a step from which one came, in the order in which a reader walks. */
function backWays(steps: Steps): Set<string> {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const back = new Set<string>();
  const done = new Set<string>();
  const open = new Set<string>();
  const walk = (id: string) => {
    open.add(id);
    for (const { to } of byId.get(id)?.next ?? []) {
      if (open.has(to)) back.add(`${id} ${to}`);
      else if (!done.has(to)) walk(to);
    }
    open.delete(id);
    done.add(id);
  };
  const [first] = steps;
  if (first !== undefined) walk(first.id);
  return back;
}

/** Breaks a text into lines of at most `most` widths; a Chinese character is one wide, a Latin letter half. */
export function breakLines(text: string, most: number, maxLines: number): string[] {
  const lines: string[] = [];
  let line = '';
  const pieces = text.match(/[\u0021-\u007e\u00a0-\u024f]+|\s+|./gsu) ?? [];
  for (let at = 0; at < pieces.length; at++) {
    const piece = pieces[at] ?? '';
    if (widthOf(line) + widthOf(piece) <= most) {
      line += piece;
      continue;
    }
    if (line.trim() !== '') lines.push(line.trim());
    line = '';
    if (widthOf(piece) <= most) line = piece.trimStart();
    else {
      // A word longer than a line is cut.
      const fits = Math.floor(most / 0.56);
      pieces.splice(at + 1, 0, Array.from(piece).slice(fits).join(''));
      line = Array.from(piece).slice(0, fits).join('');
    }
  }
  if (line.trim() !== '') lines.push(line.trim());
  if (lines.length <= maxLines) return lines;
  const kept = lines.slice(0, maxLines);
  kept[maxLines - 1] = `${Array.from(kept[maxLines - 1] ?? '')
    .slice(0, -1)
    .join('')}…`;
  return kept;
}

export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += character < '\u2e80' ? 0.56 : 1;
  return width;
}
