import { readFileSync } from 'node:fs';
import test from 'ava';
import { parseCommand, readCommand } from '../../agent/commands/acceptance.js';
import { commandJsonSchema } from '../../agent/commands/json-schema.js';
import { REFUSALS } from '../../agent/commands/refusal.js';
import { REMOTE_SETTINGS } from '../../agent/commands/remote-settings.js';
import { COMMAND_NAMES, COMMAND_PAYLOAD_TYPE, commandSchema, ORDERS } from '../../agent/commands/schema.js';
import { signEnvelope } from '../../agent/disclosure/envelope.js';
import { TrustedKeys } from '../../agent/disclosure/trust.js';
import { parseVkey } from '../../agent/journal/vkey.js';
import { signerNamed } from '../support/disclosure.js';

const PAGE = readFileSync('agent/commands/FORMAT.md', 'utf8');

function block(name: string): string {
  const found = new RegExp(`^\`\`\`(?:text|json) ${name}\n(.*?)\n\`\`\`$`, 'ms').exec(PAGE)?.[1];
  if (found === undefined) throw new Error(`no block ${name} in FORMAT.md`);
  return found;
}

/** The cells of the table whose head line this is. */
function rows(head: string): string[][] {
  const [, table = ''] = PAGE.split(`\n${head}\n`);
  const [lines = ''] = table.split('\n\n');
  return lines
    .split('\n')
    .slice(1)
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );
}

const named = (cell = '') => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name);

test('the envelope of the example is what the key of its seed signs, and is taken', (t) => {
  const vkey = parseVkey(block('vkey'));
  const payload = Buffer.from(block('payload'));
  const text = signEnvelope(COMMAND_PAYLOAD_TYPE, payload, { vkey, seed: Buffer.alloc(32, 5) });
  t.is(text, block('envelope'));
  const trusted = new TrustedKeys(signerNamed('root').vkey);
  const key = { vkey: block('vkey'), roles: ['dispatcher' as const], holder: 'control room' };
  trusted.put({ kind: 'trust', version: 1, issued: '2026-11-01T00:00:00Z', keys: [key] }, 'x');
  const { head, order } = readCommand(Buffer.from(block('envelope')), trusted);
  t.deepEqual(order, { command: 'mark', args: { kind: 'sos' } });
  t.is(head.why, 'the officer asked for it by radio');
});

test('every command is listed with its roles and arguments, and what may be left out', (t) => {
  const expected = Object.entries(ORDERS).map(([name, { roles, args }]) => {
    const fields = Object.entries(args.shape).map(([key, schema]) => {
      const mayBeLeftOut = schema.safeParse(undefined).success;
      return `\`${key}\`${mayBeLeftOut ? '?' : ''}`;
    });
    return [`\`${name}\``, roles.map((role) => `\`${role}\``).join(', '), fields.join(', ')];
  });
  const listed = rows('| command | role | args | what it does, and the result |');
  t.deepEqual(
    listed.map((cells) => cells.slice(0, 3)),
    expected,
  );
});

test('the fields of a payload, the refusals and the settings are listed as they are', (t) => {
  const fields = rows('| field | meaning |').flatMap(([field]) => named(field));
  t.deepEqual(fields.slice(0, 8), Object.keys(commandSchema.shape));
  t.deepEqual(
    rows('| code | meaning |'),
    Object.entries(REFUSALS).map(([code, meaning]) => [`\`${code}\``, meaning]),
  );
  t.deepEqual(block('settings').split('\n'), [...REMOTE_SETTINGS]);
});

test('the JSON Schema has a form for each command, with what it needs', (t) => {
  const { anyOf } = commandJsonSchema() as {
    anyOf: { properties: { command: { const: string }; args: object }; required: string[] }[];
  };
  t.deepEqual(
    anyOf.map(({ properties }) => properties.command.const),
    COMMAND_NAMES,
  );
  const needs = anyOf.filter(({ required }) => required.includes('args'));
  t.deepEqual(
    needs.map(({ properties }) => properties.command.const),
    ['open-case', 'raise-upload-priority', 'change-setting'],
  );
});

test('the payload of the example is good by its schema, and no longer so with a field more', (t) => {
  const payload = JSON.parse(block('payload'));
  t.notThrows(() => parseCommand(payload));
  t.throws(() => parseCommand({ ...payload, also: 1 }));
});
