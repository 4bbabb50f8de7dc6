import test from 'ava';
import fc from 'fast-check';
import { publicKeyOf } from '../../agent/journal/ed25519.js';
import { meetsQuorum, parsePolicy } from '../../agent/journal/policy.js';
import { formatVkey, SignatureType, vkeyOf } from '../../agent/journal/vkey.js';
import { LiuhenError } from '../../config/errors.js';

function keyOf(name: string, type: SignatureType, byte: number): string {
  return formatVkey(vkeyOf(name, type, publicKeyOf(Buffer.alloc(32, byte))));
}

const log = (name: string, byte = 1) => keyOf(name, SignatureType.ed25519, byte);
const witness = (name: string, byte: number) => keyOf(name, SignatureType.cosignature, byte);
const LOG = log('liuhen.example/recorder-0001');
const [W1, W2, W3] = [2, 3, 4].map((byte) => witness(`w${byte}.example`, byte));

/** The example of C2SP tlog-policy, with keys. */
const EXAMPLE = `log ${LOG}

witness X1 ${witness('x1.example', 11)}
witness X2 ${witness('x2.example', 12)}
witness X3 ${witness('x3.example', 13)}
group X-witnesses 2 X1 X2 X3

witness Y1 ${witness('y1.example', 21)}
witness Y2 ${witness('y2.example', 22)}
witness Y3 ${witness('y3.example', 23)}
group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
`;

test('the example of tlog-policy is read: one log, six witnesses, three groups', (t) => {
  const policy = parsePolicy(EXAMPLE);
  t.deepEqual(policy.logs.map(formatVkey), [LOG]);
  t.deepEqual([...policy.witnesses.keys()], ['X1', 'X2', 'X3', 'Y1', 'Y2', 'Y3']);
  t.deepEqual(policy.groups.get('X-witnesses'), { threshold: 2, members: ['X1', 'X2', 'X3'] });
  t.deepEqual(policy.groups.get('Y-witnesses'), { threshold: 1, members: ['Y1', 'Y2', 'Y3'] });
  t.deepEqual(policy.groups.get('X-and-Y'), { threshold: 2, members: ['X-witnesses', 'Y-witnesses'] });
  t.is(policy.quorum, 'X-and-Y');
});

test('the example’s quorum needs two of the X witnesses and one of the Y witnesses', (t) => {
  const policy = parsePolicy(EXAMPLE);
  const all = ['X1', 'X2', 'X3', 'Y1', 'Y2', 'Y3'];
  for (let set = 0; set < 64; set++) {
    const cosigned = all.filter((_, at) => (set >> at) & 1);
    const count = (letter: string) => cosigned.filter((name) => name.startsWith(letter)).length;
    t.is(meetsQuorum(policy, new Set(cosigned)), count('X') >= 2 && count('Y') >= 1, cosigned.join(' '));
  }
  t.false(meetsQuorum(policy, new Set(['X-witnesses', 'Y-witnesses', 'X-and-Y'])), 'a group cosigns nothing');
});

test('a quorum of one witness needs that witness, a quorum of none needs nobody', (t) => {
  const one = parsePolicy(`witness a ${W1}\nwitness b ${W2}\nquorum a\n`);
  t.true(meetsQuorum(one, new Set(['a'])));
  t.false(meetsQuorum(one, new Set(['b'])));
  t.true(meetsQuorum(parsePolicy('quorum none\n'), new Set()));
});

test('all, any and a number are thresholds of a group', (t) => {
  const of = (threshold: string) =>
    parsePolicy(`witness a ${W1}\nwitness b ${W2}\nwitness c ${W3}\ngroup g ${threshold} a b c\nquorum g\n`);
  const needed = (threshold: string) => of(threshold).groups.get('g')?.threshold;
  t.deepEqual(['all', 'any', '1', '2', '3'].map(needed), [3, 1, 1, 2, 3]);
});

test('comments, blank lines, tabs, URLs and names that are not ASCII are allowed', (t) => {
  const policy = parsePolicy(
    `# a comment\n  # another, 中文\n\t\n\tlog\t${LOG}  https://log.example/ \nwitness 见证 ${W1} https://w.example/\n  quorum   见证\t\n`,
  );
  t.is(policy.logs.length, 1);
  t.deepEqual([...policy.witnesses.keys()], ['见证']);
  t.is(policy.quorum, '见证');
});

test('names are compared byte for byte', (t) => {
  const policy = parsePolicy(`witness K ${W1}\nwitness \u212a ${W2}\nquorum K\n`);
  t.is(policy.witnesses.size, 2, 'the letter K and the Kelvin sign');
  t.false(meetsQuorum(policy, new Set(['\u212a'])));
});

test('32 logs, 32 witnesses and 32 groups are taken, as tlog-policy asks', (t) => {
  const lines: string[] = [];
  for (let at = 0; at < 32; at++) {
    lines.push(`log ${log(`log${at}.example`, 100 + at)}`);
    lines.push(`witness w${at} ${witness(`w${at}.example`, 150 + at)}`);
    lines.push(at === 0 ? 'group g0 any w0' : `group g${at} any g${at - 1} w${at}`);
  }
  const policy = parsePolicy(`${lines.join('\n')}\nquorum g31\n`);
  t.is(policy.logs.length + policy.witnesses.size + policy.groups.size, 96);
  t.true(meetsQuorum(policy, new Set(['w0'])), 'through 31 groups');
});

/** One rule broken in each; `line` is where. */
const BROKEN: { comment: string; line: number; text: string }[] = [
  { comment: 'an unknown keyword', line: 2, text: `log ${LOG}\nlogs ${LOG}\nquorum none\n` },
  { comment: 'a keyword in upper case', line: 1, text: `Quorum none\n` },
  { comment: 'a log without a key', line: 1, text: 'log\nquorum none\n' },
  {
    comment: 'a log with too many words',
    line: 1,
    text: `log ${LOG} https://a.example/ more\nquorum none\n`,
  },
  {
    comment: 'a log key with another id',
    line: 1,
    text: `log ${LOG.replace(/\+[0-9a-f]{8}\+/, '+00000000+')}\nquorum none\n`,
  },
  { comment: 'a log with a cosigner’s key', line: 1, text: `log ${W1}\nquorum none\n` },
  { comment: 'a log twice', line: 2, text: `log ${LOG}\nlog ${LOG}\nquorum none\n` },
  {
    comment: 'a log key twice under two names',
    line: 2,
    text: `log ${LOG}\nlog ${log('other.example')}\nquorum none\n`,
  },
  { comment: 'a witness without a key', line: 1, text: 'witness a\nquorum none\n' },
  {
    comment: 'a witness with too many words',
    line: 1,
    text: `witness a ${W1} https://a.example/ more\nquorum none\n`,
  },
  { comment: 'a witness with a log’s key', line: 1, text: `witness a ${LOG}\nquorum none\n` },
  { comment: 'a witness named none', line: 1, text: `witness none ${W1}\nquorum none\n` },
  { comment: 'a witness name twice', line: 2, text: `witness a ${W1}\nwitness a ${W2}\nquorum a\n` },
  { comment: 'a witness key twice', line: 2, text: `witness a ${W1}\nwitness b ${W1}\nquorum a\n` },
  {
    comment: 'a witness key twice under two key names',
    line: 2,
    text: `witness a ${W1}\nwitness b ${witness('other.example', 2)}\nquorum a\n`,
  },
  { comment: 'a group without a name', line: 1, text: 'group\nquorum none\n' },
  { comment: 'a group named none', line: 2, text: `witness a ${W1}\ngroup none any a\nquorum none\n` },
  { comment: 'a group named like a witness', line: 2, text: `witness a ${W1}\ngroup a any a\nquorum a\n` },
  { comment: 'a group without members', line: 2, text: `witness a ${W1}\ngroup g any\nquorum a\n` },
  { comment: 'all of no members', line: 2, text: `witness a ${W1}\ngroup g all\nquorum a\n` },
  { comment: 'a group without a threshold', line: 2, text: `witness a ${W1}\ngroup g\nquorum a\n` },
  { comment: 'a threshold of 0', line: 2, text: `witness a ${W1}\ngroup g 0 a\nquorum g\n` },
  { comment: 'a threshold above the members', line: 2, text: `witness a ${W1}\ngroup g 2 a\nquorum g\n` },
  { comment: 'a threshold in hex', line: 2, text: `witness a ${W1}\ngroup g 0x1 a\nquorum g\n` },
  { comment: 'a threshold that is a word', line: 2, text: `witness a ${W1}\ngroup g most a\nquorum g\n` },
  {
    comment: 'a member defined below',
    line: 2,
    text: `witness a ${W1}\ngroup g any a b\nwitness b ${W2}\nquorum g\n`,
  },
  { comment: 'a group in itself', line: 2, text: `witness a ${W1}\ngroup g any a g\nquorum g\n` },
  { comment: 'none as a member', line: 2, text: `witness a ${W1}\ngroup g any a none\nquorum g\n` },
  { comment: 'a member twice in one group', line: 2, text: `witness a ${W1}\ngroup g 2 a a\nquorum g\n` },
  {
    comment: 'a member of two groups',
    line: 4,
    text: `witness a ${W1}\nwitness b ${W2}\ngroup g any a\ngroup h any a b\nquorum g\n`,
  },
  { comment: 'no quorum', line: 2, text: `log ${LOG}\n` },
  { comment: 'a quorum without a name', line: 1, text: 'quorum\n' },
  { comment: 'two quorum lines', line: 2, text: 'quorum none\nquorum none\n' },
  { comment: 'two names in a quorum', line: 3, text: `witness a ${W1}\nwitness b ${W2}\nquorum a b\n` },
  { comment: 'a quorum of somebody unknown', line: 2, text: `witness a ${W1}\nquorum b\n` },
  { comment: 'a quorum before what it names', line: 1, text: `quorum a\nwitness a ${W1}\n` },
  { comment: 'carriage returns', line: 1, text: 'quorum none\r\n' },
  { comment: 'a zero byte', line: 2, text: 'quorum none\n# \0\n' },
  { comment: 'the DEL character', line: 2, text: 'quorum none\n# \x7f\n' },
  { comment: 'a form feed between words', line: 1, text: 'quorum\fnone\n' },
  { comment: 'a no-break space between words', line: 1, text: 'quorum\u00a0none\n' },
];

for (const { comment, line, text } of BROKEN) {
  test(`a policy with ${comment} is refused, and the line is named`, (t) => {
    const error = t.throws(() => parsePolicy(text), { instanceOf: LiuhenError, code: 'LIUHEN_POLICY' });
    t.regex(error.message, new RegExp(`line ${line}: expected `));
  });
}

test('a policy of more than a megabyte is refused unread', (t) => {
  const large = `${'# comment\n'.repeat(120_000)}quorum none\n`;
  t.throws(() => parsePolicy(large), { code: 'LIUHEN_POLICY', message: /1048576 bytes/ });
});

test('no text makes reading a policy fail with anything but its own error', (t) => {
  const words = fc.constantFrom(
    'log',
    'witness',
    'group',
    'quorum',
    'none',
    'all',
    'any',
    '2',
    'a',
    'b',
    '#',
    LOG,
    W1 ?? '',
    W2 ?? '',
    '__proto__',
    'constructor',
  );
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc
      .array(fc.array(words, { maxLength: 5 }), { maxLength: 8 })
      .map((lines) => lines.map((line) => line.join(' ')).join('\n')),
  );
  fc.assert(
    fc.property(texts, fc.array(fc.string()), (text, cosigned) => {
      try {
        return typeof meetsQuorum(parsePolicy(text), new Set(cosigned)) === 'boolean';
      } catch (error) {
        return error instanceof LiuhenError && error.code === 'LIUHEN_POLICY';
      }
    }),
    { numRuns: 1000 },
  );
  t.pass();
});
