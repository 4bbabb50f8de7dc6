import test from 'ava';
import fc from 'fast-check';
import { parseConfig } from '../../config/load.js';
import { ConfigError } from '../../config/problems.js';

const device = 'device: {id: recorder-0001, authority: liuhen.example}';

const secrets: [string, string][] = [
  ['an unknown key', `${device}\nuplink:\n  password: hunter2\n`],
  ['a broker URL', `${device}\nuplink:\n  broker: mqtts://user:hunter2@a.example\n`],
  [
    'a broker URL with a slash in the password',
    `${device}\nuplink:\n  broker: mqtts://user:x/hunter2@a.example\n`,
  ],
  ['a camera URL', `${device}\ncamera:\n  source: rtsp://user:hunter2@a.example/1\n`],
  ['a private key', `${device}\nuplink:\n  witness: PRIVATE+KEY+a+01234567+hunter2\n`],
  ['an alias', `${device}\nuplink:\n  password: *hunter2\n`],
  ['a tag', `${device}\nuplink:\n  password: !hunter2\n`],
  ['a line that is not YAML', `${device}\nuplink:\n  password: "hunter2\n`],
];
for (const [where, text] of secrets) {
  test(`a secret in ${where} is refused and not repeated`, (t) => {
    const error = t.throws(() => parseConfig(text, 'c.yaml'), { instanceOf: ConfigError });
    t.notRegex(
      JSON.stringify([error?.message, error?.problems, error?.next, String(error?.cause)]),
      /hunter2/,
    );
    t.regex(error?.message ?? '', /^c\.yaml:\d+:\d+: /);
  });
}

test('hostile nesting, aliases and masses of keys are refused with a short message', (t) => {
  const hostile = [
    '{a: '.repeat(250_000),
    '['.repeat(1_000_000),
    `${device}\ncamera: ${'{a: '.repeat(300)}${'}'.repeat(300)}\n`,
    `a: &a [x, x]\n${Array.from({ length: 30 }, (_, i) => `b${i}: &b${i} [*${i === 0 ? 'a' : `b${i - 1}`}, *a]`).join('\n')}\n`,
    Array.from({ length: 50_000 }, (_, i) => `key${i}: ${i}`).join('\n'),
    `${'k'.repeat(1_000_000)}: 1\n`,
    `${device}\nprofile: "${'\\n'.repeat(100_000)}"\n`,
  ];
  for (const text of hostile) {
    const error = t.throws(() => parseConfig(text, 'c.yaml'), { instanceOf: ConfigError });
    t.true((error?.message.length ?? Number.POSITIVE_INFINITY) < 10_000);
  }
});

test('whatever the text, the answer is a configuration or a list of mistakes', (t) => {
  const pieces = [
    'device',
    'camera',
    'uplink.tls',
    ': ',
    ':',
    '\n',
    '\n  ',
    '- ',
    '? ',
    '{',
    '}',
    '[',
    ']',
    ', ',
    '"',
  ];
  const more = [
    "'",
    '#',
    '&a ',
    '*a',
    '!!map ',
    '| ',
    '> ',
    '---\n',
    '...\n',
    '%YAML 9\n',
    '<<: ',
    '\t',
    '\0',
    '30s',
    '\uD800',
  ];
  const text = fc
    .array(fc.constantFrom(...pieces, ...more), { maxLength: 30 })
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, fc.boolean(), (tail, withDevice) => {
      try {
        parseConfig((withDevice ? `${device}\n` : '') + tail, 'c.yaml');
      } catch (error) {
        t.true(error instanceof ConfigError, String(error));
        t.regex(String((error as Error).message), /^c\.yaml:\d+:\d+: /);
      }
    }),
    { numRuns: 2000 },
  );
});
