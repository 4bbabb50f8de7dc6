import test from 'ava';
import fc from 'fast-check';
import {
  isMaskedAddress,
  isMaskedIdNumber,
  isMaskedName,
  isMaskedPhone,
  maskAddress,
  maskIdNumber,
  maskName,
  maskPhone,
  maskText,
  personalTrace,
} from '../../agent/disclosure/kinds/masking.js';

const NAMES: [name: string, masked: string, stars: string][] = [
  ['张三', '张某', '张*'],
  ['张三丰', '张某某', '张**'],
  ['欧阳静', '欧阳某', '欧阳*'],
  ['司马相如', '司马某某', '司马**'],
  ['买买提·艾力', '买某某', '买**'],
  ['John Smith', 'J某某', 'J**'],
];

for (const [name, masked, stars] of NAMES) {
  test(`${name} becomes ${masked}`, (t) => {
    t.is(maskName(name), masked);
    t.is(maskName(name, '*'), stars);
  });
}

test('only a family name with 某 or * is a masked name', (t) => {
  for (const name of ['张某', '张某某', '张*', '张**', '欧阳某某']) t.true(isMaskedName(name), name);
  for (const name of ['张三', '张三某', '张三*', '**', '张', '张某三', '', '张某某 三丰', '李四*'])
    t.false(isMaskedName(name), name);
});

const han = fc.integer({ min: 0x4e00, max: 0x9fa5 }).map((code) => String.fromCodePoint(code));
const surname = fc.constantFrom('张', '王', '李', '欧阳', '诸葛', '买');
const name = fc
  .tuple(surname, fc.array(han, { minLength: 1, maxLength: 4 }))
  .map(([family, given]) => family + given.filter((each) => each !== '某').join(''))
  .filter((whole) => [...whole].length > 1);

test('any name is masked once it was masked, masking again changes nothing, and of the given name nothing is left', (t) => {
  fc.assert(
    fc.property(name, (whole) => {
      const masked = maskName(whole);
      t.true(isMaskedName(masked), `${whole} ${masked}`);
      t.is(maskName(masked), masked);
      const given = [...whole].slice([...masked].indexOf('某'));
      t.true(masked.endsWith('某'.repeat(Math.min(2, given.length))));
    }),
    { numRuns: 500 },
  );
});

const digits = (length: number) =>
  fc
    .array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length })
    .map((all) => all.join(''));
const birthday = fc
  .tuple(
    fc.integer({ min: 1920, max: 2020 }),
    fc.integer({ min: 1, max: 12 }),
    fc.integer({ min: 1, max: 28 }),
  )
  .map(([year, month, day]) => `${year}${String(month).padStart(2, '0')}${String(day).padStart(2, '0')}`);
const idNumber = fc
  .tuple(
    fc.constantFrom('110101', '440305', '653101'),
    birthday,
    digits(3),
    fc.constantFrom('0', '7', 'X', 'x'),
  )
  .map((parts) => parts.join(''));
const mobile = fc
  .tuple(fc.constantFrom('13', '15', '17', '18', '19'), digits(9))
  .map((parts) => parts.join(''));
const words = fc.constantFrom('当事人于', '，电话', '（', '。联系：', ' ', '经查');

test('no identity number survives masking: neither the day of birth nor the end of the sequence', (t) => {
  fc.assert(
    fc.property(idNumber, (number) => {
      const masked = maskIdNumber(number);
      t.true(isMaskedIdNumber(masked), masked);
      t.false(masked.includes(number.slice(6, 14)));
      t.is(masked.length, 18);
      t.is(maskIdNumber(masked), masked);
    }),
    { numRuns: 200 },
  );
  t.false(isMaskedIdNumber('110101199003074518'));
  t.false(isMaskedIdNumber('1101011990030745**'));
  t.true(isMaskedIdNumber('110101********4518'));
});

test('no telephone number survives masking', (t) => {
  fc.assert(
    fc.property(fc.oneof(mobile, digits(8), digits(11), digits(12)), (number) => {
      const masked = maskPhone(number);
      t.true(isMaskedPhone(masked), masked);
      t.not(masked, number);
      t.is(maskPhone(masked), masked);
    }),
    { numRuns: 200 },
  );
  t.is(maskPhone('13812345678'), '138****5678');
  t.false(isMaskedPhone('1381234****'.replaceAll('*', '1')));
});

const ADDRESSES: [address: string, masked: string][] = [
  ['北京市朝阳区建国路88号1单元201室', '北京市朝阳区***'],
  ['广东省深圳市南山区科技园路1号', '广东省深圳市南山区***'],
  ['浙江省义乌市江滨路5号', '浙江省义乌市***'],
  ['某某路5号', '***'],
];

for (const [address, masked] of ADDRESSES) {
  test(`of the address ${address} is left ${masked}`, (t) => {
    t.is(maskAddress(address), masked);
    t.true(isMaskedAddress(masked));
  });
}

test('an address with a street or a number is not masked', (t) => {
  for (const address of ['北京市朝阳区建国路***', '北京市朝阳区', '北京市朝阳区88号***', '建国路88号'])
    t.false(isMaskedAddress(address), address);
});

test('an address that was masked tells no digit, and masking again changes nothing', (t) => {
  const part = fc.array(fc.oneof(han, fc.constantFrom('省', '市', '区', '县', '路', '号', '1', '８')), {
    maxLength: 20,
  });
  fc.assert(
    fc.property(part, (parts) => {
      const masked = maskAddress(parts.join(''));
      t.true(isMaskedAddress(masked), masked);
      t.notRegex(masked, /\d/);
      t.is(maskAddress(masked), masked);
    }),
    { numRuns: 300 },
  );
});

const wide = (text: string) =>
  text.replace(/[0-9]/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)));
const spaced = (text: string) => text.replace(/(.{4})(?=.)/g, '$1 ');
const dashed = (text: string) => text.replace(/(.{3})(?=.)/g, '$1-');

test('a trace of a person is found in any text, also full-width, spaced or hyphenated', (t) => {
  const style = fc.constantFrom((text: string) => text, wide, spaced, dashed);
  fc.assert(
    fc.property(words, fc.oneof(idNumber, mobile), words, style, (before, number, after, styled) => {
      t.truthy(personalTrace(`${before}${styled(number)}${after}`, { person: false }), styled(number));
    }),
    { numRuns: 300 },
  );
});

test('a text that was masked holds no trace', (t) => {
  const part = fc.oneof(words, idNumber, mobile, name);
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
      t.is(personalTrace(maskText(parts.join('，'), []), { person: false }), undefined);
    }),
    { numRuns: 300 },
  );
  t.is(maskText('张三丰与张三丰之母', ['张三丰']), '张某某与张某某之母');
});

test('what is no trace is left alone: days, amounts, numbers of documents and credit codes', (t) => {
  const innocent = [
    '2026-03-16作出，罚款50000元',
    '示市监罚〔2026〕17号',
    '统一社会信用代码91110000100000000X',
    '监督电话010-55500100',
    '编号20260316000123',
    '138****5678',
  ];
  for (const text of innocent) t.is(personalTrace(text, { person: true }), undefined, text);
});

test('a name that the text announces has to be masked where the party is a person', (t) => {
  t.truthy(personalTrace('当事人：张三丰，男', { person: true }));
  t.is(personalTrace('当事人：张某某，男', { person: true }), undefined);
  t.is(personalTrace('当事人：示例有限公司', { person: false }), undefined);
});
