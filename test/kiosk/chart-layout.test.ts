import test from 'ava';
import fc from 'fast-check';
import type { Steps } from '../../agent/disclosure/kinds/procedure.js';
import { breakLines, chartLayout, widthOf } from '../../agent/kiosk/chart-layout.js';

function stepsOf(ways: Record<string, string[]>): Steps {
  return Object.entries(ways).map(([id, next]) => ({
    id,
    name: { zh: id },
    next: next.map((to) => ({ to })),
  }));
}

test('a step stands below every step that leads to it; what leads back is drawn around', (t) => {
  const { rows, ways } = chartLayout(
    stepsOf({
      apply: ['check'],
      check: ['complete', 'decide'],
      complete: ['check', 'decide'],
      decide: ['grant', 'refuse'],
      grant: [],
      refuse: [],
    }),
  );
  t.deepEqual(rows, [['apply'], ['check'], ['complete'], ['decide'], ['grant', 'refuse']]);
  t.deepEqual(
    ways.filter(({ around }) => around).map(({ from, to }) => `${from} ${to}`),
    ['check decide', 'complete check'],
  );
});

test('every procedure has a layout, with each reached step once', (t) => {
  const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
  const next = fc.uniqueArray(fc.constantFrom(...ids), { maxLength: 4 });
  fc.assert(
    fc.property(fc.tuple(next, next, next, next, next, next), (all) => {
      const steps = stepsOf(Object.fromEntries(ids.map((id, at) => [id, all[at] ?? []])));
      const placed = chartLayout(steps).rows.flat();
      t.is(new Set(placed).size, placed.length);
      t.true(placed.includes('a'));
    }),
  );
});

test('no line of a broken text is wider than the box, and nothing but spaces is lost', (t) => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z 办理营业执照，]{1,80}$/), (text) => {
      const lines = breakLines(text, 8, 100);
      for (const line of lines) t.true(widthOf(line) <= 8, line);
      t.is(lines.join('').replaceAll(' ', ''), text.replaceAll(' ', ''));
    }),
  );
  t.deepEqual(breakLines('一二三四五六七八九十', 4, 2), ['一二三四', '五六七…']);
});
