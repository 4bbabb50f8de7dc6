import test from 'ava';
import fc from 'fast-check';
import { BIT_RATE, DURATION, formatQuantity, parseQuantity, SIZE } from '../../config/units.js';

for (const quantity of [DURATION, SIZE, BIT_RATE]) {
  test(`a ${quantity.name} that was formatted is parsed to the same value`, (t) => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        t.is(parseQuantity(quantity, formatQuantity(quantity, value)), value);
      }),
    );
  });

  test(`a ${quantity.name} in any of its units is that many base units`, (t) => {
    for (const [unit, factor] of Object.entries(quantity.units)) {
      fc.assert(
        fc.property(fc.nat(1_000_000), (amount) => {
          const exact = BigInt(amount) * BigInt(factor);
          const expected = exact <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(exact) : undefined;
          t.is(parseQuantity(quantity, `${amount}${unit}`), expected);
        }),
      );
    }
  });
}

test('a decimal fraction is exact', (t) => {
  fc.assert(
    fc.property(fc.nat(999_999), fc.integer({ min: 0, max: 999 }), (seconds, ms) => {
      const text = `${seconds}.${String(ms).padStart(3, '0')}s`;
      t.is(parseQuantity(DURATION, text), seconds * 1000 + ms);
    }),
  );
});

const accepted: [typeof DURATION | typeof SIZE | typeof BIT_RATE, string, number][] = [
  [DURATION, '0s', 0],
  [DURATION, '250ms', 250],
  [DURATION, '15min', 900_000],
  [DURATION, '1.5h', 5_400_000],
  [DURATION, '7d', 604_800_000],
  [DURATION, '30 s', 30_000],
  [SIZE, '120KiB', 122_880],
  [SIZE, '1MB', 1_000_000],
  [SIZE, '1MiB', 1_048_576],
  [SIZE, '2GB', 2_000_000_000],
  [BIT_RATE, '2Mbit/s', 2_000_000],
  [BIT_RATE, '9600bit/s', 9600],
];
for (const [quantity, text, value] of accepted) {
  test(`${text} is a ${quantity.name} of ${value}`, (t) => {
    t.is(parseQuantity(quantity, text), value);
  });
}

const refused: [typeof DURATION | typeof SIZE | typeof BIT_RATE, string, string][] = [
  [DURATION, '30', 'has no unit'],
  [DURATION, '', 'is empty'],
  [DURATION, 's', 'has no number'],
  [DURATION, '-1s', 'is negative'],
  [DURATION, '1e3s', 'has an exponent'],
  [DURATION, '1h30min', 'has two units'],
  [DURATION, '30S', 'has a unit in the wrong case'],
  [DURATION, '30MB', 'has a unit of size'],
  [DURATION, '0.5ms', 'is not a whole number of milliseconds'],
  [DURATION, ' 30s', 'begins with a space'],
  [DURATION, '30  s', 'has two spaces'],
  [DURATION, '30toString', 'has the name of an inherited property for a unit'],
  [DURATION, `${'9'.repeat(20)}d`, 'is beyond exact arithmetic'],
  [DURATION, `${'0'.repeat(40)}1s`, 'is longer than any real value'],
  [SIZE, '64Mib', 'has a unit in the wrong case'],
  [SIZE, '2Mbit/s', 'is a bit rate'],
  [BIT_RATE, '2MiB', 'is a size'],
];
for (const [quantity, text, reason] of refused) {
  test(`${JSON.stringify(text)} is not a ${quantity.name}, because it ${reason}`, (t) => {
    t.is(parseQuantity(quantity, text), undefined);
  });
}

test('formatting takes the largest unit that leaves a whole number', (t) => {
  t.is(formatQuantity(DURATION, 900_000), '15min');
  t.is(formatQuantity(DURATION, 1500), '1500ms');
  t.is(formatQuantity(SIZE, 122_880), '120KiB');
  t.is(formatQuantity(BIT_RATE, 0), '0bit/s');
  t.throws(() => formatQuantity(SIZE, 1.5), { instanceOf: RangeError });
  t.throws(() => formatQuantity(SIZE, -1), { instanceOf: RangeError });
});
