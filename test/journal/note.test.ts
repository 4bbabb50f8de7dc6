import test from 'ava';
import fc from 'fast-check';
import { publicKeyOf } from '../../agent/journal/ed25519.js';
import {
  decodeText,
  formatNote,
  isSignedBy,
  MAX_NOTE_BYTES,
  MAX_NOTE_SIGNATURES,
  parseNote,
  signatureBy,
  signNote,
} from '../../agent/journal/note.js';
import { parseVkey, SignatureType, vkeyOf, vkeyWithType } from '../../agent/journal/vkey.js';
import { LiuhenError } from '../../config/errors.js';

/** The example of C2SP signed-note. */
const EXAMPLE_KEY = parseVkey('example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k');
const EXAMPLE =
  'This is an example message.\n\n' +
  '— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n';

const seed = Buffer.alloc(32, 3);
const signer = { vkey: vkeyOf('liuhen.example/a', SignatureType.ed25519, publicKeyOf(seed)), seed };
const malformed = { instanceOf: LiuhenError, code: 'LIUHEN_NOTE' };

test('the example note of signed-note verifies with its key', (t) => {
  const note = parseNote(EXAMPLE);
  t.is(note.text, 'This is an example message.\n');
  t.is(note.signatures.length, 1);
  t.true(isSignedBy(note, EXAMPLE_KEY));
  t.is(formatNote(note), EXAMPLE);
});

test('the example note with another text, key or signature does not verify', (t) => {
  const verify = (text: string) => isSignedBy(parseNote(text), EXAMPLE_KEY);
  t.throws(() => verify(EXAMPLE.replace('example message', 'exemple message')), malformed);
  t.throws(() => verify(EXAMPLE.replace('.\n', '.\n\n')), malformed);
  t.throws(() => verify(EXAMPLE.replace('Okn8srV1', 'Okn8srV2')), malformed);
  t.false(
    verify(EXAMPLE.replace('Uw2QOkn8', 'Uw2QPkn8')),
    'a signature with another key id is not this key’s',
  );
  t.false(verify(EXAMPLE.replace('example.com/foo', 'example.com/fop')), 'nor one under another name');
  t.throws(
    () => isSignedBy(parseNote(EXAMPLE), vkeyWithType(EXAMPLE_KEY, SignatureType.cosignature)),
    malformed,
  );
});

test('the text ends at the last empty line, and may hold empty lines itself', (t) => {
  const text = 'one\n\ntwo\n\n\nthree\n';
  const note = parseNote(signNote(text, signer));
  t.is(note.text, text);
  t.true(isSignedBy(note, signer.vkey));
});

test('a text may look like a note and is signed as it stands', (t) => {
  const inner = signNote('inner\n', signer);
  const note = parseNote(signNote(`${inner}outer\n`, signer));
  t.is(note.text, `${inner}outer\n`);
  t.true(isSignedBy(note, signer.vkey));
});

test('signatures of unknown keys are kept and ignored, of unknown algorithms as well', (t) => {
  const stranger = `— stranger.example ${Buffer.alloc(2424, 1).toString('base64')}\n`;
  const note = parseNote(signNote('text\n', signer).replace('\n\n', `\n\n${stranger}`));
  t.is(note.signatures.length, 2);
  t.true(isSignedBy(note, signer.vkey));
  t.true(formatNote(note).includes(stranger));
  t.is(signatureBy(note, EXAMPLE_KEY), undefined);
});

test('a key that signed twice is refused', (t) => {
  const signed = signNote('text\n', signer);
  const line = signed.slice(signed.indexOf('\n\n') + 2);
  t.throws(() => isSignedBy(parseNote(signed + line), signer.vkey), malformed);
});

test('what breaks the form of a note is refused', (t) => {
  const signed = signNote('text\n', signer);
  const line = signed.slice(signed.indexOf('— '));
  const spoilt: Record<string, string> = {
    nothing: '',
    'no signature': 'text\n\n',
    'no empty line': `text\n${line}`,
    'no line break at the end': signed.slice(0, -1),
    'an empty line at the end': `${signed}\n`,
    'a hyphen for the dash': signed.replace('— ', '- '),
    'no space behind the dash': signed.replace('— ', '—'),
    'two spaces': signed.replace('— ', '—  '),
    'a plus sign in the name': signed.replace('liuhen.example/a', 'liuhen.example+a'),
    'a no-break space in the name': signed.replace('liuhen.example/a', 'liuhen\u00a0a'),
    'no name': signed.replace('liuhen.example/a ', ''),
    'loose base64': signed.replace(/=\n$/, '\n'),
    'a signature of four bytes': `text\n\n— a ${Buffer.alloc(4).toString('base64')}\n`,
    'words behind the signature': signed.replace(/\n$/, ' more\n'),
    'carriage returns': signed.replaceAll('\n', '\r\n'),
    'a tab': signed.replace('text', 'te\txt'),
    'a zero byte': signed.replace('text', 'te\0xt'),
    'an escape': signed.replace('text', 'te\x1bxt'),
    'too many signatures': `text\n\n${line.repeat(MAX_NOTE_SIGNATURES + 1)}`,
    'too many bytes': signNote(`${'x'.repeat(MAX_NOTE_BYTES)}\n`, signer),
  };
  for (const [how, text] of Object.entries(spoilt)) t.throws(() => parseNote(text), malformed, how);
});

test('at least 16 signatures are taken, as signed-note asks', (t) => {
  const line = `— stranger.example ${Buffer.alloc(68, 1).toString('base64')}\n`;
  t.is(parseNote(`text\n\n${line.repeat(16)}`).signatures.length, 16);
});

test('only a text that a note can hold is signed', (t) => {
  for (const text of ['', 'no line break', 'a\rb\n', 'a\tb\n', 'a\0\n']) {
    t.throws(() => signNote(text, signer), malformed, JSON.stringify(text));
  }
});

test('bytes that are no UTF-8 are refused and never replaced', (t) => {
  t.is(decodeText(Buffer.from('留痕\n'), 'note'), '留痕\n');
  t.is(decodeText(Buffer.from('\ufeffx'), 'note'), '\ufeffx', 'a byte order mark is text');
  for (const bytes of ['ff', 'c328', 'eda080', 'f8a1a1a1', 'c0af', '80']) {
    t.throws(() => decodeText(Buffer.from(bytes, 'hex'), 'note'), malformed, bytes);
  }
});

test('any text without control characters is signed, and verifies', (t) => {
  const characters = fc.string({ unit: 'grapheme', maxLength: 60 });
  const lines = fc.array(characters, { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(lines, (lines) => {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a note cannot hold
      const text = `${lines.join('\n').replace(/[\u0000-\u0009\u000b-\u001f]/g, '')}\n`;
      const note = parseNote(signNote(text, signer));
      return note.text === text && isSignedBy(note, signer.vkey);
    }),
    { numRuns: 60 },
  );
  t.pass();
});

test('no bytes make reading a note fail with anything but its own error', (t) => {
  const signed = Buffer.from(signNote('text\n', signer));
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.tuple(fc.nat(signed.length - 1), fc.nat(255)).map(([at, byte]) => {
      const copy = Buffer.from(signed);
      copy[at] = byte;
      return copy;
    }),
  );
  fc.assert(
    fc.property(bytes, (bytes) => {
      try {
        const note = parseNote(decodeText(bytes, 'note'));
        return isSignedBy(note, signer.vkey) ? signed.equals(bytes) : !signed.equals(bytes);
      } catch (error) {
        return error instanceof LiuhenError && error.code === 'LIUHEN_NOTE';
      }
    }),
    { numRuns: 500 },
  );
  t.pass();
});
