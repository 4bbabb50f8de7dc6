import test from 'ava';
import fc from 'fast-check';
import { type PositionSentence, readSentence } from '../../drivers/nmea.js';
import { nmea } from '../support/nmea.js';

function read(body: string) {
  return readSentence(nmea(body).slice(1).trimEnd());
}

function position(body: string): PositionSentence {
  const sentence = read(body);
  if (typeof sentence === 'string') throw new Error(`${body}: ${sentence}`);
  return sentence;
}

test('GGA gives position, height, precision and quality', (t) => {
  // The checksum is the receiver's own, not this test's.
  t.deepEqual(readSentence('GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47'), {
    address: 'GPGGA',
    timeOfDayMs: 45_319_000,
    utcMs: undefined,
    quality: 'gps',
    position: { latitude: 48.1173, longitude: 11.5166667, altitudeMetres: 545.4, hdop: 0.9, satellites: 8 },
  });
});

test('RMC gives position and the time with all its digits', (t) => {
  for (const [time, utc] of [
    ['080910', '2026-11-23T08:09:10.000Z'],
    ['080910.5', '2026-11-23T08:09:10.500Z'],
    ['080910.25', '2026-11-23T08:09:10.250Z'],
    ['080910.123', '2026-11-23T08:09:10.123Z'],
  ] as const) {
    const sentence = position(`GNRMC,${time},A,3959.1234,S,11623.4567,W,0.02,31.66,231126,,,D`);
    t.is(new Date(sentence.utcMs ?? 0).toISOString(), utc);
    t.deepEqual(sentence.position, { latitude: -39.98539, longitude: -116.390945 });
    t.is(sentence.quality, 'dgps');
  }
});

test('a leap second is the first of the next day', (t) => {
  const { utcMs } = position('GPRMC,235960.00,A,3959.1234,N,11623.4567,E,,,311226,,');
  t.is(new Date(utcMs ?? 0).toISOString(), '2027-01-01T00:00:00.000Z');
});

test('GNS of any talker is read, and the best of its constellations decides', (t) => {
  for (const [modes, quality] of [
    ['A', 'gps'],
    ['NA', 'gps'],
    ['DA', 'dgps'],
    ['RDA', 'rtk'],
    ['EN', 'estimated'],
    ['NN', 'noFix'],
    ['M', 'noFix'],
    ['S', 'noFix'],
  ]) {
    for (const talker of ['GN', 'BD', 'GB', 'GL', 'GA']) {
      const sentence = read(`${talker}GNS,014035.00,3959.1234,N,11623.4567,E,${modes},13,0.9,25.63,11.24,,`);
      t.is(typeof sentence === 'string' ? sentence : sentence.quality, quality as 'gps');
    }
  }
});

test('a position that was typed in or simulated is no fix', (t) => {
  for (const quality of ['0', '7', '8']) {
    t.is(read(`GPGGA,123519,4807.038,N,01131.000,E,${quality},08,0.9,545.4,M,46.9,M,,`), 'noFix');
  }
  t.is(read('GPRMC,123519,A,4807.038,N,01131.000,E,0,0,231126,,,S'), 'noFix');
  t.is(read('GPRMC,123519,V,4807.038,N,01131.000,E,0,0,231126,,,N'), 'noFix');
});

test('what a receiver without a fix sends is not read as 0°, 0°', (t) => {
  t.is(read('GPGGA,,,,,,0,00,99.99,,,,,,'), 'noFix');
  t.is(read('GPRMC,,V,,,,,,,,,,N'), 'noFix');
  t.is(read('GPGGA,123519,,,,,1,08,0.9,545.4,M,46.9,M,,'), 'malformed');
  t.is(read('GPRMC,123519,A,,,,,0,0,231126,,'), 'malformed');
  t.is(read('GPGGA,123519,0000.000,N,00000.000,E,1,08,0.9,5.4,M,46.9,M,,'), 'implausible');
});

test('values that cannot be are refused', (t) => {
  for (const [comment, body, refusal] of [
    ['latitude above 90°', 'GPGGA,123519,9100.000,N,01131.000,E,1,08,0.9,5,M,,M,,', 'malformed'],
    ['61 minutes', 'GPGGA,123519,4861.000,N,01131.000,E,1,08,0.9,5,M,,M,,', 'malformed'],
    ['longitude above 180°', 'GPGGA,123519,4807.038,N,18100.000,E,1,08,0.9,5,M,,M,,', 'malformed'],
    ['latitude without its hemisphere', 'GPGGA,123519,4807.038,,01131.000,E,1,08,0.9,5,M,,M,,', 'malformed'],
    ['no decimal point', 'GPGGA,123519,4807,N,01131.000,E,1,08,0.9,5,M,,M,,', 'malformed'],
    ['25 o’clock', 'GPGGA,253519,4807.038,N,01131.000,E,1,08,0.9,5,M,,M,,', 'malformed'],
    ['unknown quality', 'GPGGA,123519,4807.038,N,01131.000,E,9,08,0.9,5,M,,M,,', 'malformed'],
    ['not a number', 'GPGGA,123519,4807.038,N,01131.000,E,1,08,abc,5,M,,M,,', 'malformed'],
    ['above all aircraft', 'GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,99999,M,,M,,', 'implausible'],
    ['the 32nd', 'GPRMC,123519,A,4807.038,N,01131.000,E,0,0,321126,,', 'malformed'],
    ['cut short', 'GPRMC,123519,A,4807.038,N', 'malformed'],
    ['another sentence', 'GPGSA,A,3,04,05,,09,12,,,24,,,,,2.5,1.3,2.1', 'other'],
    ['a maker’s own', 'PRMC,123519,A', 'other'],
  ] as const) {
    t.is(read(body), refusal, comment);
  }
});

test('a date that no receiver can see gives no time, but the position stands', (t) => {
  for (const [comment, date] of [
    ['a week number that rolled over', '090407'],
    ['the epoch of GPS', '060180'],
    ['the 31st of February', '310226'],
  ]) {
    const sentence = position(`GPRMC,123519,A,4807.038,N,01131.000,E,0,0,${date},,`);
    t.is(sentence.utcMs, undefined, comment);
    t.is(sentence.position.latitude, 48.1173);
  }
});

test('no checksum, half of one or a wrong one is refused', (t) => {
  const body = 'GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,';
  for (const end of ['', '*', '*4', '*48', '*47x', '*GG', '*47*47']) {
    t.is(readSentence(`${body}${end}`), 'badChecksum', end);
  }
});

test('no sentence, however mangled, throws or gives a position out of bounds', (t) => {
  const good = [
    'GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,',
    'GNRMC,080910.00,A,3959.1234,S,11623.4567,W,0.02,31.66,231126,,,D',
    'GNGNS,014035.00,3959.1234,N,11623.4567,E,AAN,13,0.9,25.63,11.24,,',
  ];
  const field = fc.oneof(
    fc.constantFrom('', 'A', 'V', 'N', 'S', '0', '1', '9', '-1', '1e9', 'NaN', '__proto__', '99999999.9'),
    fc.string({ maxLength: 12 }),
  );
  const changes = fc.array(fc.tuple(fc.nat(15), field), { maxLength: 4 });
  fc.assert(
    fc.property(fc.constantFrom(...good), changes, fc.nat(20), (sentence, list, length) => {
      const fields = sentence.split(',');
      for (const [at, value] of list) fields[at] = value;
      const read = readSentence(nmea(fields.slice(0, Math.max(1, length)).join(',')).slice(1, -2));
      if (typeof read === 'string') return;
      t.true(Math.abs(read.position.latitude) <= 90 && Math.abs(read.position.longitude) <= 180);
      t.true(read.timeOfDayMs >= 0 && read.timeOfDayMs < 86_401_000);
      t.false(Object.values(read.position).some(Number.isNaN));
    }),
    { numRuns: 20_000 },
  );
});
