import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import {
  keyidOf,
  MAX_ENVELOPE_BYTES,
  MAX_SIGNATURES,
  openEnvelope,
  preAuthEncoding,
  signEnvelope,
} from '../../agent/disclosure/envelope.js';
import type { Vkey } from '../../agent/journal/vkey.js';
import { SignatureType, vkeyOf } from '../../agent/journal/vkey.js';
import { PACKAGE_ROOT } from '../../config/package-root.js';
import { signerNamed } from '../support/disclosure.js';

interface Vectors {
  keys: Record<string, { public: string }>;
  vectors: {
    id: string;
    envelope: { payload: string; payloadType: string };
    trustedKeys: string[];
    threshold: number;
    supportedPayloadTypes: string[];
    pae: string;
    expect: 'accept' | 'reject';
  }[];
}

const vectors = JSON.parse(await readFile(join(PACKAGE_ROOT, 'test/vectors/dsse.json'), 'utf8')) as Vectors;

for (const vector of vectors.vectors) {
  test(`the published DSSE vector ${vector.id} is judged as published`, (t) => {
    const keys = new Map(
      vector.trustedKeys.map((name): [string, Vkey] => {
        const key = Buffer.from(vectors.keys[name]?.public ?? '', 'hex');
        return [name, vkeyOf(name, SignatureType.ed25519, key)];
      }),
    );
    const keysOf = (keyid: string | undefined) =>
      keyid === undefined ? [...keys.values()] : [keys.get(keyid)].filter((key) => key !== undefined);
    const accepts = () => {
      const opened = openEnvelope(Buffer.from(JSON.stringify(vector.envelope)), keysOf);
      t.is(preAuthEncoding(opened.payloadType, opened.payload).toString('hex'), vector.pae);
      return (
        opened.signers.length >= vector.threshold && vector.supportedPayloadTypes.includes(opened.payloadType)
      );
    };
    if (vector.envelope.payloadType === '') t.throws(accepts, { code: 'LIUHEN_ENVELOPE' });
    else t.is(accepts(), vector.expect === 'accept');
  });
}

test('what is signed is the example of the specification', (t) => {
  const encoded = preAuthEncoding('http://example.com/HelloWorld', Buffer.from('hello world'));
  t.is(encoded.toString(), 'DSSEv1 29 http://example.com/HelloWorld 11 hello world');
});

test('a signature by an unknown key, or over other bytes, is not among the signers', (t) => {
  const [known, unknown] = [signerNamed('known'), signerNamed('unknown')];
  const text = signEnvelope('application/x+json', Buffer.from('{}'), known, unknown);
  const keysOf = (keyid: string | undefined) => (keyid === keyidOf(known.vkey) ? [known.vkey] : []);
  const opened = openEnvelope(Buffer.from(text), keysOf);
  t.deepEqual(opened.signers.map(keyidOf), [keyidOf(known.vkey)]);
  t.is(opened.signatures, 2);
  const other = text.replace(/"payload":"[^"]*"/, `"payload":"${Buffer.from('[]').toString('base64')}"`);
  t.deepEqual(openEnvelope(Buffer.from(other), keysOf).signers, []);
});

test('the payload type is signed', (t) => {
  const signer = signerNamed('one');
  const text = signEnvelope('application/vnd.liuhen.post+json', Buffer.from('{}'), signer);
  const other = text.replace('liuhen.post', 'liuhen.review');
  t.is(openEnvelope(Buffer.from(text), () => [signer.vkey]).signers.length, 1);
  t.is(openEnvelope(Buffer.from(other), () => [signer.vkey]).signers.length, 0);
});

test('an envelope of more than 1 MiB is refused before it is parsed, and never made', (t) => {
  const signer = signerNamed('one');
  const large = Buffer.alloc(MAX_ENVELOPE_BYTES + 1, ' ');
  t.throws(() => openEnvelope(large, () => []), {
    code: 'LIUHEN_ENVELOPE',
    message: /at most 1048576 bytes/,
  });
  t.throws(() => signEnvelope('a/b', Buffer.alloc(MAX_ENVELOPE_BYTES), signer), { code: 'LIUHEN_ENVELOPE' });
});

test('more signatures than 16 are refused before any is verified', (t) => {
  let asked = 0;
  const signatures = Array.from({ length: MAX_SIGNATURES + 1 }, () => ({ keyid: 'a', sig: 'AAAA' }));
  const bytes = Buffer.from(JSON.stringify({ payload: '', payloadType: 'a/b', signatures }));
  t.throws(
    () =>
      openEnvelope(bytes, () => {
        asked++;
        return [];
      }),
    { code: 'LIUHEN_ENVELOPE' },
  );
  t.is(asked, 0);
});

test('any payload comes out of its envelope as it went in, and any changed byte loses the signature', (t) => {
  const signer = signerNamed('one');
  const keysOf = () => [signer.vkey];
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300 }),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (payload, at, flip) => {
        const text = signEnvelope('application/vnd.liuhen.post+json', payload, signer);
        const opened = openEnvelope(Buffer.from(text), keysOf);
        t.true(opened.payload.equals(payload));
        t.is(opened.signers.length, 1);
        if (payload.length === 0) return;
        const changed = Buffer.from(payload);
        changed[at % changed.length] = (changed[at % changed.length] ?? 0) ^ flip;
        const forged = JSON.stringify({ ...JSON.parse(text), payload: changed.toString('base64') });
        t.is(openEnvelope(Buffer.from(forged), keysOf).signers.length, 0);
      },
    ),
    { numRuns: 60 },
  );
});

test('bytes that are no envelope are an error of ours, whatever they are', (t) => {
  const json = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.json().map((text) => Buffer.from(text)),
    fc
      .record(
        { payload: fc.anything(), payloadType: fc.anything(), signatures: fc.anything() },
        { requiredKeys: [] },
      )
      .map((value) => Buffer.from(JSON.stringify(value) ?? '')),
  );
  fc.assert(
    fc.property(json, (bytes) => {
      try {
        t.deepEqual(openEnvelope(bytes, () => []).signers, []);
      } catch (error) {
        t.is((error as { code?: string }).code, 'LIUHEN_ENVELOPE');
      }
    }),
    { numRuns: 400 },
  );
});
