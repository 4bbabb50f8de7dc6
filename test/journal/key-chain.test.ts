import test from 'ava';
import fc from 'fast-check';
import { publicKeyOf } from '../../agent/journal/ed25519.js';
import { epochOfKeyNote, KeyChain, signKeyNote, splitKeyNotes } from '../../agent/journal/key-chain.js';
import { type Signer, signNote } from '../../agent/journal/note.js';
import { formatVkey, SignatureType, vkeyOf, vkeyWithType } from '../../agent/journal/vkey.js';
import { LiuhenError } from '../../config/errors.js';

const origin = 'liuhen.example/recorder-0001';
const refused = { instanceOf: LiuhenError, code: 'LIUHEN_NOTE' };

function signerOf(epoch: number, name = origin): Signer {
  const seed = Buffer.alloc(32, epoch + 1);
  return { vkey: vkeyOf(name, SignatureType.ed25519, publicKeyOf(seed)), seed };
}

function step(epoch: number): string {
  return signKeyNote(origin, epoch, signerOf(epoch).vkey, signerOf(epoch - 1));
}

test('a chain of key notes leads from the root key to the newest epoch', (t) => {
  const chain = new KeyChain(signerOf(0).vkey);
  t.is(chain.epoch, 0);
  for (let epoch = 1; epoch <= 5; epoch++) t.is(chain.extend(step(epoch)), epoch);
  t.is(chain.origin, origin);
  t.is(formatVkey(chain.current), formatVkey(signerOf(5).vkey));
  t.is(formatVkey(chain.key(3) as never), formatVkey(signerOf(3).vkey));
  t.is(chain.key(6), undefined);
  t.is(chain.epochOf(origin, signerOf(2).vkey.id), 2);
  t.is(chain.epochOf('liuhen.example/other', signerOf(2).vkey.id), -1);
});

test('the body of a key note is exactly the four lines of the design', (t) => {
  t.true(step(1).startsWith(`liuhen/key\n${origin}\n1\n${formatVkey(signerOf(1).vkey)}\n\n— ${origin} `));
});

test('a step is taken once, in order, signed by the key before, and for this origin only', (t) => {
  const next = signerOf(2).vkey;
  const before = signerOf(1);
  const spoilt: Record<string, string> = {
    'the same step again': step(1),
    'a step left out': step(3),
    'signed by a stranger of the same name': signKeyNote(origin, 2, next, signerOf(9)),
    'signed by the key before the last': signKeyNote(origin, 2, next, signerOf(0)),
    'signed by the new key itself': signKeyNote(origin, 2, next, signerOf(2)),
    'of another origin': signKeyNote('liuhen.example/other', 2, next, before),
    'for a key of another name': signKeyNote(origin, 2, signerOf(2, 'liuhen.example/other').vkey, before),
    'for a cosigner key': signKeyNote(origin, 2, vkeyWithType(next, SignatureType.cosignature), before),
    'an epoch with a zero before it': signNote(`liuhen/key\n${origin}\n02\n${formatVkey(next)}\n`, before),
    'a fifth line': signNote(`liuhen/key\n${origin}\n2\n${formatVkey(next)}\nmore\n`, before),
    'no key': signNote(`liuhen/key\n${origin}\n2\n`, before),
    'another header': signNote(`liuhen/keys\n${origin}\n2\n${formatVkey(next)}\n`, before),
    'a signature altered': step(2).replace(/.{6}=\n$/, (tail) => `AAAAAA${tail.slice(6)}`),
    'a text altered after signing': step(2).replace(`\n2\n`, `\n3\n`),
    'a signature too many': step(2) + step(2).slice(step(2).indexOf('\n\n') + 2),
  };
  const chain = new KeyChain(signerOf(0).vkey);
  chain.extend(step(1));
  for (const [how, text] of Object.entries(spoilt)) {
    t.throws(() => chain.extend(text), refused, how);
    t.is(chain.epoch, 1, how);
  }
  t.is(chain.extend(step(2)), 2, 'and the chain still takes the good one');
});

test('a cosigner key is no root', (t) => {
  t.throws(() => new KeyChain(vkeyWithType(signerOf(0).vkey, SignatureType.cosignature)), refused);
});

test('the epoch that a key note claims is read without checking it', (t) => {
  t.is(epochOfKeyNote(step(7)), 7);
  t.is(epochOfKeyNote(step(7).replace('\n7\n', '\n1234567\n')), 1_234_567);
  for (const text of [
    '',
    'liuhen/key\n',
    step(7).replace('\n7\n', '\n0\n'),
    step(7).replace('\n7\n', '\nx\n'),
  ]) {
    t.is(epochOfKeyNote(text), undefined, JSON.stringify(text.slice(0, 60)));
  }
});

test('a file of key notes splits into the notes it was made of', (t) => {
  const notes = [1, 2, 3, 4].map(step);
  t.deepEqual(splitKeyNotes(notes.join('')), notes);
  t.deepEqual(splitKeyNotes(''), []);
  const chain = new KeyChain(signerOf(0).vkey);
  for (const note of splitKeyNotes(notes.join(''))) chain.extend(note);
  t.is(chain.epoch, 4);
});

test('no text makes a chain longer or fail with anything but its own error', (t) => {
  const good = step(1);
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc
      .tuple(fc.nat(good.length - 1), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }))
      .filter(([at, text]) => good[at] !== text)
      .map(([at, text]) => good.slice(0, at) + text + good.slice(at + 1)),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const chain = new KeyChain(signerOf(0).vkey);
      try {
        chain.extend(text);
        return false;
      } catch (error) {
        return chain.epoch === 0 && error instanceof LiuhenError && error.code === 'LIUHEN_NOTE';
      }
    }),
    { numRuns: 300 },
  );
  t.pass();
});
