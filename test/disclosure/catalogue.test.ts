import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { largestAmountYuan } from '../../agent/disclosure/amounts.js';
import { loadCatalogue, majorRules } from '../../agent/disclosure/catalogue.js';
import type { Decision } from '../../agent/disclosure/kinds/decision.js';
import { parseDocument } from '../../agent/disclosure/kinds/kinds.js';
import { decisionDocument, type Plain } from '../support/hall.js';

function decisionWith(changes: Plain, weight: Plain = {}): Decision {
  const base = { level: 'county', measures: ['warning'], effects: [], hearingHeld: false };
  const document = decisionDocument({
    outcome: { zh: '警告。' },
    ...changes,
    weight: { ...base, ...weight },
  });
  return parseDocument('decision', Buffer.from(JSON.stringify(document)));
}

async function written(t: ExecutionContext, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'liuhen-catalogue-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const file = join(folder, 'major.yaml');
  await writeFile(file, text);
  return file;
}

const ORGANISATION = { type: 'organisation', name: { zh: '示例有限公司' } };
const SHIPPED: [what: string, changes: Plain, weight: Plain, rows: string[]][] = [
  ['a warning', {}, {}, []],
  ['a fine of 4,999 yuan for a person', {}, { measures: ['fine'], amountYuan: 4999 }, []],
  [
    'a fine of 5,000 yuan for a person',
    {},
    { measures: ['fine'], amountYuan: 5000 },
    ['large-penalty-person'],
  ],
  [
    'a fine of 5,000 yuan for a company',
    { party: ORGANISATION },
    { measures: ['fine'], amountYuan: 5000 },
    [],
  ],
  [
    'a confiscation of 50,000 yuan from a company',
    { party: ORGANISATION },
    { measures: ['confiscation'], amountYuan: 50_000 },
    ['large-penalty-organisation'],
  ],
  ['the closure of a shop', {}, { measures: ['warning', 'closure'] }, ['end-of-business']],
  ['a detention', {}, { measures: ['detention'] }, ['detention']],
  ['a demolition', { action: 'compulsion' }, { measures: ['demolition'] }, ['demolition']],
  ['a small seizure', { action: 'compulsion' }, { measures: ['seizure'], amountYuan: 99_999 }, []],
  ['a licence granted', { action: 'licence' }, { measures: ['granted'] }, []],
  ['a licence taken back', { action: 'licence' }, { measures: ['withdrawn'] }, ['licence-taken-back']],
  ['whatever was heard', {}, { hearingHeld: true }, ['hearing-held']],
  ['what touches many people', {}, { effects: ['many-people'] }, ['social-influence']],
  [
    'what touches health and the public',
    {},
    { effects: ['life-and-health', 'public-safety'] },
    ['personal-freedom', 'public-interest'],
  ],
];

for (const [what, changes, weight, rows] of SHIPPED) {
  test(`the catalogue that ships calls ${what} ${rows.length === 0 ? 'not major' : 'major'}`, (t) => {
    t.deepEqual(
      majorRules(loadCatalogue(), decisionWith(changes, weight)).map(({ id }) => id),
      rows,
    );
  });
}

test('an authority writes a catalogue of its own, with level and field', async (t) => {
  const file = await written(
    t,
    'provincial-food:\n  chinese: 省级食品案件\n  english: provincial food cases\n  level: province, national\n  field: food-safety, drugs\n',
  );
  const catalogue = loadCatalogue(file);
  const rows = (weight: Plain) => majorRules(catalogue, decisionWith({}, weight)).length;
  t.is(rows({ level: 'province', field: 'drugs' }), 1);
  t.is(rows({ level: 'city', field: 'drugs' }), 0);
  t.is(rows({ level: 'province' }), 0);
});

test('a catalogue that is wrong is refused with every line that is', async (t) => {
  const file = await written(
    t,
    [
      'no-condition:',
      '  chinese: 无',
      '  english: none',
      'odd-action:',
      '  chinese: 甲',
      '  english: a',
      '  action: penalty, parking',
      'odd-amount:',
      '  chinese: 乙',
      '  english: b',
      '  amountFrom: 5万',
      'odd-key:',
      '  chinese: 丙',
      '  english: c',
      '  amount: 5',
      '',
    ].join('\n'),
  );
  const { message } = t.throws(() => loadCatalogue(file), { code: 'LIUHEN_CONFIG' }) ?? { message: '' };
  t.regex(message, /major\.yaml:2:3: no-condition: expected at least one condition/);
  t.regex(message, /major\.yaml:7:\d+: odd-action\.action: .*got "parking"/);
  t.regex(message, /major\.yaml:11:\d+: odd-amount\.amountFrom: expected an amount in yuan/);
  t.regex(message, /major\.yaml:13:3: odd-key: expected chinese, english and some of/);
});

const AMOUNTS: [text: string, yuan: number][] = [
  ['罚款1000元。', 1000],
  ['没收违法所得1,234,567.50元，并处罚款５万元', 1_234_567.5],
  ['处人民币伍万元罚款', 50_000],
  ['三万二千五百元', 32_500],
  ['十五元', 15],
  ['罚款1.2万元', 12_000],
  ['一亿二千万元', 120_000_000],
  ['责令改正，期限15日', 0],
];

for (const [text, yuan] of AMOUNTS) {
  test(`the largest amount in ${text} is ${yuan} yuan`, (t) => {
    t.is(largestAmountYuan(text), yuan);
  });
}
