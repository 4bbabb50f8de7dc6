import test from 'ava';
import fc from 'fast-check';
import { publicKeyOf } from '../../agent/journal/ed25519.js';
import {
  formatVkey,
  isKeyName,
  parseVkey,
  SignatureType,
  sameVkey,
  vkeyOf,
  vkeyWithType,
} from '../../agent/journal/vkey.js';
import { LiuhenError } from '../../config/errors.js';

/** The verifier key of the example in C2SP signed-note. */
const EXAMPLE = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k';

test('the example key of signed-note is read and written as it stands', (t) => {
  const vkey = parseVkey(EXAMPLE);
  t.is(vkey.name, 'example.com/foo');
  t.is(vkey.id, 0x530d903a);
  t.is(vkey.type, SignatureType.ed25519);
  t.is(formatVkey(vkey), EXAMPLE);
});

test('a key of another type under the same name has another key id', (t) => {
  const plain = parseVkey(EXAMPLE);
  const cosigner = vkeyWithType(plain, SignatureType.cosignature);
  t.not(cosigner.id, plain.id);
  t.false(sameVkey(plain, cosigner));
  t.true(sameVkey(vkeyWithType(cosigner, SignatureType.ed25519), plain));
  t.true(sameVkey(parseVkey(formatVkey(cosigner)), cosigner));
});

test('every key is read as it was written, the key ids with leading zeros included', (t) => {
  const name = fc.stringMatching(/^[a-z0-9./-]{1,40}$/);
  const type = fc.constantFrom(SignatureType.ed25519, SignatureType.cosignature);
  fc.assert(
    fc.property(name, type, fc.uint8Array({ minLength: 32, maxLength: 32 }), (name, type, key) => {
      const vkey = vkeyOf(name, type, key);
      return sameVkey(parseVkey(formatVkey(vkey)), vkey) && parseVkey(formatVkey(vkey)).id === vkey.id;
    }),
    { numRuns: 1000 },
  );
  t.pass();
});

test('a key whose name, id, type or material was changed is refused', (t) => {
  const material = Buffer.from(EXAMPLE.split('+')[2] ?? '', 'base64');
  const withMaterial = (bytes: Uint8Array) =>
    `example.com/foo+530d903a+${Buffer.from(bytes).toString('base64')}`;
  const ofType = (type: number) => withMaterial(Buffer.concat([Buffer.of(type), material.subarray(1)]));
  const spoilt: Record<string, string> = {
    nothing: '',
    'another name': EXAMPLE.replace('foo', 'fop'),
    'no name': EXAMPLE.replace('example.com/foo', ''),
    'a space in the name': EXAMPLE.replace('/foo', '/f o'),
    'another id': EXAMPLE.replace('530d903a', '530d903b'),
    'the id in upper case': EXAMPLE.replace('530d903a', '530D903A'),
    'the id cut short': EXAMPLE.replace('530d903a', '530d903'),
    'a space before it': ` ${EXAMPLE}`,
    'a line break behind it': `${EXAMPLE}\n`,
    'a bit of the key': EXAMPLE.replace('AekyeRrm', 'AekyeRrn'),
    'type 02, ECDSA': ofType(2),
    'type 06, ML-DSA': ofType(6),
    'type 04 with the id of type 01': ofType(4),
    'a key cut short': withMaterial(material.subarray(0, 32)),
    'a longer key': withMaterial(Buffer.concat([material, Buffer.of(0)])),
    'base64 that is not canonical': `${EXAMPLE.slice(0, -1)}l=`,
    'a name of ten thousand letters': `${'a'.repeat(10_000)}${EXAMPLE}`,
  };
  for (const [how, text] of Object.entries(spoilt)) {
    t.throws(() => parseVkey(text), { instanceOf: LiuhenError, code: 'LIUHEN_NOTE' }, how);
  }
});

test('a key name has neither spaces, plus signs nor control characters', (t) => {
  const key = publicKeyOf(Buffer.alloc(32, 1));
  for (const name of ['a', 'liuhen.example/recorder-0001', '执法记录仪.example/一号', 'a'.repeat(255)]) {
    t.true(isKeyName(name), name);
    t.is(parseVkey(formatVkey(vkeyOf(name, SignatureType.ed25519, key))).name, name);
  }
  for (const name of [
    '',
    'a b',
    'a+b',
    'a\nb',
    'a\u00a0b',
    'a\u2003b',
    'a\u0007b',
    'a\u2028b',
    'a'.repeat(256),
  ]) {
    t.false(isKeyName(name), JSON.stringify(name));
    t.throws(() => vkeyOf(name, SignatureType.ed25519, key), { code: 'LIUHEN_NOTE' });
  }
});

test('no text makes reading a key fail with anything but its own error', (t) => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 120 }),
    fc
      .tuple(fc.string(), fc.stringMatching(/^[0-9a-f]{8}$/), fc.base64String())
      .map((parts) => parts.join('+')),
  );
  fc.assert(
    fc.property(texts, (text) => {
      try {
        return formatVkey(parseVkey(text)) === text;
      } catch (error) {
        return error instanceof LiuhenError && error.code === 'LIUHEN_NOTE';
      }
    }),
    { numRuns: 500 },
  );
  t.pass();
});
