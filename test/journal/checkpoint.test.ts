import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import {
  type Checkpoint,
  checkpointText,
  cosign,
  cosignedAt,
  parseCheckpoint,
  signCheckpoint,
} from '../../agent/journal/checkpoint.js';
import { publicKeyOf } from '../../agent/journal/ed25519.js';
import { EMPTY_ROOT } from '../../agent/journal/merkle.js';
import { formatNote, isSignedBy, parseNote, type Signer } from '../../agent/journal/note.js';
import { SignatureType, vkeyOf, vkeyWithType } from '../../agent/journal/vkey.js';
import { LiuhenError } from '../../config/errors.js';

/** The example of C2SP tlog-checkpoint and tlog-cosignature; neither gives its keys. */
const EXAMPLE = `example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
`;

const malformed = { instanceOf: LiuhenError, code: 'LIUHEN_NOTE' };
const origin = 'liuhen.example/recorder-0001';

function signerOf(name: string, type: SignatureType, byte: number): Signer {
  const seed = Buffer.alloc(32, byte);
  return { vkey: vkeyOf(name, type, publicKeyOf(seed)), seed };
}

const device = signerOf(origin, SignatureType.ed25519, 1);
const witness = signerOf('archive.example/w1', SignatureType.cosignature, 2);
const head = { origin, size: 300, root: Buffer.alloc(32, 7) };
const signed = signCheckpoint(head, device);

test('the example checkpoint of tlog-checkpoint is read and written as it stands', (t) => {
  const checkpoint = parseCheckpoint(EXAMPLE);
  t.is(checkpoint.origin, 'example.com/behind-the-sofa');
  t.is(checkpoint.size, 20_852_163);
  t.is(checkpoint.root.toString('base64'), 'CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=');
  t.is(checkpointText(checkpoint), checkpoint.note.text);
  t.is(formatNote(checkpoint.note), EXAMPLE);
});

test('the example cosignature of tlog-cosignature has the time that its text names', (t) => {
  const [, cosignature] = parseCheckpoint(EXAMPLE).note.signatures;
  t.is(cosignature?.signature.length, 72);
  t.is(cosignature?.signature.readBigUInt64BE(0), 1_679_315_147n);
});

test('a checkpoint is three lines under the device’s signature', (t) => {
  t.true(signed.startsWith(`${origin}\n300\n${head.root.toString('base64')}\n\n— ${origin} `));
  const checkpoint = parseCheckpoint(signed);
  t.true(isSignedBy(checkpoint.note, device.vkey));
  t.deepEqual({ origin: checkpoint.origin, size: checkpoint.size, root: checkpoint.root }, head);
});

test('the checkpoint of an empty tree has size 0', (t) => {
  const text = signCheckpoint({ origin, size: 0, root: EMPTY_ROOT }, device);
  t.is(parseCheckpoint(text).size, 0);
});

test('what is no checkpoint is refused', (t) => {
  const root = head.root.toString('base64');
  const spoilt: Record<string, string> = {
    'no origin': signed.replace(origin, ''),
    'a size with a zero before it': signed.replace('\n300\n', '\n0300\n'),
    'a size with a sign': signed.replace('\n300\n', '\n+300\n'),
    'a negative size': signed.replace('\n300\n', '\n-300\n'),
    'a size in hex': signed.replace('\n300\n', '\n0x12c\n'),
    'no size': signed.replace('\n300\n', '\n\n'),
    'a size of 2^53': signed.replace('\n300\n', '\n9007199254740992\n'),
    'a size of a thousand digits': signed.replace('\n300\n', `\n${'9'.repeat(1000)}\n`),
    'a root of 31 bytes': signed.replace(root, Buffer.alloc(31).toString('base64')),
    'a root of 33 bytes': signed.replace(root, Buffer.alloc(33).toString('base64')),
    'a root in loose base64': signed.replace(root, root.slice(0, -1)),
    'a root in hex': signed.replace(root, head.root.toString('hex')),
    'no root': signed.replace(`${root}\n`, ''),
    'an extension line': signed.replace(`${root}\n`, `${root}\nmore\n`),
    'an empty line behind the root': signed.replace(`${root}\n`, `${root}\n\n`),
  };
  for (const [how, text] of Object.entries(spoilt)) {
    t.not(text, signed, how);
    t.throws(() => parseCheckpoint(text), malformed, how);
  }
});

test('a cosignature says when, and stands beside the device’s signature', (t) => {
  const text = cosign(parseCheckpoint(signed), witness, 1_790_000_000);
  t.true(text.startsWith(signed), 'the device’s own lines are untouched');
  const checkpoint = parseCheckpoint(text);
  t.is(cosignedAt(checkpoint, witness.vkey), 1_790_000_000);
  t.true(isSignedBy(checkpoint.note, device.vkey));
});

test('a cosignature is made over the message that tlog-cosignature spells out', (t) => {
  const checkpoint = parseCheckpoint(cosign(parseCheckpoint(signed), witness, 1_679_315_147));
  const line = checkpoint.note.signatures.find(({ name }) => name === witness.vkey.name);
  const message = `cosignature/v1\ntime 1679315147\n${origin}\n300\n${head.root.toString('base64')}\n`;
  t.true(verifiesWithOpenssl(message, line?.signature.subarray(8), witness.vkey.publicKey));
});

test('a cosigner who cosigns again replaces its own line and no other', (t) => {
  const other = signerOf('archive.example/w2', SignatureType.cosignature, 3);
  const once = cosign(parseCheckpoint(cosign(parseCheckpoint(signed), other, 5)), witness, 10);
  const twice = parseCheckpoint(cosign(parseCheckpoint(once), witness, 20));
  t.is(twice.note.signatures.length, 3);
  t.is(cosignedAt(twice, witness.vkey), 20);
  t.is(cosignedAt(twice, other.vkey), 5);
});

test('without the cosigner’s line there is no time', (t) => {
  t.is(cosignedAt(parseCheckpoint(signed), witness.vkey), undefined);
  const stranger = vkeyOf(witness.vkey.name, SignatureType.cosignature, publicKeyOf(Buffer.alloc(32, 4)));
  const cosigned = parseCheckpoint(cosign(parseCheckpoint(signed), witness, 10));
  t.is(cosignedAt(cosigned, stranger), undefined, 'another key of the same name');
});

test('a cosignature whose time, tree or length was changed does not verify', (t) => {
  const text = cosign(parseCheckpoint(signed), witness, 1_790_000_000);
  const edited = (edit: (signature: Buffer) => Buffer): Checkpoint => {
    const blob = /— archive\.example\/w1 (.*)\n/.exec(text)?.[1] ?? '';
    const bytes = Buffer.from(blob, 'base64');
    const replaced = Buffer.concat([bytes.subarray(0, 4), edit(bytes.subarray(4))]);
    return parseCheckpoint(text.replace(blob, replaced.toString('base64')));
  };
  const withTime = (time: bigint) =>
    edited((signature) => {
      signature.writeBigUInt64BE(time);
      return signature;
    });
  t.throws(() => cosignedAt(withTime(1_790_000_001n), witness.vkey), malformed);
  t.throws(() => cosignedAt(withTime(2n ** 63n), witness.vkey), malformed);
  t.throws(() => cosignedAt(withTime(2n ** 64n - 1n), witness.vkey), malformed);
  t.throws(
    () =>
      cosignedAt(
        edited((bytes) => bytes.subarray(0, 64)),
        witness.vkey,
      ),
    malformed,
  );
  t.throws(
    () =>
      cosignedAt(
        edited((bytes) => bytes.subarray(0, 4)),
        witness.vkey,
      ),
    malformed,
  );
  t.throws(
    () =>
      cosignedAt(
        edited((bytes) => Buffer.concat([bytes, Buffer.of(0)])),
        witness.vkey,
      ),
    malformed,
  );
  t.throws(() => cosignedAt(parseCheckpoint(text.replace('\n300\n', '\n299\n')), witness.vkey), malformed);
});

test('a plain signature by the cosigner’s key is no cosignature, nor the other way round', (t) => {
  const plain = { vkey: vkeyWithType(witness.vkey, SignatureType.ed25519), seed: witness.seed };
  const checkpoint = parseCheckpoint(signCheckpoint(head, plain));
  t.is(cosignedAt(checkpoint, witness.vkey), undefined);
  t.throws(() => cosignedAt(checkpoint, plain.vkey), malformed);
  const cosigned = parseCheckpoint(cosign(parseCheckpoint(signed), witness, 10));
  t.false(isSignedBy(cosigned.note, plain.vkey));
});

test('a checkpoint verifies with the openssl command, and an altered one does not', (t) => {
  const [signature] = parseNote(signed).signatures;
  t.true(verifiesWithOpenssl(checkpointText(head), signature?.signature, device.vkey.publicKey));
  const altered = checkpointText({ ...head, size: 301 });
  t.false(verifiesWithOpenssl(altered, signature?.signature, device.vkey.publicKey));
});

test('no text makes reading a checkpoint fail with anything but its own error', (t) => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc
      .tuple(fc.string(), fc.string(), fc.base64String())
      .map((lines) => `${lines.join('\n')}\n\n— a AAAAAAA=\n`),
    fc
      .tuple(fc.nat(signed.length - 1), fc.string({ unit: 'binary', minLength: 1, maxLength: 2 }))
      .map(([at, text]) => signed.slice(0, at) + text + signed.slice(at + 1)),
  );
  fc.assert(
    fc.property(texts, (text) => {
      try {
        return formatNote(parseCheckpoint(text).note) === text;
      } catch (error) {
        return error instanceof LiuhenError && error.code === 'LIUHEN_NOTE';
      }
    }),
    { numRuns: 500 },
  );
  t.pass();
});

/** What a reviewer without our tool runs. */
function verifiesWithOpenssl(message: string, signature: Uint8Array | undefined, publicKey: Buffer): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'liuhen-openssl-'));
  try {
    const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), publicKey]);
    writeFileSync(join(folder, 'key.der'), spki);
    writeFileSync(join(folder, 'text'), message);
    writeFileSync(join(folder, 'signature'), signature ?? '');
    const key = ['-pubin', '-keyform', 'DER', '-inkey', 'key.der'];
    const files = ['-rawin', '-in', 'text', '-sigfile', 'signature'];
    const said = execFileSync('openssl', ['pkeyutl', '-verify', ...key, ...files], {
      cwd: folder,
      encoding: 'utf8',
      stdio: 'pipe',
    });
    return said.includes('Signature Verified Successfully');
  } catch (error) {
    // Exit status 1 is a verdict; anything else (no openssl, an option it does not know) is not.
    const { status, stdout } = error as { status?: number | null; stdout?: string };
    if (status === 1 && stdout?.includes('Signature Verification Failure')) return false;
    throw error;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
