import test from 'ava';
import fc from 'fast-check';
import { KINDS, type Kind } from '../../agent/disclosure/kinds/head.js';
import { readImage } from '../../agent/disclosure/kinds/image.js';
import { encodeDocument, jsonSchemaOf, parseDocument } from '../../agent/disclosure/kinds/kinds.js';
import {
  correctionOf,
  decisionDocument,
  guideDocument,
  inspectionDocument,
  type Plain,
  postDocument,
  reviewOf,
  withdrawalOf,
} from '../support/hall.js';

const GOOD = [
  postDocument(),
  guideDocument(),
  decisionDocument(),
  inspectionDocument(),
  correctionOf(decisionDocument()),
  withdrawalOf(postDocument()),
  reviewOf(decisionDocument()),
];

const parses = (document: { kind: string }) => {
  try {
    encodeDocument(document as Parameters<typeof encodeDocument>[0]);
    return 'good';
  } catch (error) {
    return (error as { code?: string; message: string }).message;
  }
};

/** The document with `text` in place of every human text, one at a time. */
function* withTextAt(value: unknown, text: string, rebuild: (inner: unknown) => unknown): Generator<unknown> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    const put = (replaced: unknown) => {
      const copy: Record<string, unknown> | unknown[] = Array.isArray(value) ? [...value] : { ...value };
      (copy as Record<string, unknown>)[key] = replaced;
      return rebuild(copy);
    };
    if ((key === 'zh' || key === 'en') && typeof inner === 'string') yield put(`${inner}${text}`);
    else yield* withTextAt(inner, text, put);
  }
}

const TRICKS: [what: string, text: string][] = [
  ['a right-to-left override', '\u202egnp.exe'],
  ['a right-to-left isolate', '\u2067x\u2069'],
  ['a right-to-left mark', '\u200f'],
  ['a zero-width space', '\u200b'],
  ['a soft hyphen', '\u00ad'],
  ['a tag character', '\u{e0041}'],
  ['a null', '\u0000'],
  ['an escape', '\u001b[2J'],
  ['a carriage return', '\r'],
  ['a line separator', '\u2028'],
  ['a lone surrogate', '\ud800'],
  ['a pile of marks', `a${'\u0301'.repeat(5)}`],
];

for (const [what, trick] of TRICKS) {
  test(`${what} is refused in every text of every kind`, (t) => {
    let texts = 0;
    for (const document of GOOD) {
      t.is(parses(document), 'good');
      for (const changed of withTextAt(document, trick, (whole) => whole)) {
        texts++;
        t.not(parses(changed as { kind: string }), 'good', JSON.stringify(changed));
      }
    }
    t.true(texts > 30);
  });
}

test('markup is text like any other', (t) => {
  const script = '<script>alert(1)</script>';
  t.is(parses(postDocument({ workingHours: { zh: script } })), 'good');
  const parsed = parseDocument(
    'post',
    Buffer.from(JSON.stringify(postDocument({ workingHours: { zh: script } }))),
  );
  t.is(parsed.workingHours.zh, script);
});

test('a field that is not in the schema is refused, at any depth', (t) => {
  t.regex(parses(postDocument({ html: '<b>' })), /html/);
  t.regex(parses(postDocument({ name: { zh: '林', html: '<b>' } })), /name.*html/);
});

const MASKING: [what: string, party: Plain][] = [
  ['a full name', { name: { zh: '张三丰' } }],
  ['a full English name', { name: { zh: '张某某', en: 'Zhang Sanfeng' } }],
  ['an identity number', { name: { zh: '张某某' }, idNumber: '110101199003074518' }],
  ['a telephone number', { name: { zh: '张某某' }, phone: '13812345678' }],
  ['an address with a street', { name: { zh: '张某某' }, address: { zh: '北京市朝阳区建国路88号' } }],
];

for (const [what, party] of MASKING) {
  test(`a decision with ${what} of a natural person is refused`, (t) => {
    t.regex(parses(decisionDocument({ party: { type: 'person', ...party } })), /masked|district/);
  });
}

test('an identity number or a name in the text of a decision is refused wherever it stands', (t) => {
  for (const field of ['title', 'facts', 'outcome', 'text']) {
    t.regex(
      parses(decisionDocument({ [field]: { zh: '张某某，身份证号110101199003074518。' } })),
      /identity number/,
    );
    t.regex(parses(decisionDocument({ [field]: { zh: '当事人：张三丰。' } })), /not masked/);
  }
  t.regex(parses(correctionOf(decisionDocument(), { right: { zh: '电话13812345678' } })), /telephone/);
});

test('a later revision says when it was first published, and a fine says how much it is', (t) => {
  t.regex(parses(decisionDocument({ revision: 2 })), /firstPublished/);
  const weight = { level: 'county', measures: ['fine'], effects: [], hearingHeld: false };
  t.regex(parses(decisionDocument({ weight })), /amountYuan/);
});

test('a procedure is a chart: its steps are there once, are all reached, and come to an end', (t) => {
  const chart = (steps: Plain[]) => {
    const { conditions: _c, materials: _m, timeLimit: _t, fee: _f, ...rest } = guideDocument();
    return parses({ ...rest, section: 'procedure', steps } as { kind: string });
  };
  const step = (id: string, ...next: string[]) => ({
    id,
    name: { zh: id },
    next: next.map((to) => ({ to })),
  });
  t.is(chart([step('a', 'b', 'c'), step('b', 'c'), step('c')]), 'good');
  t.is(chart([step('a', 'b'), step('b', 'a', 'c'), step('c')]), 'good', 'a way back is no error');
  t.regex(chart([step('a', 'x')]), /there is no step x/);
  t.regex(chart([step('a'), step('b')]), /a way from the first step to b/);
  t.regex(chart([step('a', 'b'), step('b', 'a')]), /an end/);
  t.regex(chart([step('a', 'a'), step('a')]), /every step id once/);
});

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const JPEG = Buffer.from('ffd8ffe000104a46494600010100000100010000ffc0000b080040003001011100ffd9', 'hex');

test('a picture is what its own bytes say, not what its type says', (t) => {
  t.deepEqual(readImage(PNG), { type: 'image/png', width: 1, height: 1 });
  t.deepEqual(readImage(JPEG), { type: 'image/jpeg', width: 48, height: 64 });
  const photo = (type: string, bytes: Buffer) =>
    parses(postDocument({ photo: { type, data: bytes.toString('base64') } }));
  t.is(photo('image/png', PNG), 'good');
  t.is(photo('image/jpeg', JPEG), 'good');
  t.regex(photo('image/jpeg', PNG), /expected the bytes of image\/jpeg, got image\/png/);
  t.regex(photo('image/png', Buffer.from('<svg onload="alert(1)"/>')), /got something else/);
  t.regex(photo('image/svg+xml', PNG), /photo\.type/);
});

test('a picture of too many pixels or bytes is refused', (t) => {
  const huge = Buffer.from(PNG);
  huge.writeUInt32BE(65_535, 16);
  const photo = (bytes: Buffer) =>
    parses(postDocument({ photo: { type: 'image/png', data: bytes.toString('base64') } }));
  t.regex(photo(huge), /at most 4096 pixels a side, got 65535 by 1/);
  t.not(photo(Buffer.concat([PNG, Buffer.alloc(384 * 1024)])), 'good');
  t.is(photo(Buffer.concat([PNG, Buffer.alloc(384 * 1024 - PNG.length)])), 'good');
});

test('no bytes make the reader of pictures fail', (t) => {
  const start = fc.constantFrom(
    Buffer.alloc(0),
    PNG.subarray(0, 8),
    PNG.subarray(0, 16),
    JPEG.subarray(0, 4),
    JPEG.subarray(0, 20),
  );
  fc.assert(
    fc.property(start, fc.uint8Array({ maxLength: 64 }), (head, tail) => {
      t.notThrows(() => readImage(Buffer.concat([head, tail])));
    }),
    { numRuns: 500 },
  );
});

test('every kind has a JSON Schema that names what it requires and refuses what it does not know', (t) => {
  for (const kind of KINDS) {
    const schema = jsonSchemaOf(kind) as { oneOf?: Plain[] } & Plain;
    for (const each of schema.oneOf ?? [schema]) {
      t.is(each.additionalProperties, false, kind);
      t.true((each.required as string[]).includes('kind'), kind);
    }
  }
});

test('no payload makes the parser fail otherwise than with its own error', (t) => {
  const payload = fc.oneof(
    fc.uint8Array({ maxLength: 100 }),
    fc.json().map((text) => Buffer.from(text)),
    fc.tuple(fc.constantFrom(...GOOD), fc.nat(), fc.string()).map(([document, at, text]) => {
      const keys = Object.keys(document);
      return Buffer.from(JSON.stringify({ ...document, [keys[at % keys.length] ?? '']: text }));
    }),
  );
  const parse = (kind: Kind, bytes: Uint8Array) => {
    try {
      parseDocument(kind, bytes);
    } catch (error) {
      t.is((error as { code?: string }).code, 'LIUHEN_ENVELOPE');
    }
  };
  fc.assert(fc.property(fc.constantFrom(...KINDS), payload, parse), { numRuns: 300 });
  const nested = Buffer.from('['.repeat(200_000) + ']'.repeat(200_000));
  for (const kind of KINDS) parse(kind, nested);
});

test('a field that stands there twice is found whatever its value looks like', (t) => {
  const tricky = { 'a"b': '\\":', c: 'd": "e', f: ['":"', { g: '\\\\' }] };
  fc.assert(
    fc.property(fc.oneof(fc.constant<unknown>(tricky), fc.jsonValue()), (value) => {
      const once = JSON.stringify({ kind: 'post', value });
      const twice = `{"kind":"post",${once.slice(1)}`;
      const messageOf = (text: string) =>
        t.throws(() => parseDocument('post', Buffer.from(text)))?.message ?? '';
      t.notRegex(messageOf(once), /every field once/);
      t.regex(messageOf(twice), /every field once/);
    }),
    { numRuns: 200 },
  );
});
