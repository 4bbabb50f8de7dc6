import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { openEnvelope } from '../../agent/disclosure/envelope.js';
import { KINDS, kindOfPayloadType } from '../../agent/disclosure/kinds/head.js';
import { parseDocument } from '../../agent/disclosure/kinds/kinds.js';
import { REFUSALS } from '../../agent/disclosure/refusal.js';
import { boardTopic } from '../../agent/disclosure/topic.js';
import { parseVkey } from '../../agent/journal/vkey.js';
import { PACKAGE_ROOT } from '../../config/package-root.js';

const page = await readFile(join(PACKAGE_ROOT, 'agent/disclosure/FORMAT.md'), 'utf8');
const blocks = [...page.matchAll(/```(?:json)?\n([^`]*)\n```/g)].map(([, text = '']) => text);

test('the example of FORMAT.md is signed by its key, and its payload is the one that is shown', (t) => {
  const [envelope = '', payload = '', vkey = ''] = blocks;
  const opened = openEnvelope(Buffer.from(envelope), () => [parseVkey(vkey)]);
  t.is(opened.signers.length, 1);
  t.is(opened.payload.toString(), payload);
  const kind = kindOfPayloadType(opened.payloadType);
  t.is(kind, 'withdrawal');
  const { id, hall } = parseDocument('withdrawal', opened.payload);
  t.true(page.includes(`\`${boardTopic(hall, 'withdrawal', id)}\``));
});

test('FORMAT.md names every kind and every refusal', (t) => {
  for (const word of [...KINDS, ...Object.keys(REFUSALS)]) t.true(page.includes(`\`${word}\``), word);
});
