import test from 'ava';
import fc from 'fast-check';
import type { Steps } from '../../agent/disclosure/kinds/procedure.js';
import { breakLines, chartLayout, widthOf } from '../../agent/kiosk/chart-layout.js';
import { Chart } from '../../agent/kiosk/pages/chart.js';
import { PLAIN, viewOf } from '../../agent/kiosk/view.js';

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

/** Words on ways, as rectangles, and the upright parts of ways around the boxes. */
function drawn(steps: Steps) {
  const svg = String(Chart({ steps, title: 't', view: viewOf(PLAIN, '/') }));
  const [, width = 0] = (/viewBox="0 0 ([\d.]+)/.exec(svg) ?? []).map(Number);
  const labels = [
    ...svg.matchAll(
      /<g class="chart-when"><rect x="([\d.-]+)" y="([\d.-]+)" width="([\d.]+)" height="([\d.]+)"/g,
    ),
  ].map(([, x, y, w, h]) => ({ x: Number(x), y: Number(y), width: Number(w), height: Number(h) }));
  const lanes = [
    ...svg.matchAll(/class="chart-way" d="M[\d.]+ ([\d.]+)(?:V[\d.]+)?H([\d.]+)V([\d.]+)H/g),
  ].map(([, from, x, to]) => ({ x: Number(x), from: Number(from), to: Number(to) }));
  return { width, labels, lanes };
}

test('words on ways are seen whole: none leaves the drawing, stands on another or has a way running behind it', (t) => {
  const long = { zh: '陈述申辩或者放弃听证权利的' };
  const ways = (...to: string[]) => to.map((each) => ({ to: each, when: long }));
  const steps = Object.entries({
    report: ways('review', 'tell'),
    review: ways('tell', 'report', 'end', 'decide'),
    tell: ways('hear', 'decide'),
    hear: ways('decide'),
    decide: ways('end', 'report'),
    end: [],
  }).map(([id, next]): Steps[number] => ({ id, name: { zh: id }, next }));
  const { width, labels, lanes } = drawn(steps);
  t.is(labels.length, 11);
  t.is(lanes.length, 6);
  for (const [at, label] of labels.entries()) {
    t.true(label.x >= 0 && label.x + label.width <= width, `label ${at} is cut`);
    for (const { x } of lanes)
      t.false(x > label.x && x < label.x + label.width, `a way runs behind label ${at}`);
    for (const other of labels.slice(at + 1)) {
      const apart = Math.abs(label.y - other.y) >= label.height || Math.abs(label.x - other.x) >= label.width;
      t.true(apart, `label ${at} stands on another`);
    }
  }
});
