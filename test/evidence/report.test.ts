import { createHash } from 'node:crypto';
import test from 'ava';
import { renderReport } from '../../agent/evidence/report.js';
import { PALETTES } from '../../agent/evidence/report-style.js';
import type { Verdict, VerdictName } from '../../agent/evidence/verify/verdict.js';
import { hugeVerdict, runOf, verdictOf } from './verdicts.js';

const NAMES: VerdictName[] = ['intact', 'incomplete', 'altered', 'untrusted'];

const WORDS: Record<VerdictName, [string, string]> = {
  intact: ['Intact', '完整'],
  incomplete: ['Incomplete', '不完整'],
  altered: ['Altered', '已被改动'],
  untrusted: ['Untrusted', '来源无法核实'],
};

const VOID = new Set(['meta', 'br', 'hr', 'img', 'link', 'input']);

/** Walks the tags and throws where they do not nest; returns them with their attributes. */
function tagsOf(html: string): { name: string; attributes: Map<string, string> }[] {
  const tags: { name: string; attributes: Map<string, string> }[] = [];
  const open: string[] = [];
  const body = html.replace(/^<!doctype html>\n/, '').replace(/(<style>)[^<]*(<\/style>)/, '$1$2');
  const rest = body.replace(
    /<(\/?)([a-z][a-z0-9]*)((?:\s+[a-zA-Z][a-zA-Z0-9-]*="[^"<>]*")*)\s*(\/?)>/g,
    (_all, close: string, name: string, attributes: string, selfClosed: string) => {
      if (close === '/') {
        const last = open.pop();
        if (last !== name) throw new Error(`expected </${last}>, got </${name}>`);
        return '';
      }
      const pairs = [...attributes.matchAll(/([a-zA-Z][a-zA-Z0-9-]*)="([^"]*)"/g)];
      const map = new Map(pairs.map(([, key = '', value = '']) => [key, value]));
      if (map.size !== pairs.length) throw new Error(`an attribute twice in <${name}${attributes}>`);
      tags.push({ name, attributes: map });
      if (!VOID.has(name) && selfClosed === '') open.push(name);
      return '';
    },
  );
  if (open.length > 0) throw new Error(`never closed: ${open.join(' ')}`);
  const stray = /[<>"]|&(?!(?:amp|lt|gt|quot|#39);)/.exec(rest);
  if (stray !== null)
    throw new Error(`unescaped near ${rest.slice(Math.max(0, stray.index - 60), stray.index + 60)}`);
  return tags;
}

/** Every string of the verdict replaced; the words of closed sets stay, for their type admits nothing else. */
function withEveryString(verdict: Verdict, replace: (text: string, path: string) => string): Verdict {
  const walk = (value: unknown, path: string): unknown => {
    if (typeof value === 'string') return /\.(verdict|state)$/.test(path) ? value : replace(value, path);
    if (Array.isArray(value)) return value.map((each, index) => walk(each, `${path}.${index}`));
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(
        Object.entries(value).map(([key, each]) => [key, walk(each, `${path}.${key}`)]),
      );
    }
    return value;
  };
  return walk(verdict, '') as Verdict;
}

for (const name of NAMES) {
  test(`the report of an ${name} recording says so first, in English and in Chinese, with the reason`, (t) => {
    const html = renderReport(verdictOf(name));
    const heading = /<h1[^>]*><span>([^<]*)<\/span><span lang="zh-Hans">([^<]*)<\/span><\/h1>/.exec(html);
    t.deepEqual(heading?.slice(1), WORDS[name]);
    t.true(html.indexOf('<h1') < html.indexOf('<h2'));
    t.true(html.indexOf(verdictOf(name).summary.replaceAll("'", '&#39;')) < html.indexOf('<h2'));
    t.regex(
      html,
      new RegExp(`<title>${WORDS[name][0]} ${WORDS[name][1]} — recorder-0001, recording 42</title>`),
    );
  });

  test(`the report of an ${name} recording is well formed, with each id once and every reference resolved`, (t) => {
    const html = renderReport(verdictOf(name));
    const tags = tagsOf(html);
    const ids = tags.flatMap(({ attributes }) => attributes.get('id') ?? []);
    t.is(new Set(ids).size, ids.length);
    for (const { attributes } of tags) {
      for (const id of attributes.get('aria-labelledby')?.split(' ') ?? []) t.true(ids.includes(id), id);
    }
    t.is(tags.filter((tag) => tag.name === 'h1').length, 1);
    t.is(tags.find((tag) => tag.name === 'html')?.attributes.get('lang'), 'en');
  });
}

test('the first offending place is named with entry, file, media time, expected and actual, before anything else', (t) => {
  const html = renderReport(verdictOf('altered'));
  const first = html.slice(html.indexOf('First offending place'), html.indexOf('The recording<'));
  for (const fact of [
    '356',
    'recording.mp4',
    '0:05:12.480',
    '3f'.repeat(32),
    'a0'.repeat(32),
    'footage-hash',
  ]) {
    t.true(first.includes(fact), fact);
  }
  t.false(renderReport(verdictOf('intact')).includes('First offending place'));
});

test('the bounds in time are given in UTC and in China’s time, with the witness on whose word they stand', (t) => {
  const html = renderReport(verdictOf('intact'));
  const times = html.slice(html.indexOf('Not earlier than'), html.indexOf('Device clock set by'));
  t.regex(times, /2025-03-04 01:01:03\.456 UTC<\/time> <span class="quiet">\(2025-03-04 09:01:03 UTC\+8\)/);
  t.regex(times, /Not later than[\s\S]*2025-03-04 01:14:14\.456 UTC[\s\S]*archive\.example/);
  const { notEarlierThan: _, notLaterThan: __, ...unwitnessed } = verdictOf('intact');
  t.regex(renderReport(unwitnessed), /Not later than<span[^>]*>不晚于<\/span><\/dt><dd>not witnessed/);
});

test('each state of footage is drawn in a class of its own, at its place on the axis', (t) => {
  const html = renderReport(verdictOf('incomplete'));
  t.regex(html, /<rect class="absent" x="74\.48%" y="113" width="8\.28%"/);
  t.regex(html, /<rect class="gap" x="30\.34%" y="113" width="4\.83%"/);
  t.is([...html.matchAll(/<rect class="authentic" x=/g)].length, 3 + 1, 'three runs and the legend');
  t.regex(renderReport(verdictOf('altered')), /<rect class="altered" x="43\.03%" y="113" width="1\.66%"/);
  for (const pattern of ['altered', 'absent', 'gap'])
    t.true(html.includes(`<pattern id="${pattern}"`), pattern);
});

test('an altered fragment among twenty thousand runs is still drawn, listed and counted', (t) => {
  const html = renderReport(hugeVerdict());
  t.regex(html, /<rect class="altered" x="61\.50%"/);
  t.regex(html, /<tr class="bad is-altered"><th scope="row">12,345<\/th><td>altered<\/td>/);
  t.regex(html, /19,800 more/);
});

test('labels of one line of the drawing never touch, on a page of 320 px or on paper', (t) => {
  const crowded = verdictOf('incomplete', {
    points: Array.from({ length: 190 }, (_, index) => ({
      entry: index,
      type: 'event',
      atSec: 300 + index * 1.3,
      wall: '',
      text: '',
    })),
  });
  const plot = { narrow: 210, wide: 600 };
  for (const html of [renderReport(crowded), renderReport(hugeVerdict())]) {
    for (const [, width = '', group = ''] of html.matchAll(/<g class="(narrow|wide)"[^>]*>(.*?)<\/g>/g)) {
      const labels = [...group.matchAll(/<text x="([\d.]+)%" y="\d+">([^<]*)</g)].map(([, at, text = '']) => {
        const half = (text.length * 7.6) / 2;
        const centre = (Number(at) / 100) * plot[width as 'narrow' | 'wide'];
        return { text, from: centre - half, to: centre + half };
      });
      for (const [index, { text, from }] of labels.entries()) {
        const before = labels[index - 1];
        t.true(before === undefined || before.to < from, `${width}: ${before?.text} and ${text}`);
      }
    }
  }
  t.regex(renderReport(crowded), />P1–\d+</);
});

test('the report of a huge recording with huge texts stays below a megabyte and says how much it leaves out', (t) => {
  const html = renderReport(hugeVerdict());
  t.true(html.length < 1_000_000, `${html.length}`);
  t.notThrows(() => tagsOf(html));
  t.regex(html, /19,900 more/);
  t.regex(html, /… \(\+999/);
});

for (const name of NAMES) {
  test(`no string of an ${name} verdict can become markup, an attribute or a change of writing direction`, (t) => {
    const verdict = verdictOf(name, { unlisted: ['a'] });
    const calm = tagsOf(renderReport(withEveryString(verdict, () => 'calm'))).length;
    const hostile = `"'><script>alert(1)</script><img src=x onerror=y>&amp;<!--\u202Egnp\u2066\u200B\u0000\n]]>`;
    const paths: string[] = [];
    const html = renderReport(
      withEveryString(verdict, (_text, path) => {
        paths.push(path);
        return hostile;
      }),
    );
    t.true(paths.length >= 18);
    t.is(tagsOf(html).length, calm);
    t.true(calm > 50);
    t.false(/<script|<img|<!--/i.test(html));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these must not come through
    t.notRegex(html, /[\u0000\u200B\u200E\u200F\u202A-\u202E\u2066-\u2069]/);
    t.true(html.includes('‹U+202E›gnp‹U+2066›'));
  });
}

test('what is piled on one letter, and half a surrogate pair, is shown by its code point', (t) => {
  const html = renderReport(verdictOf('intact', { device: `e${'\u0301'.repeat(50)}`, trigger: 'a\ud800b' }));
  t.true(html.includes('a‹U+D800›b'));
  t.true(html.includes(`e${'\u0301'.repeat(4)}‹U+0301›`));
  t.false(html.includes('\u0301'.repeat(5)));
});

test('numbers that are none, and times out of order, break nothing', (t) => {
  const broken = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1, 1e308, 0];
  for (const value of broken) {
    const verdict = verdictOf('incomplete', {
      durationSec: value,
      bytes: value,
      preRecordSec: value,
      runs: [
        runOf({ fromSec: 3, toSec: 1 }),
        { ...runOf({ fromSec: 0, toSec: 1 }), fromSec: value, toSec: value },
      ],
      gaps: [{ entry: 1, reason: 'x', fromSec: value, toSec: 2 }],
      points: [{ entry: 1, type: 'mark', atSec: value, wall: 'no time', text: '' }],
    });
    const html = renderReport(verdict);
    t.notThrows(() => tagsOf(html));
    t.false(/ (?:x|width|x1|x2)="(?:NaN|-?Infinity|-\d)/.test(html), `${value}`);
  }
});

test('the page loads nothing: no address anywhere, one stylesheet allowed by its hash, no inline style', (t) => {
  for (const name of NAMES) {
    const html = renderReport(verdictOf(name));
    for (const { name: tag, attributes } of tagsOf(html)) {
      t.false(['script', 'link', 'img', 'iframe', 'object', 'use', 'base', 'form'].includes(tag), tag);
      for (const key of attributes.keys()) t.notRegex(key, /^(on.*|src|href|xlink|style|srcset|action)$/);
    }
    t.notRegex(html, /https?:|@import|url\((?!#)/);
    const style = /<style>([^<]*)<\/style>/.exec(html)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    t.true(html.includes(`default-src &#39;none&#39;; style-src &#39;sha256-${hash}&#39;`));
  }
});

test('every text colour reaches WCAG AA on every ground it stands on, light and dark', (t) => {
  const luminance = (colour: string) => {
    const parts = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255);
    const [r = 0, g = 0, b = 0] = parts.map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a: string, b: string) => {
    const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  };
  for (const palette of Object.values(PALETTES)) {
    for (const ground of [palette.paper, palette.tint]) {
      for (const ink of ['ink', 'quiet', 'link', 'intact', 'incomplete', 'altered', 'untrusted'] as const) {
        t.true(contrast(palette[ink], ground) >= 4.5, `${ink} ${palette[ink]} on ${ground}`);
      }
      for (const line of ['edge', 'authentic'] as const) {
        t.true(contrast(palette[line], ground) >= 3, `${line} ${palette[line]} on ${ground}`);
      }
    }
  }
});
