import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { inChinese, OWN } from '../../agent/words/chinese.js';
import { translatorOf } from '../../agent/words/pattern.js';
import { PACKAGE_ROOT } from '../../config/package-root.js';
import { settingsTable } from '../../config/table.js';
import { isSameInBoth } from '../support/same-in-both.js';
import { spokenTexts } from '../support/spoken-texts.js';

/** Pages and reports have words of their own; the simulator and what comes with tests speak to engineers. */
const LEFT_OUT = /^agent\/(words|kiosk\/pages|evidence\/report)|^firmware-bridge\/simulator/;

const HAN = /\p{Script=Han}/u;
const PROSE = /\b(the|of|is|are|and|that|which|to) /;

const said = spokenTexts((path) => LEFT_OUT.test(path));
const chinese = new Map(OWN.flatMap((each) => Object.entries(each)));

test('every text that a person can meet at a terminal has its Chinese', (t) => {
  const missing = [...said].filter(([text]) => !chinese.has(text) && !isSameInBoth(text));
  const listed = missing.map(
    ([text, files]) => `  ${JSON.stringify(text)}: '',   // ${[...files].join(', ')}`,
  );
  t.is(
    listed.length,
    0,
    `these texts have no Chinese. Add each to the fitting file of agent/words/zh ({} is a hole, {1} the first of them in the Chinese), or, where it
is a command and no sentence, to test/support/same-in-both.ts. Terms: 录像 片段 检查点 见证 归档 回执 条目 日志账本 封存 入网 主管机关 消息服务器 代理程序.
${listed.sort().join('\n')}`,
  );
});

test('no Chinese stands there for a text that nobody says any more', (t) => {
  const stale = [...chinese.keys()].filter((text) => !said.has(text));
  t.deepEqual(
    stale,
    [],
    'take these out of agent/words/zh, or give them the wording that the source has now',
  );
});

test('each Chinese text has the holes of its English one, and no text stands in two files', (t) => {
  for (const [english, translated] of chinese) {
    const wanted = Array.from({ length: english.split('{}').length - 1 }, (_, at) => `{${at + 1}}`);
    const has = [...new Set(translated.match(/\{\d!?\}/g) ?? [])].map((hole) => hole.replace('!', '')).sort();
    t.deepEqual(has, wanted, `${english} → ${translated}`);
    let at = 0;
    const made = english.replace(/\{\}/g, () => `Q${++at}Z`);
    t.is(inChinese(made), translated.replace(/\{(\d)!?\}/g, 'Q$1Z'), 'another text takes its place');
    t.regex(translated, /\p{Script=Han}|，|：|、/u, english);
  }
  t.is(
    chinese.size,
    OWN.reduce((sum, each) => sum + Object.keys(each).length, 0),
  );
});

test('what config explain says of a setting is in Chinese', (t) => {
  const english = settingsTable().flatMap(({ key, description, kind, allowed }) => {
    const said = [description, kind, ...(/[a-z]{3} [a-z]{2}/.test(allowed) ? [allowed] : [])];
    return said
      .filter((text) => !HAN.test(inChinese(text)) || PROSE.test(inChinese(text)))
      .map((text) => `${key}: ${text}`);
  });
  t.deepEqual(english, [], 'add these to agent/words/zh/explained-settings.ts');
});

test('a text is put together from what was made of it: holes, causes, lines', (t) => {
  const speak = translatorOf([
    {
      'there is no {}': '不存在 {1}',
      'could not read {}': '无法读取 {1}',
      'got {} of {}': '共 {2}，得 {1}',
      'it is wrong': '有误',
    },
  ]);
  t.is(speak('there is no a b'), '不存在 a b');
  t.is(speak('got 3 of 7'), '共 7，得 3');
  t.is(speak('a.yaml:3:1: x.y: it is wrong'), 'a.yaml:3:1：x.y：有误');
  t.is(speak('could not read x: there is no y'), '无法读取 x：不存在 y');
  t.is(speak('  there is no x\n\nelse; it is wrong\n'), '  不存在 x\n\nelse；有误\n');
  t.is(speak('there is no '), 'there is no ');
  t.is(speak('recorder'), 'recorder');
  t.is(
    inChinese('c.yaml:1:7: kind: expected one of post, review, got "x y"'),
    'c.yaml:1:7: kind：应为 post, review 之一，实为 "x y"',
  );
  t.is(
    inChinese('x.key: expected a key of role dispatcher or technician, got publisher'),
    'x.key：应为调度员或技术员角色的密钥，实为发布',
  );
});

test('nothing that starts in English loads the Chinese', (t) => {
  const dist = join(PACKAGE_ROOT, 'dist/agent');
  const loading = readdirSync(dist, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js') && !name.startsWith('words/'))
    .filter((name) => /^import .*words\/(chinese|zh\/\w+)\.js/m.test(readFileSync(join(dist, name), 'utf8')));
  t.deepEqual(
    loading,
    [],
    'use spoken or spokenIn of agent/words/spoken.ts, which load it when it is asked for',
  );
});

test('what a hostile text costs is bounded', (t) => {
  const text = `${'a: b; (c) '.repeat(5000)}`;
  t.is(inChinese(text), text);
  t.is(typeof inChinese(`could not read ${'x: '.repeat(1000)}`), 'string');
});
