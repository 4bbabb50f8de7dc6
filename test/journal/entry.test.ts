import test from 'ava';
import fc from 'fast-check';
import {
  type At,
  atOf,
  checkDraft,
  decodeEntry,
  type EntryDraft,
  encodeEntry,
  MAX_ENTRY_BYTES,
} from '../../agent/journal/entry.js';
import { LiuhenError } from '../../config/errors.js';

const at: At = { wall: '2026-05-04T03:02:01.000Z', mono: 12_345.678, boot: 'b1', source: 'gnss' };
const sha256 = 'ab'.repeat(32);
const who = { who: 'officer 7', what: 'recording 3', why: 'request' };
const credential = { officer: '7', credential: '粤-0001' };
const malformed = { instanceOf: LiuhenError, code: 'LIUHEN_ENTRY' };

/** One of each type, with every field of the design's table; `optional` may be left out. */
const EXAMPLES: { optional?: string[]; draft: EntryDraft }[] = [
  {
    draft: {
      type: 'journal-started',
      origin: 'liuhen.example/recorder-0001',
      device: 'recorder-0001',
      software: 'liuhen 0.1.0',
      suite: 'sha256-ed25519',
    },
  },
  { draft: { type: 'boot', software: 'liuhen 0.1.0', reason: 'power' } },
  { draft: { type: 'shutdown', software: 'liuhen 0.1.0', reason: 'asked' } },
  { draft: { type: 'key-rotated', epoch: 1, vkey: 'a+00000000+AA==' } },
  { draft: { type: 'clock-changed', fromWall: at.wall, toWall: '2026-05-04T03:02:02.000Z', source: 'ntp' } },
  {
    optional: ['behaviour', 'case', 'officer', 'continues', 'software'],
    draft: {
      type: 'recording-started',
      trigger: 'button',
      preRecordMs: 30_000,
      wholeProcess: true,
      software: 'liuhen 0.1.0',
      behaviour: '现场检查',
      case: 'A-1',
      officer: '7',
      continues: 2,
    },
  },
  {
    draft: {
      type: 'take-started',
      recording: 3,
      take: 0,
      init: { sha256, bytes: 900 },
      codecs: 'avc1.64001f,mp4a.40.2',
    },
  },
  {
    optional: ['position'],
    draft: {
      type: 'fragment',
      recording: 3,
      take: 0,
      index: 0,
      sha256,
      bytes: 1_000_000,
      media: { start: 0, duration: 12_800, timescale: 12_800 },
      position: { latitude: 23.1, longitude: 113.3 },
    },
  },
  { optional: ['note'], draft: { type: 'mark', recording: 3, kind: 'important', note: '留意' } },
  { draft: { type: 'gap', recording: 3, reason: 'camera', fromMono: 1, toMono: 2.5 } },
  { draft: { type: 'recording-stopped', recording: 3, fragments: 9, bytes: 9_000_000, reason: 'button' } },
  { draft: { type: 'heartbeat' } },
  { draft: { type: 'event', source: 'battery', name: 'low', value: { percent: 9 } } },
  { optional: ['recording'], draft: { type: 'identity-shown', ...credential, recording: 3 } },
  { optional: ['recording'], draft: { type: 'party-informed', ...credential, recording: 3 } },
  { draft: { type: 'case-opened', case: 'A-1' } },
  {
    draft: {
      type: 'document',
      case: 'A-1',
      document: { sha256, bytes: 10, kind: 'record', name: '笔录.pdf' },
    },
  },
  { draft: { type: 'case-closed', case: 'A-1' } },
  { draft: { type: 'displayed', kind: 'post', id: 'w1', revision: 4, sha256 } },
  { draft: { type: 'exported', ...who } },
  {
    optional: ['recording', 'retentionMs'],
    draft: { type: 'evicted', ...who, recording: 3, retentionMs: 86_400_000 },
  },
  { draft: { type: 'config-changed', ...who } },
  { draft: { type: 'command', ...who } },
  { draft: { type: 'witnessed', size: 12, checkpoint: 'liuhen.example/recorder-0001\n12\n…' } },
];

const fragment = EXAMPLES.find(({ draft }) => draft.type === 'fragment')?.draft as EntryDraft & {
  type: 'fragment';
};

/** The bytes of an entry whose JSON was edited before it was written. */
function edited(edit: (json: Record<string, unknown>) => unknown, draft: EntryDraft = fragment): Buffer {
  const json = JSON.parse(encodeEntry(draft, 5, at).toString()) as Record<string, unknown>;
  return Buffer.from(JSON.stringify(edit(json) ?? json));
}

for (const { draft, optional = [] } of EXAMPLES) {
  test(`an entry of type ${draft.type} is read as it was written`, (t) => {
    const encoded = encodeEntry(draft, 5, at);
    t.deepEqual(decodeEntry(encoded, 5), { n: 5, at, ...draft });
    t.true(encoded.toString().startsWith(`{"n":5,"type":"${draft.type}","at":{"wall":`));
    t.false(encoded.includes('\n'));
  });

  test(`an entry of type ${draft.type} without one of its fields is refused, and the field is named`, (t) => {
    for (const field of Object.keys({ n: 0, at, ...draft })) {
      const without = edited((json) => {
        delete json[field];
      }, draft);
      if (optional.includes(field)) t.notThrows(() => decodeEntry(without, 5), field);
      else t.throws(() => decodeEntry(without, 5), { ...malformed, message: new RegExp(field) }, field);
    }
  });
}

test('an entry stands at its own index and nowhere else', (t) => {
  t.throws(() => decodeEntry(encodeEntry(fragment, 5, at), 6), { ...malformed, message: /n 6, got 5/ });
});

test('an entry of a type that is not known yet is authentic and says nothing', (t) => {
  const later = edited((json) => ({ ...json, type: 'drone-launched' }));
  t.deepEqual(decodeEntry(later, 5), { n: 5, type: 'unknown', at });
  for (const type of ['__proto__', 'constructor', 'toString', '']) {
    t.is(
      decodeEntry(
        edited((json) => ({ ...json, type })),
        5,
      ).type,
      'unknown',
      type,
    );
  }
});

test('fields that are not known yet are kept', (t) => {
  const later = edited((json) => ({ ...json, weather: 'rain' }));
  t.like(decodeEntry(later, 5), { weather: 'rain' });
});

test('values outside their form are refused', (t) => {
  const values: [field: string, value: unknown][] = [
    ['n', -1],
    ['n', '5'],
    ['type', 7],
    ['at', null],
    ['sha256', sha256.toUpperCase()],
    ['sha256', sha256.slice(1)],
    ['bytes', -1],
    ['bytes', 1.5],
    ['bytes', 2 ** 53],
    ['take', '0'],
    ['media', { start: 0, duration: 1, timescale: 0 }],
    ['media', { start: null, duration: 1, timescale: 1 }],
    ['position', { latitude: null, longitude: 1 }],
  ];
  for (const [field, value] of values) {
    t.throws(
      () =>
        decodeEntry(
          edited((json) => ({ ...json, [field]: value })),
          5,
        ),
      malformed,
      `${field} ${JSON.stringify(value)}`,
    );
  }
});

test('a time that is no time of the calendar is refused', (t) => {
  const walls = [
    '2026-05-04T03:02:01Z',
    '2026-05-04T03:02:01.000+08:00',
    '2026-05-04 03:02:01.000Z',
    '2026-13-04T03:02:01.000Z',
    '2026-05-04T25:02:01.000Z',
    '2026-02-30T03:02:01.000Z',
    '2026-00-00T00:00:00.000Z',
    '+012026-05-04T03:02:01.000Z',
    '',
  ];
  for (const wall of walls) {
    t.throws(
      () =>
        decodeEntry(
          edited((json) => ({ ...json, at: { ...at, wall } })),
          5,
        ),
      malformed,
      wall,
    );
  }
  t.throws(
    () =>
      decodeEntry(
        edited((json) => ({ ...json, at: { ...at, source: 'sundial' } })),
        5,
      ),
    malformed,
  );
});

test('what is no JSON object of one line in UTF-8 is refused', (t) => {
  const good = encodeEntry(fragment, 5, at);
  const spoilt: Record<string, Buffer> = {
    nothing: Buffer.alloc(0),
    'an array': Buffer.from('[]'),
    'a number': Buffer.from('5'),
    null: Buffer.from('null'),
    'cut short': good.subarray(0, -1),
    'two objects': Buffer.concat([good, good]),
    'a byte order mark': Buffer.concat([Buffer.from('efbbbf', 'hex'), good]),
    'a byte that is no UTF-8': Buffer.concat([good.subarray(0, -1), Buffer.from([0xff, 0x7d])]),
    'a line break between fields': Buffer.from(good.toString().replace(',"type"', ',\n"type"')),
    'a carriage return behind it': Buffer.concat([good, Buffer.from('\r')]),
    'brackets to the limit': Buffer.from('['.repeat(MAX_ENTRY_BYTES)),
    // As text: JSON.stringify overflows the stack on what JSON.parse takes.
    'brackets inside a value': Buffer.from(
      good.toString().replace('"n":5', `"n":${'['.repeat(5000)}${']'.repeat(5000)}`),
    ),
  };
  for (const [how, bytes] of Object.entries(spoilt)) t.throws(() => decodeEntry(bytes, 5), malformed, how);
});

test('an entry of 16 KiB is taken, one byte more is not, on writing or on reading', (t) => {
  const draft = (length: number): EntryDraft => ({
    type: 'event',
    source: 's',
    name: 'n',
    value: 'x'.repeat(length),
  });
  const room = MAX_ENTRY_BYTES - encodeEntry(draft(0), 5, at).length;
  const largest = encodeEntry(draft(room), 5, at);
  t.is(largest.length, MAX_ENTRY_BYTES);
  t.notThrows(() => decodeEntry(largest, 5));
  t.throws(() => checkDraft(draft(room + 1)), malformed);
  const larger = Buffer.from(largest.toString().replace('"x', '"xx'));
  t.throws(() => decodeEntry(larger, 5), { ...malformed, message: /16384 bytes, got 16385/ });
});

test('what could not be read again is never written', (t) => {
  const drafts: Record<string, EntryDraft> = {
    'a position that is no number': { ...fragment, position: { latitude: Number.NaN, longitude: 1 } },
    'a length beyond counting': { ...fragment, bytes: Number.POSITIVE_INFINITY },
    'a hash cut short': { ...fragment, sha256: 'ab' },
    'a text too long': { type: 'boot', software: 'x'.repeat(5000), reason: 'power' },
    'a checkpoint too long': { type: 'witnessed', size: 1, checkpoint: 'x'.repeat(9000) },
  };
  for (const [how, draft] of Object.entries(drafts)) {
    t.throws(() => checkDraft(draft), malformed, how);
  }
  t.notThrows(() => checkDraft(fragment));
});

test('a clock reading becomes the time of an entry', (t) => {
  const reading = {
    wallMs: Date.UTC(2026, 4, 4, 3, 2, 1, 7),
    monoMs: 1.5,
    boot: 'b1',
    source: 'ntp',
  } as const;
  t.deepEqual(atOf(reading), { wall: '2026-05-04T03:02:01.007Z', mono: 1.5, boot: 'b1', source: 'ntp' });
});

test('no bytes make reading an entry fail with anything but its own error', (t) => {
  const good = encodeEntry(fragment, 5, at);
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.json().map((json) => Buffer.from(json)),
    fc
      .tuple(fc.constantFrom(...Object.keys(JSON.parse(good.toString()))), fc.jsonValue())
      .map(([field, value]) => edited((json) => ({ ...json, [field]: value }))),
    fc.tuple(fc.nat(good.length - 1), fc.nat(255)).map(([at, byte]) => {
      const copy = Buffer.from(good);
      copy[at] = byte;
      return copy;
    }),
  );
  fc.assert(
    fc.property(bytes, (bytes) => {
      try {
        return decodeEntry(bytes, 5).n === 5;
      } catch (error) {
        return error instanceof LiuhenError && error.code === 'LIUHEN_ENTRY';
      }
    }),
    { numRuns: 2000 },
  );
  t.pass();
});
