import { createECDH, createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { publicKeyOf } from '../../agent/journal/ed25519.js';
import { formatVkey, SignatureType, vkeyOf } from '../../agent/journal/vkey.js';
import { checkAnswer, readAnswer } from '../../agent/provision/answer.js';
import { fromCarrier } from '../../agent/provision/carrier.js';
import { fingerprintWords } from '../../agent/provision/fingerprint.js';
import { readRequest } from '../../agent/provision/request.js';
import { openAnswer, openRequest, parseToken } from '../../agent/provision/token.js';
import { PACKAGE_ROOT } from '../../config/package-root.js';

const page = await readFile(join(PACKAGE_ROOT, 'agent/provision/PROTOCOL.md'), 'utf8');

/** A block of the page by its name, without the line breaks that the page needs. */
function block(name: string): string {
  const [, text = ''] = new RegExp(`\`\`\`\\w+ ${name}\\n([\\s\\S]*?)\\n\`\`\``).exec(page) ?? [];
  return text.replaceAll('\n', '');
}

/** The TLS key of the example, PEM. */
function tlsKey(): string {
  const scalar = Buffer.alloc(32, 2);
  const pair = createECDH('prime256v1');
  pair.setPrivateKey(scalar);
  const point = pair.getPublicKey();
  const [d, x, y] = [scalar, point.subarray(1, 33), point.subarray(33)].map((bytes) =>
    bytes.toString('base64url'),
  );
  const key = { kty: 'EC', crv: 'P-256', d: d ?? '', x: x ?? '', y: y ?? '' };
  return createPrivateKey({ key, format: 'jwk' }).export({ type: 'pkcs8', format: 'pem' }) as string;
}

const rootVkey = formatVkey(
  vkeyOf('liuhen.example/recorder-0001', SignatureType.ed25519, publicKeyOf(Buffer.alloc(32, 1))),
);

test("the page's request is one, as JSON and as a line, with the root key and the words that it says", async (t) => {
  const request = await readRequest(block('request'));
  t.like(request, { device: 'recorder-0001', authority: 'liuhen.example', unit: 'squad-3', rootVkey });
  t.deepEqual(fromCarrier('request', block('request-line')), JSON.parse(block('request')));
  t.true(page.includes(`\`${fingerprintWords(rootVkey)}\``));
});

test("the page's answer is the one to its request", (t) => {
  const answer = readAnswer(block('answer'));
  const expected = {
    device: 'recorder-0001',
    rootVkey,
    tlsKey: tlsKey(),
    nowMs: Date.parse('2026-03-02T08:00:00Z'),
  };
  t.notThrows(() => checkAnswer(answer, expected));
});

test("the page's token makes the codes that stand there", (t) => {
  const token = parseToken(block('token'));
  t.deepEqual(token.secret, Buffer.alloc(16, 3));
  const request = block('request');
  t.is(openRequest(token, JSON.stringify({ request, mac: block('request-mac') })), request);
  const said = { outcome: 'enrolled', text: block('answer') };
  t.deepEqual(openAnswer(token, request, JSON.stringify({ ...said, mac: block('answer-mac') })), said);
});
