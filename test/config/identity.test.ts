import test from 'ava';
import fc from 'fast-check';
import { LiuhenError } from '../../config/errors.js';
import { originOf, parseOrigin } from '../../config/identity.js';

test('an origin is the authority, a slash and the device, and parses back', (t) => {
  t.is(originOf('liuhen.example', 'recorder-0001'), 'liuhen.example/recorder-0001');
  const device = fc.stringMatching(/^[a-z0-9-]{1,64}$/);
  const authority = fc
    .array(fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,9}[a-z0-9])?$/), { minLength: 2, maxLength: 5 })
    .map((labels) => labels.join('.'));
  fc.assert(
    fc.property(authority, device, (domain, id) => {
      t.deepEqual(parseOrigin(originOf(domain, id)), { authority: domain, device: id });
    }),
  );
});

const badDevices = [
  '',
  '..',
  '../x',
  'a/b',
  'a.b',
  'A',
  'a_b',
  'a b',
  'a+b',
  'a#',
  'a\n',
  'é',
  'x'.repeat(65),
];
for (const device of badDevices) {
  test(`${JSON.stringify(device)} is not a device id`, (t) => {
    const error = t.throws(() => originOf('liuhen.example', device), { instanceOf: LiuhenError });
    t.is(error?.code, 'LIUHEN_ORIGIN');
    t.throws(() => parseOrigin(`liuhen.example/${device}`), { code: 'LIUHEN_ORIGIN' });
  });
}

const badAuthorities = [
  '',
  'localhost',
  '..',
  'a..b',
  '.example',
  'liuhen.example.',
  'Liuhen.example',
  '-a.example',
  'a-.example',
  'liuhen.example/..',
  'liuhen example.org',
  'liuhen.example\n',
  `${'a'.repeat(64)}.example`,
  `${'a.'.repeat(130)}b`,
];
for (const authority of badAuthorities) {
  test(`${JSON.stringify(authority)} is not an authority`, (t) => {
    t.throws(() => originOf(authority, 'recorder-0001'), { code: 'LIUHEN_ORIGIN' });
    t.throws(() => parseOrigin(`${authority}/recorder-0001`), { code: 'LIUHEN_ORIGIN' });
  });
}

test('an origin of another number of parts is refused', (t) => {
  for (const origin of ['liuhen.example', 'liuhen.example/a/b', '/liuhen.example/a', 'liuhen.example/../a']) {
    t.throws(() => parseOrigin(origin), { code: 'LIUHEN_ORIGIN' }, origin);
  }
});

test('a long wrong id is cut short in the message', (t) => {
  const error = t.throws(() => originOf('liuhen.example', 'X'.repeat(100_000)));
  t.true((error?.message.length ?? Number.POSITIVE_INFINITY) < 300);
});
